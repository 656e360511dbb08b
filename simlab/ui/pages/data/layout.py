"""Can I trust the data: score, completeness, import and taking it back, what the data answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from simlab.jobs import uploads
from simlab.jobs.completeness import Completeness, completeness
from simlab.jobs.records import data_used, panel_or_none
from simlab.records import ImportReport
from simlab.records.profiles import PROFILES
from simlab.report import wording
from simlab.report.figures.records import completeness as heat_map
from simlab.ui.components import (
    Source,
    card,
    chart_card,
    heading,
    job_card,
    no_data,
    number_card,
    start_button,
    table,
)
from simlab.ui.owner import owner
from simlab.ui.pages.data.answers import answered
from simlab.ui.pages.data.history import history, verbatim
from simlab.ui.visit import Visit

KINDS = ("import", "answers", "roll_back")


def page(visit: Visit) -> Any:
    """What is known of the records, and the way to more of them."""
    return html.Div([
        heading(visit, "data"),
        dmc.Stack([
            html.Div(known(visit), id="data-known"),
            _wizard(visit),
            html.Div(history(visit), id="data-history"),
            html.Div(answered(visit), id="data-answers"),
        ], gap="md"),
    ])


def known(visit: Visit) -> Any:
    """The score and the heat map; what to do where there is nothing."""
    if panel_or_none(visit.lab) is None:
        return no_data(_say(visit, "none_title"), _say(visit, "none"))
    found, used = completeness(visit.lab), data_used(visit.lab)
    assert used is not None, "there is a panel"
    period = _period(visit, found.months)
    return dmc.Stack([
        dmc.SimpleGrid([
            number_card(visit, _say(visit, "score"), f"{100 * found.score:.1f}%", unit="",
                        n=_say(visit, "cells", n=wording.number(found.cells, visit.lang)),
                        period=period, formula=_say(visit, "score_formula"), name="data-score"),
            number_card(visit, _say(visit, "people"), wording.number(used.people, visit.lang),
                        unit=visit.text("unit.people"), period=period,
                        n=_say(visit, "person_months",
                               n=wording.number(used.person_months, visit.lang)),
                        formula=_say(visit, "people_formula")),
            number_card(visit, _say(visit, "exits"), wording.number(used.exits, visit.lang),
                        unit=visit.text("unit.people"), period=period, term="exit",
                        n=_say(visit, "of_people", n=wording.number(used.people, visit.lang)),
                        formula=_say(visit, "exits_formula")),
        ], cols={"base": 1, "sm": 3}, spacing="md"),
        _heat_map(visit, found, used.fingerprint),
    ], gap="md")


def _heat_map(visit: Visit, found: Completeness, digest: str) -> Any:
    names = [wording.pick(said, visit.lang) for said in found.labels.values()]
    shares = dict(zip(found.labels, found.shares, strict=True))
    data = [{"column": name, "month": month, "share": share}
            for name, row in shares.items()
            for month, share in zip(found.months, row, strict=True)]
    return chart_card(
        visit, "data-completeness", _say(visit, "heat_map"), _say(visit, "heat_map_note"),
        heat_map(found.months, names, list(shares.values()), visit.lang),
        header=[_say(visit, "column"), _say(visit, "least"), _say(visit, "mean")],
        rows=[[said, *_least_and_mean(row)]
              for said, row in zip(names, shares.values(), strict=True)],
        data=data, source=Source(
            formula=_say(visit, "score_formula"), period=_period(visit, found.months), unit="%",
            n=_say(visit, "cells", n=wording.number(found.cells, visit.lang)), data=digest))


def _least_and_mean(row: tuple[float | None, ...]) -> list[str]:
    there = [share for share in row if share is not None]
    if not there:
        return [wording.MISSING, wording.MISSING]
    return [f"{100 * min(there):.0f}%", f"{100 * sum(there) / len(there):.0f}%"]


def _wizard(visit: Visit) -> Any:
    waiting = uploads.kept(visit.lab, owner())
    return card(
        _say(visit, "import_title"), _say(visit, "import_note"),
        dmc.SimpleGrid([
            dmc.Select(id="data-profile", label=_say(visit, "profile"), value="canonical",
                       allowDeselect=False,
                       data=[{"value": name, "label": _say(visit, f"profiles.{name}")}
                             for name in sorted(PROFILES)]),
            _drop(visit),
        ], cols={"base": 1, "sm": 2}, spacing="md"),
        dmc.Text([_say(visit, "limit", most=uploads.LARGEST // 2**20), " ",
                  verbatim("simlab import")],
                 size="xs", id="data-limit", className="lab-limit",
                 **{"data-most": str(uploads.LARGEST)}),
        dmc.Group([
            start_button("data", "preview", _say(visit, "preview"), variant="light"),
            start_button("data", "import", _say(visit, "import_now")),
            dmc.Text(sent(visit, [path.name for path in waiting]), id="data-files", size="sm",
                     c="dimmed"),
        ], gap="sm"),
        job_card(visit, "data", KINDS),
        html.Div(id="data-notice"),
        dcc.Store(id="data-mark", data=uploads.mark(waiting)),
        html.Div(id="data-preview"))


def _drop(visit: Visit) -> Any:
    """A label names the field of files for screen readers; the click is the label's own."""
    return html.Label(dcc.Upload(
        dmc.Text(_say(visit, "drop"), size="sm", ta="center"), id="data-upload", multiple=True,
        className="lab-drop", max_size=uploads.LARGEST, accept=",".join(uploads.KINDS),
        disable_click=True), tabIndex=0)


def sent(visit: Visit, names: Sequence[str]) -> Any:
    """The files that wait to be imported."""
    return verbatim(", ".join(names)) if names else _say(visit, "no_files")


def preview(visit: Visit, tree: Mapping[str, Any]) -> Any:
    """What an import found, and did or would do: counts by table, and every repair."""
    report = ImportReport.of(tree)
    header, rows = report.grid(visit.lang)
    first, *rest = report.explain(visit.lang)
    return dmc.Stack([
        dmc.Text(first, fw=600, size="sm"), table(header, rows, narrow=True),
        *([dmc.Text(_say(visit, "repairs"), fw=600, size="sm"),
           dmc.List([dmc.ListItem(dmc.Text(line, size="sm")) for line in rest])] if rest else []),
    ], gap="xs")


def _period(visit: Visit, months: tuple[str, ...]) -> str:
    return f"{wording.month(months[0], visit.lang)} – {wording.month(months[-1], visit.lang)}"


def _say(visit: Visit, key: str, **values: Any) -> str:
    return visit.text(f"page.data.{key}", **values)

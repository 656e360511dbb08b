"""The page as it first appears: what to compare on the left, the answer on the right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import dash_mantine_components as dmc
from dash import dcc, html

from simlab.errors import LabError
from simlab.i18n import text
from simlab.jobs.calibrating import calibrated_with, refuse_other_version
from simlab.jobs.checking import mark
from simlab.jobs.records import data_used
from simlab.lab import Lab
from simlab.report import checks, wording
from simlab.ui.components import address, heading, start_button
from simlab.ui.components.jobs import notice
from simlab.ui.pages.compare import results
from simlab.ui.pages.compare.asked import Look, read, read_look, stored_comparison
from simlab.ui.pages.compare.controls import controls
from simlab.ui.visit import Visit


def page(visit: Visit) -> Any:
    """What the address asks for; an address that nobody can follow says what is wrong with it."""
    wrong = None
    try:
        asked, look = read(visit.query, visit.lab), read_look(visit.query)
    except LabError as error:
        asked, look = read({}, visit.lab), Look()
        wrong = notice(error.explain(visit.lang), error=True)
    stored = stored_comparison(visit.lab, asked.scenario)
    of = "" if stored is None else "?" + urlencode({"scenario": stored["scenario"]})
    return html.Div([
        heading(visit, "compare", dmc.Anchor(
            visit.text("page.reports.title"), href=visit.link("reports") + of, size="sm")),
        html.Div(wrong, id="compare-wrong"),
        dmc.Grid([
            dmc.GridCol(dmc.Stack([
                controls(visit, asked),
                html.Div(evidence(visit.lab, visit.lang), id="compare-evidence"),
            ], gap="md"), span={"base": 12, "md": 4}),
            dmc.GridCol(html.Div(results.view(visit, stored, look), id="compare-results"),
                        span={"base": 12, "md": 8}),
        ], gutter="md"),
        address("compare"),
        dcc.Location(id="compare-go", refresh="callback-nav"),
    ])


def evidence(lab: Lab, lang: str) -> Any:
    """What the lab's answers rest on: its records, and whether the model was fitted to them."""
    data, made = data_used(lab), calibrated_with(lab)
    lines = [dmc.Title(_say("evidence", lang), order=2, size="h5")]
    if data is None:
        lines.append(dmc.Text(_say("no_records", lang), size="sm"))
    else:
        if data.source:
            lines.append(dmc.Text(wording.pick(data.source, lang), size="sm"))
        lines.append(dmc.Text(_say(
            "records", lang, people=wording.number(data.people, lang),
            person_months=wording.number(data.person_months, lang),
            exits=wording.number(data.exits, lang), first=wording.month(data.first_month, lang),
            last=wording.month(data.last_month, lang)), size="sm"))
    if made is not None:
        lines += _calibration(lab, lang, made)
    elif data is not None:
        lines.append(dmc.Alert(_say("not_calibrated", lang), color="caution", variant="light",
                               p="sm"))
    lines.append(start_button(
        "compare", "calibrate", _say("calibrate" if made is None else "recalibrate", lang),
        variant="light" if made is None else "subtle", size="compact-sm",
        display=None if data is not None else "none"))
    return dmc.Paper(dmc.Stack(lines, gap="xs", align="stretch"), p="lg", className="lab-card")


def _calibration(lab: Lab, lang: str, made: Mapping[str, Any]) -> list[Any]:
    lines = [dmc.Text(_say("calibrated", lang, until=wording.month(made["until"], lang),
                           simulations=wording.number(made["simulations"], lang)),
                      size="sm", c="dimmed")]
    try:
        refuse_other_version(lab)
    except LabError as error:
        lines.append(dmc.Alert(error.explain(lang), color="caution", variant="light", p="sm"))
    carried = mark(lab)
    if carried["verdict"] != "uncalibrated":
        lines.append(dmc.Text(checks.verdict(carried, lang), size="sm", id="check-mark",
                              c="dimmed" if carried["verdict"] == "passed" else "caution"))
    return lines


def _say(key: str, lang: str, **values: Any) -> str:
    return text(f"page.compare.{key}", lang, **values)

"""The page as it first appears: for whom and in which form, the report itself, those made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlencode

import dash_mantine_components as dmc
from dash import dcc, html

from simlab.errors import LabError
from simlab.i18n import LANGUAGES
from simlab.jobs.clients import LARGEST_LOGO, LOGO_KINDS, client_of
from simlab.jobs.reporting import FORMATS
from simlab.jobs.standing import Item, status
from simlab.jobs.stored import latest_comparison, stored
from simlab.report import wording
from simlab.report.contents import Client
from simlab.ui.components import (
    calibrated_badge,
    card,
    check_badge,
    failed,
    heading,
    job_card,
    no_data,
    start_button,
    table,
)
from simlab.ui.visit import Visit

KINDS = ("report",)
PREVIEW = "report.html"
"""Where each lab shows its report, as it now would be made."""
MADE = "reports"
"""Under which address the reports made can be had."""
_NAMES = {"en": "English", "zh": "中文"}


def page(visit: Visit) -> Any:
    """Choices at the left, the report at the right, the reports made below."""
    try:
        name = visit.query.get("scenario")
        compared = latest_comparison(visit.lab, name)
    except LabError as error:
        return html.Div([heading(visit, "reports"), failed(visit, error)])
    chosen = None if compared is None else str(compared["scenario"])
    shown = _nothing(visit) if compared is None else preview(visit, chosen, visit.lang)
    return html.Div([
        heading(visit, "reports"),
        dmc.Grid([
            dmc.GridCol(_controls(visit, chosen), span={"base": 12, "md": 4}),
            dmc.GridCol(html.Div(shown, id="reports-preview"), span={"base": 12, "md": 8}),
        ], gutter="md"),
        dmc.Box(made(visit), id="reports-made", mt="md"),
        dcc.Download(id="reports-file"),
    ])


def preview(visit: Visit, scenario: str | None, lang: str, version: int = 0) -> Any:
    """The report itself in a frame that can reach neither this page nor anything else."""
    asked = {"lang": lang, "v": version, **({"scenario": scenario} if scenario else {})}
    return dmc.Paper(html.Iframe(
        src=f"{visit.link(PREVIEW)}?{urlencode(asked)}", title=_say(visit, "preview"),
        style={"width": "100%", "height": "78vh", "border": 0, "background": "#fff",
               "borderRadius": 8}), className="lab-card", p=4)


def made(visit: Visit) -> Any:
    """The reports that the lab holds, the newest first."""
    items = [item for item in status(visit.lab).items if item.kind == "report"]
    if not items:
        return card(_say(visit, "made"), _say(visit, "none_made"), name="reports-none")
    header = [_say(visit, f"column.{name}") for name in (
        "date", "about", "client", "form", "rests", "state", "file")]
    return card(_say(visit, "made"), _say(visit, "made_note"),
                table(header, [_row(visit, item) for item in items]))


def logo(visit: Visit, client: Client) -> Any:
    """The client's logo and the way to take it away; nothing where there is none."""
    if not client.logo:
        return None
    return dmc.Group([
        html.Img(src=client.logo, alt=_say(visit, "logo"),
                 style={"maxHeight": 48, "maxWidth": 160, "background": "#fff", "padding": 4}),
        dmc.Button(_say(visit, "no_logo"), id={"reports": "no-logo"}, variant="subtle",
                   size="compact-sm"),
    ], gap="sm")


def _controls(visit: Visit, chosen: str | None) -> Any:
    client = client_of(visit.lab)
    return html.Div(card(
        _say(visit, "what"), "",
        dmc.Select(
            id="reports-scenario", label=_say(visit, "scenario"), value=chosen,
            allowDeselect=False, comboboxProps={"shadow": "md"}, disabled=chosen is None,
            placeholder=_say(visit, "no_scenario"),
            data=[{"value": tree["scenario"], "label": wording.pick(tree["title"], visit.lang)}
                  for tree in stored(visit.lab, "comparisons/*.json")]),
        _choice(visit, "lang", [(lang, _NAMES[lang]) for lang in LANGUAGES], visit.lang),
        _choice(visit, "format", [(each, each.upper()) for each in FORMATS], FORMATS[1]),
        dmc.TextInput(id="reports-client", label=_say(visit, "client"), value=client.name,
                      description=_say(visit, "client_note"), debounce=True),
        html.Label(dcc.Upload(
            dmc.Text(_say(visit, "drop"), size="sm", ta="center"), id="reports-upload",
            className="lab-drop", accept=",".join(LOGO_KINDS), disable_click=True,
            max_size=2 * LARGEST_LOGO)),
        html.Div(logo(visit, client), id="reports-logo"),
        html.Div(id="reports-client-notice"),
        start_button("reports", "report", _say(visit, "make")),
        job_card(visit, "reports", KINDS),
        html.Div(id="reports-notice"),
        dcc.Store(id="reports-version", data=0),
    ), className="lab-sticky")


def _choice(visit: Visit, name: str, offered: list[tuple[str, str]], value: str) -> Any:
    return dmc.Stack([
        dmc.Text(_say(visit, name), size="sm", fw=500),
        dmc.SegmentedControl(id=f"reports-{name}", value=value, fullWidth=True,
                             data=[{"value": key, "label": said} for key, said in offered],
                             **{"aria-label": _say(visit, name)}),
    ], gap=4)


def _row(visit: Visit, item: Item) -> list[Any]:
    lang, facts = visit.lang, item.facts
    rests = visit.text("cli.comma").join(
        visit.text(f"cli.kind.{kind}") for kind in facts["rests"])
    check = {"verdict": facts["check"]} if "check" in facts else None
    return [
        item.made[:16].replace("T", " ") + " UTC",
        wording.pick(facts["title"], lang) if "title" in facts else wording.MISSING,
        html.Span(facts["client"] or wording.MISSING, lang=""),
        f"{item.name.rpartition('.')[2].upper()}, {_NAMES[facts['lang']]}",
        dmc.Stack([
            dmc.Group([calibrated_badge(facts["calibrated"], lang), *check_badge(check, lang)],
                      gap=4),
            dmc.Text(_say(visit, "rests", results=rests or wording.MISSING,
                          data=facts["inputs"].get("data") or wording.MISSING), size="xs",
                     c="dimmed"),
        ], gap=4),
        _state(visit, item.stale),
        dmc.Anchor(_say(visit, "download"), href=visit.link(f"{MADE}/{quote(item.name)}"),
                   refresh=True, size="sm"),
    ]


def _state(visit: Visit, causes: Sequence[str]) -> Any:
    """Whether the report still says what the lab would say; a badge would be cut off here."""
    said = visit.text("cli.comma").join(visit.text(f"cli.cause.{cause}") for cause in causes)
    return dmc.Text(visit.text("cli.stale", causes=said) if causes else visit.text("cli.current"),
                    size="sm", c="caution" if causes else "dimmed")


def _nothing(visit: Visit) -> Any:
    return no_data(_say(visit, "empty_title"), _say(visit, "empty"),
                   dmc.Anchor(visit.text("page.compare.title"), href=visit.link("compare")))


def _say(visit: Visit, key: str, **values: Any) -> str:
    return visit.text(f"page.reports.{key}", **values)

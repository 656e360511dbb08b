"""The page as it first appears: one of its three parts, as the address names it."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from simlab.errors import LabError
from simlab.ui.components import failed, heading
from simlab.ui.pages.studies import asking, batch, sensitivity, stress
from simlab.ui.pages.studies.results import say
from simlab.ui.visit import Visit

ASKED = {part.name: part for part in (sensitivity.PART, stress.PART)}
"""Parts that ask a question about a scenario, by what ``?part=`` calls them."""
PARTS = (*ASKED, batch.NAME)


def page(visit: Visit) -> Any:
    """The part that the address names, else the first."""
    part = visit.query.get("part", PARTS[0])
    return html.Div([
        heading(visit, "studies"),
        _parts(visit, part),
        _part(visit, part),
        dcc.Location(id="studies-go", refresh="callback-nav"),
    ])


def _part(visit: Visit, part: str) -> Any:
    if part in ASKED:
        return asking.page(visit, ASKED[part])
    if part == batch.NAME:
        return batch.page(visit)
    return failed(visit, LabError("unknown_part", name=part, known=", ".join(PARTS)))


def _parts(visit: Visit, present: str) -> Any:
    """Links to the parts: each has an address of its own."""
    label: Any = {"aria-label": say(visit, "parts")}
    return html.Nav(dmc.Group([
        dmc.Anchor(say(visit, f"part.{part}"), href=f"{visit.link('studies')}?part={part}",
                   className="lab-part", underline="never", size="sm",
                   **({"aria-current": "page"} if part == present else {}))
        for part in PARTS], gap="xs", mb="md"), **label)

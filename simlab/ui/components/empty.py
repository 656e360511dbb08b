"""What stands where there is nothing to show. Three states that are never mixed: nothing is known
yet, it is known to be zero, and it could not be found out."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import html

from simlab.errors import LabError
from simlab.ui.visit import Visit


def no_data(title: str, what_to_do: str, *action: Any) -> Any:
    """Nothing is known yet, and what would change that."""
    return _state("no-data", [
        dmc.Title(title, order=2, size="h4"),
        dmc.Text(what_to_do, c="dimmed", maw=520, ta="center"), *action])


def zero(visit: Visit, what: str, period: str) -> Any:
    """It was looked for and there was none: an answer, not a gap."""
    return _state("zero", [
        html.Div("0", className="lab-big"),
        dmc.Text(visit.text("ui.zero", what=what, period=period), c="dimmed", ta="center")])


def failed(visit: Visit, error: LabError) -> Any:
    """It could not be found out, and why."""
    return _state("failed", [
        dmc.Title(visit.text("ui.failed"), order=2, size="h4"),
        dmc.Alert(error.explain(visit.lang), color="red", variant="light",
                  style={"whiteSpace": "pre-line"})])


def _state(kind: str, content: list[Any]) -> Any:
    return dmc.Paper(dmc.Stack(content, align="center", gap="sm", py=64, px="md"),
                     className=f"lab-card lab-empty lab-{kind}")

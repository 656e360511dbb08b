"""Searches in a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console

from simlab.cli.shown.calibration import rests_on
from simlab.cli.shown.tables import table
from simlab.i18n import text
from simlab.report import optimising


def optimised(console: Console, tree: Mapping[str, Any], lang: str) -> None:
    """The pick, the front, how its policies are set, and how they keep the constraints."""
    rests_on(console, tree, lang)
    for line in (*optimising.heading(tree, lang), "", *optimising.picked(tree, lang)):
        console.print(line, markup=False)
    for name, part in (("front", optimising.table), ("levers", optimising.levers),
                       ("held", optimising.held)):
        header, rows = part(tree, lang)
        if rows:
            console.print()
            console.print(text(f"optimise.{name}", lang), style="bold", markup=False)
            table(console, header, rows)
    for line in optimising.notes(tree, lang):
        console.print(line, markup=False)

"""The grid of questions in a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console

from simlab.cli.shown.tables import table
from simlab.report import grid


def answered(console: Console, tree: Mapping[str, Any], lang: str) -> None:
    """The grid of questions."""
    table(console, grid.header(lang),
          [[row[name] for name in grid.COLUMNS] for row in grid.rows(tree, lang)])
    for line in grid.notes(tree, lang):
        console.print(line, markup=False)

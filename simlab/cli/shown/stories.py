"""One simulated life in a terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from simlab.cli.shown.tables import table
from simlab.report import stories


def told(console: Console, found: Any, lang: str) -> None:
    """One life under two policies, month by month, and where they part."""
    tree = found.to_json()
    for life in tree["stories"]:
        console.print()
        console.print(stories.title(tree, life, lang), style="bold", markup=False)
        table(console, stories.header(lang),
              [stories.month_row(month, tree["practice"], lang) for month in life["months"]])
    for sentence in stories.endings(tree, lang):
        console.print(sentence, markup=False)

"""A stress test in a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console

from simlab.cli.shown.calibration import rests_on
from simlab.cli.shown.tables import table
from simlab.i18n import text
from simlab.report import stress


def stressed(console: Console, tree: Mapping[str, Any], lang: str) -> None:
    """What may turn out otherwise, what each policy loses, and where it fails."""
    def lines(*said: str) -> None:
        for line in said:
            console.print(line, markup=False)

    rests_on(console, tree, lang)
    lines(stress.heading(tree, lang))
    table(console, *stress.ranges(tree, lang))
    table(console, *stress.standing(tree, lang))
    lines(*stress.choices(tree, lang))
    console.print()
    lines(text("stress.named_title", lang, objective=stress.objective(tree, lang)))
    table(console, *stress.named(tree, lang))
    lines(text("stress.best_note", lang), "", stress.thresholds(tree, lang))
    for title, said in stress.fails(tree, lang):
        console.print(title, style="bold", markup=False)
        lines(*said)
    console.print()
    lines(*stress.notes(tree, lang))

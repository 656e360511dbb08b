"""Sensitivity studies in a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console

from simlab.cli.run import say
from simlab.cli.shown.calibration import mark
from simlab.cli.shown.tables import table
from simlab.i18n import text
from simlab.report import sensitivity, wording


def weighed(console: Console, tree: Mapping[str, Any], lang: str) -> None:
    """What to measure first, and for each policy what moves its difference and where it turns."""
    console.print(wording.pick(tree["title"], lang), style="bold", markup=False)
    if tree["calibrated"]:
        mark(console, tree["check"], lang)
        if tree["options"].get("totals"):
            console.print(say("posterior_of_totals", lang, source=tree["options"]["totals"]),
                          markup=False)
    for line in sensitivity.heading(tree, lang):
        console.print(line, markup=False)
    _titled(console, "measure_first", lang)
    header, rows = sensitivity.first(tree, lang)
    if rows:
        console.print(text("sensitivity.first_line", lang), markup=False)
        table(console, header, rows)
    else:
        console.print(sensitivity.nothing_to_measure(tree, lang), markup=False)
    for one in tree["study"]["policies"]:
        console.print()
        console.print(sensitivity.policy_heading(tree, one, lang), style="bold", markup=False)
        _titled(console, "screen", lang)
        console.print(text("sensitivity.screen_line", lang), markup=False)
        table(console, *sensitivity.screen(tree, one, lang))
        for line in sensitivity.emulator_lines(tree, one, lang):
            console.print(line, markup=False)
        _titled(console, "turning", lang)
        console.print(text("sensitivity.turning_line", lang), markup=False)
        table(console, *sensitivity.turning(tree, one, lang))
        _titled(console, "prices", lang)
        for line in sensitivity.prices(tree, one, lang):
            console.print(line, markup=False)


def _titled(console: Console, part: str, lang: str) -> None:
    console.print()
    console.print(text(f"sensitivity.{part}", lang), style="bold", markup=False)

"""Comparisons and answers in a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console

from simlab.cli.run import say
from simlab.cli.shown.calibration import mark
from simlab.cli.shown.tables import table
from simlab.i18n import text
from simlab.report import evidence, grid, wording
from simlab.report.page import TABLE, answer


def compared(console: Console, tree: Mapping[str, Any], lang: str) -> None:
    """The answer in short and the table of each policy against the baseline."""
    comparison, titles = tree["comparison"], wording.strings(tree["titles"], lang)
    console.print(wording.pick(tree["title"], lang), style="bold", markup=False)
    if not tree["calibrated"]:
        console.print(say("on_prior", lang), markup=False)
    else:
        mark(console, tree["check"], lang)
        if tree["options"].get("totals"):
            console.print(say("posterior_of_totals", lang, source=tree["options"]["totals"]),
                          markup=False)
    for policy in comparison["policies"]:
        against = comparison["baseline"]
        if policy == against:
            continue
        said = answer(comparison, policy, against, titles, lang)
        console.print()
        for line in (said["line"], said["luck"], said["noise"], said["rests"], said["retained"]):
            if line:
                console.print(line, markup=False)
        console.print(evidence.owed(comparison, policy, against, lang), markup=False)
        table(console, evidence.header(lang), evidence.rows(comparison, policy, against, lang))
        table(console, [text(f"report.table_{c}", lang) for c in
                        ("outcome", "difference", "ratio", "beats", "sees", "prior", "rests")],
              [_effect_row(effect, lang) for effect in _effects(comparison, policy, against)])


def _effects(comparison: Mapping[str, Any], policy: str, against: str) -> list[Mapping[str, Any]]:
    found = {e["outcome"]: e for e in comparison["effects"]
             if (e["policy"], e["against"]) == (policy, against)}
    return [found[name] for name in TABLE if name in found]


def _effect_row(effect: Mapping[str, Any], lang: str) -> list[str]:
    ratio, prior = effect["ratio"], effect["prior"]
    return [
        wording.outcome_name(effect["outcome"], lang),
        wording.interval(effect["difference"], lang, signed=True),
        wording.MISSING if ratio is None else wording.change(ratio["mean"]),
        wording.share(effect["beats"]), wording.share(effect["sees_better"]),
        wording.MISSING if prior is None else wording.share(prior["beats"]),
        text(f"report.warrant_short_{effect['warrant']}", lang),
    ]


def answered(console: Console, tree: Mapping[str, Any], lang: str) -> None:
    """The grid of questions."""
    table(console, grid.header(lang),
          [[row[name] for name in grid.COLUMNS] for row in grid.rows(tree, lang)])
    for line in grid.notes(tree, lang):
        console.print(line, markup=False)

"""A comparison in a terminal: the answer first, tables after it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console

from simlab.cli.shown.calibration import rests_on
from simlab.cli.shown.tables import table
from simlab.i18n import text
from simlab.report import comparing, evidence, wording
from simlab.report.page import TABLE, answer

Tree = Mapping[str, Any]
DIVISIONS = ("chosen", "unit", "site", "grade", "gender", "age", "segment", "tenure", "tier")
"""Shown here; teams stand in the report and in ``groups.csv``."""


def compared(console: Console, tree: Tree, lang: str) -> None:
    """What was found about each policy against the baseline, then the tables behind it."""
    comparison, titles = tree["comparison"], wording.strings(tree["titles"], lang)
    rests_on(console, tree, lang)
    against = comparison["baseline"]
    policies = [policy for policy in comparison["policies"] if policy != against]
    for policy in policies:
        said = answer(comparison, policy, against, titles, lang)
        console.print()
        _print(console, said["line"], said["luck"], said["noise"], said["rests"],
               comparing.advice(comparison, policy, lang), said["retained"])
    console.print()
    _whole(console, comparison, titles, lang)
    for policy in policies:
        _tables(console, comparison, policy, titles, lang)
    recorded = tree["calibrated"] and tree["options"]["people_from"] == "records"
    _print(console, *comparing.precision(comparison, lang),
           text("comparing.levels", lang) if recorded else None)


def _whole(console: Console, tree: Tree, titles: Mapping[str, str], lang: str) -> None:
    """Chances, money and the cost of doing nothing, over all policies."""
    if standing := comparing.standing(tree, titles, lang):
        _titled(console, standing)
        _print(console, *comparing.standing_notes(tree, lang))
    if worth := comparing.worth(tree, titles, lang):
        _titled(console, worth)
        _print(console, *comparing.worth_notes(tree, lang))
    _print(console, *comparing.idle(tree, titles, lang))


def _tables(
    console: Console, tree: Tree, policy: str, titles: Mapping[str, str], lang: str
) -> None:
    """What stands behind the answer about one policy."""
    against = tree["baseline"]
    console.print()
    console.print(text("figure.pair", lang, policy=titles[policy], against=titles[against]),
                  style="bold", markup=False)
    console.print(evidence.owed(tree, policy, against, lang), markup=False)
    table(console, evidence.header(lang), evidence.rows(tree, policy, against, lang))
    table(console, [text(f"report.table_{c}", lang) for c in
                    ("outcome", "difference", "ratio", "beats", "sees", "prior", "rests")],
          [_effect_row(effect, lang) for effect in _effects(tree, policy, against)])
    for each, parts in zip(tree["channels"], comparing.channels(tree, titles, lang), strict=True):
        if each["policy"] == policy:
            _titled(console, (text("comparing.channels.title", lang), *parts[1:]))
    for found in (comparing.groups(tree, policy, titles, lang, divisions=DIVISIONS),
                  comparing.groups(tree, policy, titles, lang, "avoidable", ("tier",)),
                  comparing.levers(tree, policy, lang)):
        if found:
            _titled(console, found)


def _titled(console: Console, made: comparing.Table) -> None:
    console.print(made[0], style="bold", markup=False)
    table(console, made[1], made[2])


def _print(console: Console, *lines: str | None) -> None:
    for line in lines:
        if line:
            console.print(line, markup=False)


def _effects(comparison: Tree, policy: str, against: str) -> list[Tree]:
    found = {e["outcome"]: e for e in comparison["effects"]
             if (e["policy"], e["against"]) == (policy, against)}
    return [found[name] for name in TABLE if name in found]


def _effect_row(effect: Tree, lang: str) -> list[str]:
    ratio, prior = effect["ratio"], effect["prior"]
    return [
        wording.outcome_name(effect["outcome"], lang),
        wording.interval(effect["difference"], lang, signed=True),
        wording.MISSING if ratio is None else wording.change(ratio["mean"]),
        wording.share(effect["beats"]), wording.share(effect["sees_better"]),
        wording.MISSING if prior is None else wording.share(prior["beats"]),
        text(f"report.warrant_short_{effect['warrant']}", lang),
    ]

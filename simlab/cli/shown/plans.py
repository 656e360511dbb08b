"""Pay plans, courses, support and talent in a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console

from simlab.cli.shown.calibration import rests_on
from simlab.cli.shown.tables import table
from simlab.i18n import text
from simlab.report import courses, incentives, support, talent


def rewarded(console: Console, tree: Mapping[str, Any], lang: str) -> None:
    """Weights and effort by stage, KPIs, parts of pay, months below the expected income."""
    rests_on(console, tree, lang)
    for line in (*incentives.below(tree, lang), incentives.rewarded(tree, lang),
                 *incentives.few(tree, lang)):
        console.print(line, markup=False)
    for part in (incentives.efforts, incentives.kpis, incentives.paid):
        table(console, *part(tree, lang))


def taught(console: Console, tree: Mapping[str, Any], lang: str) -> None:
    """Which course pays, course by course, and what is learnt."""
    rests_on(console, tree, lang)
    money = text("unit.money", lang)
    console.print(courses.answer(tree, lang, money), markup=False)
    for header, rows in (courses.effects(tree, lang, money), courses.learning(tree, lang),
                         courses.behind(tree, lang)):
        table(console, header, rows)
    for line in courses.free(tree, lang):
        console.print(line, markup=False)


def waited(console: Console, tree: Mapping[str, Any], lang: str) -> None:
    """How long requests wait, what waiting costs, what each lever of support does."""
    rests_on(console, tree, lang)
    console.print(support.late(tree, lang), markup=False)
    if tree["waiting"]:
        for part in (support.by_department, support.cost_of_waiting, support.levers):
            table(console, *part(tree, lang))
    for line in (support.rests(tree, lang), support.observed(tree, lang)):
        console.print(line, markup=False)


def suited(console: Console, tree: Mapping[str, Any], lang: str) -> None:
    """Who meets the profile, skill gaps, groups, and the short list or why there is none."""
    rests_on(console, tree, lang)
    console.print(talent.answer(tree, lang), markup=False)
    parts = [talent.gaps, *([talent.groups] if tree["groups"] else []), talent.sources,
             *([talent.listed] if tree["listed"] else [])]
    for part in parts:
        table(console, *part(tree, lang))
    console.print(talent.known(tree, lang), markup=False)
    for line in talent.refused(tree, lang):
        console.print(line, markup=False)
    if tree["listed"]:
        console.print(text("talent.expires", lang, expires=tree["expires"]), markup=False)

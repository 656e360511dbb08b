"""Forecasts, and claims, against what came, in a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from simlab.cli.run import say
from simlab.cli.shown.tables import table
from simlab.engine.reliability import ENOUGH_EXITS
from simlab.i18n import text
from simlab.report import claims, event, past, rolling, wording


def forecasted(console: Console, result: Any, lang: str) -> None:
    """Exits by month."""
    for code in result.warnings:
        console.print(text(f"forecast.{code}", lang), markup=False)
    table(console, [say(f"column.{c}", lang) for c in ("month", "present", "all")],
          [[wording.month(row["month"], lang), _ninety(row, "present", lang),
            _ninety(row, "all", lang)] for row in result.rows])
    console.print(say("forecasted", lang, people=result.people, scored=result.scored,
                      futures=result.futures), markup=False)
    if result.hindsight["exits"] >= ENOUGH_EXITS:
        console.print(text("rolling.hindsight", lang,
                           steepness=f"{result.hindsight['steepness']:.2f}"), markup=False)


def rolled(console: Console, tree: Mapping[str, Any], lang: str) -> None:
    """How forecasts of past months turned out, beside baselines."""
    console.print(text("rolling.title", lang), style="bold", markup=False)
    console.print(rolling.heading(tree, lang), markup=False)
    console.print(past.sentence(past.rolling(tree), lang), markup=False)
    for name, part in (("people", rolling.people), ("counts", rolling.counts),
                       ("months", rolling.months)):
        console.print()
        console.print(text(f"rolling.{name}", lang), style="bold", markup=False)
        table(console, *part(tree, lang))
    for line in (*rolling.sentences(tree, lang), text("rolling.intervals", lang)):
        console.print(line, markup=False)


def _ninety(row: Mapping[str, Any], group: str, lang: str) -> str:
    return wording.interval({"mean": row[f"{group}_mean"], "lower": row[f"{group}_p05"],
                             "upper": row[f"{group}_p95"]}, lang)


def replayed(console: Console, tree: Mapping[str, Any], lang: str) -> None:
    """A past change: what happened beside the forecasts with and without it."""
    console.print(event.heading(tree, lang), style="bold", markup=False)
    for group in tree["groups"]:
        console.print()
        console.print(event.caption(group, lang), markup=False)
        table(console, event.header(group, lang), event.rows(group, lang))
        for line in event.sentences(group, lang):
            console.print(line, markup=False)
    for title, lines in zip(("apart", "ruled_out"), event.beside(tree, lang), strict=True):
        if lines:
            console.print()
            console.print(text(f"event.{title}", lang), style="bold", markup=False)
            for line in lines:
                console.print(f"- {line}", markup=False)
    console.print()
    for line in (*event.learnt(tree, lang), *event.notes(tree, lang)):
        console.print(line, markup=False)


def claimed(console: Console, trees: Sequence[Mapping[str, Any]], lang: str) -> None:
    """Each claim case with its figures and sentences; several end in a table of verdicts."""
    for tree in trees:
        calibrated = bool(tree["calibrated"])
        title = wording.pick(tree["title"], lang)
        console.print(f"{tree['name']}  {title}", style="bold", markup=False)
        console.print(wording.pick(tree["claim"], lang), markup=False)
        console.print(wording.pick(tree["form"], lang), markup=False)
        table(console, claims.header(lang, calibrated=calibrated),
              [claims.cells(item, lang, calibrated=calibrated) for item in tree["figures"]])
        for line in claims.notes(tree, lang):
            console.print(line, markup=False)
        console.print()
    if len(trees) > 1:
        table(console, [text(f"claims.column.{c}", lang) for c in ("claim", "case", "verdict")],
              [[wording.pick(tree["title"], lang), tree["name"],
                claims.verdict(tree["verdict"], lang)] for tree in trees])

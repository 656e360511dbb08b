"""Calibrations and their checks in a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console

from simlab.cli.run import say
from simlab.cli.shown.tables import table
from simlab.i18n import text
from simlab.parameters import INDEX, REGISTRY
from simlab.report import checks, drift, past, totals, wording


def calibrated(console: Console, fit: Any, lang: str) -> None:
    """The contraction table and how many summaries the calibrated model reproduces."""
    shown = sorted((p for p in fit.parameters if p.calibrated), key=lambda p: -p.contraction)
    table(console, [say(f"column.{c}", lang) for c in
                    ("parameter", "posterior", "contraction", "rests")],
          [[wording.pick(p.meaning, lang), wording.interval(p.posterior, lang),
            f"{p.contraction:.2f}",
            text(f"report.from_{p.informed}", lang)]
           for p in shown])
    console.print(say("calibrated", lang, until=fit.until, simulations=fit.simulations,
                      inside=fit.inside, total=len(fit.checks)), markup=False)
    if fit.months:
        console.print(past.sentence(past.known(fit.months), lang), markup=False)
    if fit.continued_from is not None:
        console.print(say("continued", lang, month=wording.month(fit.continued_from, lang)),
                      markup=False)
    if fit.beside is not None:
        _second_method(console, fit.beside, lang)
    if fit.drift is not None:
        _drift(console, fit.drift, lang)
    for line in (*fit.resting, *fit.cautions):
        console.print(wording.pick(line, lang), markup=False)


def _second_method(console: Console, beside: Mapping[str, Any], lang: str) -> None:
    """Each parameter by the lab's own method and by the second one, the furthest apart first."""
    console.print()
    console.print(say("second_method", lang, method=beside["method"]), style="bold", markup=False)
    opinions = sorted(beside["opinions"], key=lambda one: -abs(one["apart"]))
    table(console, [say(f"column.{c}", lang) for c in
                    ("parameter", "posterior", "second", "apart", "spread")],
          [[REGISTRY[INDEX[one["name"]]].meaning(lang),
            wording.interval(one, lang),
            wording.interval({key: one[f"other_{key}"] for key in ("mean", "lower", "upper")},
                             lang),
            wording.number(one["apart"], lang, signed=True), f"{one['spread']:.2f}"]
           for one in opinions])
    far = sum(abs(one["apart"]) > 1 for one in opinions)
    console.print(say("second_method_read", lang, far=far, total=len(opinions)), markup=False)


def _drift(console: Console, found: Mapping[str, Any], lang: str) -> None:
    """Exits a month as the former calibration foretold them, beside what was observed."""
    console.print()
    console.print(drift.title(found, lang), style="bold", markup=False)
    table(console, drift.header(lang), drift.rows(found, lang))
    for line in (drift.line(found, lang), *drift.outside(found, lang)):
        console.print(line, markup=False)


def verdict(console: Console, found: Mapping[str, Any], lang: str) -> None:
    """Whether the calibration passed its check, in a sentence."""
    console.print(checks.verdict(checks.marked(found), lang), markup=False)


def checked(console: Console, found: Mapping[str, Any], lang: str) -> None:
    """The verdict on a calibration, its gates with their reasons, and the coverage table."""
    verdict(console, found, lang)
    held = past.held_out(found)
    if held is not None:
        console.print(past.sentence(held, lang), markup=False)
    table(console, [text(f"check.column.{c}", lang) for c in ("gate", "state", "reason")],
          checks.gates(found, lang))
    table(console, checks.header(lang), checks.coverage(found, lang))
    console.print(text("check.holds_for", lang), markup=False)


def calibrated_on_totals(console: Console, tree: Mapping[str, Any], lang: str) -> None:
    """What totals of a staff said about the few parameters that they can move."""
    table(console, *totals.parameters(tree, lang))
    table(console, *totals.reproduced(tree, lang))
    console.print(totals.line(tree, lang), markup=False)


def mark(console: Console, carried: Mapping[str, Any], lang: str) -> None:
    """What a check says of the calibration beneath, where it has not been passed; nothing where
    there is none to check (totals of a staff)."""
    if carried and carried["verdict"] in ("failed", "unchecked"):
        console.print(checks.verdict(carried, lang), markup=False)


def rests_on(console: Console, tree: Mapping[str, Any], lang: str) -> None:
    """The title of a stored answer, and whether assumptions or a calibration stand beneath it."""
    console.print(wording.pick(tree["title"], lang), style="bold", markup=False)
    if not tree["calibrated"]:
        console.print(say("on_prior", lang), markup=False)
        return
    mark(console, tree["check"], lang)
    if tree["options"].get("totals"):
        console.print(say("posterior_of_totals", lang, source=tree["options"]["totals"]),
                      markup=False)

"""What a lab holds, in a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from simlab.cli.run import say
from simlab.cli.shown.tables import table
from simlab.i18n import text
from simlab.report import drift, wording


def imported(console: Console, report: Any, lang: str) -> None:
    """What an import read and changed."""
    header, rows = report.grid(lang)
    table(console, header, rows)
    for line in report.explain(lang):
        console.print(line, markup=False)


def standing(console: Console, state: Any, lang: str) -> None:
    """What a lab holds and what is stale."""
    if state.records is None:
        console.print(say("no_records", lang), markup=False)
    else:
        facts = {key: value for key, value in state.records.items() if key != "hash"}
        console.print(say("records", lang, fingerprint=state.records["hash"][:16], **facts),
                      markup=False)
    if state.unfinished is not None:
        facts = {key: state.unfinished[key] for key in ("started", "simulations", "kept")}
        console.print(say("unfinished", lang, until=wording.month(state.unfinished["until"], lang),
                          **facts), markup=False)
    rows = [[say(f"kind.{item.kind}", lang), item.name, item.made,
             _state(item, lang)]
            for item in state.items]
    if rows:
        table(console, [say(f"column.{c}", lang) for c in ("kind", "name", "made", "state")], rows)
    else:
        console.print(say("nothing_made", lang), markup=False)
    for item in state.items:
        for line in item.facts.get("resting", ()):
            console.print(wording.pick(line, lang), markup=False)
        if item.kind == "calibration":
            _since_calibrated(console, item.facts, lang)


def _since_calibrated(console: Console, facts: Mapping[str, Any], lang: str) -> None:
    """How the calibration before foretold the months that this one added, and how many months
    have come since."""
    if facts.get("drift") is not None:
        console.print(drift.line(facts["drift"], lang), markup=False)
    if facts.get("months_since"):
        console.print(say("months_since", lang, months=facts["months_since"],
                          until=wording.month(facts["until"], lang)), markup=False)


def _state(item: Any, lang: str) -> str:
    """Current or stale, and the mark of the calibration's check."""
    said = _stale(item.stale, lang) if item.stale else say("current", lang)
    if item.kind == "study" and item.facts["done"] < item.facts["runs"]:
        part = say("study.part", lang, done=f"{item.facts['done']:,}",
                   runs=f"{item.facts['runs']:,}")
        said = say("comma", lang).join((said, part))
    mark = item.facts.get("check")
    return said if mark is None else say("comma", lang).join(
        (said, text(f"check.short.{mark}", lang)))


def _stale(causes: Sequence[str], lang: str) -> str:
    return say("stale", lang, causes=say("comma", lang).join(
        say(f"cause.{cause}", lang) for cause in causes))

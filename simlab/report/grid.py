"""The grid of questions as a reader sees it: verdict, what it rests on, what would lift it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simlab.i18n import text
from simlab.report import wording

Tree = Mapping[str, Any]
"""A grid as plain data (``Answers.to_json()``)."""

COLUMNS = ("question", "verdict", "owed", "lifts")


def header(lang: str) -> list[str]:
    """Titles of the columns of `rows`."""
    return [text(f"grid.column.{name}", lang) for name in COLUMNS]


def rows(tree: Tree, lang: str) -> list[dict[str, str]]:
    """One row a question: ``question``, ``verdict`` (in words), ``badge`` (its code), ``owed``,
    ``lifts``."""
    return [
        {"question": text(f"grid.question.{each['question']}", lang),
         "badge": each["verdict"], "verdict": text(f"grid.verdict.{each['verdict']}", lang),
         "owed": _owed(each, lang), "lifts": _lifts(each, tree["labels"], lang)}
        for each in tree["answers"]]


def notes(tree: Tree, lang: str) -> list[str]:
    """What the verdicts mean, and what the grid rests on."""
    kind = "calibrated" if tree["calibrated"] else "uncalibrated"
    return [text("grid.line", lang), text(f"grid.{kind}", lang)]


def _owed(each: Tree, lang: str) -> str:
    if each["reason"]:
        return text(f"grid.reason.{each['reason']}", lang)
    share = each["owed"]
    if share is None:
        return wording.MISSING
    if share["lower"] == share["upper"]:
        return wording.share(share["mean"])
    return text("report.interval", lang, **{key: wording.share(share[key])
                                            for key in ("mean", "lower", "upper")})


def _lifts(each: Tree, labels: Mapping[str, Mapping[str, str]], lang: str) -> str:
    said = [wording.pick(labels[lift], lang) if "." in lift else text(f"grid.lift.{lift}", lang)
            for lift in each["lifts"]]
    return text("grid.semicolon", lang).join(said) or wording.MISSING

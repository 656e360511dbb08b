"""What a former calibration foretold of the months since, as a reader sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simlab.i18n import text
from simlab.report import wording

Tree = Mapping[str, Any]
"""``Drift.to_json()`` of `calibration.drift`."""


def line(drift: Tree, lang: str) -> str:
    """What was foretold and what came, in a sentence."""
    total = drift["total"]
    return text(
        f"cli.drift.{drift['verdict']}", lang, since=wording.month(drift["since"], lang),
        until=wording.month(drift["until"], lang),
        observed=wording.number(round(total["observed"]), lang),
        lower=wording.number(round(total["lower"]), lang),
        upper=wording.number(round(total["upper"]), lang), count=drift["outside"],
        total=len(drift["summaries"]), usual=round(drift["usual"]))


def title(drift: Tree, lang: str) -> str:
    """Since when."""
    return text("cli.drift_title", lang, since=wording.month(drift["since"], lang))


def header(lang: str) -> list[str]:
    """Titles of the columns of `rows`."""
    return [text(f"cli.column.{name}", lang)
            for name in ("month", "present", "observed", "all", "observed")]


def rows(drift: Tree, lang: str) -> list[list[str]]:
    """Exits a month as foretold, of those present then and of all staff, beside what came."""
    return [[wording.month(row["month"], lang),
             *(shown for group in ("present", "all") for shown in
               (wording.interval(row[group], lang),
                wording.number(round(row[group]["observed"]), lang)))]
            for row in drift["months"]]


def outside(drift: Tree, lang: str) -> list[str]:
    """The summaries of the new months that lie outside their interval, a sentence each."""
    return [text("cli.drift_outside", lang, name=wording.pick(one["label"], lang),
                 observed=wording.number(one["observed"], lang),
                 lower=wording.number(one["lower"], lang),
                 upper=wording.number(one["upper"], lang))
            for one in drift["summaries"] if not one["inside"]]

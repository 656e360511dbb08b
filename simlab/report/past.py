"""Months that the lab forecast without having seen them, and what came: in plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scipy.stats import binom

from simlab.i18n import text
from simlab.report import wording

Tree = Mapping[str, Any]
Row = dict[str, Any]
"""``month, observed, mean, p05, p95``: exits of one month and their forecast."""


@dataclass(frozen=True)
class Past:
    """Past months beside their forecasts."""

    kind: str
    """``rolling``: each forecast from the end of the month before; ``holdout``: all of them from
    the end of the months before, by a calibration that was learnt for the check alone; ``known``:
    simulated by a calibration that knew them, hence no forecasts."""
    months: Sequence[Row]

    @property
    def inside(self) -> int:
        """How many months lie inside their 90%."""
        return sum(row["p05"] <= row["observed"] <= row["p95"] for row in self.months)

    @property
    def usual(self) -> tuple[int, int]:
        """Between how many of them lie inside in 90% of cases where each does with chance .9, on
        its own (binomial). Months hang together, so the true range is somewhat wider."""
        low, high = (int(binom.ppf(edge, len(self.months), 0.9)) for edge in (0.05, 0.95))
        return low, high


def rolling(tree: Tree) -> Past:
    """Of ``Rolled.to_json()``: exits of all staff, newcomers too."""
    return Past("rolling", [
        {"month": row["month"], **{key: row[f"all_{key}"]
                                   for key in ("observed", "mean", "p05", "p95")}}
        for row in tree["rows"]])


def held_out(check: Tree) -> Past | None:
    """Of a stored check: exits of the people employed before; None where nothing was held out."""
    held = check["holdout"]
    return None if held is None else Past("holdout", [
        {"month": row["month"], "observed": row["observed"], "mean": row["mean"],
         "p05": row["lower"], "p95": row["upper"]} for row in held["counts"]])


def known(months: Sequence[Tree]) -> Past:
    """Of `Fit.months`."""
    return Past("known", [dict(row) for row in months])


def sentence(past: Past, lang: str) -> str:
    """'Of 12 past months, 10 lie inside the forecast', with how many would by chance."""
    low, high = past.usual
    between = text("past.one", lang, low=low) if low == high else text(
        "past.between", lang, low=low, high=high)
    return text(f"past.{past.kind}", lang, months=len(past.months), inside=past.inside,
                usual=between, first=wording.month(past.months[0]["month"], lang),
                last=wording.month(past.months[-1]["month"], lang))

"""May a calibration be believed? Five gates, with thresholds fixed before they were first run.

Each gate passes, fails, or could not be tested, with a reason in both languages. One gate that
fails fails the calibration. (That 22 of 30 predictive checks hold on a real sales panel was known
when that gate's threshold was fixed; the allowance for chance came after a first run.)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from calibration.calibrate import Check
from calibration.holdout import ENOUGH_EXITS, Holdout
from calibration.recovery import IDENTIFIED, Coverage
from simlab.i18n import LANGUAGES, text
from simlab.parameters import INDEX, REGISTRY

State = Literal["passed", "failed", "untested"]
NAMES = ("coverage", "distance", "predictive", "holdout", "contraction")

BAND = (0.87, 0.93)
"""Where the coverage of the 90% intervals of the identified parameters must lie: their mean, and
each of them but for `ERRORS` standard errors of a share of .9 of as many truths, lest few truths
fail what chance alone made look so."""
ERRORS = 2.0
MOST_ASIDE = 0.10
"""Largest share of the record's summaries that may lie where the model hardly ever goes."""
LEAST_INSIDE = 2 / 3
"""Smallest share of predictive checks inside their 90%."""
LEVEL = "exit_rate/all"
"""The check that must hold itself: how many leave is what everything else is about."""
FAR_OUT = 0.01
"""A total of held-out exits below or above which no more than this share of futures lies fails."""


@dataclass(frozen=True)
class Gate:
    """What one gate found."""

    name: str
    state: State
    said: dict[str, str]
    """The reason, {en, zh}."""


def judge(
    used: NDArray[np.bool_], checks: Sequence[Check], rows: Sequence[Coverage], outlying: float,
    truths: int, holdout: Holdout | None, exits_ahead: int,
) -> tuple[Gate, ...]:
    """All gates in the order of `NAMES`. `used` (K,) tells the summaries that were not set aside;
    `holdout` is None where the record allowed none: `exits_ahead` it would have had."""
    return (
        _coverage(rows, truths), _distance(used, outlying), _predictive(checks),
        _holdout(holdout, exits_ahead), _contraction(rows),
    )


def passed(gates: Sequence[Gate]) -> bool:
    """Whether no gate failed."""
    return all(gate.state != "failed" for gate in gates)


def _coverage(rows: Sequence[Coverage], truths: int) -> Gate:
    known = [row for row in rows if row.identified]
    if not known:
        return _gate("coverage", "untested", least=IDENTIFIED)
    shares = [row.coverage90 for row in known]
    mean = sum(shares) / len(shares)
    chance = ERRORS * math.sqrt(0.9 * 0.1 / truths)
    wrong = [row for row in known
             if not BAND[0] - chance <= row.coverage90 <= BAND[1] + chance]
    figures: dict[str, Any] = {"truths": truths, "count": len(known), "mean": f"{mean:.3f}",
               "lowest": f"{min(shares):.3f}", "highest": f"{max(shares):.3f}"}
    if not wrong and BAND[0] <= mean <= BAND[1]:
        return _gate("coverage", "passed", **figures)
    return Gate("coverage", "failed", {
        lang: text("gate.coverage.failed", lang, **figures, wrong=_named(wrong, lang))
        for lang in LANGUAGES})


def _named(rows: Sequence[Coverage], lang: str) -> str:
    comma = text("gate.comma", lang)
    return comma.join(f"{REGISTRY[INDEX[row.parameter]].meaning(lang)} ({row.coverage90:.3f})"
                      for row in rows) or text("gate.none", lang)


def _distance(used: NDArray[np.bool_], outlying: float) -> Gate:
    aside = int((~used).sum())
    state: State = "passed" if aside <= MOST_ASIDE * len(used) else "failed"
    return _gate("distance", state, aside=aside, total=len(used),
                 most=f"{100 * MOST_ASIDE:.0f}", outlying=f"{outlying:.2f}")


def _predictive(checks: Sequence[Check]) -> Gate:
    inside = sum(check.inside for check in checks)
    level = next((check for check in checks if check.name == LEVEL), None)
    figures: dict[str, Any] = {"inside": inside, "total": len(checks)}
    if level is not None and not level.inside:
        return _gate("predictive", "failed", key="level", **figures,
                     observed=f"{100 * level.observed:.2f}", lower=f"{100 * level.lower:.2f}",
                     upper=f"{100 * level.upper:.2f}")
    good = inside >= LEAST_INSIDE * len(checks)
    return _gate("predictive", "passed" if good else "failed", **figures)


def _holdout(holdout: Holdout | None, exits_ahead: int) -> Gate:
    if holdout is None:
        return _gate("holdout", "untested", exits=exits_ahead, least=ENOUGH_EXITS)
    total = holdout.total
    figures: dict[str, Any] = {
        "months": holdout.months, "cutoff": holdout.cutoff, "observed": total.observed,
        "mean": f"{total.mean:.1f}", "lower": f"{total.lower:.0f}", "upper": f"{total.upper:.0f}",
        "skill": f"{holdout.skill:.3f}", "skill_lower": f"{holdout.skill_lower:.3f}",
        "skill_upper": f"{holdout.skill_upper:.3f}",
    }
    if not FAR_OUT <= total.below <= 1 - FAR_OUT:
        return _gate("holdout", "failed", **figures)
    if holdout.skill <= 0:
        return _gate("holdout", "failed", key="skill", **figures)
    return _gate("holdout", "passed", **figures)


def _contraction(rows: Sequence[Coverage]) -> Gate:
    known = sum(row.identified for row in rows)
    return _gate("contraction", "passed" if known else "failed", count=known, total=len(rows),
                 least=IDENTIFIED)


def _gate(name: str, state: State, *, key: str | None = None, **values: Any) -> Gate:
    return Gate(name, state, {lang: text(f"gate.{name}.{key or state}", lang, **values)
                              for lang in LANGUAGES})

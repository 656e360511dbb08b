"""What a course, or coaching, is worth: a policy with it against the same policy without it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simlab.decide.answers import Warrant
from simlab.decide.effects import Beside, effect_of
from simlab.decide.intervals import Fan, Interval, fan_of, interval_of, quantiles_of
from simlab.decide.outcomes import HEADLINE

PER = 100_000
"""Money for which the exits avoided are stated."""
COST_ITEMS = ("training_cost", "pay_cost", "replacement_cost", "support_cost", "help_cost",
              "conditions_cost")
"""What cost is the sum of."""
EFFECTS = (HEADLINE, "voluntary", "cost", *COST_ITEMS, "business", "training_hours",
           "exams_passed", "exams_failed", "meets_profile")
"""Outcomes in which a policy with a course is held against the policy without it."""


@dataclass(frozen=True)
class PerMoney:
    """Exits avoided for every `PER` of cost."""

    mean: float | None
    """Exits avoided over cost, both expected; None where the course costs no more in
    expectation."""
    lower: float | None
    upper: float | None
    """90% interval over the draws in which it costs more; None where it does in none."""
    free: float
    """Share of draws in which it costs no more than going without."""


@dataclass(frozen=True)
class Course:
    """One course (or coaching) with everything that follows from it."""

    name: str
    """Key of the skill or industry that it teaches, or ``coaching``."""
    kind: str
    """``skill``, ``industry`` or ``coaching``."""
    offered: bool
    """Part of the policy itself; else of another one of the scenario."""
    amount: float
    """Hours of the course; of coaching the share of what managers can give."""
    hours: Interval
    """Course hours a head and month of the period, with less without."""
    passed: float | None
    """Share of the exams it brings that are passed; None where it brings none."""
    effects: Mapping[str, Interval]
    """`EFFECTS`: with it less without it, over draws."""
    beats: float
    """Probability over draws that fewer people at or above standard leave with it."""
    per_money: PerMoney
    warrant: Warrant
    owed: Interval | None
    """Share of the headline effect's variance that no data speak for."""
    learnt: str
    """Outcome that shows what is learnt: the skill's mean level, or fit with the work done."""
    with_it: Fan
    """That outcome by month with the course, over draws."""
    without_it: Fan
    gained: Fan
    """The difference by month: what is gained, and forgotten."""


@dataclass(frozen=True)
class Pair:
    """Figures of a policy with a course and without it, along an axis of two, in that order."""

    names: tuple[str, str]
    outcomes: tuple[str, ...]
    totals: NDArray[np.float64]
    """(draw, replicate, 2, outcome) of `EFFECTS` and ``headcount``, over the whole period."""
    headline: NDArray[np.float64]
    """(draw, 2, month) of the headline."""
    learnt: NDArray[np.float64]
    """(draw, 2, month) of the outcome that shows what is learnt."""

    def of(self, name: str) -> NDArray[np.float64]:
        """(draw, replicate, 2) of one outcome."""
        return self.totals[..., self.outcomes.index(name)]

    def difference(self, name: str) -> NDArray[np.float64]:
        """(draw,) expectation of one outcome with the course less without it."""
        values = self.of(name)
        return np.asarray((values[..., 0] - values[..., 1]).mean(axis=1))


def course_of(
    pair: Pair, beside: Beside, prior: Pair, *, name: str, kind: str, offered: bool,
    amount: float, learnt: str,
) -> Course:
    """The reduction of one pair; `prior` is the same pair before any data (the pair itself where
    it was drawn from the prior)."""
    headline = effect_of(pair.names, HEADLINE, pair.headline, pair.of(HEADLINE),
                         {"prior": prior.of(HEADLINE)}, beside)
    effects = {outcome: interval_of(pair.difference(outcome)) for outcome in EFFECTS}
    months = pair.headline.shape[-1]
    heads = pair.of("headcount")[..., 0].mean(axis=1) * months
    passed, failed = (float(pair.difference(f"exams_{how}").mean()) for how in
                      ("passed", "failed"))
    return Course(
        name=name, kind=kind, offered=offered, amount=amount,
        hours=interval_of(pair.difference("training_hours") / heads),
        passed=passed / (passed + failed) if kind != "coaching" and passed > 0 else None,
        effects=effects, beats=headline.beats,
        per_money=per_money(-pair.difference(HEADLINE), pair.difference("cost")),
        warrant=headline.warrant, owed=headline.owed, learnt=learnt,
        with_it=fan_of(pair.names[0], learnt, pair.learnt[:, 0]),
        without_it=fan_of(pair.names[1], learnt, pair.learnt[:, 1]),
        gained=fan_of(pair.names[0], learnt, pair.learnt[:, 0] - pair.learnt[:, 1]))


def per_money(avoided: NDArray[np.float64], cost: NDArray[np.float64]) -> PerMoney:
    """Of exits avoided and cost by draw. Where a draw's cost is nothing or less the ratio has no
    meaning: it saves, which is told apart."""
    dearer = cost > 0
    free = float(1.0 - dearer.mean())
    if not dearer.any():
        return PerMoney(None, None, None, free)
    lower, upper = quantiles_of(PER * avoided[dearer] / cost[dearer], (0.05, 0.95)).tolist()
    if cost.mean() <= 0:
        return PerMoney(None, lower, upper, free)
    mean = float(PER * avoided.mean() / cost.mean())
    return PerMoney(mean, min(lower, mean), max(upper, mean), free)


def best_of(courses: Sequence[Course]) -> str | None:
    """The course that pays best: one that avoids exits and saves money before any that costs; then
    by exits avoided for the money. None where none avoids an exit in expectation."""
    def worth(course: Course) -> tuple[bool, float]:
        saves = course.per_money.mean is None
        return saves, (-course.effects[HEADLINE].mean if saves else course.per_money.mean or 0.0)

    paying = [course for course in courses if course.effects[HEADLINE].mean < 0]
    return max(paying, key=worth).name if paying else None

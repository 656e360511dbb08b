"""What a decision is judged by beside the headline, and each policy's chances on these terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simlab.decide.outcomes import HEADLINE
from simlab.errors import LabError

Totals = NDArray[np.float64]
"""(draw, replicate, policy, outcome) over the whole period."""


@dataclass(frozen=True)
class Terms:
    """Targets and prices as the user states them; what is not stated is not judged."""

    at_most: float | None = None
    """Headline exits over the period that count as the target met."""
    down_by: float | None = None
    """Share by which they must fall against the baseline for it to be met, instead."""
    budget: float | None = None
    """What a policy may cost above the baseline over the period, money."""
    margin: float | None = None
    """Share of business that is left after what it costs to deliver, people apart; without it
    business has no value and only costs count."""
    currency: str = ""
    """Of the records or the scenario; empty where nobody said."""

    def __post_init__(self) -> None:
        if self.at_most is not None and self.down_by is not None:
            raise LabError("two_targets", at_most=self.at_most, down_by=self.down_by)
        for name, value, upper in (
            ("at_most", self.at_most, np.inf), ("down_by", self.down_by, 1.0),
            ("budget", self.budget, np.inf), ("margin", self.margin, 1.0),
        ):
            if value is not None and not 0 <= value <= upper:
                raise LabError("bad_term", term=name, value=value, lower=0,
                               upper="" if upper == np.inf else f"{upper:g}")


@dataclass(frozen=True)
class Chance:
    """Of the same event in two readings."""

    expected: float
    """Share of draws in which the expectation meets it: how sure the policy does."""
    seen: float
    """Share of futures in which this firm's own figure does: luck added."""


@dataclass(frozen=True)
class Standing:
    """Where a policy stands among all of them, in the headline."""

    policy: str
    best: float
    """Share of draws in which no other policy's expected headline is better; ties are shared."""
    harm: float | None
    """Share of draws in which it is worse than the baseline's; None for the baseline."""
    target: Chance | None
    budget: Chance | None
    """None where no target or budget was stated; for the baseline no budget is needed."""


def standings(
    totals: Totals, order: Mapping[str, int], names: tuple[str, ...], baseline: str, terms: Terms
) -> tuple[Standing, ...]:
    """One per policy, in the order of `order`; none where the headline was not simulated."""
    if HEADLINE not in names:
        return ()
    headline = totals[..., names.index(HEADLINE)]
    cost = totals[..., names.index("cost")] if "cost" in names else None
    best = best_shares(headline.mean(axis=1))
    zero = order[baseline]
    found = []
    for policy, p in order.items():
        worse = (headline[:, :, p] - headline[:, :, zero]).mean(axis=1) > 0
        found.append(Standing(
            policy=policy, best=float(best[p]),
            harm=None if p == zero else float(worse.mean()),
            target=_target(headline[:, :, p], headline[:, :, zero], terms),
            budget=None if cost is None or p == zero else _within(
                cost[:, :, p], cost[:, :, zero], terms.budget)))
    return tuple(found)


def best_shares(expected: NDArray[np.float64]) -> NDArray[np.float64]:
    """(policy,) share of draws in which each has the lowest of `expected` (draw, policy); policies
    that tie share the draw."""
    lowest = expected == expected.min(axis=1, keepdims=True)
    shares: NDArray[np.float64] = (lowest / lowest.sum(axis=1, keepdims=True)).mean(axis=0)
    return shares


def _target(own: Totals, baseline: Totals, terms: Terms) -> Chance | None:
    """`own` and `baseline` (draw, replicate)."""
    if terms.at_most is not None:
        return Chance(float((own.mean(axis=1) <= terms.at_most).mean()),
                      float((own <= terms.at_most).mean()))
    if terms.down_by is None:
        return None
    return _at_or_below(own, (1.0 - terms.down_by) * baseline, 0.0)


def _within(own: Totals, baseline: Totals, budget: float | None) -> Chance | None:
    return None if budget is None else _at_or_below(own, baseline, budget)


def _at_or_below(own: Totals, other: Totals, by: float) -> Chance:
    """`own` at most `by` above `other`: in expectation, and in a future of its own luck."""
    expected = own.mean(axis=1) - other.mean(axis=1) <= by
    seen = [one - another <= by for one, another in independent(own, other)]
    return Chance(float(expected.mean()), float(np.mean(seen)))


def independent(
    one: NDArray[np.float64], other: NDArray[np.float64]
) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Futures of two policies (draw, replicate) each put beside others of independent luck.

    Independent means another replicate of the same draw. With one replicate a draw only another
    draw is independent, which mixes ignorance into the luck.
    """
    draws, replicates = one.shape
    if replicates > 1:
        step = max(1, (replicates - 1) // 16)
        return [(one, np.roll(other, shift, axis=1)) for shift in range(1, replicates, step)]
    step = max(1, draws // 16)
    return [(one, np.roll(other, shift, axis=0))
            for shift in range(1, draws, step)] or [(one, other)]

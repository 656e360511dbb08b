"""What trying policies gave, and what they may not do: the limits that a search respects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from simlab.policy import Policy
from simlab.policy.search import Constraints, Limit

Array = NDArray[np.float64]
OF = "@"
"""Between a figure and the group of people that it is of."""


@dataclass(frozen=True)
class Sample:
    """Which futures policies are tried in. All policies of one sample meet the same ones."""

    rows: slice
    """Of the parameter draws at hand."""
    replicates: int = 1
    stream: int = 0
    """Samples of different streams have independent luck."""

    @property
    def draws(self) -> int:
        """How many rows there are."""
        return int(self.rows.stop - self.rows.start)


@dataclass(frozen=True)
class Tried:
    """Figures over the whole period, the baseline's first."""

    values: Array
    """(draw, replicate, policy, figure)"""
    figures: tuple[str, ...]
    """Names along the last axis: outcomes, and those that `Constraint` names."""

    def of(self, figure: str) -> Array:
        """(draw, replicate, policy) of one figure."""
        return self.values[..., self.figures.index(figure)]


Try = Callable[[Sequence[Policy], Sample], Tried]
"""Runs policies (the baseline is added before them) in a sample."""


@dataclass(frozen=True)
class Constraint:
    """A limit on what a policy does to people, or costs."""

    name: str
    figure: str
    limit: float
    probability: float | None = None
    """That the expected figure of the firm keeps to the limit; None: the mean over draws does."""
    against: bool = False
    """The figure is the difference from the baseline."""
    share: bool = False
    """As a share of the baseline's."""
    at_least: bool = False
    """The figure must not be below the limit; otherwise not above it."""
    by_group: bool = False
    """It holds for every group of people; told is the group that comes nearest to breaking it."""

    def amounts(self, tried: Tried) -> Array:
        """(draw, policy, group) of the figure, expected within each draw; one group, everybody,
        where groups do not matter or nothing is known of them."""
        names = [name for name in tried.figures if self.by_group
                 and name.startswith(f"{self.figure}{OF}")] or [self.figure]
        values = np.stack([tried.of(name).mean(axis=1) for name in names], axis=-1)
        base = values[:, :1]
        amounts = values[:, 1:] - base if self.against else values[:, 1:]
        return np.asarray(amounts / np.maximum(base, 1e-9) if self.share else amounts)

    def figures(self, tried: Tried) -> Array:
        """(policy,) what is held against the limit: the mean over draws, or the quantile that
        stands for the probability."""
        amounts = self.amounts(tried)
        if self.probability is None:
            found = amounts.mean(axis=0)
        else:
            level = 1.0 - self.probability if self.at_least else self.probability
            found = np.quantile(amounts, level, axis=0)
        return np.asarray(found.min(axis=-1) if self.at_least else found.max(axis=-1))

    def kept(self, tried: Tried) -> Array:
        """(policy,) share of draws in which the expected figure keeps to the limit."""
        amounts = self.amounts(tried)
        keeps = amounts >= self.limit if self.at_least else amounts <= self.limit
        return np.asarray(keeps.mean(axis=0).min(axis=-1))

    def excess(self, tried: Tried) -> Array:
        """(policy,) by how much of its scale a policy misses the limit; 0 or less is met."""
        figures = self.figures(tried)
        usual = 1.0 if self.share else abs(float(tried.of(self.figure)[:, :, 0].mean()))
        gap = self.limit - figures if self.at_least else figures - self.limit
        return np.asarray(gap / max(usual, abs(self.limit), 1e-9))


def constraints_of(declared: Constraints) -> tuple[Constraint, ...]:
    """The constraints of a search as they are computed."""
    found = [
        Constraint("pay_floor", "assured_pay", declared.pay_floor.at_least, at_least=True),
        _limit("hours", "hours", declared.hours),
        _limit("involuntary", "involuntary", declared.involuntary, against=True),
        Constraint("headcount", "headcount", -declared.headcount.at_most,
                   declared.headcount.probability, against=True, share=True, at_least=True),
        Constraint("group_loss", "regretted", declared.group_loss.at_most,
                   declared.group_loss.probability, against=True, by_group=True),
    ]
    if declared.budget is not None:
        found.insert(0, budget(declared.budget))
    return tuple(found)


def budget(limit: Limit) -> Constraint:
    """What a policy may cost more than the baseline."""
    return _limit("budget", "cost", limit, against=True)


def _limit(name: str, figure: str, limit: Limit, *, against: bool = False) -> Constraint:
    return Constraint(name, figure, limit.at_most, limit.probability, against=against)


@dataclass(frozen=True)
class Conflict:
    """Constraints that no policy tried meets together."""

    constraints: tuple[int, ...]
    nearest: int
    """The policy whose largest excess over them is the smallest."""


def conflicts(excess: Array) -> tuple[Conflict, ...]:
    """The smallest sets of constraints that no policy meets together, from `excess`
    (constraint, policy); none where some policy meets all."""
    met = excess <= 0
    for size in range(1, len(excess) + 1):
        found = [
            Conflict(chosen, int(np.argmin(excess[list(chosen)].max(axis=0))))
            for chosen in combinations(range(len(excess)), size)
            if not met[list(chosen)].all(axis=0).any()
        ]
        if found:
            return tuple(found)
    return ()

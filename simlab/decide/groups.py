"""Effects by group of people: teams, units, segments, tenure, tiers of results, protected groups.

Where a group is small its own effect is uncertain; that is what the intervals say. A group that
people pass through (work, tenure, results) may shrink under a policy, so effects are judged by
rates: exits per 100 people and year.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simlab.decide.intervals import Interval, interval_of

COUNTED = ("heads", "exits", "voluntary", "regretted", "avoidable")
"""Figures of a group, in the order of their axis (`simlab.world.Counted`)."""
SHOWN = ("regretted", "voluntary", "avoidable")


@dataclass(frozen=True)
class GroupEffect:
    """`policy` against `against` in one figure of one group; expectations over draws."""

    division: str
    group: str
    people: int | None
    """Seats at the start; None where people pass through the group."""
    heads: float
    """People in it under `against`, the mean over months."""
    policy: str
    against: str
    figure: str
    level: Interval
    """Exits of the period under `against`."""
    difference: Interval
    rate: Interval
    """Exits per 100 people and year under `against`."""
    rate_difference: Interval
    beats: float
    """Share of draws in which the expected rate is lower."""
    harm: float
    """Share of draws in which it is higher."""


def group_effects(
    counts: NDArray[np.float64], groups: tuple[tuple[str, str], ...],
    people: tuple[int | None, ...], order: Mapping[str, int], baseline: str, months: int,
) -> tuple[GroupEffect, ...]:
    """Every policy against the baseline in the figures `SHOWN` of every group.

    `counts` (draw, replicate, policy, group, figure) over the whole period; a group that nobody
    is in under either policy is left out.
    """
    expected = counts.mean(axis=1)
    zero = order[baseline]
    found = []
    for g, (division, group) in enumerate(groups):
        before = expected[:, zero, g]
        if not before[:, 0].any():
            continue
        for policy, p in order.items():
            if p == zero or not expected[:, p, g, 0].any():
                continue
            for figure in SHOWN:
                found.append(_effect(
                    expected[:, p, g], before, COUNTED.index(figure),
                    {"division": division, "group": group, "people": people[g],
                     "heads": float(before[:, 0].mean() / months), "policy": policy,
                     "against": baseline, "figure": figure}))
    return tuple(found)


def _effect(
    after: NDArray[np.float64], before: NDArray[np.float64], figure: int, named: dict[str, Any]
) -> GroupEffect:
    """`after` and `before` (draw, figure)."""
    gap = _rate(after, figure) - _rate(before, figure)
    return GroupEffect(
        **named, level=interval_of(before[:, figure]),
        difference=interval_of(after[:, figure] - before[:, figure]),
        rate=interval_of(_rate(before, figure)), rate_difference=interval_of(gap),
        beats=float((gap < 0).mean()), harm=float((gap > 0).mean()))


def _rate(expected: NDArray[np.float64], figure: int) -> NDArray[np.float64]:
    """(draw,) per 100 people and year; 0 where nobody is in the group."""
    heads = expected[:, 0]
    rate: NDArray[np.float64] = 1200.0 * expected[:, figure] / np.where(heads > 0, heads, 1.0)
    return rate

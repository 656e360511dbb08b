"""What a pay plan rewards, where effort goes under it, and how pay keeps up with expectations.

Reductions of figures by segment of work (`Segments`), over futures of this firm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simlab.decide.intervals import Fan, Interval, fan_of, interval_of, quantiles_of
from simlab.world import Task

LEAST = 10
"""People below whom a segment is not shown apart."""
PAID = ("base", "commission", "key_paid", "bonus", "top_up")
"""What income is made of."""


@dataclass(frozen=True)
class Segments:
    """Figures of one policy: name -> (draw, replicate, month), a segment's as ``key:income``."""

    figures: Mapping[str, NDArray[np.float64]]
    names: tuple[str, ...]
    tasks: tuple[str, ...]

    @property
    def months(self) -> int:
        """How many there are."""
        return int(next(iter(self.figures.values())).shape[-1])

    def futures(self, segment: str, figure: str) -> NDArray[np.float64]:
        """(future, month)"""
        values = self.figures[f"{segment}:{figure}"]
        return values.reshape(-1, values.shape[-1])

    def seen(self, segment: str) -> NDArray[np.bool_]:
        """(month,) whether so many people are in a segment that it may be shown."""
        people = self.futures(segment, "people")
        return np.asarray((people.mean(axis=0) >= LEAST) & (people.min(axis=0) > 0))

    def effort(self, segments: Sequence[str], months: NDArray[np.bool_]) -> NDArray[np.float64]:
        """(draw, replicate, task) effort of the months chosen, summed over people."""
        return np.stack([
            sum(self.figures[f"{segment}:effort_{task}"][..., months].sum(axis=-1)
                for segment in segments)
            for task in range(len(self.tasks))], axis=-1)


@dataclass(frozen=True)
class Gap:
    """Income received against income expected, by month, of a segment."""

    months: tuple[int, ...]
    """Places of the months in which the segment has people enough to be shown."""
    fan: Fan
    """Received / expected - 1."""


@dataclass(frozen=True)
class Kpi:
    """A KPI of the plan: its weight in each stage, and the effort that serves it."""

    name: str
    weights: tuple[float, ...]
    effort: Interval
    """Share of all effort that serves it, each task as far as it serves the KPI."""
    against_even: Interval
    """That share less what it would be if people split their hours evenly over selling (or
    opening), caring and collaborating; expectations over draws."""

    @property
    def unrewarded(self) -> bool:
        """Without weight in every stage, while effort for it falls below an even split (the whole
        interval does)."""
        return not any(self.weights) and self.against_even.upper < 0


def gap_of(found: Segments, segment: str) -> Gap | None:
    """None where the segment never has people enough."""
    seen = found.seen(segment)
    if not seen.any():
        return None
    received = found.futures(segment, "income")[:, seen]
    expected = found.futures(segment, "expected")[:, seen]
    return Gap(tuple(np.flatnonzero(seen).tolist()),
               fan_of("", "pay_gap", received / expected - 1.0))


def shares_of(
    found: Segments, segments: Sequence[str], months: NDArray[np.bool_]
) -> dict[str, Interval] | None:
    """Task -> its share of the effort in those of the months in which people enough are there;
    None where there are none."""
    if len(segments) == 1:
        months = months & found.seen(segments[0])
    if not months.any():
        return None
    effort = found.effort(segments, months)
    shares = _shares(effort).reshape(-1, len(found.tasks))
    return {task: interval_of(shares[:, k]) for k, task in enumerate(found.tasks)}


def kpis_of(
    found: Segments, serves: NDArray[np.float64], weights: Sequence[Mapping[str, float]],
    names: Sequence[str],
) -> tuple[Kpi, ...]:
    """Every KPI, from the whole period; `serves` (task, KPI) as the role pack has it."""
    effort = found.effort(found.names, np.ones(found.months, bool))
    level = (_shares(effort) @ serves).reshape(-1, len(names))
    expected = effort.mean(axis=1)
    gap = (_shares(expected) - _shares(_even(expected))) @ serves
    return tuple(
        Kpi(name, tuple(float(stage.get(name, 0.0)) for stage in weights),
            interval_of(level[:, k]), interval_of(gap[:, k]))
        for k, name in enumerate(names))


def _shares(effort: NDArray[np.float64]) -> NDArray[np.float64]:
    """Over the last axis."""
    return np.asarray(effort / effort.sum(axis=-1, keepdims=True))


def _even(effort: NDArray[np.float64]) -> NDArray[np.float64]:
    """(draw, task) the same hours split evenly over selling (or opening), caring, collaborating;
    what is learnt stays, since courses are booked."""
    even = effort.copy()
    third = np.delete(effort, Task.LEARN, axis=-1).sum(axis=-1) / 3.0
    selling = effort[:, Task.SELL] + effort[:, Task.OPEN]
    even[:, Task.CARE] = even[:, Task.COLLABORATE] = third
    for task in (Task.SELL, Task.OPEN):
        even[:, task] = third * effort[:, task] / selling
    return even


def per_head(found: Segments, segment: str, figures: Sequence[str]) -> dict[str, Interval] | None:
    """Mean of each figure a person and month, over the months in which the segment is shown, and
    ``people``, the mean number of them. None where it never is."""
    seen = found.seen(segment)
    if not seen.any():
        return None
    people = found.futures(segment, "people")[:, seen]
    means = {figure: interval_of(
        found.futures(segment, figure)[:, seen].sum(axis=1) / people.sum(axis=1))
        for figure in figures}
    return {"people": interval_of(people.mean(axis=1)), **means}


def below_of(found: Segments, segment: str | None = None) -> Interval | None:
    """Median over the people working in month 0 of months below the expected income, until they
    left: of everybody, or of those who stayed in (`segment` ``standard``) or came to key work.
    None where they are too few to be shown, in expectation or in one future of twenty."""
    if segment is None:
        values = found.figures["median_below"]
        return interval_of(values.reshape(-1, values.shape[-1])[:, -1])
    staff = found.futures(segment, "staff")[:, -1]
    if quantiles_of(staff, (0.05,))[0] < LEAST:
        return None
    median = found.futures(segment, "median")[:, -1]
    return interval_of(median[median >= 0])

"""Where does a policy fail? Boxes in the space of uncertainties that hold most of its failures.

The patient rule induction method (PRIM; Friedman, Fisher 1999, Statistics and Computing 9:123)
as used for scenario discovery (Bryant, Lempert 2010, Technological Forecasting and Social Change
77:34): from a box around all futures thin slices are peeled off where failures are rare, and
pasted back where that raises the density of failures. *Coverage* is the share of all failures that
lie in a box, *density* the share of futures in it that fail.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom, binomtest

from simlab.decide.intervals import Interval

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

PEEL, PASTE, LEAST = 0.05, 0.05, 0.05
"""Share of a box's futures that one peel takes and one paste adds, and the least share of all
futures that a box may hold: the figures of Bryant and Lempert."""
SIGNIFICANT = 0.05
"""Quasi-p-value above which a restriction is lifted: the box is as good without it."""
MOST_BOXES = 3
_FOLDS = 5


@dataclass(frozen=True)
class Box:
    """Limits (dimension,) on each uncertainty, and which futures (n,) lie within."""

    lower: Floats
    upper: Floats
    inside: Mask


@dataclass(frozen=True)
class Step:
    """One box on the peeling and pasting trajectory."""

    coverage: float
    density: float
    mass: float
    """Share of all futures that lie in the box."""
    restricted: int
    """Uncertainties with a limit."""


@dataclass(frozen=True)
class Restriction:
    """Limits of a box on one uncertainty; None where it has none on that side."""

    name: str
    lower: float | None
    upper: float | None
    quasi_p: tuple[float | None, float | None]
    """Of each limit: the chance of as many failures among as many futures as the box holds, at
    the density of the box without that limit (one-sided binomial test)."""


@dataclass(frozen=True)
class Found:
    """A box in terms of the uncertainties. Intervals are 90% (Wilson), over futures; the limits
    were fitted to the same futures, so see `Discovery.held_out` for what new ones will show."""

    restrictions: tuple[Restriction, ...]
    futures: int
    cases: int
    coverage: Interval
    density: Interval
    trajectory: tuple[Step, ...]
    """From the box of all futures to the last one pasted."""


@dataclass(frozen=True)
class Discovery:
    """The boxes that hold the cases of interest."""

    futures: int
    cases: int
    boxes: tuple[Found, ...]
    """None where there are no cases, only cases, or nothing sets them apart."""
    held_out: tuple[Interval, Interval] | None
    """Coverage and density of all boxes together in futures that they were not fitted to
    (five-fold); None without a box, or where no held-out future fell into one."""


def discover(x: Floats, cases: Mask, names: Sequence[str]) -> Discovery:
    """Boxes in `x` (future, uncertainty) that hold many of the `cases` (future,) and little else,
    each found among the futures that the ones before left over."""
    boxes = _boxes(x, cases)
    return Discovery(len(cases), int(cases.sum()),
                     tuple(_found(x, cases, names, *each) for each in boxes),
                     _held_out(x, cases) if boxes else None)


def trajectory(x: Floats, cases: Mask, remaining: Mask | None = None) -> list[Box]:
    """Every box from that of all `remaining` futures (default: all) to the last one pasted."""
    remaining = np.ones(len(cases), bool) if remaining is None else remaining
    boxes = [Box(x[remaining].min(axis=0), x[remaining].max(axis=0), remaining)]
    least = LEAST * len(cases)
    while (found := _best(_peels(x, boxes[-1]), boxes[-1], boxes[0], cases)) is not None:
        if found.inside.sum() < least or found.inside.sum() == boxes[-1].inside.sum():
            break
        boxes.append(found)
    while (found := _best(_pastes(x, boxes[-1], boxes[0]), boxes[-1], boxes[0], cases)) is not None:
        if found.inside.sum() <= boxes[-1].inside.sum():
            break
        boxes.append(found)
    return boxes


def quasi_p(x: Floats, cases: Mask, box: Box, whole: Box, dimension: int, side: str) -> float:
    """How likely the box would be as dense without its limit on one `side` (``lower`` or
    ``upper``) of a dimension, by chance."""
    without = _limited(x, box, whole, dimension, side, getattr(whole, side)[dimension])
    density = cases[without.inside].mean()
    return float(binom.sf(cases[box.inside].sum() - 1, box.inside.sum(), density))


def proportion(cases: int, n: int) -> Interval:
    """A share with its 90% Wilson interval; `n` above 0."""
    bounds = binomtest(cases, n).proportion_ci(0.9, method="wilson")
    return Interval(cases / n, float(bounds.low), float(bounds.high))


def _boxes(x: Floats, cases: Mask) -> list[tuple[Box, list[Box]]]:
    """Each box that is denser than all futures together beyond chance, and whose limits are all
    significant, with its trajectory."""
    found: list[tuple[Box, list[Box]]] = []
    remaining = np.ones(len(cases), bool)
    base = cases.mean()
    while len(found) < MOST_BOXES and 0 < cases[remaining].mean() < 1:
        path = trajectory(x, cases, remaining)
        box = _significant(x, cases, max(path, key=lambda b: _merit(b, cases)), path[0])
        held = int(cases[box.inside].sum()), int(box.inside.sum())
        if not _restricted(box, path[0]).any() or proportion(*held).lower <= base:
            break
        found.append((box, path))
        remaining = remaining & ~box.inside
        if remaining.sum() < max(LEAST * len(cases), 2):
            break
    return found


def _merit(box: Box, cases: Mask) -> float:
    """Weighted harmonic mean of coverage and density (van Rijsbergen's F, 1979, with a beta of
    one half): density weighs more, since a further box may hold what this one leaves out."""
    return 1.25 * float(cases[box.inside].sum()) / float(0.25 * cases.sum() + box.inside.sum())


def _significant(x: Floats, cases: Mask, box: Box, whole: Box) -> Box:
    """The box without limits that chance alone may explain, the weakest lifted first."""
    while True:
        worst = max(((quasi_p(x, cases, box, whole, j, side), j, side)
                     for j, side in _limits(box, whole)), default=(0.0, 0, ""))
        if worst[0] <= SIGNIFICANT:
            return box
        _, j, side = worst
        box = _limited(x, box, whole, j, side, getattr(whole, side)[j])


def _peels(x: Floats, box: Box) -> Iterator[Box]:
    for j in range(x.shape[1]):
        values = x[box.inside, j]
        for side, share in (("upper", 1.0 - PEEL), ("lower", PEEL)):
            yield _limited(x, box, box, j, side, _cut(values, share))


def _pastes(x: Floats, box: Box, whole: Box) -> Iterator[Box]:
    for j in np.flatnonzero(_restricted(box, whole)).tolist():
        for side, share in (("lower", 1.0 - PASTE), ("upper", PASTE)):
            end = getattr(whole, side)[j]
            wider = _limited(x, box, whole, j, side, end)
            beyond = (x[:, j] <= box.lower[j]) if side == "lower" else (x[:, j] >= box.upper[j])
            values = x[wider.inside & beyond, j]
            yield _limited(x, box, whole, j, side, _cut(values, share) if len(values) else end)


def _best(candidates: Iterator[Box], box: Box, whole: Box, cases: Mask) -> Box | None:
    """The candidate that raises the density most per future taken away or added (of equals the
    one with fewest restrictions, then the first); None where none raises it."""
    before, n = cases[box.inside].mean(), int(box.inside.sum())
    best, found = (0.0, 0), None
    for candidate in candidates:
        inside = int(candidate.inside.sum())
        if inside in (0, n):
            continue
        gain = float(cases[candidate.inside].mean() - before) / abs(inside - n)
        score = (gain, -int(_restricted(candidate, whole).sum()))
        if gain > 0 and (found is None or score > best):
            best, found = score, candidate
    return found


def _cut(values: Floats, share: float) -> float:
    """A limit between two neighbouring values near the quantile `share`, beyond any ties."""
    ordered = np.sort(values)
    place = (len(ordered) - 1) * share
    if share > 0.5:
        inner = ordered[math.ceil(place)]
        other = max(int(np.searchsorted(ordered, inner, "left")) - 1, 0)
    else:
        inner = ordered[math.floor(place)]
        other = min(int(np.searchsorted(ordered, inner, "right")), len(ordered) - 1)
    return float((inner + ordered[other]) / 2)


def _limited(x: Floats, box: Box, whole: Box, j: int, side: str, limit: float) -> Box:
    """The box with another limit; futures come from the `whole` box."""
    lower, upper = box.lower.copy(), box.upper.copy()
    (lower if side == "lower" else upper)[j] = limit
    inside = whole.inside & ((x >= lower) & (x <= upper)).all(axis=1)
    return Box(lower, upper, inside)


def _restricted(box: Box, whole: Box) -> Mask:
    """(dimension,) whether the box has a limit on it."""
    return np.asarray((box.lower != whole.lower) | (box.upper != whole.upper))


def _limits(box: Box, whole: Box) -> list[tuple[int, str]]:
    """Dimension and side of each limit."""
    return [(j, side) for j in range(len(box.lower)) for side in ("lower", "upper")
            if getattr(box, side)[j] != getattr(whole, side)[j]]


def _found(x: Floats, cases: Mask, names: Sequence[str], box: Box, path: list[Box]) -> Found:
    whole, total = path[0], int(cases.sum())
    found: dict[int, Restriction] = {}
    for j, side in _limits(box, whole):
        given = found.get(j, Restriction(names[j], None, None, (None, None)))
        p = quasi_p(x, cases, box, whole, j, side)
        limit = float(getattr(box, side)[j])
        found[j] = (replace(given, lower=limit, quasi_p=(p, given.quasi_p[1])) if side == "lower"
                    else replace(given, upper=limit, quasi_p=(given.quasi_p[0], p)))
    held, n = int(cases[box.inside].sum()), int(box.inside.sum())
    steps = tuple(
        Step(float(cases[each.inside].sum() / total), float(cases[each.inside].mean()),
             float(each.inside.mean()), int(_restricted(each, whole).sum())) for each in path)
    return Found(tuple(found.values()), n, held, proportion(held, total), proportion(held, n),
                 steps)


def _held_out(x: Floats, cases: Mask) -> tuple[Interval, Interval] | None:
    inside = np.zeros(len(cases), bool)
    for fold in range(_FOLDS):
        # futures come in no order, so that every fifth is as good as any
        held = np.arange(len(cases)) % _FOLDS == fold
        for box, _ in _boxes(x[~held], cases[~held]):
            # a limit that the box does not have is the whole range, which new futures may exceed
            whole_lower, whole_upper = x[~held].min(axis=0), x[~held].max(axis=0)
            lower = np.where(box.lower == whole_lower, -np.inf, box.lower)
            upper = np.where(box.upper == whole_upper, np.inf, box.upper)
            inside |= held & ((x >= lower) & (x <= upper)).all(axis=1)
    if not inside.any():
        return None
    caught = int(cases[inside].sum())
    return proportion(caught, int(cases.sum())), proportion(caught, int(inside.sum()))

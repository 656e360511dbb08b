"""What is told of each finalist: its effects, whether it is on the front, what it rests on."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from simlab.decide.answers import Warrant
from simlab.decide.finalists import Selected
from simlab.decide.intervals import Interval, interval_of
from simlab.decide.pareto import dominates, on_front, without_luck
from simlab.decide.search import Trial, differences, minimised
from simlab.decide.tried import Constraint, Tried
from simlab.decide.warrant import LARGE, Parameters, owed

Array = NDArray[np.float64]
Standing = Literal["front", "dominated", "dropped", "unmet"]
"""Of a finalist: on the front; beaten by another one's estimates; beaten for sure before it was
tried in all futures; or a constraint is not met in futures the search has not seen."""


STANDINGS: tuple[Standing, ...] = get_args(Standing)
SHOWN = ("regretted", "voluntary", "involuntary", "cost", "full_cost", "business")
"""Outcomes told of every finalist beside the objectives."""


@dataclass(frozen=True)
class Held:
    """One constraint and one policy."""

    constraint: str
    figure: float
    """The mean over draws, or the quantile that stands for the probability."""
    limit: float
    met: bool
    probability: float
    """Share of draws in which the expected figure keeps to the limit."""


@dataclass(frozen=True)
class Option:
    """A finalist, estimated in futures that the search has not seen."""

    policy: str
    values: Mapping[str, Any]
    """Fields as the search set them; empty for a policy that was there before."""
    standing: Standing
    effects: Mapping[str, Interval]
    """Objective, and each of `SHOWN` -> expected difference from the baseline over the whole
    period, 90% over draws; empty where dropped."""
    on_front: float
    """Share of draws in which no other finalist that meets the constraints is better in
    everything; NaN for those not compared."""
    held: tuple[Held, ...]
    by: str | None
    """Which policy beats it."""
    histories: int
    """It was tried in."""
    owed: Interval | None
    """Share of the first objective's uncertainty that is owed to what the data did not inform;
    None where luck hides it, or where dropped."""
    warrant: Warrant
    """How far the data informed the first objective; never `tested`: records made under other
    policies cannot test one that a search found."""
    searched: Mapping[str, float]
    """Objective -> what the search made of it; empty for a policy that was there before."""


def met(constraints: Sequence[Constraint], tried: Tried) -> NDArray[np.bool_]:
    """(policy,) which meet all constraints."""
    return np.asarray(np.all([each.excess(tried) <= 0 for each in constraints], axis=0))


def shown(objectives: Sequence[str], tried: Tried) -> list[str]:
    """Outcomes whose effects are told."""
    return list(dict.fromkeys([*objectives, *(name for name in SHOWN if name in tried.figures)]))


def options_of(
    names: Sequence[str], fields: Sequence[Mapping[str, Any]], chosen: Sequence[Trial],
    selected: Selected, objectives: Sequence[str], constraints: Sequence[Constraint],
    parameters: Parameters | None,
) -> tuple[Option, ...]:
    """Each finalist as it is told: the front by its last objective, then the rest. `names` and
    `fields` are of all finalists and of the `chosen` trials, which come first among them."""
    tried = selected.tried
    expected = _expected(tried, objectives)
    means = expected.mean(axis=0) * minimised(objectives)
    allowed = np.flatnonzero(met(constraints, tried))
    sure = dict(zip(allowed.tolist(), on_front(
        (expected * minimised(objectives))[:, allowed]).tolist(), strict=True))
    effects = _effects(tried, expected, objectives)
    held = _held(constraints, tried)
    histories = tried.values.shape[0] * tried.values.shape[1]

    def option(place: int, **estimated: Any) -> Option:
        searched = dict(zip(objectives, chosen[place].objectives, strict=True)) \
            if place < len(chosen) else {}
        return Option(policy=names[place], values=fields[place] if searched else {},
                      searched=searched, **estimated)

    found = []
    for k, place in enumerate(selected.kept):
        rivals = [j for j in allowed if dominates(means[j], means[k])]
        standing: Standing = "unmet" if k not in allowed else "dominated" if rivals else "front"
        share = None if parameters is None else owed(
            tried.of(objectives[0])[:, :, [k + 1, 0]], parameters)
        found.append(option(
            place, standing=standing, owed=share, warrant=_warrant(share),
            effects=effects[k], on_front=sure.get(k, math.nan), held=held[k],
            histories=histories,
            by=names[selected.kept[rivals[0]]] if standing == "dominated" else None))
    found.sort(key=lambda each: (STANDINGS.index(each.standing),
                                 each.effects[objectives[-1]].mean))
    return (*found, *(
        option(each.policy, standing="dropped", effects={}, on_front=math.nan, held=(),
               owed=None, warrant="unknown",
               histories=each.histories, by=names[each.by])
        for each in selected.dropped))


def _warrant(share: Interval | None) -> Warrant:
    if share is None:
        return "unknown"
    return "assumed" if share.mean >= LARGE else "partly"


def _expected(tried: Tried, figures: Sequence[str]) -> Array:
    """(draw, policy, figure) expected differences from the baseline."""
    gaps = differences(tried, figures)
    draws, replicates, policies = gaps.shape[:3]
    return without_luck(gaps.reshape(draws, replicates, -1)).reshape(draws, policies, -1)


def _effects(
    tried: Tried, expected: Array, objectives: Sequence[str]
) -> list[dict[str, Interval]]:
    found: list[dict[str, Interval]] = [{} for _ in range(expected.shape[1])]
    for name in shown(objectives, tried):
        gaps = expected[..., objectives.index(name)] if name in objectives else _expected(
            tried, [name])[..., 0]
        for k, effects in enumerate(found):
            effects[name] = interval_of(gaps[:, k])
    return found


def _held(constraints: Sequence[Constraint], tried: Tried) -> list[tuple[Held, ...]]:
    columns = [
        [Held(each.name, float(figure), each.limit, bool(excess <= 0), float(kept))
         for figure, excess, kept in zip(each.figures(tried), each.excess(tried),
                                         each.kept(tried), strict=True)]
        for each in constraints]
    return list(zip(*columns, strict=True))

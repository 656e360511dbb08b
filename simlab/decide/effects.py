"""One policy against another in one outcome: the difference, how sure, and what it rests on.

Two questions are kept apart. *Is A better than B?* compares expectations within a draw of the
parameters, so its uncertainty is what is not known about the firm. *Will this firm see fewer
exits under A?* adds luck: one future under A against an independent one under B.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from simlab.decide.answers import Effect, EffectOver, Retained, Warrant
from simlab.decide.intervals import Fan, Interval, fan_of, interval_of
from simlab.decide.outcomes import HEADLINE, outcome
from simlab.decide.precision import noise_variance
from simlab.decide.terms import independent
from simlab.decide.warrant import Parameters, judge, narrowed, owed


class Outcomes(Protocol):
    """What a comparison reads of an ensemble."""

    @property
    def y(self) -> NDArray[np.float64]:
        """(draw, replicate, policy, month, outcome)"""

    @property
    def policies(self) -> tuple[str, ...]:
        """Names along the policy axis."""

    @property
    def start(self) -> int:
        """First simulated month, months since year 0."""

    @property
    def provenance(self) -> dict[str, Any]:
        """Where the ensemble comes from."""


@dataclass(frozen=True)
class Beside:
    """The same study over other draws of the parameters, and what is known of the draws.

    All ensembles hold the policies of the main one, in its order.
    """

    prior: Outcomes | None = None
    """Over the prior: before any data. (The ensemble itself, where it was drawn from the prior:
    then every effect is an assumption.)"""
    zeroed: Outcomes | None = None
    """With every effect that the data did not inform at zero."""
    rivals: Mapping[str, Outcomes] = field(default_factory=dict)
    """Under rival priors of what records cannot move, by name."""
    parameters: Parameters | None = None
    """The draws of the main ensemble."""
    varied: Collection[tuple[str, str]] = ()
    """Pairs of policies that differ only in levers which the records saw change."""

    def named(self) -> dict[str, Outcomes]:
        """Every ensemble there is; rival priors as ``rival:NAME``."""
        found = {"prior": self.prior, "zeroed": self.zeroed,
                 **{f"rival:{name}": each for name, each in self.rivals.items()}}
        return {name: each for name, each in found.items() if each is not None}


def effect_of(
    pair: tuple[str, str], name: str, monthly: NDArray[np.float64], totals: NDArray[np.float64],
    over: Mapping[str, NDArray[np.float64]], beside: Beside,
) -> Effect:
    """Of the first of two policies against the second in outcome `name`.

    `monthly` (draw, 2, month) are expectations, `totals` (draw, replicate, 2) sums or means over
    the months; `over` holds such totals over other draws.
    """
    expected = totals.mean(axis=1)
    # Subtracted within a replicate first: equal policies then differ by exactly nothing.
    paired = totals[:, :, 0] - totals[:, :, 1]
    difference = paired.mean(axis=1)
    beats, ties = _beats(difference, name)
    sees_better, sees_equal = _sees(totals, name)
    noise = noise_variance(paired)
    informed, share, warrant = _warrant(totals, over.get("prior"), beside,
                                        varied=pair in beside.varied)
    again = {key: _effect_over(each, name) for key, each in over.items()}
    return Effect(
        policy=pair[0], against=pair[1], outcome=name,
        difference=interval_of(difference), ratio=_ratio(expected), beats=beats, ties=ties,
        sees_better=sees_better, sees_equal=sees_equal,
        monte_carlo_error=math.sqrt(noise),
        posterior_sd=math.sqrt(max(_variance(difference) - _or_zero(noise), 0.0)),
        correlation=_correlation(totals),
        cumulative=_cumulative(pair[0], name, monthly),
        prior=again.get("prior"), zeroed=again.get("zeroed"),
        rivals={rival: again[f"rival:{rival}"] for rival in beside.rivals},
        informed=informed, owed=share, warrant=warrant,
    )


def _cumulative(policy: str, name: str, monthly: NDArray[np.float64]) -> Fan:
    running = (monthly[:, 0] - monthly[:, 1]).cumsum(axis=1)
    if outcome(name).over_months == "mean":
        running = running / np.arange(1, running.shape[1] + 1)
    return fan_of(policy, name, running)


def _beats(difference: NDArray[np.float64], name: str) -> tuple[float, float]:
    good = difference > 0 if outcome(name).better == "higher" else difference < 0
    return float(good.mean()), float((difference == 0).mean())


def _sees(totals: NDArray[np.float64], name: str) -> tuple[float, float]:
    """Share of pairs of independent futures in which the first policy's figure is better, and
    in which both are equal."""
    gaps = np.stack([first - second
                     for first, second in independent(totals[:, :, 0], totals[:, :, 1])])
    better = gaps > 0 if outcome(name).better == "higher" else gaps < 0
    return float(better.mean()), float((gaps == 0).mean())


def _ratio(expected: NDArray[np.float64]) -> Interval | None:
    if not (expected[:, 1] > 0).all():
        return None
    return interval_of(expected[:, 0] / expected[:, 1])


def _correlation(totals: NDArray[np.float64]) -> float:
    """Within draws over replicates; over draws where there is one replicate."""
    centred = totals - totals.mean(axis=1 if totals.shape[1] > 1 else 0, keepdims=True)
    first, second = centred[..., 0].ravel(), centred[..., 1].ravel()
    scale = math.sqrt(float(first @ first) * float(second @ second))
    return float(first @ second) / scale if scale > 0 else math.nan


def _effect_over(totals: NDArray[np.float64], name: str) -> EffectOver:
    difference = (totals[:, :, 0] - totals[:, :, 1]).mean(axis=1)
    return EffectOver(interval_of(difference), _ratio(totals.mean(axis=1)),
                      _beats(difference, name)[0])


def _warrant(
    totals: NDArray[np.float64], prior: NDArray[np.float64] | None, beside: Beside, *,
    varied: bool,
) -> tuple[float, Interval | None, Warrant]:
    """How far the data narrowed the effect, the share owed to what they did not inform, and
    what follows."""
    if prior is None:
        return math.nan, None, "unknown"
    if np.array_equal(prior, totals):
        return 0.0, Interval(1.0, 1.0, 1.0), "assumed"
    share = None if beside.parameters is None else owed(totals, beside.parameters)
    informed, narrower = narrowed(totals, prior)
    return informed, share, judge(informed, narrower, share, varied=varied)


def retained_by(
    policy: str, against: str, totals: NDArray[np.float64], names: tuple[str, ...],
    order: dict[str, int],
) -> Retained:
    """The price of one more person retained, from `totals` (draw, replicate, policy, outcome)."""
    gap = (totals[:, :, order[policy]] - totals[:, :, order[against]]).mean(axis=1)
    people = -gap[:, names.index(HEADLINE)]
    cost = gap[:, names.index("cost")]
    somebody = people > 0
    price = interval_of(cost[somebody] / people[somebody]) if somebody.any() else None
    return Retained(policy, against, interval_of(people), interval_of(cost),
                    float(1.0 - somebody.mean()), price)


def _variance(values: NDArray[np.float64]) -> float:
    return float(values.var(ddof=1)) if len(values) > 1 else 0.0


def _or_zero(value: float) -> float:
    return value if math.isfinite(value) else 0.0

"""Policies against each other, from outcomes simulated under common random numbers.

Two questions are kept apart. *Is A better than B?* compares expectations within a draw of the
parameters, so its uncertainty is what is not known about the firm. *Will this firm see fewer
exits under A?* adds luck: one future under A against an independent one under B.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from simlab.decide.answers import (
    Comparison,
    Effect,
    EffectOver,
    Fan,
    Interval,
    Retained,
    Total,
    Warrant,
)
from simlab.decide.outcomes import HEADLINE, outcome
from simlab.decide.warrant import Parameters, judge, narrowed, owed
from simlab.errors import LabError
from simlab.panel import month_name

QUANTILES = (0.05, 0.25, 0.50, 0.75, 0.95)
"""Of every fan; the outer two are the 90% interval used everywhere."""


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


def compare(
    ensemble: Outcomes, baseline: str | None = None, *, beside: Beside | None = None,
    outcomes: Sequence[str] | None = None,
) -> Comparison:
    """Compare the policies of an ensemble pair by pair.

    `baseline` is the policy the others are measured against (default: the first). `beside` holds
    the same study over other draws; with it each effect says how far the data tested it.
    `outcomes` names the last axis of ``y`` (default: the engine's). A LabError where there are
    fewer than two policies, the baseline is not one of them, or a figure is not finite.
    """
    names = tuple(outcomes) if outcomes is not None else _engine_outcomes()
    policies, baseline = _checked(ensemble, baseline)
    y, beside = ensemble.y, beside or Beside()
    others = beside.named()
    for other in others.values():
        if other.policies != ensemble.policies:
            raise LabError("prior_of_other_policies", policies=", ".join(ensemble.policies),
                           prior=", ".join(other.policies))
    order = {name: index for index, name in enumerate(ensemble.policies)}
    pairs = [(a, b) for j, b in enumerate(policies) for a in policies[j + 1:]]
    totals = _over_months(y, names)
    over = {key: _over_months(other.y, names) for key, other in others.items()}
    effects = tuple(
        _effect((a, b), name, y[..., o][:, :, [order[a], order[b]]],
                totals[..., o][:, :, [order[a], order[b]]],
                {key: each[..., o][:, :, [order[a], order[b]]] for key, each in over.items()},
                beside)
        for a, b in pairs for o, name in enumerate(names)
    )
    return Comparison(
        policies=policies, baseline=baseline, headline=HEADLINE,
        months=tuple(month_name(ensemble.start + m) for m in range(y.shape[3])),
        outcomes=names, draws=y.shape[0], replicates=y.shape[1],
        fans=tuple(_fan(p, name, y[:, :, order[p], :, o].reshape(-1, y.shape[3]))
                   for p in policies for o, name in enumerate(names)),
        running=tuple(_fan(p, name, y[:, :, order[p], :, o].cumsum(axis=2)
                           .reshape(-1, y.shape[3]))
                      for p in policies for o, name in enumerate(names)
                      if outcome(name).over_months == "sum"),
        totals=tuple(Total(p, name, _interval(totals[:, :, order[p], o].ravel()))
                     for p in policies for o, name in enumerate(names)),
        effects=effects,
        retained=tuple(_retained(a, b, totals, names, order) for a, b in pairs
                       if HEADLINE in names and "cost" in names),
        provenance=dict(ensemble.provenance),
    )


def _engine_outcomes() -> tuple[str, ...]:
    from simlab.engine.outcomes import OUTCOMES  # compiled code: loaded only where it is needed

    return OUTCOMES


def _checked(ensemble: Outcomes, baseline: str | None) -> tuple[tuple[str, ...], str]:
    """Policies with the baseline first."""
    policies = ensemble.policies
    if len(policies) < 2:
        raise LabError("too_few_policies", count=len(policies))
    if len(set(policies)) != len(policies):
        raise LabError("policy_twice", policies=", ".join(policies))
    first = policies[0] if baseline is None else baseline
    if first not in policies:
        raise LabError("unknown_baseline", baseline=first, policies=", ".join(policies))
    if not np.isfinite(ensemble.y).all():
        raise LabError("outcomes_not_finite")
    return (first, *(p for p in policies if p != first)), first


def _over_months(y: NDArray[np.float64], names: tuple[str, ...]) -> NDArray[np.float64]:
    """(draw, replicate, policy, outcome): months added up or averaged, as the outcome asks."""
    total: NDArray[np.float64] = y.sum(axis=3)
    averaged = np.array([outcome(name).over_months == "mean" for name in names])
    total[..., averaged] /= y.shape[3]
    return total


def _effect(
    pair: tuple[str, str], name: str, monthly: NDArray[np.float64], totals: NDArray[np.float64],
    over: Mapping[str, NDArray[np.float64]], beside: Beside,
) -> Effect:
    """`monthly` (draw, replicate, 2, month) and `totals` (draw, replicate, 2) of both policies;
    `over` holds such totals over other draws."""
    expected = totals.mean(axis=1)
    # Subtracted within a replicate first: equal policies then differ by exactly nothing.
    paired = totals[:, :, 0] - totals[:, :, 1]
    difference = paired.mean(axis=1)
    beats, ties = _beats(difference, name)
    sees_better, sees_equal = _sees(totals, name)
    noise = _noise_variance(paired)
    informed, share, warrant = _warrant(totals, over.get("prior"), beside,
                                        varied=pair in beside.varied)
    again = {key: _effect_over(each, name) for key, each in over.items()}
    return Effect(
        policy=pair[0], against=pair[1], outcome=name,
        difference=_interval(difference), ratio=_ratio(expected), beats=beats, ties=ties,
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
    running = (monthly[:, :, 0] - monthly[:, :, 1]).mean(axis=1).cumsum(axis=1)
    if outcome(name).over_months == "mean":
        running = running / np.arange(1, running.shape[1] + 1)
    return _fan(policy, name, running)


def _beats(difference: NDArray[np.float64], name: str) -> tuple[float, float]:
    good = difference > 0 if outcome(name).better == "higher" else difference < 0
    return float(good.mean()), float((difference == 0).mean())


def _sees(totals: NDArray[np.float64], name: str) -> tuple[float, float]:
    """Share of pairs of independent futures in which the first policy's figure is better, and
    in which both are equal.

    Independent means another replicate of the same draw. With one replicate a draw only
    another draw is independent, which mixes ignorance into the luck.
    """
    draws, replicates = totals.shape[:2]
    if replicates > 1:
        shifts = [(totals[:, :, 0], np.roll(totals[:, :, 1], shift, axis=1))
                  for shift in range(1, replicates)]
    else:
        step = max(1, draws // 16)
        shifts = [(totals[:, :, 0], np.roll(totals[:, :, 1], shift, axis=0))
                  for shift in range(1, draws, step)] or [(totals[:, :, 0], totals[:, :, 1])]
    gaps = np.stack([first - second for first, second in shifts])
    better = gaps > 0 if outcome(name).better == "higher" else gaps < 0
    return float(better.mean()), float((gaps == 0).mean())


def _noise_variance(paired: NDArray[np.float64]) -> float:
    """Mean over draws of the variance of a draw's mean over replicates; NaN with one."""
    replicates = paired.shape[1]
    if replicates < 2:
        return math.nan
    return float(paired.var(axis=1, ddof=1).mean() / replicates)


def _ratio(expected: NDArray[np.float64]) -> Interval | None:
    if not (expected[:, 1] > 0).all():
        return None
    return _interval(expected[:, 0] / expected[:, 1])


def _correlation(totals: NDArray[np.float64]) -> float:
    """Within draws over replicates; over draws where there is one replicate."""
    centred = totals - totals.mean(axis=1 if totals.shape[1] > 1 else 0, keepdims=True)
    first, second = centred[..., 0].ravel(), centred[..., 1].ravel()
    scale = math.sqrt(float(first @ first) * float(second @ second))
    return float(first @ second) / scale if scale > 0 else math.nan


def _effect_over(totals: NDArray[np.float64], name: str) -> EffectOver:
    difference = (totals[:, :, 0] - totals[:, :, 1]).mean(axis=1)
    return EffectOver(_interval(difference), _ratio(totals.mean(axis=1)),
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


def _retained(
    policy: str, against: str, totals: NDArray[np.float64], names: tuple[str, ...],
    order: dict[str, int],
) -> Retained:
    gap = (totals[:, :, order[policy]] - totals[:, :, order[against]]).mean(axis=1)
    people = -gap[:, names.index(HEADLINE)]
    cost = gap[:, names.index("cost")]
    somebody = people > 0
    price = _interval(cost[somebody] / people[somebody]) if somebody.any() else None
    return Retained(policy, against, _interval(people), _interval(cost),
                    float(1.0 - somebody.mean()), price)


def _fan(policy: str, name: str, values: NDArray[np.float64]) -> Fan:
    """`values` (future, month)."""
    rows = [tuple(float(v) for v in row) for row in np.quantile(values, QUANTILES, axis=0)]
    mean = tuple(float(v) for v in values.mean(axis=0))
    return Fan(policy, name, mean, *rows)


def _interval(values: NDArray[np.float64]) -> Interval:
    lower, upper = np.quantile(values, (QUANTILES[0], QUANTILES[-1]))
    return Interval(float(values.mean()), float(lower), float(upper))


def _variance(values: NDArray[np.float64]) -> float:
    return float(values.var(ddof=1)) if len(values) > 1 else 0.0


def _or_zero(value: float) -> float:
    return value if math.isfinite(value) else 0.0

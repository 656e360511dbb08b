"""Where a decision turns: the price at which a policy stops paying, and the value of a parameter
at which another policy becomes the better one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simlab.blas import one_thread
from simlab.decide.intervals import Interval
from simlab.decide.screening import HIGH, LOW

PRICES: Mapping[str, str] = {
    "training.fee": "training_cost", "support.cost": "support_cost",
    "intervention.cost": "help_cost", "conditions.cost": "conditions_cost",
}
"""Price fields of a policy that make up one cost item, in proportion."""
_RESAMPLES = 60
_GRID = 181

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class BreakEven:
    """The price at which the expected net value of a policy against the baseline is nothing."""

    field: str
    """A price field of the policy; empty for a lump sum on top of all that is booked."""
    price: float | None
    """What the policy states; None for the lump sum."""
    limit: Interval
    """Worth it below. The mean is that of expectations, the 90% interval is over draws."""
    pays: float
    """Share of draws in which the stated price is below the draw's own limit."""


@dataclass(frozen=True)
class Threshold:
    """The value of a parameter at which P(policy beats baseline) crosses one half."""

    name: str
    at: Interval | None
    """With its 90% interval over resampled draws; None where it is not crossed between the 5%
    and the 95% of the parameter."""
    better_above: bool
    """Whether the policy gains as the parameter grows."""
    low: float
    """The parameter's 5% ..."""
    high: float
    """... and its 95%."""
    beats_low: float
    """P(policy beats baseline) at the parameter's 5% ..."""
    beats_high: float
    """... and at its 95%."""


def break_even(
    net_value: Matrix, prices: Mapping[str, tuple[float, Matrix]]
) -> tuple[BreakEven, ...]:
    """Break-even prices from `net_value` (draw,) of a policy against the baseline, in money, and
    for each price field the price and (draw,) what it costs the policy in all."""
    found = [BreakEven("", None, _over(net_value, float(net_value.mean())),
                       float((net_value > 0).mean()))]
    for field, (price, cost) in prices.items():
        units = cost / price
        if not (units > 0).all():
            continue
        each = price + net_value / units
        found.append(BreakEven(field, price,
                               _over(each, price + float(net_value.mean() / units.mean())),
                               float((each > price).mean())))
    return tuple(found)


def person_price(gain: Matrix, retained: Matrix) -> Interval | None:
    """What a regretted exit avoided must be worth beyond its replacement for a policy to pay:
    `gain` (draw,) is its net value against the baseline without any such worth, `retained` (draw,)
    the exits avoided. The mean is that of expectations, the 90% interval over draws in which
    somebody is retained; None where nobody is expected to be."""
    somebody = retained > 0
    if retained.mean() <= 0 or not somebody.any():
        return None
    return _over(-gain[somebody] / retained[somebody],
                 -float(gain.mean()) / float(retained.mean()))


def thresholds(
    names: Sequence[str], x: Matrix, better: NDArray[np.bool_], seed: int
) -> tuple[Threshold, ...]:
    """Where P(better) crosses one half along each parameter, the others varying as they do.

    `x` (draw, parameter), `better` (draw,) whether the expected difference is favourable. The
    probability is a logistic regression on the parameter alone.
    """
    rng = np.random.default_rng(seed)
    resamples = rng.integers(len(better), size=(_RESAMPLES, len(better)))
    with one_thread():
        return tuple(_threshold(name, x[:, k], better, resamples)
                     for k, name in enumerate(names))


def _threshold(
    name: str, values: Matrix, better: NDArray[np.bool_], resamples: NDArray[np.int64]
) -> Threshold:
    low, high = (float(v) for v in np.quantile(values, (LOW, HIGH)))
    grid = np.linspace(low, high, _GRID)
    chance = _chance(values, better, grid)
    crossed = _crossing(grid, chance)
    at = None
    if crossed is not None:
        again = [_crossing(grid, _chance(values[rows], better[rows], grid)) for rows in resamples]
        # a resample that does not cross says that the value lies outside, on one side or other
        known = [value for value in again if value is not None]
        if 2 * len(known) >= len(again):
            lower, upper = np.quantile(known, (0.05, 0.95))
            at = Interval(crossed, float(min(lower, crossed)), float(max(upper, crossed)))
    return Threshold(name, at, bool(chance[-1] > chance[0]), low, high,
                     float(chance[0]), float(chance[-1]))


def _chance(values: Matrix, better: NDArray[np.bool_], grid: Matrix) -> Matrix:
    """P(better) along the grid."""
    from sklearn.linear_model import LogisticRegression

    if better.all() or not better.any():
        return np.full(len(grid), float(better[0]))
    middle, scale = values.mean(), max(float(values.std()), 1e-12)
    model = LogisticRegression(C=1e3).fit(((values - middle) / scale)[:, None], better)
    found: Matrix = model.predict_proba(((grid - middle) / scale)[:, None])[:, 1]
    return found


def _crossing(grid: Matrix, chance: Matrix) -> float | None:
    above = chance > 0.5
    turns = np.flatnonzero(above[1:] != above[:-1])
    if not len(turns):
        return None
    k = int(turns[0])
    share = (0.5 - chance[k]) / (chance[k + 1] - chance[k])
    return float(grid[k] + share * (grid[k + 1] - grid[k]))


def _over(values: Matrix, mean: float) -> Interval:
    lower, upper = np.quantile(values, (0.05, 0.95))
    return Interval(mean, float(min(lower, mean)), float(max(upper, mean)))

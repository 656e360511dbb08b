"""What an effect rests on: how far the data narrowed it, and how much of it the data cannot.

Two measures, both on the *relative* effect where figures allow one. The absolute effect narrows
already when the level of exits is learnt, which says nothing about the policy.

- *narrowed*: 1 - posterior / prior variance;
- *owed*: the share of its posterior variance that would be left if every parameter that the data
  informed were known exactly: E[Var(effect | informed)] / Var(effect), the total index of the
  others, which stands for dependent parameters too (Kucherenko, Tarantola, Annoni 2012, Comput.
  Phys. Commun. 183:937). The inner expectation is a regression over the draws at hand (Strong,
  Oakley, Brennan 2014, Med. Decis. Making 34:311), judged on draws it was not fitted to: what it
  cannot follow counts as owed, so that the share errs towards assumption.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simlab.blas import one_thread
from simlab.decide.answers import Warrant
from simlab.decide.intervals import Interval

SMALL = 0.25
"""Largest share owed to what the data did not inform at which they may be said to have tested an
effect; the upper end of its 90% interval must stay below."""
LARGE = 0.9
"""Share owed to what the data did not inform from which an effect is an assumption, even where
the draws of the posterior happen to be closer together than the prior's."""
LEAST_DRAWS = 20
"""Draws below which no share is estimated."""
_FOLDS = 5
_RESAMPLES = 200
_CHANCE = 9.0
"""Squared correlation times draws below which a driver is not told from chance among a hundred."""
_ALPHAS = tuple(10.0**power for power in np.arange(-1.0, 4.5, 0.5))


@dataclass(frozen=True)
class Parameters:
    """The parameter draws behind an ensemble."""

    names: tuple[str, ...]
    draws: NDArray[np.float64]
    """(draw, parameter)"""
    informed: NDArray[np.bool_]
    """(parameter,) whether the data informed it."""


@dataclass(frozen=True)
class Spread:
    """An effect by draw, with what simulation adds to its variance."""

    effect: NDArray[np.float64]
    """(draw,) log ratio of expectations, or their difference where a ratio has no meaning."""
    weight: NDArray[np.float64]
    """(draw,) summing to 1: where few people leave, luck hides a ratio."""
    noise: float
    """Variance owed to the finite number of replicates."""
    relative: bool

    @property
    def variance(self) -> float:
        """Over draws, without the noise; NaN where that is most of it."""
        gap = self.effect - self.weight @ self.effect
        spread = float(self.weight @ gap**2) / max(1.0 - float(self.weight @ self.weight), 1e-12)
        return spread - self.noise if self.noise <= 0.5 * spread else math.nan


def spread_of(totals: NDArray[np.float64]) -> Spread:
    """The effect of the first policy against the second from `totals` (draw, replicate, 2)."""
    expected = totals.mean(axis=1)
    replicates = totals.shape[1]
    if (expected > 0).all():
        weight = expected[:, 1] / expected[:, 1].sum()
        effect = np.log(expected[:, 0] / expected[:, 1])
        # delta method
        paired = (totals / expected[:, None, :])[..., 0] - (totals / expected[:, None, :])[..., 1]
    else:
        weight = np.full(len(totals), 1.0 / len(totals))
        paired = totals[..., 0] - totals[..., 1]
        effect = paired.mean(axis=1)
    noise = 0.0
    if replicates > 1:
        noise = float(weight @ paired.var(axis=1, ddof=1)) / replicates
    return Spread(effect, weight, noise, bool((expected > 0).all()))


def narrowed(after: NDArray[np.float64], before: NDArray[np.float64]) -> tuple[float, bool]:
    """1 - posterior / prior variance of the relative effect, and whether that is more than
    sampling; NaN where it cannot be told. Both (draw, replicate, 2)."""
    one, other = spread_of(after), spread_of(before)
    if not (one.relative and other.relative):
        return math.nan, False
    if not (math.isfinite(one.variance) and math.isfinite(other.variance)) or other.variance <= 0:
        return math.nan, False
    share = 1.0 - one.variance / other.variance
    # Twice the variance's own relative sampling error: less than that is no narrowing at all.
    return share, share >= max(0.1, 2.0 * math.sqrt(2.0 / len(after) + 2.0 / len(before)))


def owed(totals: NDArray[np.float64], parameters: Parameters, seed: int = 1) -> Interval | None:
    """Share of the effect's variance owed to parameters that the data did not inform, with its
    90% interval over resampled draws; None where simulation noise hides the effect, or with fewer
    than `LEAST_DRAWS`.

    `totals` (draw, replicate, 2) belong to the rows of ``parameters.draws``.
    """
    spread = spread_of(totals)
    if len(totals) < LEAST_DRAWS or not math.isfinite(spread.variance) or spread.variance <= 0:
        return None
    features = _features(parameters)
    if features is None:
        return Interval(1.0, 1.0, 1.0)
    left = _left_over(features, spread)
    gap = (spread.effect - spread.weight @ spread.effect) ** 2
    rng = np.random.default_rng(seed)
    counts = rng.multinomial(len(gap), np.full(len(gap), 1 / len(gap)), size=_RESAMPLES)
    shares = [_share(weight, left, gap, spread.noise)
              for weight in (spread.weight, *(spread.weight * counts))]
    lower, upper = np.quantile(shares[1:], (0.05, 0.95))
    return Interval(shares[0], float(min(lower, shares[0])), float(max(upper, shares[0])))


def judge(informed: float, narrower: bool, share: Interval | None, *, varied: bool) -> Warrant:
    """What the data say of an effect.

    `varied`: the records hold a past change of the very levers in which the policies differ, or
    units that differ in them. Without that nothing is tested, however narrow it has become; nor
    without `share`, the part owed to what the data did not inform.
    """
    if not math.isfinite(informed):
        return "unknown"
    if not narrower or (share is not None and share.mean >= LARGE):
        return "assumed"
    return "tested" if varied and share is not None and share.upper <= SMALL else "partly"


def drivers(totals: NDArray[np.float64], parameters: Parameters) -> dict[str, float]:
    """Parameters that the data did not inform by the share of the effect's variance that goes
    with each alone (squared correlation over draws, less what chance gives), largest first; those
    that chance alone may explain are left out."""
    spread = spread_of(totals)
    moved = ~parameters.informed & (parameters.draws.std(axis=0) > 1e-5)
    x = parameters.draws[:, moved]
    x = x - spread.weight @ x
    y = spread.effect - spread.weight @ spread.effect
    scale = (spread.weight @ x**2) * (spread.weight @ y**2)
    squared = (spread.weight @ (x * y[:, None])) ** 2 / np.maximum(scale, 1e-300)
    shares = np.where(squared * len(y) > _CHANCE, squared - 1.0 / max(len(y) - 1, 1), 0.0)
    names = [name for name, kept in zip(parameters.names, moved, strict=True) if kept]
    ranked = sorted(zip(names, shares.tolist(), strict=True), key=lambda pair: -pair[1])
    return {name: share for name, share in ranked if share > 0}


def _features(parameters: Parameters) -> NDArray[np.float64] | None:
    """(draw, feature) standardised informed parameters and their squares; None without any."""
    x = parameters.draws[:, parameters.informed]
    x = x[:, x.std(axis=0) > 0]
    if x.shape[1] == 0:
        return None
    z = np.clip((x - x.mean(axis=0)) / x.std(axis=0), -4, 4)
    return np.hstack([z, z**2 - 1.0])


def _left_over(features: NDArray[np.float64], spread: Spread) -> NDArray[np.float64]:
    """(draw,) squared errors of predicting the effect from informed parameters, held out."""
    # slow to load, and only needed here
    from sklearn.linear_model import RidgeCV

    folds = np.arange(len(features)) % _FOLDS
    error = np.empty(len(features))
    with one_thread():
        for fold in range(_FOLDS):
            held = folds == fold
            model = RidgeCV(_ALPHAS).fit(features[~held], spread.effect[~held],
                                         sample_weight=spread.weight[~held] * len(features))
            error[held] = spread.effect[held] - model.predict(features[held])
    return error**2


def _share(
    weight: NDArray[np.float64], left: NDArray[np.float64], gap: NDArray[np.float64],
    noise: float,
) -> float:
    total = float(weight.sum())
    if total <= 0:
        return 1.0
    signal = float(weight @ gap) / total - noise
    unexplained = float(weight @ left) / total - noise
    if signal <= 0:
        return 1.0
    return min(max(unexplained / signal, 0.0), 1.0)

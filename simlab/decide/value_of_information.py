"""What knowing more would be worth before a policy is chosen.

EVPI is the expected gain of choosing with everything about the parameters known over choosing
now; EVPPI that of knowing some of them. The inner expectation of EVPPI is a regression over the
draws at hand (Strong, Oakley, Brennan 2014, Med. Decis. Making 34:311; Heath, Manolopoulou, Baio
2017, Med. Decis. Making 37:747), so that dependent parameters stand as they are in the posterior.
Each draw's choice is made by a regression that did not see it, and is paid by the draw's own
figure: a parameter that says nothing is worth nothing, and what the regression cannot follow
counts as nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simlab.blas import one_thread
from simlab.decide.intervals import Interval
from simlab.decide.warrant import Parameters

_FOLDS = 5
_RESAMPLES = 400
_CHANCE = 9.0
"""Squared correlation times draws below which a feature is not told from chance."""
_ALPHAS = tuple(10.0**power for power in np.arange(-1.0, 4.5, 0.5))

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Known:
    """What knowing something exactly would be worth, in the unit of the benefit."""

    name: str
    parameters: tuple[str, ...]
    value: Interval
    """With the 90% interval over resampled draws."""
    changes: float
    """Share of draws in which it would lead to another choice."""


def evpi(benefit: Matrix, seed: int = 1) -> Interval:
    """Expected value of knowing every parameter, from `benefit` (draw, replicate, policy), more
    being better.

    The mean of a draw's replicates is not its expectation: its noise alone makes the best of
    several policies look better. That bias goes with one over the replicates, so half of them
    have twice of it, which is taken off. ValueError with one replicate.
    """
    replicates = benefit.shape[1]
    if replicates < 2:
        raise ValueError("the value of information takes two replicates or more")
    expected = benefit.mean(axis=1)
    half = replicates // 2
    by_half = (benefit[:, :half].mean(axis=1).max(axis=1)
               + benefit[:, -half:].mean(axis=1).max(axis=1)) / 2
    best = expected.max(axis=1)
    # with c / replicates the bias of the whole, c / half that of a half
    corrected = best - (by_half - best) * half / (replicates - half)
    return _gain(corrected - expected[:, _best(expected)], seed)


def evppi(
    benefit: Matrix, parameters: Parameters, groups: Mapping[str, Sequence[str]], seed: int = 1
) -> tuple[Known, ...]:
    """Expected value of knowing each group of parameters, the largest first.

    `benefit` (draw, replicate, policy) belongs to the rows of ``parameters.draws``.
    """
    expected = benefit.mean(axis=1)
    now = _best(expected)
    found = []
    with one_thread():
        for name, members in groups.items():
            x = parameters.draws[:, [parameters.names.index(each) for each in members]]
            x = x[:, x.std(axis=0) > 1e-9]
            chosen = _choices(x, expected, now) if x.shape[1] else np.full(len(expected), now)
            gain = expected[np.arange(len(expected)), chosen] - expected[:, now]
            found.append(Known(name, tuple(members), _gain(gain, seed),
                               float((chosen != now).mean())))
    return tuple(sorted(found, key=lambda known: -known.value.mean))


def _best(expected: Matrix) -> int:
    return int(expected.mean(axis=0).argmax())


def _choices(x: Matrix, expected: Matrix, now: int) -> NDArray[np.intp]:
    """(draw,) the policy that each draw's parameters speak for, by regressions on other draws of
    what every policy gains over the one chosen `now`."""
    from sklearn.linear_model import RidgeCV

    z = np.clip((x - x.mean(axis=0)) / x.std(axis=0), -4, 4)
    features = np.hstack([z, z**2 - 1.0, z**3 - 3.0 * z])
    gain = expected - expected[:, [now]]
    folds = np.arange(len(x)) % _FOLDS
    foretold = np.empty_like(gain)
    for fold in range(_FOLDS):
        held = folds == fold
        telling = _telling(features[~held], gain[~held])
        if not telling.any():
            foretold[held] = gain[~held].mean(axis=0)
            continue
        model = RidgeCV(_ALPHAS).fit(features[~held][:, telling], gain[~held])
        foretold[held] = model.predict(features[held][:, telling]).reshape(held.sum(), -1)
    foretold[:, now] = 0.0
    return np.asarray(foretold.argmax(axis=1))


def _telling(features: Matrix, gain: Matrix) -> NDArray[np.bool_]:
    """(feature,) whether it goes with any policy's gain by more than chance: a record shows many
    parameters, most of which say nothing and would drown what the others say."""
    x, y = features - features.mean(axis=0), gain - gain.mean(axis=0)
    scale = np.outer((x**2).sum(axis=0), (y**2).sum(axis=0))
    squared = (x.T @ y) ** 2 / np.where(scale > 0, scale, np.inf)
    return np.asarray(squared.max(axis=1) * len(x) > _CHANCE)


def _gain(by_draw: Matrix, seed: int) -> Interval:
    """The mean with its interval over resampled draws; what is known cannot be worth less than
    nothing."""
    chosen = np.random.default_rng(seed).integers(len(by_draw), size=(_RESAMPLES, len(by_draw)))
    lower, upper = np.quantile(by_draw[chosen].mean(axis=1), (0.05, 0.95))
    return Interval(*(max(float(v), 0.0) for v in (by_draw.mean(), lower, upper)))

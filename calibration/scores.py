"""How good are probabilities of leaving? Scores with intervals over people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

RESAMPLES = 400
_EDGE = 1e-6


@dataclass(frozen=True)
class Figure:
    """A score with its 90% interval over resampled people."""

    value: float
    lower: float
    upper: float


@dataclass(frozen=True)
class Score:
    """One method's forecasts of exits within `horizon` months."""

    method: str
    horizon: int
    n: int
    """Person-months scored, the same for every method."""
    exits: int
    mean: float
    """Mean forecast; the observed share is ``exits / n``."""
    auc: Figure
    """Chance that someone who left was ranked above someone who stayed."""
    brier: Figure
    """Mean squared error of the probability; smaller is better."""
    log_score: Figure
    """Mean negative log probability of what happened; smaller is better."""


def auc(outcome: NDArray[np.bool_], probability: Vector, weight: Vector | None = None) -> float:
    """Area under the ROC curve, ties counted half; NaN where all or nobody left."""
    weight = np.ones(len(outcome)) if weight is None else weight
    left = np.where(outcome, weight, 0.0)
    stayed = np.where(outcome, 0.0, weight)
    order = np.argsort(probability, kind="stable")
    _, start = np.unique(probability[order], return_index=True)
    left, stayed = (np.add.reduceat(w[order], start) for w in (left, stayed))
    total = left.sum() * stayed.sum()
    if total == 0:
        return float("nan")
    below = np.cumsum(stayed) - 0.5 * stayed
    return float((left * below).sum() / total)


def score(
    method: str,
    horizon: int,
    person: NDArray[np.int64],
    outcome: NDArray[np.bool_],
    probability: Vector,
    seed: int = 1,
) -> Score:
    """Scores of `probability` (n,) for `outcome` (n,) of `person` (n,) with 90% intervals.

    People, not months, are resampled: months of one person are no independent evidence.
    """
    p = np.clip(probability.astype(np.float64), _EDGE, 1 - _EDGE)
    square = (p - outcome) ** 2
    surprise = -np.log(np.where(outcome, p, 1 - p))
    names, index = np.unique(person, return_inverse=True)
    rng = np.random.default_rng(seed)
    samples = np.empty((RESAMPLES, 3))
    for r in range(RESAMPLES):
        weight = rng.multinomial(len(names), np.full(len(names), 1 / len(names)))[index]
        samples[r] = (
            auc(outcome, p, weight.astype(np.float64)),
            np.average(square, weights=weight),
            np.average(surprise, weights=weight),
        )
    low, high = np.nanquantile(samples, [0.05, 0.95], axis=0)
    values = (auc(outcome, p), float(square.mean()), float(surprise.mean()))
    figures = [Figure(v, float(a), float(b)) for v, a, b in zip(values, low, high, strict=True)]
    return Score(method, horizon, len(p), int(outcome.sum()), float(p.mean()), *figures)

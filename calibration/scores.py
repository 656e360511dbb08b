"""How good are probabilities of leaving? Scores with intervals over people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

RESAMPLES = 400
MEASURES = ("auc", "brier", "log_score", "slope")
HIGHER_IS_BETTER = ("auc",)
_EDGE = 1e-6
_BINS = 10


@dataclass(frozen=True)
class Figure:
    """A score with its 90% interval over resampled people."""

    value: float
    lower: float
    upper: float

    @classmethod
    def of(cls, value: float, samples: Vector, *, centred: bool = False) -> Figure:
        """The central 90% of resampled values; `centred` puts their mean at the value, where
        resampling adds luck to a score that measures luck."""
        if not np.isfinite(samples).any():
            return cls(value, float("nan"), float("nan"))
        low, high = np.nanquantile(samples, [0.05, 0.95])
        shift = value - float(np.nanmean(samples)) if centred else 0.0
        return cls(value, float(low) + shift, float(high) + shift)


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
    slope: Figure
    """Reliability slope: of a logistic regression of what happened on the forecast's log-odds
    (Cox 1958). 1 is right, below 1 too bold, above 1 too timid."""


@dataclass(frozen=True)
class Point:
    """A tenth of the forecasts, by size: one point of the calibration curve."""

    n: int
    forecast: float
    observed: Figure


@dataclass(frozen=True)
class Difference:
    """A score of the lab less that of a baseline, both on the same resampled people."""

    measure: str
    """One of `MEASURES`, or ``crps``."""
    group: str
    """``person`` for scores of people, else whose exits were counted: ``present``, ``all``."""
    horizon: int
    against: str
    best: bool
    """Whether no other baseline scores better there."""
    figure: Figure


@dataclass(frozen=True)
class Resampled:
    """A score and what it was on each of `RESAMPLES` resamples of the people."""

    value: float
    samples: Vector


def resamples(persons: int, seed: int) -> NDArray[np.float64]:
    """(RESAMPLES, persons) how often each person was drawn, with replacement.

    People, not months, are resampled: months of one person are no independent evidence.
    """
    rng = np.random.default_rng(seed)
    return rng.multinomial(persons, np.full(persons, 1 / persons), RESAMPLES).astype(np.float64)


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


def slope(outcome: NDArray[np.bool_], probability: Vector, weight: Vector | None = None) -> float:
    """Reliability slope; NaN where all forecasts are one, or all or nobody left."""
    weight = np.ones(len(outcome)) if weight is None else weight
    odds = np.log(probability / (1 - probability))
    if np.ptp(odds) < 1e-9 or not 0 < weight @ outcome < weight.sum():
        return float("nan")
    x = np.column_stack([np.ones_like(odds), odds])
    share = weight @ outcome / weight.sum()
    found = np.array([np.log(share / (1 - share)), 0.0])  # whence Newton's method does not stray
    for _ in range(25):
        share = 1 / (1 + np.exp(-np.clip(x @ found, -30, 30)))
        bend = (x * (weight * share * (1 - share))[:, None]).T @ x
        step = np.linalg.solve(bend + 1e-12 * np.eye(2), x.T @ (weight * (outcome - share)))
        found = found + step
        if np.abs(step).max() < 1e-8:
            break
    return float(found[1])


def measured(
    person: NDArray[np.int64], outcome: NDArray[np.bool_], probability: Vector,
    weights: NDArray[np.float64],
) -> Mapping[str, Resampled]:
    """`MEASURES` of `probability` (n,) for `outcome` (n,) of `person` (n,), and what they are on
    resamples `weights` (RESAMPLES, persons)."""
    p = np.clip(probability.astype(np.float64), _EDGE, 1 - _EDGE)
    square = (p - outcome) ** 2
    surprise = -np.log(np.where(outcome, p, 1 - p))

    def all_of(weight: Vector) -> tuple[float, ...]:
        return (auc(outcome, p, weight), float(np.average(square, weights=weight)),
                float(np.average(surprise, weights=weight)), slope(outcome, p, weight))

    samples = np.array([all_of(weight[person]) for weight in weights])
    values = all_of(np.ones(len(p)))
    return {name: Resampled(value, samples[:, k])
            for k, (name, value) in enumerate(zip(MEASURES, values, strict=True))}


def score(
    method: str, horizon: int, outcome: NDArray[np.bool_], probability: Vector,
    found: Mapping[str, Resampled],
) -> Score:
    """What was `measured` of one method, as figures with intervals."""
    figures = {name: Figure.of(found[name].value, found[name].samples) for name in MEASURES}
    return Score(method, horizon, len(outcome), int(outcome.sum()), float(probability.mean()),
                 **figures)


def differences(
    group: str, horizon: int, lab: Mapping[str, Resampled],
    baselines: Mapping[str, Mapping[str, Resampled]], measures: tuple[str, ...],
    *, centred: bool = False,
) -> list[Difference]:
    """The lab against every baseline, by measure; the best baseline is marked."""
    found = []
    for measure in measures:
        sign = -1.0 if measure in HIGHER_IS_BETTER else 1.0
        best = min(baselines, key=lambda name: sign * baselines[name][measure].value)
        for name, other in baselines.items():
            value = lab[measure].value - other[measure].value
            samples = lab[measure].samples - other[measure].samples
            found.append(Difference(measure, group, horizon, name, name == best,
                                    Figure.of(value, samples, centred=centred)))
    return found


def calibration_curve(
    person: NDArray[np.int64], outcome: NDArray[np.bool_], probability: Vector,
    weights: NDArray[np.float64],
) -> tuple[Point, ...]:
    """Tenths of the forecasts from the smallest to the largest: mean forecast against the share
    who left, with its interval over resampled people. Ties go to one tenth."""
    edges = np.unique(np.quantile(probability, np.linspace(0, 1, _BINS + 1)[1:-1]))
    place = np.searchsorted(edges, probability, side="left")
    points = []
    for k in np.unique(place):
        inside = place == k
        left, weight = outcome[inside], weights[:, person[inside]]
        total = weight.sum(axis=1)
        share = np.divide(weight @ left, total, out=np.full(len(total), np.nan), where=total > 0)
        points.append(Point(int(inside.sum()), float(probability[inside].mean()),
                            Figure.of(float(left.mean()), share)))
    return tuple(points)

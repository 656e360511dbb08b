"""How good are forecasts of how many leave? Scores of counts over sampled futures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from calibration.scores import RESAMPLES, Figure, Resampled

LEVELS = (50, 80, 90)
"""Central intervals whose coverage is told, in %."""


@dataclass(frozen=True)
class CountScore:
    """One method's forecasts of the number of exits within `horizon` months of each origin."""

    method: str
    group: str
    """``present``: of people employed at the origin; ``all``: with those hired after it."""
    horizon: int
    origins: int
    """Counts scored."""
    forecast: float
    """Mean of the forecasts' means."""
    observed: float
    """Mean of the counts."""
    crps: Figure
    """Continuous ranked probability score, in exits: the mean distance of the future from what
    happened, less half the mean distance between two futures; smaller is better."""
    coverage: Mapping[int, Figure]
    """Share of counts inside the central interval, by its level in %; the ends count as inside."""


@dataclass(frozen=True)
class Counted:
    """Sampled futures of one origin and what happened."""

    futures: NDArray[np.bool_]
    """(future, n) who of the people present leaves in time."""
    left: NDArray[np.bool_]
    """(n,) who did."""
    person: NDArray[np.int64]
    """(n,) who they are, as columns of the resamples."""
    more: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    """(future,) exits of newcomers in each; empty where they are left out."""
    newcomers: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    """Newcomers who did leave in time."""


def crps(futures: NDArray[np.float64], observed: NDArray[np.float64]) -> NDArray[np.float64]:
    """(k,) scores of `observed` (k,) against sampled `futures` (future, k), unbiased in their
    number (Gneiting, Raftery 2007; Ferro 2014)."""
    size = len(futures)
    ordered = np.sort(futures, axis=0)
    rank = 2.0 * np.arange(1, size + 1) - size - 1.0
    spread = (rank @ ordered) / (size * (size - 1.0))
    return np.asarray(np.abs(ordered - observed).mean(axis=0) - spread)


def inside(
    futures: NDArray[np.float64], observed: NDArray[np.float64], level: int
) -> NDArray[np.bool_]:
    """(k,) whether `observed` (k,) lies in the central interval of `futures` (future, k)."""
    low, high = np.quantile(futures, [0.5 - level / 200, 0.5 + level / 200], axis=0,
                            method="inverted_cdf")
    return np.asarray((observed >= low) & (observed <= high))


def count_measures(
    counted: Sequence[Counted], weights: NDArray[np.float64]
) -> tuple[Mapping[str, Resampled], float, float]:
    """CRPS and coverage over origins with their values on resamples of the people `weights`
    (RESAMPLES, persons), then the mean forecast and the mean count.

    In a resample a person drawn twice leaves twice in every future that they leave in, so that
    forecasts are as much wider as counts are luckier: coverage is not moved by that, and CRPS,
    which grows with both, is to be centred on its value.
    """
    whole = np.vstack([np.ones(weights.shape[1]), weights])
    names = ("crps", *(f"coverage_{level}" for level in LEVELS))
    found = np.zeros((len(names), RESAMPLES + 1))
    forecast = observed = 0.0
    for each in counted:
        # whole numbers far below 2^24: exact whatever the order of summation
        futures = (each.futures.astype(np.float32)
                   @ whole[:, each.person].T.astype(np.float32)).astype(np.float64)
        count = whole[:, each.person] @ each.left + whole[:, each.newcomers].sum(axis=1)
        if len(each.more):
            futures = futures + each.more[:, None]
        found[0] += crps(futures, count)
        for k, level in enumerate(LEVELS, start=1):
            found[k] += inside(futures, count, level)
        forecast += float(futures[:, 0].mean())
        observed += float(count[0])
    found /= len(counted)
    measures = {name: Resampled(float(found[k, 0]), found[k, 1:]) for k, name in enumerate(names)}
    return measures, forecast / len(counted), observed / len(counted)


def count_score(
    method: str, group: str, horizon: int, origins: int,
    found: tuple[Mapping[str, Resampled], float, float],
) -> CountScore:
    """What `count_measures` found of one method, as figures with intervals."""
    measures, forecast, observed = found
    return CountScore(
        method, group, horizon, origins, forecast, observed,
        Figure.of(measures["crps"].value, measures["crps"].samples, centred=True),
        {level: Figure.of(measures[f"coverage_{level}"].value,
                          measures[f"coverage_{level}"].samples) for level in LEVELS})

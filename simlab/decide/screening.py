"""Which parameters move a figure at all: elementary effects (Morris 1991, Technometrics 33:161),
ranked by the mean of their sizes mu* (Campolongo, Cariboni, Saltelli 2007, Environ. Model. Softw.
22:1509).

Points are shares of each parameter's distribution between its 5% and its 95%, so that a parameter
is moved by what is not known of it, whatever its unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simlab.decide.intervals import Interval

LOW, HIGH = 0.05, 0.95
"""Shares of its distribution between which a parameter is moved."""
_LEVELS = 4
_POOL = 5
"""Trajectories drawn for each one kept: those kept are the ones furthest apart."""
_RESAMPLES = 400
_MEAN_SIZE = float(np.sqrt(2 / np.pi))
"""Mean size of a standard normal."""


@dataclass(frozen=True)
class Screened:
    """What moving one parameter does, from its 5% to its 95% at the slope met."""

    name: str
    mu: float
    """Mean effect: with its sign."""
    mu_star: Interval
    """Mean of the sizes of the effects, with the 90% interval over trajectories."""
    sigma: float
    """SD of the effects over trajectories: how far the effect bends, or depends on the others."""
    luck: float
    """The mu* that the finite number of replicates would give a parameter that moves nothing on
    average: what is not above it has not been told from luck."""


def trajectories(names: Sequence[str], count: int, seed: int) -> NDArray[np.float64]:
    """(count * (parameters + 1), parameter) shares: `count` paths that move one parameter at a
    time, spread as far apart as a local search finds (Ruano et al. 2012, Environ. Model. Softw.
    37:103)."""
    from SALib.sample import morris  # slow to load, and only needed here

    rows: NDArray[np.float64] = morris.sample(
        _problem(names), _POOL * count, num_levels=_LEVELS, optimal_trajectories=count, seed=seed)
    return rows


def screened(
    names: Sequence[str], shares: NDArray[np.float64], figure: NDArray[np.float64], seed: int
) -> tuple[Screened, ...]:
    """Elementary effects of each parameter on `figure` (row, replicate) met along `shares`, which
    `trajectories` made; the largest mu* first."""
    from SALib.analyze import morris

    # on the scale where 0 is the 5% and 1 the 95%
    scaled = (shares - LOW) / (HIGH - LOW)
    found = morris.analyze(_problem(names, (0.0, 1.0)), scaled, figure.mean(axis=1),
                           num_resamples=_RESAMPLES, conf_level=0.9, num_levels=_LEVELS, seed=seed)
    rows = [Screened(name, float(mu), _around(float(size), float(half)), float(sigma), luck)
            for name, mu, size, half, sigma, luck in zip(
                names, found["mu"], found["mu_star"], found["mu_star_conf"], found["sigma"],
                _luck(scaled, figure), strict=True)]
    return tuple(sorted(rows, key=lambda row: -row.mu_star.mean))


def _luck(scaled: NDArray[np.float64], figure: NDArray[np.float64]) -> list[float]:
    """Of each parameter: the mean size of an effect's Monte Carlo error."""
    steps, replicates = scaled.shape[1] + 1, figure.shape[1]
    if replicates < 2:
        return [float("nan")] * scaled.shape[1]
    inside = np.arange(1, len(scaled)) % steps > 0  # no step leads from one path to the next
    moved = np.abs(np.diff(scaled, axis=0))[inside]
    effects = np.diff(figure, axis=0)[inside] / moved.max(axis=1)[:, None]
    variance = effects.var(axis=1, ddof=1) / replicates
    which = moved.argmax(axis=1)
    return [_MEAN_SIZE * float(np.sqrt(variance[which == k].mean()))
            for k in range(scaled.shape[1])]


def _around(mean: float, half: float) -> Interval:
    return Interval(mean, max(mean - half, 0.0), mean + half)


def _problem(names: Sequence[str], bounds: tuple[float, float] = (LOW, HIGH)) -> dict[str, Any]:
    return {"num_vars": len(names), "names": list(names), "bounds": [list(bounds)] * len(names)}

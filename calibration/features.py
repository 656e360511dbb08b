"""Summaries of records as features of a regression, and how far a record lies from simulated
ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from simlab.errors import LabError

Matrix = NDArray[np.float64]

LEAST = 200
"""Simulations below which nothing is learnt from them."""
CLIP = 4.0
"""Standardised inputs are cut off at so many."""
_GRID = 1025


@dataclass(frozen=True)
class Scale:
    """Summaries as features: robust scores and powers of normal scores of ranks."""

    middle: Matrix
    spread: Matrix
    grid: Matrix
    """(G, K) quantiles of the simulated summaries at even levels."""
    end: float
    """The largest normal score: what lies outside every simulation is put at the edge."""

    @classmethod
    def of(cls, x: Matrix) -> Scale:
        """Of simulated summaries (S, K)."""
        low, middle, high = np.quantile(x, [0.16, 0.5, 0.84], axis=0)
        spread = np.maximum((high - low) / 2, 1e-9 + 1e-6 * np.abs(middle))
        levels = np.linspace(0, 1, min(_GRID, len(x)))
        return cls(middle, spread, np.quantile(x, levels, axis=0),
                   min(float(norm.ppf(1 - 0.5 / len(x))), 3.0))

    def ranks(self, x: Matrix) -> Matrix:
        """(n, K) share of simulations below each value, ties in the middle."""
        out = np.empty_like(x)
        top = len(self.grid) - 1
        levels = np.linspace(0, 1, top + 1)
        for k in range(x.shape[1]):
            grid = self.grid[:, k]
            left = np.searchsorted(grid, x[:, k], "left")
            right = np.searchsorted(grid, x[:, k], "right")
            between = np.interp(x[:, k], grid, levels)
            tied = right - left > 1
            out[:, k] = np.where(tied, (left + right - 1) / 2 / top, between)
        return out

    def features(self, x: Matrix) -> Matrix:
        """(n, 4K)."""
        score = np.clip((x - self.middle) / self.spread, -CLIP, CLIP)
        rank = self.ranks(x)
        normal = np.clip(norm.ppf(np.clip(rank, 1e-12, 1 - 1e-12)), -self.end, self.end)
        return np.hstack([score, normal, normal**2 - 1.0, (normal**3 - 3 * normal) / 3])


@dataclass(frozen=True)
class Distance:
    """Where the observed summaries lie among the simulated ones."""

    score: Matrix
    """(K,) robust z: distance from the median in units of half the central 68%."""
    share_below: Matrix
    """(K,) share of simulations below the observed value (ties count half)."""
    flagged: NDArray[np.bool_]
    """(K,) fewer than 1 in 500 simulations lie as far out on that side: the model, under its
    prior, hardly ever makes such a value."""


def distance_of(observed: Matrix, summaries: Matrix) -> Distance:
    """How far `observed` (K,) lies from simulated `summaries` (S, K); rows that are not finite
    are left out."""
    x = summaries[np.isfinite(summaries).all(axis=1)]
    if len(x) < LEAST:
        raise LabError("too_few_simulations", simulations=len(x), least=LEAST)
    scale = Scale.of(x)
    below = ((x < observed).mean(axis=0) + (x <= observed).mean(axis=0)) / 2
    rare = np.minimum(below, 1 - below) < 0.002
    return Distance((observed - scale.middle) / scale.spread, below,
                    rare & (np.ptp(x, axis=0) > 0))

"""Draws from a density known up to a constant, by many chains that learn from one another.

Differential evolution (ter Braak 2006): a chain's step is the difference of two other chains, so
steps have the scale and the correlations of what is sought without any tuning. Coordinates that
the density hardly depends on are renewed from their own distribution instead.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]

_JITTER = 1e-3
_JUMP = 0.1
"""Share of sweeps with steps of full length, which carry chains between modes."""
_RENEWED = 0.15
"""Share of the other coordinates renewed at a time."""


def evolve(
    start: Matrix, log_density: Callable[[Matrix], Matrix], moving: NDArray[np.int64],
    renew: Callable[[int], Matrix], *, sweeps: int, seed: int,
) -> tuple[Matrix, float]:
    """The chains (chain, coordinate) after `sweeps` sweeps from `start`, and the share of steps
    that were taken.

    `log_density` (n, coordinate) -> (n,) is that of the `moving` coordinates times the likelihood;
    -inf outside the bounds. All other coordinates are proposed anew from `renew` (n -> (n,
    coordinate) independent draws of their distribution), so that only the likelihood decides.
    """
    rng = np.random.default_rng(seed)
    chains, count = start.copy(), len(start)
    density = log_density(chains)
    others = np.setdiff1d(np.arange(start.shape[1]), moving)
    length = 2.38 / np.sqrt(2 * len(moving))
    taken = 0
    for _ in range(sweeps):
        one, two = rng.permutation(count), rng.permutation(count)
        scale = 1.0 if rng.random() < _JUMP else length * rng.uniform(0.5, 1.0, (count, 1))
        difference = chains[one][:, moving] - chains[two][:, moving]
        proposed = chains.copy()
        proposed[:, moving] += scale * difference
        proposed[:, moving] += _JITTER * chains[:, moving].std(axis=0) * rng.standard_normal(
            (count, len(moving)))
        chains, density, stepped = _decide(chains, density, proposed, log_density, rng)
        taken += int(stepped)
        if len(others):
            proposed = chains.copy()
            fresh = renew(int(rng.integers(2**31)))
            chosen = rng.random((count, len(others))) < _RENEWED
            proposed[:, others] = np.where(chosen, fresh[:, others], chains[:, others])
            chains, density, _ = _decide(chains, density, proposed, log_density, rng)
    return chains, taken / max(sweeps * count, 1)


def _decide(
    chains: Matrix, density: Matrix, proposed: Matrix,
    log_density: Callable[[Matrix], Matrix], rng: np.random.Generator,
) -> tuple[Matrix, Matrix, int]:
    there = log_density(proposed)
    step = np.log(rng.random(len(chains))) < there - density
    moved = np.where(step[:, None], proposed, chains)
    return moved, np.where(step, there, density), int(step.sum())

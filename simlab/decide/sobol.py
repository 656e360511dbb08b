"""How much of a figure's variance each input accounts for: Sobol indices on an emulator.

First indices by Saltelli et al. (2010, Comput. Phys. Commun. 181:259), total ones by Jansen (1999,
Comput. Phys. Commun. 117:35), both as SALib computes them. Inputs are taken as independent: over a
posterior whose parameters go together this is the variance under its marginals.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simlab.blas import one_thread
from simlab.decide.emulator import Emulator
from simlab.decide.intervals import Interval
from simlab.progress import Progress

_BASE = 512
"""Points of the base sample, a power of two; (inputs + 2) times as many are emulated."""
REFITS = 30
_EACH = 10
"""Resamples of the base sample under each refitted emulator."""

Matrix = NDArray[np.float64]
Predict = Callable[[Matrix], Matrix]


@dataclass(frozen=True)
class Index:
    """Shares of the variance, each with a 90% interval over refitted emulators and resampled
    points."""

    name: str
    first: Interval
    """What knowing the input exactly would take away on average."""
    total: Interval
    """What would be left if all others were known: interactions included."""


def sobol_indices(
    names: Sequence[str], emulator: Emulator, x: Matrix,
    resampled: Callable[[np.random.Generator], tuple[NDArray[np.intp], Matrix]], seed: int,
    progress: Progress | None = None,
) -> tuple[Index, ...]:
    """First and total indices, the largest total first.

    `x` (row, input) are the inputs that the emulator was fitted to; `resampled` draws rows of it
    with replacement and the figure of each row, from resampled replicates where there are any.
    """
    from SALib.sample import sobol

    problem = {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}
    points = sobol.sample(problem, _BASE, calc_second_order=False, seed=seed)
    rng = np.random.default_rng(seed)
    spread_first, spread_total = [], []
    with one_thread():
        first, total, _, _ = _indices(len(names), emulator.fitted.predict(points), seed)
        for refit in range(REFITS):
            if progress is not None:
                progress.advance("indices", refit, REFITS)
            rows, figure = resampled(rng)
            fitted = emulator.refitted(x[rows], figure)
            _, _, one, all_ = _indices(len(names), fitted.predict(points), seed + 1 + refit)
            spread_first.append(one)
            spread_total.append(all_)
    found = [Index(name, _interval(first[k], np.concatenate(spread_first)[:, k]),
                   _interval(total[k], np.concatenate(spread_total)[:, k]))
             for k, name in enumerate(names)]
    return tuple(sorted(found, key=lambda index: -index.total.mean))


def _indices(inputs: int, figure: Matrix, seed: int) -> tuple[Matrix, Matrix, Matrix, Matrix]:
    """First and total indices (input,), and both over resampled points (resample, input)."""
    from SALib.analyze import sobol

    if float(np.ptp(figure)) == 0.0:
        nothing = np.zeros(inputs)
        return nothing, nothing, np.zeros((_EACH, inputs)), np.zeros((_EACH, inputs))
    found = sobol.analyze({"num_vars": inputs, "names": [str(k) for k in range(inputs)]}, figure,
                          calc_second_order=False, num_resamples=_EACH, keep_resamples=True,
                          seed=seed)
    return found["S1"], found["ST"], found["S1_conf_all"], found["ST_conf_all"]


def _interval(point: float, spread: Matrix) -> Interval:
    lower, upper = np.quantile(spread, (0.05, 0.95))
    return Interval(float(point), float(min(lower, point)), float(max(upper, point)))

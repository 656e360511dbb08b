"""Small compiled algebra of the summaries: regressions and persistence.

No compiled function of the summaries calls one of another file: numba's disk cache notices an
edit in the file it belongs to, but not one in a file it calls.
"""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

PSEUDO = 2.0
"""Observations' worth of the whole that a group's share or mean starts from."""

_jit: Any = numba.njit(nogil=True, cache=True)


def blend(total: Any, count: Any, whole: Any) -> NDArray[np.float64]:
    """Shares or means of groups, drawn towards the whole by `PSEUDO` observations, so that they
    are finite for every panel."""
    return np.asarray((total + PSEUDO * whole) / (count + PSEUDO))


@_jit
def _solve(matrix, vector):  # type: ignore[no-untyped-def]
    """Solution of a small positive definite system by Cholesky; `matrix` is overwritten."""
    size = vector.shape[0]
    out = vector.copy()
    for j in range(size):
        for k in range(j):
            matrix[j, j] -= matrix[j, k] ** 2
        matrix[j, j] = math.sqrt(max(matrix[j, j], 1e-12))
        for i in range(j + 1, size):
            for k in range(j):
                matrix[i, j] -= matrix[i, k] * matrix[j, k]
            matrix[i, j] /= matrix[j, j]
    for i in range(size):
        for k in range(i):
            out[i] -= matrix[i, k] * out[k]
        out[i] /= matrix[i, i]
    for i in range(size - 1, -1, -1):
        for k in range(i + 1, size):
            out[i] -= matrix[k, i] * out[k]
        out[i] /= matrix[i, i]
    return out


@_jit
def linear(x, y, rows, ridge):  # type: ignore[no-untyped-def]
    """Ridge regression coefficients and, behind them, the residual standard deviation."""
    size = x.shape[1]
    gram = np.zeros((size, size))
    right = np.zeros(size)
    for r in range(rows):
        for i in range(size):
            right[i] += x[r, i] * y[r]
            for j in range(i + 1):
                gram[i, j] += x[r, i] * x[r, j]
    for i in range(size):
        gram[i, i] += ridge
    beta = _solve(gram, right)
    squares = 0.0
    for r in range(rows):
        fitted = 0.0
        for i in range(size):
            fitted += x[r, i] * beta[i]
        squares += (y[r] - fitted) ** 2
    out = np.empty(size + 1)
    out[:size] = beta
    out[size] = math.sqrt(squares / max(rows, 1))
    return out


@_jit
def logistic(x, y, rows, steps, ridge):  # type: ignore[no-untyped-def]
    """Coefficients after a few Newton steps of a ridge logistic regression; column 0 of `x`
    is the constant, which starts at the log-odds of the mean and is not penalised."""
    size = x.shape[1]
    beta = np.zeros(size)
    hits = 0.0
    for r in range(rows):
        hits += y[r]
    share = (hits + 0.5) / (rows + 1.0)
    beta[0] = math.log(share / (1.0 - share))
    for _ in range(steps):
        gram = np.zeros((size, size))
        slope = np.zeros(size)
        for r in range(rows):
            linear = 0.0
            for i in range(size):
                linear += x[r, i] * beta[i]
            linear = min(max(linear, -12.0), 12.0)
            p = 1.0 / (1.0 + math.exp(-linear))
            gap = y[r] - p
            weight = p * (1.0 - p)
            for i in range(size):
                scaled = weight * x[r, i]
                slope[i] += gap * x[r, i]
                for j in range(i + 1):
                    gram[i, j] += scaled * x[r, j]
        for i in range(size):
            penalty = ridge if i > 0 else 1e-6
            gram[i, i] += penalty
            slope[i] -= penalty * beta[i] if i > 0 else 0.0
        step = _solve(gram, slope)
        for i in range(size):
            beta[i] += min(max(step[i], -4.0), 4.0)
    return beta


@_jit
def persistence(gap):  # type: ignore[no-untyped-def]
    """Within-person sd, between-person sd (moments, corrected for noise in people's means) and
    autocorrelation at 1, 2, 3 months of deviations (n, T) with NaN gaps."""
    people, months = gap.shape
    within = 0.0
    freedom = 0.0
    members = 0.0
    mean_sum = 0.0
    mean_squares = 0.0
    noise = 0.0
    total = 0.0
    squares = 0.0
    count = 0.0
    products = np.zeros(3)
    pairs = np.zeros(3)
    for i in range(people):
        n = 0.0
        own = 0.0
        own_squares = 0.0
        for t in range(months):
            v = gap[i, t]
            if math.isnan(v):
                continue
            n += 1.0
            own += v
            own_squares += v * v
            for lag in range(1, 4):
                if t >= lag and not math.isnan(gap[i, t - lag]):
                    products[lag - 1] += v * gap[i, t - lag]
                    pairs[lag - 1] += 1.0
        total += own
        squares += own_squares
        count += n
        if n >= 3.0:
            members += 1.0
            mean = own / n
            within += own_squares - own * mean
            freedom += n - 1.0
            mean_sum += mean
            mean_squares += mean * mean
            noise += 1.0 / n
    out = np.zeros(5)
    if members < 2.0 or count < 2.0:
        return out
    scatter = within / max(freedom, 1.0)
    variance = mean_squares / members - (mean_sum / members) ** 2
    between = variance - scatter * noise / members
    out[0] = math.sqrt(max(scatter, 0.0))
    out[1] = math.copysign(math.sqrt(abs(between)), between)
    overall = total / count
    variance = squares / count - overall * overall
    for lag in range(3):
        if pairs[lag] > 0.0 and variance > 1e-9:
            out[2 + lag] = (products[lag] / pairs[lag] - overall * overall) / variance
    return out

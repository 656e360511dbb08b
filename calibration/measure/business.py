"""The size of business: how it spreads, persists and turns negative."""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from calibration.measure.algebra import blend, linear, persistence
from calibration.measure.frame import BANDS, THIRDS, Frame

NEEDS = ("monthly_performance.sales_amount",)
SIZES = (
    *(f"log_business_mean/{g}" for g in (*BANDS, *THIRDS)),
    *(f"log_business_sd/{g}" for g in (*BANDS, *THIRDS)),
    *(f"log_business/{g}" for g in ("within", "between", "again_1", "again_2", "again_3")),
    *(f"log_business/{g}" for g in ("skew", "far_below", "far_above", "leavers")),
    "refund/share", "refund/size",
)
MODEL = tuple(
    f"log_business_model/{g}" for g in ("constant", "last_month", "earlier", "tenure", "spread")
)
NAMES = (*SIZES, *MODEL)

_jit: Any = numba.njit(nogil=True, cache=True)


def measure(frame: Frame) -> NDArray[np.float64]:
    """Means, spreads, persistence and coefficients in the order of `NAMES`."""
    facts, observed, residual = frame.facts, frame.panel.observed, frame.residual
    count, total, squares, leaver, refund, x, y, rows = business_size(
        frame.first, frame.last, frame.exited, observed, frame.business, residual, frame.typical,
        facts.band, facts.third, facts.tenure)
    every = max(count[9], 1.0)
    variance = squares[9] / every - (total[9] / every) ** 2
    groups, mean = count[:9], total[:9] / np.maximum(count[:9], 1.0)
    spread = np.sqrt(np.maximum(
        blend(squares[:9] - groups * mean * mean, groups, variance), 0.0))
    cubes, below, above = tails(
        frame.first, frame.last, observed, residual, np.sqrt(max(variance, 1e-12)))
    return np.concatenate((
        blend(total[:9], groups, 0.0), spread, persistence(residual),
        (cubes / every, blend(below, count[9], 0.02), blend(above, count[9], 0.02),
         blend(leaver[1], leaver[0], 0.0), refund[1] / max(refund[0], 1.0),
         blend(refund[2], refund[1], 0.0)),
        linear(x, y, rows, 0.1),
    ))


@_jit
def business_size(first, last, exited, observed, business, residual, typical, band, third, tenure):  # type: ignore[no-untyped-def]
    """How large positive business is by tenure and base pay, how it spreads and persists, how
    often it is negative (`SIZES`, as sums), and rows of its autoregression (`MODEL`)."""
    people, months = business.shape
    count = np.zeros(10)
    total = np.zeros(10)
    squares = np.zeros(10)
    leaver = np.zeros(2)
    refund = np.zeros(3)
    x = np.empty((people * months, 4))
    y = np.empty(people * months)
    rows = 0
    for i in range(people):
        earlier = 0.0
        seen = 0.0
        for t in range(first[i], last[i] + 1):
            if not observed[i, t]:
                continue
            refund[0] += 1.0
            if business[i, t] < 0:
                refund[1] += 1.0
                refund[2] += min(max(math.log(-business[i, t]) - typical[i, t], -5.0), 5.0)
            v = residual[i, t]
            if math.isnan(v):
                continue
            for g in (band[i, t], 6 + third[i, t], 9):
                count[g] += 1.0
                total[g] += v
                squares[g] += v * v
            if exited[i] - t <= 2:
                leaver[0] += 1.0
                leaver[1] += v
            if t > first[i] and not math.isnan(residual[i, t - 1]):
                x[rows, 0] = 1.0
                x[rows, 1] = residual[i, t - 1]
                x[rows, 2] = (earlier - residual[i, t - 1]) / (seen + 1.0)
                x[rows, 3] = math.log1p(tenure[i, t]) - 2.0
                y[rows] = v
                rows += 1
            earlier += v
            seen += 1.0
    return count, total, squares, leaver, refund, x, y, rows


@_jit
def tails(first, last, observed, residual, spread):  # type: ignore[no-untyped-def]
    """Sum of cubes, and months far below and far above, of residuals over their `spread`."""
    cubes = 0.0
    below = 0.0
    above = 0.0
    for i in range(residual.shape[0]):
        for t in range(first[i], last[i] + 1):
            if observed[i, t] and not math.isnan(residual[i, t]):
                scaled = residual[i, t] / spread
                cubes += min(max(scaled, -6.0), 6.0) ** 3
                below += 1.0 if scaled < -2.0 else 0.0
                above += 1.0 if scaled > 2.0 else 0.0
    return cubes, below, above

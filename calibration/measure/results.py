"""Results against what is typical for base pay, tenure and season."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numba
import numpy as np
from numpy.typing import NDArray

from calibration.measure.algebra import blend, linear

if TYPE_CHECKING:
    from calibration.measure.frame import Frame

NEEDS = ("monthly_performance.sales_amount",)
OLDEST = 24
"""Tenures from here on share one expected success."""
NAMES = tuple(
    f"log_business/{g}" for g in ("level", "by_base", "by_tenure", "by_season", "spread")
)

_jit: Any = numba.njit(nogil=True, cache=True)


def measure(frame: Frame) -> NDArray[np.float64]:
    """The fit of log business, in the order of `NAMES`."""
    return frame.fit


def fit_business(
    first: Any, last: Any, observed: Any, business: Any, tenure: Any, log_base: Any, season: Any
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Fit log positive business by base pay, tenure and the firm's season: the block `NAMES`, the
    typical log business (n, T) and the residuals (n, T; NaN without business)."""
    given = (first, last, observed, business, tenure, log_base, season)
    block = linear(*business_rows(*given), 0.1)
    return (block, *against_typical(*given, block))


@_jit
def business_rows(first, last, observed, business, tenure, log_base, season):  # type: ignore[no-untyped-def]
    """Rows of log positive business beside base pay, tenure and the firm's season."""
    people, months = business.shape
    x = np.empty((people * months, 4))
    y = np.empty(people * months)
    rows = 0
    for i in range(people):
        for t in range(first[i], last[i] + 1):
            if observed[i, t] and business[i, t] > 0:
                x[rows, 0] = 1.0
                x[rows, 1] = log_base[i, t]
                x[rows, 2] = math.log1p(tenure[i, t]) - 2.0
                x[rows, 3] = season[t]
                y[rows] = math.log(business[i, t])
                rows += 1
    return x, y, rows


@_jit
def against_typical(first, last, observed, business, tenure, log_base, season, block):  # type: ignore[no-untyped-def]
    """The typical log business (n, T) under the fit `block` and the residuals (n, T; NaN without
    business)."""
    people, months = business.shape
    typical = np.zeros((people, months))
    residual = np.full((people, months), np.nan)
    for i in range(people):
        for t in range(first[i], last[i] + 1):
            fitted = (block[0] + block[1] * log_base[i, t]
                      + block[2] * (math.log1p(tenure[i, t]) - 2.0) + block[3] * season[t])
            typical[i, t] = fitted
            if observed[i, t] and business[i, t] > 0:
                residual[i, t] = math.log(business[i, t]) - fitted
    return typical, residual


@_jit
def successes(first, last, observed, residual, tenure):  # type: ignore[no-untyped-def]
    """(n, T) success, its total and count by tenure. Success is b / (b + typical), 0 without
    business: a bounded reading of the month's result; NaN where not observed."""
    people, months = residual.shape
    success = np.full((people, months), np.nan)
    total = np.zeros(OLDEST + 1)
    count = np.zeros(OLDEST + 1)
    for i in range(people):
        for t in range(first[i], last[i] + 1):
            if observed[i, t]:
                r = residual[i, t]
                success[i, t] = 0.0 if math.isnan(r) else 1.0 / (1.0 + math.exp(-r))
                age = min(tenure[i, t], OLDEST)
                total[age] += success[i, t]
                count[age] += 1.0
    return success, total, count


def surprises(
    first: Any, last: Any, observed: Any, residual: Any, tenure: Any
) -> NDArray[np.float64]:
    """(n, T) success minus the success expected at that tenure; NaN where not observed."""
    success, total, count = successes(first, last, observed, residual, tenure)
    whole = total.sum() / max(count.sum(), 1.0)
    expected = blend(total, count, whole)
    return np.asarray(success - expected[np.minimum(tenure, OLDEST)])

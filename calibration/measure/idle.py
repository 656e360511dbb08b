"""Months without business."""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from calibration.measure.algebra import blend, logistic, persistence
from calibration.measure.frame import BANDS, SLOW, Frame

NEEDS = ("monthly_performance.sales_amount",)
SHARES = (
    *(f"no_business/{g}" for g in BANDS),
    *(f"no_business/{g}" for g in ("exit_month", "month_before", "two_before", "otherwise")),
    *(f"no_business/{g}" for g in ("after_business", "after_idle", "after_two_idle")),
    *(f"no_business/{g}" for g in ("between", "again_1", "again_2", "again_3")),
)
MODEL = tuple(
    f"no_business_model/{g}"
    for g in ("constant", "tenure", "newcomer", "idle_lag_1", "idle_lag_2", "results_slow",
              "base", "exit_month", "month_before")
)
NAMES = (*SHARES, *MODEL)

_jit: Any = numba.njit(nogil=True, cache=True)


def measure(frame: Frame) -> NDArray[np.float64]:
    """Shares, persistence and coefficients in the order of `NAMES`."""
    band = frame.facts.band
    hits, count, x, y, rows = idle_months(
        frame.first, frame.last, frame.exited, frame.panel.observed, frame.idle, frame.surprise,
        band, frame.facts.tenure, frame.facts.log_base, SLOW)
    shares = blend(hits, count, hits[:6].sum() / max(count[:6].sum(), 1.0))
    gap = np.where(np.isfinite(frame.surprise), (frame.idle > 0) - shares[band], np.nan)
    return np.concatenate((shares, persistence(gap)[1:], logistic(x, y, rows, 4, 1.0)))


@_jit
def idle_months(  # type: ignore[no-untyped-def]
    first, last, exited, observed, idle, surprise, band, tenure, log_base, slow_weight
):
    """Months without business: shares by tenure, by months to exit and after idle months, how
    much people differ, how long it lasts (`SHARES`), and rows of a
    logistic model (`MODEL`)."""
    people, months = surprise.shape
    hits = np.zeros(13)
    count = np.zeros(13)
    x = np.empty((people * months, 9))
    y = np.empty(people * months)
    rows = 0
    for i in range(people):
        slow = 0.0
        for t in range(first[i], last[i] + 1):
            if not observed[i, t]:
                continue
            hit = 1.0 if idle[i, t] > 0 else 0.0
            ahead = min(exited[i] - t, 3)
            before = -1
            if t > first[i] and observed[i, t - 1]:
                before = 10 + min(idle[i, t - 1], 2)
                x[rows, 0] = 1.0
                x[rows, 1] = math.log1p(tenure[i, t]) - 2.0
                x[rows, 2] = 1.0 if tenure[i, t] < 3 else 0.0
                x[rows, 3] = 1.0 if idle[i, t - 1] > 0 else 0.0
                x[rows, 4] = 1.0 if idle[i, t - 1] > 1 else 0.0
                x[rows, 5] = 5.0 * slow
                x[rows, 6] = log_base[i, t]
                x[rows, 7] = 1.0 if ahead == 0 else 0.0
                x[rows, 8] = 1.0 if ahead == 1 else 0.0
                y[rows] = hit
                rows += 1
            for g in (band[i, t], 6 + ahead, before):
                if g >= 0:
                    hits[g] += hit
                    count[g] += 1.0
            slow += slow_weight * (surprise[i, t] - slow)
    return hits, count, x, y, rows

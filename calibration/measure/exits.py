"""Who leaves, by what a record says of them, and a discrete-time hazard."""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from calibration.measure.algebra import blend, logistic
from calibration.measure.frame import (
    BANDS,
    FAST,
    QUARTERS,
    RATINGS,
    RECENT_CUT,
    SLOW,
    THIRDS,
    Frame,
)

NEEDS = ()
RATES = ("exit_rate/all", *(f"exit_rate/{g}" for g in (*BANDS, *QUARTERS, *THIRDS)))

RECENT = (
    *(f"exit_next/{g}" for g in ("results_low", "results_middle", "results_high")),
    *(f"exit_next/{g}" for g in ("rating_none", *RATINGS)),
    *(f"exit_next/{g}" for g in ("idle_0", "idle_1", "idle_2", "idle_3_up")),
    *(f"exit_next/{g}" for g in ("new_low", "new_high", "settled_low", "settled_high")),
)
HAZARD = tuple(
    f"exit_model/{g}"
    for g in ("constant", "tenure", "newcomer", "results_slow", "results_fast", "idle",
              "rating", "unrated", "base", "results_by_tenure")
)
NAMES = (*RATES, *RECENT, *HAZARD)

_jit: Any = numba.njit(nogil=True, cache=True)


def measure(frame: Frame) -> NDArray[np.float64]:
    """Shares and coefficients in the order of `NAMES`."""
    facts = frame.facts
    hits, count = exit_rates(
        frame.first, frame.last, frame.exited, facts.band, facts.third, facts.quarter)
    whole = hits[0] / max(count[0], 1.0)
    rates = blend(hits, count, whole)
    rates[0] = whole
    hits, count, x, y, rows = exits_by_record(
        frame.first, frame.last, frame.exited, frame.panel.observed, frame.idle, frame.surprise,
        frame.completed, facts.tenure, facts.log_base, (SLOW, FAST), RECENT_CUT)
    recent = blend(hits, count, y[:rows].sum() / max(rows, 1))
    return np.concatenate((rates, recent, logistic(x, y, rows, 4, 1.0)))


@_jit
def exit_rates(first, last, exited, band, third, quarter):  # type: ignore[no-untyped-def]
    """Exits and months of employment: in all, by tenure, calendar quarter and base pay."""
    hits = np.zeros(14)
    count = np.zeros(14)
    for i in range(first.shape[0]):
        for t in range(first[i], last[i] + 1):
            hit = 1.0 if exited[i] == t else 0.0
            for g in (0, 1 + band[i, t], 7 + quarter[t], 11 + third[i, t]):
                hits[g] += hit
                count[g] += 1.0
    return hits, count


@_jit
def exits_by_record(  # type: ignore[no-untyped-def]
    first, last, exited, observed, idle, surprise, completed, tenure, log_base, weights, cut
):
    """Exits in the next month given the record so far: by group (`RECENT`), and the rows of a
    discrete-time logistic hazard (`HAZARD`)."""
    people, months = surprise.shape
    hits = np.zeros(16)
    count = np.zeros(16)
    x = np.empty((people * months, 10))
    y = np.empty(people * months)
    rows = 0
    for i in range(people):
        slow = 0.0
        fast = 0.0
        for t in range(first[i], last[i]):
            if observed[i, t]:
                slow += weights[0] * (surprise[i, t] - slow)
                fast += weights[1] * (surprise[i, t] - fast)
            hit = 1.0 if exited[i] == t + 1 else 0.0
            recent = 0.5 * (slow + fast)
            level = 0 if recent < -cut else (2 if recent > cut else 1)
            spell = idle[i, t]
            group = (level, 3 + completed[i, t], 8 + min(spell, 3),
                     12 + (0 if tenure[i, t] < 6 else 2) + (0 if recent < 0.0 else 1))
            for g in group:
                hits[g] += hit
                count[g] += 1.0
            age = math.log1p(tenure[i, t]) - 2.0
            x[rows, 0] = 1.0
            x[rows, 1] = age
            x[rows, 2] = 1.0 if tenure[i, t] < 3 else 0.0
            x[rows, 3] = 5.0 * slow
            x[rows, 4] = 3.0 * fast
            x[rows, 5] = math.log1p(spell)
            x[rows, 6] = completed[i, t] - 2.0 if completed[i, t] > 0 else 0.0
            x[rows, 7] = 0.0 if completed[i, t] > 0 else 1.0
            x[rows, 8] = log_base[i, t]
            x[rows, 9] = 5.0 * slow * age
            y[rows] = hit
            rows += 1
    return hits, count, x, y, rows


# -- months without business ---------------------------------------------------------------

"""Ratings of complete quarters."""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from calibration.measure.algebra import blend, linear
from calibration.measure.frame import RATINGS, Frame

NEEDS = ("ratings.rating",)
SHARES = (
    *(f"rating_share/{g}" for g in RATINGS),
    *(f"rating_change/{g}" for g in ("up", "down", "one_again", "down_to_one")),
    "rating_first/one",
    *(f"rating_attainment/{g}" for g in RATINGS),
    *(f"rating_mean/{g}" for g in ("nothing", "far_below", "below", "above", "far_above")),
)
MODEL = tuple(
    f"rating_model/{g}" for g in ("constant", "attainment", "before", "base", "spread")
)
NAMES = (*SHARES, *MODEL)

_jit: Any = numba.njit(nogil=True, cache=True)


def measure(frame: Frame) -> NDArray[np.float64]:
    """Shares, means and coefficients in the order of `NAMES`."""
    facts, panel = frame.facts, frame.panel
    share, change, new, reached, earned, attained, x, y, rows = quarterly_ratings(
        frame.first, frame.last, panel.observed, frame.business, frame.typical, panel.rating,
        facts.end, facts.panel.hired, facts.log_base)
    quarters = max(rows, 1)
    return np.concatenate((
        blend(share[1:], share[0], 0.25), blend(change[:, 1], change[:, 0], 0.3),
        (blend(new[1], new[0], 0.5),), blend(reached[:, 1], reached[:, 0], attained / quarters),
        blend(earned[:, 1], earned[:, 0], y[:rows].sum() / quarters), linear(x, y, rows, 0.1),
    ))


@_jit
def quarterly_ratings(first, last, observed, business, typical, rating, end, hired, log_base):  # type: ignore[no-untyped-def]
    """Ratings of complete quarters: shares, changes, what they reward (`SHARES`, as sums), and
    rows of a linear model (`MODEL`). `end` (T,) is True in columns that end a quarter.
    Attainment is the quarter's business b / (b + typical); newcomers' first quarter is counted
    apart."""
    people, months = business.shape
    share = np.zeros(5)
    change = np.zeros((4, 2))
    new = np.zeros(2)
    reached = np.zeros((4, 2))
    earned = np.zeros((5, 2))
    x = np.empty((people * (months // 3 + 1), 4))
    y = np.empty(people * (months // 3 + 1))
    rows = 0
    attained = 0.0
    for i in range(people):
        before = 0
        for close in range(2, months):
            if not end[close] or close - 2 > last[i]:
                continue
            actual = 0.0
            usual = 0.0
            mark = 0
            at = 0
            for t in range(max(close - 2, first[i]), min(close, last[i]) + 1):
                if observed[i, t]:
                    actual += max(business[i, t], 0.0)
                    usual += math.exp(typical[i, t])
                    if rating[i, t] > 0:
                        mark = rating[i, t]
                        at = t
            if mark == 0:
                before = 0
                continue
            share[mark] += 1.0
            share[0] += 1.0
            if hired[i] >= close - 2:
                new[0] += 1.0
                new[1] += 1.0 if mark == 1 else 0.0
            else:
                reach = actual / (actual + usual)
                attained += reach
                level = 0 if actual <= 0 else min(1 + int(reach > 0.33) + int(reach > 0.5)
                                                  + int(reach > 0.67), 4)
                reached[mark - 1, 0] += 1.0
                reached[mark - 1, 1] += reach
                earned[level, 0] += 1.0
                earned[level, 1] += mark
                x[rows, 0] = 1.0
                x[rows, 1] = reach - 0.4
                x[rows, 2] = before - 2.0 if before > 0 else 0.0
                x[rows, 3] = log_base[i, at]
                y[rows] = mark
                rows += 1
            if before > 0:
                change[0, 0] += 1.0
                change[1, 0] += 1.0
                change[0, 1] += 1.0 if mark > before else 0.0
                change[1, 1] += 1.0 if mark < before else 0.0
                kind = 2 if before == 1 else 3
                change[kind, 0] += 1.0
                change[kind, 1] += 1.0 if mark == 1 else 0.0
            before = mark
    return share, change, new, reached, earned, attained, x, y, rows

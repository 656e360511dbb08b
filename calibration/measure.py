"""What a panel looks like in about a hundred numbers: the compiled part of the summaries.

Every section is one pass over person-months and returns a block of numbers; the names of its
block stand right above it. Shares and means of small groups are drawn towards the whole by
`PSEUDO` observations, so that every number is finite for every panel.

All compiled functions live in this one file: numba's disk cache notices an edit here, but
would not notice one in a function imported from elsewhere.
"""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np

PSEUDO = 2.0
"""Observations' worth of the whole that a group's share or mean starts from."""
BANDS = ("tenure_0", "tenure_1_2", "tenure_3_5", "tenure_6_11", "tenure_12_23", "tenure_24_up")
THIRDS = ("base_low", "base_middle", "base_high")
QUARTERS = ("quarter_1", "quarter_2", "quarter_3", "quarter_4")
RATINGS = ("rating_1", "rating_2", "rating_3", "rating_4")
RECENT_CUT = 0.08
"""Recent results (success minus expected success) beyond which they count as low or high."""
SLOW, FAST = 0.2, 0.5
"""Weights of a month in the two moving averages of success minus expected success."""
OLDEST = 24
"""Tenures from here on share one expected success."""

_jit: Any = numba.njit(nogil=True, cache=True)


@_jit
def _blend(total, count, whole):  # type: ignore[no-untyped-def]
    return (total + PSEUDO * whole) / (count + PSEUDO)


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
def _linear(x, y, rows, ridge):  # type: ignore[no-untyped-def]
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
def _logistic(x, y, rows, steps, ridge):  # type: ignore[no-untyped-def]
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
def last_columns(exited, observed):  # type: ignore[no-untyped-def]
    """(n,) last column under observation: the exit month, else the last observed month."""
    people, months = observed.shape
    last = np.empty(people, np.int32)
    for i in range(people):
        last[i] = exited[i] if exited[i] < months else -1
        if last[i] < 0:
            for t in range(months - 1, -1, -1):
                if observed[i, t]:
                    last[i] = t
                    break
    return last


# -- results against what is typical -------------------------------------------------------

TYPICAL = tuple(
    f"log_business/{g}" for g in ("level", "by_base", "by_tenure", "by_season", "spread")
)


@_jit
def typical_business(first, last, observed, business, tenure, log_base, season):  # type: ignore[no-untyped-def]
    """Fit log positive business by base pay, tenure and the firm's season; return the block
    `TYPICAL`, the typical log business (n, T) and the residuals (n, T; NaN without business)."""
    people, months = business.shape
    residual = np.full((people, months), np.nan)
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
                residual[i, t] = y[rows]
                rows += 1
    block = _linear(x, y, rows, 0.1)
    typical = np.zeros((people, months))
    for i in range(people):
        for t in range(first[i], last[i] + 1):
            fitted = (block[0] + block[1] * log_base[i, t]
                      + block[2] * (math.log1p(tenure[i, t]) - 2.0) + block[3] * season[t])
            typical[i, t] = fitted
            residual[i, t] -= fitted
    return block, typical, residual


@_jit
def surprises(first, last, observed, residual, tenure):  # type: ignore[no-untyped-def]
    """(n, T) success minus the success expected at that tenure; NaN where not observed.

    Success is b / (b + typical), 0 without business: a bounded reading of the month's result.
    """
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
    whole = total.sum() / max(count.sum(), 1.0)
    for age in range(OLDEST + 1):
        total[age] = _blend(total[age], count[age], whole)
    for i in range(people):
        for t in range(first[i], last[i] + 1):
            success[i, t] -= total[min(tenure[i, t], OLDEST)]
    return success


# -- exits ---------------------------------------------------------------------------------

EXITS = ("exit_rate/all", *(f"exit_rate/{g}" for g in (*BANDS, *QUARTERS, *THIRDS)))


@_jit
def exit_rates(first, last, exited, band, third, quarter):  # type: ignore[no-untyped-def]
    """Exits per month of employment: in all, by tenure, calendar quarter and base pay."""
    hits = np.zeros(14)
    count = np.zeros(14)
    for i in range(first.shape[0]):
        for t in range(first[i], last[i] + 1):
            hit = 1.0 if exited[i] == t else 0.0
            for g in (0, 1 + band[i, t], 7 + quarter[t], 11 + third[i, t]):
                hits[g] += hit
                count[g] += 1.0
    whole = hits[0] / max(count[0], 1.0)
    for g in range(1, 14):
        hits[g] = _blend(hits[g], count[g], whole)
    hits[0] = whole
    return hits


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


@_jit
def exits_by_record(first, last, exited, observed, idle, surprise, completed, tenure, log_base):  # type: ignore[no-untyped-def]
    """Exits in the next month given the record so far: shares by group (`RECENT`) and the
    coefficients of a discrete-time logistic hazard (`HAZARD`)."""
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
                slow += SLOW * (surprise[i, t] - slow)
                fast += FAST * (surprise[i, t] - fast)
            hit = 1.0 if exited[i] == t + 1 else 0.0
            recent = 0.5 * (slow + fast)
            level = 0 if recent < -RECENT_CUT else (2 if recent > RECENT_CUT else 1)
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
    whole = y[:rows].sum() / max(rows, 1)
    for g in range(16):
        hits[g] = _blend(hits[g], count[g], whole)
    return hits, _logistic(x, y, rows, 4, 1.0)


# -- months without business ---------------------------------------------------------------

IDLE = (
    *(f"no_business/{g}" for g in BANDS),
    *(f"no_business/{g}" for g in ("exit_month", "month_before", "two_before", "otherwise")),
    *(f"no_business/{g}" for g in ("after_business", "after_idle", "after_two_idle")),
    *(f"no_business/{g}" for g in ("between", "again_1", "again_2", "again_3")),
)
IDLE_MODEL = tuple(
    f"no_business_model/{g}"
    for g in ("constant", "tenure", "newcomer", "idle_lag_1", "idle_lag_2", "results_slow",
              "base", "exit_month", "month_before")
)


@_jit
def idle_months(first, last, exited, observed, idle, surprise, band, tenure, log_base):  # type: ignore[no-untyped-def]
    """Months without business: shares by tenure, by months to exit and after idle months, how
    much people differ, how long it lasts (`IDLE`), and a logistic model (`IDLE_MODEL`)."""
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
            slow += SLOW * (surprise[i, t] - slow)
    whole = hits[:6].sum() / max(count[:6].sum(), 1.0)
    for g in range(13):
        hits[g] = _blend(hits[g], count[g], whole)
    gap = np.full((people, months), np.nan)
    for i in range(people):
        for t in range(first[i], last[i] + 1):
            if observed[i, t]:
                gap[i, t] = (1.0 if idle[i, t] > 0 else 0.0) - hits[band[i, t]]
    out = np.empty(17)
    out[:13] = hits
    out[13:] = _persistence(gap)[1:]
    return out, _logistic(x, y, rows, 4, 1.0)


@_jit
def _persistence(gap):  # type: ignore[no-untyped-def]
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


# -- size of business ----------------------------------------------------------------------

BUSINESS = (
    *(f"log_business_mean/{g}" for g in (*BANDS, *THIRDS)),
    *(f"log_business_sd/{g}" for g in (*BANDS, *THIRDS)),
    *(f"log_business/{g}" for g in ("within", "between", "again_1", "again_2", "again_3")),
    *(f"log_business/{g}" for g in ("skew", "far_below", "far_above", "leavers")),
    "refund/share", "refund/size",
)
BUSINESS_MODEL = tuple(
    f"log_business_model/{g}" for g in ("constant", "last_month", "earlier", "tenure", "spread")
)


@_jit
def business_size(first, last, exited, observed, business, residual, typical, band, third, tenure):  # type: ignore[no-untyped-def]
    """How large positive business is by tenure and base pay, how it spreads and persists, how
    often it is negative (`BUSINESS`), and its autoregression (`BUSINESS_MODEL`)."""
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
    variance = squares[9] / max(count[9], 1.0) - (total[9] / max(count[9], 1.0)) ** 2
    spread = math.sqrt(max(variance, 1e-12))
    out = np.empty(29)
    for g in range(9):
        mean = total[g] / max(count[g], 1.0)
        out[g] = _blend(total[g], count[g], 0.0)
        out[9 + g] = math.sqrt(max(_blend(squares[g] - count[g] * mean * mean, count[g],
                                          variance), 0.0))
    out[18:23] = _persistence(residual)
    cubes = 0.0
    below = 0.0
    above = 0.0
    for i in range(people):
        for t in range(first[i], last[i] + 1):
            if observed[i, t] and not math.isnan(residual[i, t]):
                scaled = residual[i, t] / spread
                cubes += min(max(scaled, -6.0), 6.0) ** 3
                below += 1.0 if scaled < -2.0 else 0.0
                above += 1.0 if scaled > 2.0 else 0.0
    out[23] = cubes / max(count[9], 1.0)
    out[24] = _blend(below, count[9], 0.02)
    out[25] = _blend(above, count[9], 0.02)
    out[26] = _blend(leaver[1], leaver[0], 0.0)
    out[27] = refund[1] / max(refund[0], 1.0)
    out[28] = _blend(refund[2], refund[1], 0.0)
    return out, _linear(x, y, rows, 0.1)


# -- ratings -------------------------------------------------------------------------------

RATED = (
    *(f"rating_share/{g}" for g in RATINGS),
    *(f"rating_change/{g}" for g in ("up", "down", "one_again", "down_to_one")),
    "rating_first/one",
    *(f"rating_attainment/{g}" for g in RATINGS),
    *(f"rating_mean/{g}" for g in ("nothing", "far_below", "below", "above", "far_above")),
)
RATED_MODEL = tuple(
    f"rating_model/{g}" for g in ("constant", "attainment", "before", "base", "spread")
)


@_jit
def quarterly_ratings(first, last, observed, business, typical, rating, end, hired, log_base):  # type: ignore[no-untyped-def]
    """Ratings of complete quarters: shares, changes, what they reward (`RATED`), and a linear
    model (`RATED_MODEL`). `end` (T,) is True in columns that end a quarter. Attainment is the
    quarter's business b / (b + typical); newcomers' first quarter is counted apart."""
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
    out = np.empty(18)
    for g in range(4):
        out[g] = _blend(share[g + 1], share[0], 0.25)
        out[4 + g] = _blend(change[g, 1], change[g, 0], 0.3)
        out[9 + g] = _blend(reached[g, 1], reached[g, 0], attained / max(rows, 1))
    out[8] = _blend(new[1], new[0], 0.5)
    middle = y[:rows].sum() / max(rows, 1)
    for g in range(5):
        out[13 + g] = _blend(earned[g, 1], earned[g, 0], middle)
    return out, _linear(x, y, rows, 0.1)


@_jit
def completed_ratings(first, last, rating, end):  # type: ignore[no-untyped-def]
    """(n, T) rating of the last quarter that had ended by the end of each month; 0 = none."""
    people, months = rating.shape
    out = np.zeros((people, months), np.int8)
    for i in range(people):
        known = 0
        for t in range(first[i], last[i] + 1):
            if end[t] and rating[i, t] > 0:
                known = rating[i, t]
            out[i, t] = known
    return out


@_jit
def idle_spells(first, last, observed, business):  # type: ignore[no-untyped-def]
    """(n, T) months in a row without business up to each month; gaps leave it as it was."""
    people, months = business.shape
    out = np.zeros((people, months), np.int32)
    for i in range(people):
        spell = 0
        for t in range(first[i], last[i] + 1):
            if observed[i, t]:
                spell = 0 if business[i, t] > 0 else spell + 1
            out[i, t] = spell
    return out


NAMES = (*TYPICAL, *EXITS, *RECENT, *HAZARD, *IDLE, *IDLE_MODEL, *BUSINESS, *BUSINESS_MODEL,
         *RATED, *RATED_MODEL)


@_jit
def measure(  # type: ignore[no-untyped-def]
    hired, first, tenure, band, log_base, third, season, quarter, end,
    business, rating, exited, observed,
):
    """All summaries of one panel, float64 in the order of `NAMES`."""
    last = last_columns(exited, observed)
    fit, typical, residual = typical_business(
        first, last, observed, business, tenure, log_base, season)
    surprise = surprises(first, last, observed, residual, tenure)
    idle = idle_spells(first, last, observed, business)
    completed = completed_ratings(first, last, rating, end)
    rates = exit_rates(first, last, exited, band, third, quarter)
    recent, hazard = exits_by_record(
        first, last, exited, observed, idle, surprise, completed, tenure, log_base)
    spells, spell_model = idle_months(
        first, last, exited, observed, idle, surprise, band, tenure, log_base)
    size, size_model = business_size(
        first, last, exited, observed, business, residual, typical, band, third, tenure)
    rated, rated_model = quarterly_ratings(
        first, last, observed, business, typical, rating, end, hired, log_base)
    return np.concatenate((fit, rates, recent, hazard, spells, spell_model, size, size_model,
                           rated, rated_model))

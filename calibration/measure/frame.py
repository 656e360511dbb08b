"""What all summaries of a record share: facts of the observed one, and what follows from each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import rankdata

from calibration.measure import results
from simlab.panel import STILL_HERE, Panel, season

BANDS = ("tenure_0", "tenure_1_2", "tenure_3_5", "tenure_6_11", "tenure_12_23", "tenure_24_up")
BAND_STARTS = np.array([0, 1, 3, 6, 12, 24])
THIRDS = ("base_low", "base_middle", "base_high")
QUARTERS = ("quarter_1", "quarter_2", "quarter_3", "quarter_4")
RATINGS = ("rating_1", "rating_2", "rating_3", "rating_4")
RECENT_CUT = 0.08
"""Recent results (success minus expected success) beyond which they count as low or high."""
SLOW, FAST = 0.2, 0.5
"""Weights of a month in the two moving averages of success minus expected success."""
STANDING = 0.2
"""Success that a standing of one standard deviation among a team's scores is read as, where
there are no amounts."""

_jit: Any = numba.njit(nogil=True, cache=True)


@dataclass(frozen=True)
class Facts:
    """What every simulated record shares with the observed one."""

    panel: Panel
    lost: NDArray[np.int64]
    """(n,) last column in which a person who stayed would be seen: someone who vanishes from the
    record is lost from sight in a simulated one too, and a later exit is not known."""
    tenure: NDArray[np.int32]
    band: NDArray[np.int64]
    """(n, T) place in `BANDS`."""
    log_base: NDArray[np.float32]
    third: NDArray[np.int64]
    """(n, T) place in `THIRDS`."""
    season: NDArray[np.float64]
    """(T,)."""
    quarter: NDArray[np.int64]
    """(T,) place in `QUARTERS`."""
    end: NDArray[np.bool_]
    """(T,) columns that end a quarter."""
    amounts: bool
    """Whether business is known, not only scores."""
    teams: NDArray[np.int64]
    """(n,)."""

    @classmethod
    def of(cls, panel: Panel) -> Facts:
        """The facts of an observed record."""
        months = panel.months
        calendar = (panel.start + np.arange(months)) % 12
        log_base, third = _pay(panel)
        tenure = panel.tenure()
        return cls(
            panel,
            np.where(panel.exited < STILL_HERE, months - 1, panel.last).astype(np.int64),
            tenure.astype(np.int32),
            (np.searchsorted(BAND_STARTS, tenure, side="right") - 1).astype(np.int64),
            log_base, third, season(panel)[calendar], (calendar // 3).astype(np.int64),
            calendar % 3 == 2, panel.amounts, panel.teams,
        )


@dataclass(frozen=True)
class Frame:
    """One record, observed or simulated, and what the kinds of summary take from it."""

    facts: Facts
    panel: Panel

    @cached_property
    def first(self) -> NDArray[np.int32]:
        """(n,)."""
        return self.facts.panel.first.astype(np.int32)

    @cached_property
    def exited(self) -> NDArray[np.int32]:
        """(n,) exits that are seen."""
        seen = self.panel.exited <= self.facts.lost
        return np.where(seen, self.panel.exited, STILL_HERE).astype(np.int32)

    @cached_property
    def last(self) -> NDArray[np.int32]:
        """(n,) last column under observation: the exit month, else the last observed one."""
        return np.asarray(last_columns(self.exited, self.panel.observed))

    @cached_property
    def employed(self) -> NDArray[np.bool_]:
        """(n, T) from the first to the last column under observation."""
        column = np.arange(self.panel.months)
        return np.asarray((column >= self.first[:, None]) & (column <= self.last[:, None]))

    @cached_property
    def business(self) -> NDArray[np.float32]:
        """(n, T) business, 0 where there are no amounts."""
        return self.panel.business if self.facts.amounts else np.zeros_like(self.panel.business)

    @cached_property
    def _typical(self) -> tuple[NDArray[np.float64], ...]:
        return results.fit_business(
            self.first, self.last, self.panel.observed, self.business, self.facts.tenure,
            self.facts.log_base, self.facts.season)

    @property
    def fit(self) -> NDArray[np.float64]:
        """The fit of log business, see `results`."""
        return self._typical[0]

    @property
    def typical(self) -> NDArray[np.float64]:
        """(n, T) typical log business."""
        return self._typical[1]

    @property
    def residual(self) -> NDArray[np.float64]:
        """(n, T) log business against typical; NaN without business."""
        return self._typical[2]

    @cached_property
    def surprise(self) -> NDArray[np.float64]:
        """(n, T) success against what is expected at that tenure; where only scores are known,
        the standing among the team's; NaN where not observed."""
        if self.facts.amounts:
            return results.surprises(
                self.first, self.last, self.panel.observed, self.residual, self.facts.tenure)
        if self.panel.score is None:
            return np.where(self.panel.observed, 0.0, np.nan)
        return np.where(self.panel.observed, STANDING * np.nan_to_num(self.standing), np.nan)

    @cached_property
    def recent(self) -> NDArray[np.float64]:
        """(n, T) slow moving average of `surprise`, the month included."""
        out = np.zeros(self.surprise.shape)
        average = np.zeros(len(out))
        for t in range(self.panel.months):
            known = np.isfinite(self.surprise[:, t])
            average = np.where(known, average + SLOW * (self.surprise[:, t] - average), average)
            out[:, t] = average
        return out

    @cached_property
    def standing(self) -> NDArray[np.float64]:
        """(n, T) normal score of the rank among the team's scores of the month, ties in the
        middle: what is left of a score whatever the manager's leniency; NaN without a score."""
        out = np.full(self.panel.observed.shape, np.nan)
        if self.panel.score is None:
            return out
        known = np.isfinite(self.panel.score)
        months = self.panel.months
        group = self.facts.teams[:, None] * months + np.arange(months)
        rank, size = ranks_within(group[known], self.panel.score[known])
        out[known] = ndtri((rank - 0.5) / size)
        return out

    @cached_property
    def idle(self) -> NDArray[np.int32]:
        """(n, T) months in a row without business up to each month."""
        return np.asarray(idle_spells(self.first, self.last, self.panel.observed, self.business))

    @cached_property
    def completed(self) -> NDArray[np.int8]:
        """(n, T) rating of the last quarter that had ended by each month; 0 = none."""
        return np.asarray(
            completed_ratings(self.first, self.last, self.panel.rating, self.facts.end))


def ranks_within(
    group: NDArray[np.int64], value: NDArray[np.float32]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Rank (from 1, ties in the middle) of each value in its group, and the group's size."""
    size = np.bincount(group)
    before = np.cumsum(size) - size
    _, level = np.unique(value, return_inverse=True)
    overall = rankdata(group * (int(level.max(initial=0)) + 1) + level)
    return overall - before[group], size[group]


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


def _pay(panel: Panel) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """(n, T) centred log base pay, carried over gaps (0 = unknown), and its third: 0, 1, 2."""
    known = np.isfinite(panel.base) & (panel.base > 0)
    if not known.any():
        return np.zeros(panel.base.shape, np.float32), np.ones(panel.base.shape, np.int64)
    log_base = np.log(panel.base, where=known, out=np.full(panel.base.shape, np.nan, np.float32))
    centre = np.float32(np.nanmean(log_base[panel.observed & known], dtype=np.float64))
    filled = _carried(log_base - centre)
    low, high = np.quantile(filled[panel.observed & known], [1 / 3, 2 / 3])
    third = np.where(filled <= low, 0, np.where(filled <= high, 1, 2)).astype(np.int64)
    return filled, third


def _carried(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows with NaN replaced by the value before, else by the first one after, else by 0."""
    out = values.copy()
    for column in range(1, out.shape[1]):
        gap = np.isnan(out[:, column])
        out[gap, column] = out[gap, column - 1]
    for column in range(out.shape[1] - 2, -1, -1):
        gap = np.isnan(out[:, column])
        out[gap, column] = out[gap, column + 1]
    return np.nan_to_num(out, nan=0.0)

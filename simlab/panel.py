"""What was recorded of a firm's people, as arrays: person x month with an observation mask.

Real records and simulated histories both become a `Panel`, so the same summaries, forecasts
and pages read either. Months are counted from 0000-01 (``year * 12 + month - 1``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

STILL_HERE = 32767
"""`exited` of a person without a known exit."""
_SEASON_LEAST = 20
"""Positive results a calendar month needs to have a season of its own."""
LONGEST_NOTICE = 3
"""Months that lie between a decision to leave and the exit at most."""

SIGNS: dict[str, str] = {
    "score": "monthly_performance.score",
    "absence": "attendance_monthly.leave_days",
    "pressure": "feedback_tickets.category",
    "communication": "feedback_tickets.category",
    "resources": "feedback_tickets.category",
    "pulse": "pulse.morale",
    "raised": "feedback_tickets.resolved_at",
    "waiting": "feedback_tickets.resolved_at",
    "passed": "exam_results.passed",
    "failed": "exam_results.passed",
    "opened": "accounts.opened_on",
    "won": "accounts.opened_on",
    "lost": "accounts.opened_on",
    "complaints": "account_months.complaints",
}
"""Monthly figures that a panel may hold beside results: field of `Panel` -> the column of the
records that it comes from. The kernel notes them in this order."""


def month_number(month: str) -> int:
    """'2016-03' -> months since year 0."""
    year, part = month.split("-")
    return int(year) * 12 + int(part) - 1


def month_name(number: int) -> str:
    """Months since year 0 -> '2016-03'."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


@dataclass(frozen=True)
class Panel:
    """Arrays over n people (rows) and T months (columns).

    Months inside the arrays are columns: 0 is `start`; negative lie before the record.
    """

    start: int
    """First month of the record, months since year 0."""
    person: tuple[str, ...]
    """n source ids; opaque text, unique."""
    hired: NDArray[np.int32]
    """(n,) column of the month of hiring; negative where before the record. Tenure in column t
    is ``t - hired`` months."""
    first: NDArray[np.int32]
    """(n,) first column in which the person was observed; > hired means a delayed entry."""
    last: NDArray[np.int32]
    """(n,) last column in which the person counts as employed: the exit month where the exit is
    known, else the last observed month (after it: censored)."""
    exited: NDArray[np.int32]
    """(n,) column of the exit month, the last in which the person worked; `STILL_HERE` if none."""
    grade: NDArray[np.int32]
    """(n, T) grade, 1 lowest; 0 where unknown."""
    base: NDArray[np.float32]
    """(n, T) base pay a month, in the firm's currency; NaN where unknown."""
    observed: NDArray[np.bool_]
    """(n, T) a results record exists for an employed month; everything below is valid there."""
    business: NDArray[np.float32]
    """(n, T) business of the month, in the firm's currency; may be negative (refunds); NaN
    throughout where the record holds scores but no amounts."""
    rating: NDArray[np.int8]
    """(n, T) rating 1..4 of the month's quarter, set from that SAME quarter's business: known
    only once the quarter has ended; 0 = none."""
    leaving: dict[int, int] = field(default_factory=dict)
    """Row -> column of the announced last month, beyond the record: known at its end."""
    unit: tuple[str, ...] = ()
    """n ids of the unit (team) each belongs to at the end of the record, "" where unknown; empty
    where none is recorded."""
    noticed: NDArray[np.int32] | None = None
    """(n,) column in which a person who left had given notice; `STILL_HERE` where unknown."""
    key_from: NDArray[np.int32] | None = None
    """(n,) column from which a person holds key accounts, so does key work; `STILL_HERE` if
    never. A fact of the record, not an outcome."""
    course: NDArray[np.int8] | None = None
    """(n, T) 1 + number of the course (`simlab.world.COURSES`) completed in the month, 0 none,
    -1 a course on none of the role pack's skills. A fact (exposure), not an outcome."""
    score: NDArray[np.float32] | None = None
    """(n, T) score 0-100 given by the manager. Here and below NaN where nothing is recorded."""
    absence: NDArray[np.float32] | None = None
    """(n, T) days of leave and other absence."""
    pressure: NDArray[np.float32] | None = None
    """(n, T) feedback tickets about workload."""
    communication: NDArray[np.float32] | None = None
    """(n, T) feedback tickets about missing skills."""
    resources: NDArray[np.float32] | None = None
    """(n, T) feedback tickets about missing help from other departments."""
    pulse: NDArray[np.float32] | None = None
    """(n, T) the quarter's last answer on morale, 0-10, in the column that ends the quarter."""
    raised: NDArray[np.float32] | None = None
    """(n, T) support requests raised with other departments."""
    waiting: NDArray[np.float32] | None = None
    """(n, T) support requests not resolved at the end of the month."""
    passed: NDArray[np.float32] | None = None
    """(n, T) exams passed."""
    failed: NDArray[np.float32] | None = None
    """(n, T) exams failed."""
    opened: NDArray[np.float32] | None = None
    """(n, T) key accounts opened."""
    won: NDArray[np.float32] | None = None
    """(n, T) key accounts won."""
    lost: NDArray[np.float32] | None = None
    """(n, T) key accounts lost, before the decision or as customers."""
    complaints: NDArray[np.float32] | None = None
    """(n, T) complaints of key accounts."""

    @property
    def signs(self) -> dict[str, NDArray[np.float32]]:
        """The recorded ones of `SIGNS`, by field, in that order."""
        held = {name: getattr(self, name) for name in SIGNS}
        return {name: figure for name, figure in held.items() if figure is not None}

    @property
    def recorded(self) -> frozenset[str]:
        """Columns ``table.column`` of the records that this panel holds anything of; that nobody
        left is something, too."""
        there = {
            "exits.last_day": True,
            "exits.notice_date": self.noticed is not None,
            "monthly_performance.sales_amount": self.amounts,
            "ratings.rating": bool((self.rating > 0).any()),
            "compensation.base": bool((np.isfinite(self.base) & (self.base > 0)).any()),
            "employees.manager_key": len(set(self.unit)) > 1,
            "enrolments.completed_on": self.course is not None,
            "accounts.opened_on": self.key_from is not None,
        }
        return frozenset(c for c, known in there.items() if known) | {SIGNS[k] for k in self.signs}

    @property
    def amounts(self) -> bool:
        """Whether business is recorded, not only scores."""
        return bool(np.isfinite(self.business[self.observed]).any())

    @property
    def teams(self) -> NDArray[np.int64]:
        """(n,) number of each person's team, from 0; all 0 where none is recorded."""
        if not self.unit:
            return np.zeros(len(self.person), np.int64)
        return np.unique(np.array(self.unit), return_inverse=True)[1].astype(np.int64)

    def unmasked(self, figure: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
        """(n, T) `figure` without what an exit already decided upon may have caused: months from
        the notice on; where no notice is known, the last `LONGEST_NOTICE` and the exit month."""
        begins = self.exited - LONGEST_NOTICE
        if self.noticed is not None:
            begins = np.where(self.noticed < STILL_HERE, self.noticed, begins)
        late = np.arange(self.months) >= begins[:, None]
        return np.where(late & (self.exited < STILL_HERE)[:, None], np.float32(np.nan), figure)

    @property
    def months(self) -> int:
        """T, the number of months."""
        return int(self.business.shape[1])

    @property
    def employed(self) -> NDArray[np.bool_]:
        """(n, T) under observation as employed: from `first` to `last` inclusive."""
        column = np.arange(self.months)
        return (column >= self.first[:, None]) & (column <= self.last[:, None])

    @property
    def announced(self) -> NDArray[np.int32]:
        """(n,) column of the last month that a person employed at the end of the record has
        announced; `STILL_HERE` if none."""
        column = np.full(len(self.person), STILL_HERE, np.int32)
        column[list(self.leaving)] = list(self.leaving.values())
        return column

    def tenure(self) -> NDArray[np.int32]:
        """(n, T) months since hiring, 0 in the month of hiring; not below 0."""
        column = np.arange(self.months, dtype=np.int32)
        return np.asarray(np.maximum(column - self.hired[:, None], 0))

    def until(self, last_column: int) -> Panel:
        """What was known at the end of `last_column`: later rows, exits and ratings of a quarter
        not yet complete are gone, as are announced exits; people first seen later are dropped."""
        keep = self.first <= last_column
        columns = slice(0, last_column + 1)
        exited = np.where(self.exited <= last_column, self.exited, STILL_HERE)[keep]
        rating = self.rating[keep, columns].copy()
        signs: dict[str, Any] = {name: figure[keep, columns] for name, figure in self.signs.items()}
        quarter_ends = (self.start + last_column + 1) % 3 == 0
        if not quarter_ends:
            running = last_column - (self.start + last_column) % 3
            rating[:, max(running, 0):] = 0
        return Panel(
            start=self.start,
            person=tuple(p for p, k in zip(self.person, keep, strict=True) if k),
            hired=self.hired[keep],
            first=self.first[keep],
            last=np.minimum(self.last[keep], last_column).astype(np.int32),
            exited=exited.astype(np.int32),
            grade=self.grade[keep, columns],
            base=self.base[keep, columns],
            observed=self.observed[keep, columns],
            business=self.business[keep, columns],
            rating=rating,
            unit=tuple(u for u, k in zip(self.unit, keep, strict=False) if k),
            noticed=None if self.noticed is None else np.where(
                exited < STILL_HERE, self.noticed[keep], STILL_HERE).astype(np.int32),
            key_from=None if self.key_from is None else np.where(
                self.key_from[keep] <= last_column, self.key_from[keep], STILL_HERE
            ).astype(np.int32),
            course=None if self.course is None else self.course[keep, columns],
            **signs,
        )


def season(panel: Panel) -> NDArray[np.float64]:
    """(12,) log multipliers of business by calendar month (0 = January): a fact of the firm.

    The median log positive business of each month against the mean over months, shrunk towards
    0 by how far the months' differences exceed what sampling alone gives (empirical Bayes).
    Calendar months without at least `_SEASON_LEAST` results are 0.
    """
    effect = np.zeros(12)
    months, medians, noise = [], [], []
    for column in range(panel.months):
        positive = panel.business[panel.observed[:, column], column]
        positive = positive[positive > 0]
        if len(positive) >= _SEASON_LEAST:
            logs = np.log(positive.astype(np.float64))
            months.append((panel.start + column) % 12)
            medians.append(float(np.median(logs)))
            # the variance of a median of a normal sample is pi/2 times that of its mean
            noise.append(np.pi / 2 * float(logs.var()) / len(logs))
    if len(months) < 2:
        return effect
    gap = np.array(medians) - np.mean(medians)
    signal = max(float(gap.var()) - float(np.mean(noise)), 0.0)
    for month in set(months):
        mine = np.array(months) == month
        error = float(np.mean(np.array(noise)[mine])) / mine.sum()
        effect[month] = gap[mine].mean() * signal / (signal + error) if signal > 0 else 0.0
    seen = sorted(set(months))
    effect[seen] -= effect[seen].mean()
    return effect

"""Patterns of a panel: how people stay, sell, are rated and leave, on real and simulated ones."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from simlab.panel import Panel

Matrix = NDArray[np.float64]
BANDS = {"0 to 2": (0, 2), "3 to 5": (3, 5), "6 to 11": (6, 11), "12 to 23": (12, 23),
         "24 and more": (24, 10_000)}
"""Months of tenure."""


def hazard(panel: Panel, columns: slice, low: int, high: int) -> float:
    """Exits per month of employment at this tenure."""
    employed = panel.employed[:, columns]
    tenure = panel.tenure()[:, columns]
    column = np.arange(panel.months)[columns]
    chosen = employed & (tenure >= low) & (tenure <= high)
    leaving = chosen & (panel.exited[:, None] == column)
    return float(leaving.sum() / max(chosen.sum(), 1))


def without_business(panel: Panel, columns: slice, ahead: Callable[[Matrix], Matrix]) -> float:
    """Share of observed months without business, `ahead` choosing months by those to the exit."""
    column = np.arange(panel.months)[columns]
    chosen = panel.observed[:, columns] & ahead(panel.exited[:, None] - column)
    idle = chosen & (panel.business[:, columns] == 0)
    return float(idle.sum() / max(chosen.sum(), 1))


def rating_moves(panel: Panel, columns: slice) -> tuple[float, float]:
    """Shares of people rated in two quarters in a row whose rating rises, and falls."""
    ends = np.arange(panel.months)[columns]
    ends = ends[((panel.start + ends) % 3 == 2) & (ends >= 3)]
    before, after = panel.rating[:, ends - 3], panel.rating[:, ends]
    both = (before > 0) & (after > 0)
    n = max(both.sum(), 1)
    return float(((after > before) & both).sum() / n), float(((after < before) & both).sum() / n)


def positive(panel: Panel, columns: slice) -> Matrix:
    """Every month's business above zero."""
    business = panel.business[:, columns][panel.observed[:, columns]].astype(np.float64)
    return business[business > 0]


def tail(panel: Panel, columns: slice) -> float:
    """Share of all business above zero that the best 1% of months bring."""
    amounts = np.sort(positive(panel, columns))
    return float(amounts[-max(len(amounts) // 100, 1):].sum() / amounts.sum())


def refunds(panel: Panel, columns: slice) -> float:
    """Share of observed months with net refunds."""
    observed = panel.observed[:, columns]
    return float(((panel.business[:, columns] < 0) & observed).sum() / max(observed.sum(), 1))


def persistence(panel: Panel, columns: slice) -> float:
    """Correlation of log business above zero with that of the month before."""
    column = np.arange(panel.months)[columns]
    column = column[column >= 1]
    now, before = panel.business[:, column], panel.business[:, column - 1]
    both = panel.observed[:, column] & panel.observed[:, column - 1] & (now > 0) & (before > 0)
    return float(np.corrcoef(np.log(now[both]), np.log(before[both]))[0, 1])


def quarters_agree(panel: Panel, columns: slice) -> float:
    """Correlation over people of their business in the last quarter with the quarter before."""
    last = np.arange(panel.months)[columns][-1]
    sums = []
    there = np.ones(len(panel.person), bool)
    for end in (last, last - 3):
        months = slice(end - 2, end + 1)
        there &= panel.observed[:, months].all(axis=1)
        sums.append(np.maximum(panel.business[:, months], 0).sum(axis=1))
    return float(np.corrcoef(*(np.log1p(total[there]) for total in sums))[0, 1])


def figures(panel: Panel, columns: slice) -> dict[str, float]:
    """Every pattern over the columns given."""
    found = {
        f"exits a month at a tenure of {name} months": hazard(panel, columns, low, high)
        for name, (low, high) in BANDS.items()
    }
    found["months without business: exit month"] = without_business(
        panel, columns, lambda ahead: ahead == 0)
    found["months without business: the month before"] = without_business(
        panel, columns, lambda ahead: ahead == 1)
    found["months without business: otherwise"] = without_business(
        panel, columns, lambda ahead: ahead > 1)
    up, down = rating_moves(panel, columns)
    found["ratings that rise from quarter to quarter"] = up
    found["ratings that fall from quarter to quarter"] = down
    found["business brought by the best 1% of months"] = tail(panel, columns)
    found["months with net refunds"] = refunds(panel, columns)
    found["log business with that of the month before (r)"] = persistence(panel, columns)
    found["log business of a quarter with the one before (r)"] = quarters_agree(panel, columns)
    return found


def resampled(panel: Panel, generator: np.random.Generator) -> Panel:
    """People drawn with replacement."""
    rows = generator.integers(0, len(panel.person), len(panel.person))
    return Panel(
        start=panel.start, person=tuple(panel.person[i] for i in rows), hired=panel.hired[rows],
        first=panel.first[rows], last=panel.last[rows], exited=panel.exited[rows],
        grade=panel.grade[rows], base=panel.base[rows], observed=panel.observed[rows],
        business=panel.business[rows], rating=panel.rating[rows],
    )

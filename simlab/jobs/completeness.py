"""How complete the records are: of each column that the firm records, the share that is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simlab.jobs.answering import column_labels
from simlab.jobs.records import load_panel
from simlab.lab import Lab
from simlab.panel import Panel, month_name


@dataclass(frozen=True)
class Completeness:
    """Shares of the people employed in a month of whom a column holds a value."""

    months: tuple[str, ...]
    labels: Mapping[str, Mapping[str, str]]
    """Column ``table.column`` -> what it is called in both languages; one row of `shares` each."""
    shares: tuple[tuple[float | None, ...], ...]
    """(column, month), 0..1; None where nobody was employed, or nothing is due in that month."""
    score: float
    """All that is there of all that is due, over the columns that the firm records."""
    cells: int
    """Person-months of a column that were due."""


def completeness(lab: Lab) -> Completeness:
    """Of the lab's records; LabError ``no_records``."""
    panel = load_panel(lab)
    employed = panel.employed
    there, due = 0, 0
    shares = []
    held = _held(panel)
    for column, present in held.items():
        expected = employed.copy()
        if column == "pulse.morale":  # asked once a quarter
            expected[:, (panel.start + np.arange(panel.months)) % 3 != 2] = False
        staff, found = expected.sum(axis=0), (present & expected).sum(axis=0)
        there, due = there + int(found.sum()), due + int(staff.sum())
        shares.append(tuple(float(f / s) if s else None
                            for f, s in zip(found, staff, strict=True)))
    return Completeness(
        months=tuple(month_name(panel.start + m) for m in range(panel.months)),
        labels=column_labels(held), shares=tuple(shares),
        score=there / due if due else 0.0, cells=due)


def _held(panel: Panel) -> dict[str, NDArray[np.bool_]]:
    """(n, T) where each column holds a value; columns without any are not recorded at all."""
    unit = np.array([bool(u) for u in panel.unit] or [False] * len(panel.person))
    found = {
        "employees.manager_key": np.broadcast_to(unit[:, None], panel.observed.shape),
        "employees.grade": panel.grade > 0,
        "monthly_performance.sales_amount": panel.observed & np.isfinite(panel.business),
        "ratings.rating": panel.rating > 0,
        "compensation.base": np.isfinite(panel.base) & (panel.base > 0),
    }
    signs = {"score": "monthly_performance.score", "absence": "attendance_monthly.leave_days",
             "pulse": "pulse.morale"}
    found |= {column: np.isfinite(panel.signs[name]) for name, column in signs.items()
              if name in panel.signs}
    return {column: found[column] for column in sorted(found) if found[column].any()}

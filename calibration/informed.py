"""Which parameters a record can speak of, and which rest on priors for want of a column.

The registry names for each parameter the column that would show it. Simulated records hold what
the observed one holds, so a parameter is calibrated where that column is there, or another one
whose summaries move with it.
"""

from __future__ import annotations

from collections.abc import Set

import numpy as np
from numpy.typing import NDArray

from simlab.parameters import REGISTRY, Parameter

_AMOUNTS, _SCORE = "monthly_performance.sales_amount", "monthly_performance.score"
_KEY = "accounts.opened_on"

ALSO: dict[str, tuple[str, ...]] = {
    "efficacy_exit": (_SCORE,),
    "efficacy_memory": (_SCORE,),
    "activity_ability": (_SCORE,),
    "activity_efficacy": (_SCORE,),
    "size_ability": (_SCORE,),
    "size_spread": (_SCORE,),
    "notice_drop": (_SCORE,),
    "notice_chance": (_AMOUNTS, _SCORE),
    "dismissal": (_AMOUNTS,),
}
"""Further columns that speak of a parameter: scores order people as results do; falling results
before exits tell of notice and dismissal."""
TOGETHER: dict[str, tuple[str, ...]] = {
    "size_pay": ("compensation.base",),
    "ticket_communication": (_KEY,),
    "ticket_resources": (_KEY,),
    "request_rate": (_KEY,),
    "complaint_level": (_KEY,),
    "exam_level": ("enrolments.completed_on",),
}
"""Columns needed beside a parameter's own: who does key work, who took the course."""


def missing(parameter: Parameter, recorded: Set[str]) -> tuple[str, ...]:
    """Columns ``table.column`` whose absence leaves the parameter to its prior; empty where the
    `recorded` ones speak of it, or where no column ever does."""
    if not parameter.calibrated:
        return (parameter.column,) if parameter.column else ()
    lacking = [c for c in TOGETHER.get(parameter.name, ()) if c not in recorded]
    spoken = (parameter.column, *ALSO.get(parameter.name, ()))
    if not recorded & set(spoken):
        lacking.insert(0, parameter.column)
    return tuple(lacking)


def calibrated(recorded: Set[str]) -> NDArray[np.bool_]:
    """(parameter,) which parameters these columns can move."""
    return np.array([p.calibrated and not missing(p, recorded) for p in REGISTRY])


def resting(recorded: Set[str]) -> dict[str, tuple[str, ...]]:
    """Parameters that calibration moves where the record lets it, and here does not -> the
    missing columns, in the registry's order."""
    return {p.name: missing(p, recorded) for p in REGISTRY
            if p.calibrated and missing(p, recorded)}

"""What the records say of requests to other departments: feedback tickets that a unit took on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simlab.engine.groups import LEAST, REST
from simlab.lab import Lab
from simlab.panel import month_number
from simlab.records.store import Store, open_store


@dataclass(frozen=True)
class Requests:
    """Requests of one record, in the order of their days."""

    unit: tuple[str, ...]
    """Who was asked; units that fewer than ten people asked are ``rest``."""
    waited: NDArray[np.int64]
    """(request,) month ends up to the one of the month of the answer, or of the record's end."""
    answered: NDArray[np.bool_]
    first: int
    """Month of the first request, months since year 0."""
    last: int
    """Last month of the record."""
    people: int
    """Who asked."""


def recorded_requests(lab: Lab) -> Requests | None:
    """The requests in `lab`; None where no ticket names the unit that took it on, or fewer than ten
    people asked."""
    with open_store(lab) as store:
        rows = sorted(
            (opened, str(unit), key, resolved) for key, opened, category, unit, resolved in
            store.rows("feedback_tickets", "person_key", "opened_at", "category",
                       "assigned_unit", "resolved_at")
            if category == "cross_dept_support" and unit)
        months = store.months()
        named = _names(store)
    if not rows or months is None or len({row[2] for row in rows}) < LEAST:
        return None
    last = month_number(months[1])
    kept = [row for row in rows if row[0].year * 12 + row[0].month - 1 <= last]
    opened = np.array([day.year * 12 + day.month - 1 for day, *_ in kept], np.int64)
    done = np.array([last + 1 if day is None else day.year * 12 + day.month - 1
                     for *_, day in kept], np.int64)
    shown = _joined([(unit, key) for _, unit, key, _ in kept])
    return Requests(
        unit=tuple(named.get(unit, unit) for unit in shown),
        waited=np.minimum(done, last) - opened + 1, answered=done <= last,
        first=int(opened.min()), last=last, people=len({row[2] for row in kept}))


def _joined(asked: list[tuple[str, str]]) -> list[str]:
    """The unit of each request; those that fewer than `LEAST` people asked are `REST`, with the
    next smallest where they would be few together."""
    people = Counter(unit for unit, _ in set(asked))
    small = {unit for unit, count in people.items() if count < LEAST}
    for unit, _ in sorted(people.items(), key=lambda item: (item[1], item[0])):
        if not small or len({key for each, key in asked if each in small}) >= LEAST:
            break
        small.add(unit)
    return [REST if unit in small else unit for unit, _ in asked]


def _names(store: Store) -> dict[str, str]:
    """What units are called, in the store's own words."""
    return {unit: str(name) for unit, zh, en in
            store.rows("org_units", "org_unit_id", "name_zh", "name_en")
            if (name := zh or en)}

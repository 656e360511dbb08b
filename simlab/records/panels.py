"""Tables to arrays and back: what was recorded, as a `Panel`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simlab.errors import LabError
from simlab.lab import Lab
from simlab.panel import STILL_HERE, Panel, month_number
from simlab.records.signs import Frame, Rows, filled, scatter, signs
from simlab.records.store import Store, open_store


def load_panel(lab: Lab, kpi: str = "sales_amount") -> Panel:
    """The records of `lab` as a panel; `person` holds pseudonyms. See :func:`panel`."""
    with open_store(lab) as store:
        return panel(store, kpi)


def panel(store: Store, kpi: str = "sales_amount") -> Panel:
    """Everyone with a recorded value of `kpi` while employed, over the months of the record;
    where no month has one, everyone with a score.

    `business` is the KPI's actual value (unknown where there are only scores). What other tables
    hold of these people comes with it, see :mod:`simlab.records.signs`. People are in the order
    of their employee numbers, so that the same records give the same panel in any lab. Grade and
    base pay hold from where they are recorded until they change; outside employment they are
    unknown (0, NaN). An exit after the record's last month has not happened yet: it is
    announced. Raises LabError ``nothing_recorded`` where no month has a value of `kpi` or a
    score.
    """
    scores = _scores(store)
    results = _results(store, kpi) or scores
    if not results:
        raise LabError("nothing_recorded", kpi=kpi)
    hired, left = _employment(store)
    numbers = dict(zip(hired, store.source_ids(list(hired)), strict=True))
    people = sorted({row[0] for row in results}, key=lambda key: natural(numbers[key]))
    months = [month for _, month, *_ in results]
    start, end = int(min(months)), int(max(months))
    shape = (len(people), end - start + 1)
    place = {key: index for index, key in enumerate(people)}

    n, t, value = scatter(results, place, start)
    business = np.zeros(shape, dtype=np.float32)
    observed = np.zeros(shape, dtype=np.bool_)
    business[n, t] = value
    observed[n, t] = True
    if results is scores:
        business[:] = np.nan

    first = observed.argmax(axis=1).astype(np.int32)
    seen = (shape[1] - 1 - observed[:, ::-1].argmax(axis=1)).astype(np.int32)
    exits = np.array([left.get(key, end + 1) for key in people]) - start
    exited = np.where(exits < shape[1], exits, STILL_HERE).astype(np.int32)
    last = np.where(exited != STILL_HERE, exited, seen).astype(np.int32)
    column = np.arange(shape[1])
    employed = (column >= first[:, None]) & (column <= last[:, None])

    rating = filled(_months(store, "ratings", "rating"), place, start, shape)
    base = filled(_months(store, "compensation", "base"), place, start, shape)
    score = filled(scores, place, start, shape)
    grade = _in_force(_grades(store), place, start, shape)
    return Panel(
        start=start,
        person=tuple(people),
        hired=np.array([hired[key] for key in people], dtype=np.int32) - np.int32(start),
        first=first,
        last=last,
        exited=exited,
        grade=np.where(employed, np.nan_to_num(grade), 0).astype(np.int32),
        base=np.where(employed, _carried(base, employed), np.nan).astype(np.float32),
        observed=observed,
        business=business,
        rating=np.where(observed, np.nan_to_num(rating), 0).astype(np.int8),
        leaving={
            int(i): int(exits[i])
            for i, key in enumerate(people)
            if key in left and exits[i] >= shape[1]
        },
        unit=_units(store, people),
        score=np.where(employed, score, np.nan).astype(np.float32) if scores else None,
        **signs(store, Frame(place, start, employed, exited)),
    )


def _units(store: Store, people: list[str]) -> tuple[str, ...]:
    """The latest team of each: people of one manager, else of one unit; empty if none is known."""
    rows = store.rows("employees", "person_key", "valid_from", "org_unit_id", "manager_key")
    latest = {
        key: f"manager {manager}" if manager else unit or ""
        for key, _, unit, manager in sorted(rows, key=lambda row: (row[0], row[1]))
    }
    units = tuple(str(latest.get(key, "")) for key in people)
    return units if any(units) else ()


def natural(identifier: str) -> tuple[int, str]:
    """Sorts ids as people count: 9 before 10."""
    return len(identifier), identifier


def _results(store: Store, kpi: str) -> Rows:
    """(person, month number, value) of `kpi` in months of employment."""
    rows = store.rows("monthly_performance", "person_key", "month", "kpi_id", "actual")
    hired, left = _employment(store)
    number = {month: month_number(month) for month in {row[1] for row in rows}}
    # Rows after an exit may be stored from before the exit was known.
    return [
        (person, number[month], actual) for person, month, kpi_id, actual in rows
        if kpi_id == kpi and actual is not None and person in hired
        and number[month] <= left.get(person, 1 << 30)
    ]


def _scores(store: Store) -> Rows:
    """(person, month number, score): the overall score of a month, else the mean over its KPIs."""
    rows = store.rows("monthly_performance", "person_key", "month", "kpi_id", "score")
    hired, left = _employment(store)
    given: dict[tuple[str, str], dict[str, float]] = {}
    for person, month, kpi, score in rows:
        within = person in hired and month_number(month) <= left.get(person, 1 << 30)
        if score is not None and within:
            given.setdefault((person, month), {})[kpi] = score
    return [(person, month_number(month), of.get("overall", float(np.mean(list(of.values())))))
            for (person, month), of in given.items()]


def _employment(store: Store) -> tuple[dict[str, int], dict[str, int]]:
    """Month numbers of hiring and of exit by person."""
    hired = {
        key: day.year * 12 + day.month - 1
        for key, _, day in sorted(store.rows("employees", "person_key", "valid_from", "hire_date"))
    }
    left = {key: day.year * 12 + day.month - 1
            for key, day in store.rows("exits", "person_key", "last_day")}
    return hired, left


def _months(store: Store, table: str, column: str) -> Rows:
    rows = store.rows(table, "person_key", "month", column)
    number = {month: month_number(month) for month in {row[1] for row in rows}}
    return [(key, number[month], value) for key, month, value in rows if value is not None]


def _grades(store: Store) -> Rows:
    """(person, month number from which, grade), later rows last."""
    rows = store.rows("employees", "person_key", "valid_from", "grade")
    return [
        (key, day.year * 12 + day.month - 1, np.nan if grade is None else grade)
        for key, day, grade in sorted(rows, key=lambda row: (row[0], row[1]))
    ]


def _in_force(
    rows: Rows, place: dict[str, int], start: int, shape: tuple[int, int]
) -> NDArray[np.float64]:
    """(n, T) of rows that hold from their month until the person's next; NaN before the first."""
    out = np.full(shape, np.nan)
    for key, month, value in rows:
        if key in place and month - start < shape[1]:
            out[place[key], max(month - start, 0):] = value
    return out


def _carried(values: NDArray[np.float64], within: NDArray[np.bool_]) -> NDArray[np.float64]:
    """`values` with each gap inside `within` filled by the last known value of the row."""
    known = np.where(within & ~np.isnan(values), np.arange(values.shape[1]), -1)
    latest = np.maximum.accumulate(known, axis=1)
    carried = np.take_along_axis(values, np.maximum(latest, 0), axis=1)
    return np.where(latest >= 0, carried, np.nan)

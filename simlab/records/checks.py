"""What rows must satisfy together, before any is written."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from simlab.panel import month_number
from simlab.records.intake import Intake, Row
from simlab.records.schema import TABLES, Table
from simlab.records.values import Value

Key = tuple[Value, ...]
REFERRED = ("kpi_registry", "courses", "accounts")
"""Tables, beside the employees, whose ids others refer to."""


@dataclass(frozen=True)
class Known:
    """What the store already holds: hire and last days by person, ids by table."""

    hired: dict[str, datetime.date]
    left: dict[str, datetime.date]
    ids: dict[str, set[str]]


def check(intake: Intake, known: Known) -> None:
    """Note duplicates, orphans, exits before the hire and months before it as problems; drop
    months after an exit, which are no employment."""
    _duplicates(intake)
    hired, left = dict(known.hired), dict(known.left)
    hired.update(_dates(intake, "employees", "hire_date"))
    left.update(_dates(intake, "exits", "last_day"))
    _exit_before_hire(intake, hired, left)
    _active_after_exit(intake, left)
    _references(intake, known, hired)
    _drop_after_exit(intake, left)
    _before_hire(intake, hired)
    _status(intake, left)


def _dates(intake: Intake, table: str, name: str) -> dict[str, datetime.date]:
    person, day = _place(TABLES[table], "person_key"), _place(TABLES[table], name)
    return {row.values[person]: row.values[day] for row in intake.rows[table]
            if row.values[day] is not None}


def _place(table: Table, column: str) -> int:
    return [c.name for c in table.columns].index(column)


def key_of(table: Table, row: Row) -> Key:
    """The values of a row's key columns."""
    names = [c.name for c in table.columns]
    return tuple(row.values[names.index(name)] for name in table.key)


def _duplicates(intake: Intake) -> None:
    """A key twice, said once a row of a file even where the row feeds several tables."""
    said: set[tuple[int, int]] = set()
    for name in ("monthly_performance", *TABLES):
        table = TABLES[name]
        places = [_place(table, column) for column in table.key]
        first: dict[Key, Row] = {}
        for row in intake.rows[name]:
            key = tuple(row.values[place] for place in places)
            earlier = first.setdefault(key, row)
            if earlier is row or (row.sheet, row.number) in said:
                continue
            said.add((row.sheet, row.number))
            shown = " ".join(str(intake.people.get(part, part)) for part in key)
            code = "month_twice" if table.monthly else "row_twice"
            intake.problem(code, row.sheet, row.number, what=shown, other=earlier.number,
                           other_file=intake.sheets[earlier.sheet].file)


def _exit_before_hire(
    intake: Intake, hired: dict[str, datetime.date], left: dict[str, datetime.date]
) -> None:
    said: set[str] = set()
    for name in ("exits", "employees"):
        person = _place(TABLES[name], "person_key")
        for row in intake.rows[name]:
            key = row.values[person]
            if key in hired and key in left and left[key] < hired[key] and key not in said:
                said.add(key)
                intake.problem("exit_before_hire", row.sheet, row.number, field="last_day",
                               found=left[key], hired=hired[key], person=intake.people[key])


def _references(intake: Intake, known: Known, hired: dict[str, datetime.date]) -> None:
    """Ids that nothing stands behind; said once an id."""
    ids: dict[str, set[str]] = {"employees": set(hired)}
    for name in REFERRED:
        ids[name] = known.ids[name] | {row.values[0] for row in intake.rows[name]}
    said: set[tuple[str, Value]] = set()
    for name, table in TABLES.items():
        for place, column in enumerate(table.columns):
            if not column.reference:
                continue
            for row in intake.rows[name]:
                value = row.values[place]
                if value is None or value in ids[column.reference] or (column.name, value) in said:
                    continue
                said.add((column.name, value))
                intake.problem("orphan", row.sheet, row.number, field=column.header,
                               found=intake.people.get(value, value), table=column.reference)


def _active_after_exit(intake: Intake, left: dict[str, datetime.date]) -> None:
    """One month more than there was employment is a habit of exports; results later than that
    mean a wrong last day or a second employment. Said once a person."""
    table = TABLES["monthly_performance"]
    person, month = _place(table, "person_key"), _place(table, "month")
    ended = {key: day.year * 12 + day.month - 1 for key, day in left.items()}
    said: set[Value] = set()
    for row in intake.rows[table.name]:
        key = row.values[person]
        late = key in ended and month_number(row.values[month]) > ended[key] + 1
        if late and key not in said:
            said.add(key)
            intake.problem("active_after_exit", row.sheet, row.number, field="month",
                           found=row.values[month], last_day=left[key],
                           person=intake.people[key])


def _drop_after_exit(intake: Intake, left: dict[str, datetime.date]) -> None:
    """Rows of a month after the exit month are no employment; who has only such rows keeps
    the hire and the exit on record, without a month."""
    ended = {key: day.isoformat()[:7] for key, day in left.items()}
    before: set[Value] = set()
    after: set[Value] = set()
    for name, table in TABLES.items():
        if not table.monthly:
            continue
        person, month = _place(table, "person_key"), _place(table, "month")
        rows = intake.rows[name]
        kept = [row for row in rows
                if row.values[month] <= ended.get(row.values[person], "9999")]
        before |= {row.values[person] for row in rows}
        after |= {row.values[person] for row in kept}
        intake.dropped[name]["after_exit"] += len(rows) - len(kept)
        intake.rows[name] = kept
    if before - after:
        intake.notice("left_before", count=len(before - after))


def _before_hire(intake: Intake, hired: dict[str, datetime.date]) -> None:
    said: set[tuple[int, int]] = set()
    begun = {key: day.isoformat()[:7] for key, day in hired.items()}
    for name, table in TABLES.items():
        if not table.monthly:
            continue
        person, month = _place(table, "person_key"), _place(table, "month")
        for row in intake.rows[name]:
            key = row.values[person]
            if row.values[month] < begun.get(key, "") and (row.sheet, row.number) not in said:
                said.add((row.sheet, row.number))
                intake.problem("before_hire", row.sheet, row.number, field="month",
                               found=row.values[month], hired=hired[key],
                               person=intake.people[key])


def _status(intake: Intake, left: dict[str, datetime.date]) -> None:
    """Someone said to have left, with no last day, is not staff: the record ends unknown."""
    table = TABLES["employees"]
    status = _place(table, "status")
    open_ended = {row.values[0] for row in intake.rows["employees"]
                  if row.values[status] == "left"} - set(left)
    if open_ended:
        intake.notice("left_without_day", count=len(open_ended))

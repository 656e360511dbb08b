"""Import batches: what each changed, and taking one back."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from simlab.errors import LabError
from simlab.lab import Lab
from simlab.progress import Progress
from simlab.records.checks import REFERRED, Known, check
from simlab.records.intake import Intake, Row
from simlab.records.reading import Sheet
from simlab.records.schema import TABLES
from simlab.records.store import (
    BATCHES,
    BEFORE,
    CHANGES,
    RESTS,
    SOURCES,
    SQL_PERSON_KEYS,
    SQL_TABLES,
    UNDONE,
    content_hash,
    open_store,
)


@dataclass(frozen=True)
class Batch:
    """One import that changed something."""

    number: int
    profile: str
    imported: str
    files: tuple[str, ...]
    changes: Mapping[str, tuple[int, int]]
    """Table -> rows added, rows replaced; empty for imports of labs before format 2."""
    undone: str | None
    """When it was rolled back; None where it stands."""

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


@dataclass(frozen=True)
class RolledBack:
    """What taking a batch back did."""

    batch: int
    removed: Mapping[str, int]
    """Table -> rows that the batch had added."""
    restored: Mapping[str, int]
    """Table -> rows that it had replaced, now as they were."""
    data_hash: str
    """Of everything recorded afterwards: what it was before the batch, if it was the last."""

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def batches(lab: Lab) -> tuple[Batch, ...]:
    """The imports of `lab` that changed something, in their order."""
    with open_store(lab) as store, store.engine.connect() as connection:
        return tuple(_batches(connection))


def roll_back(lab: Lab, number: int, *, progress: Progress | None = None) -> RolledBack:
    """Take batch `number` back: rows it added go, rows it replaced return to what they were.

    All of it in one transaction, or nothing. LabErrors ``unknown_batch``, ``batch_undone``,
    ``batch_too_old`` (of a lab before format 2: what it replaced was not kept), and
    ``batch_in_the_way`` where a later one met its rows, or the records would not stand without it.
    """
    progress = progress or Progress()
    with lab.writing(), open_store(lab) as store, store.engine.connect() as connection:
        progress.advance("check_rows", 0, 2)
        _refuse(connection, number)
        before = _wrong(connection)
        progress.advance("check_rows", 1, 2)
        removed, restored = _take_back(connection, number)
        blocking = sorted({batch for wrong, batch in _wrong(connection).items()
                           if wrong not in before and batch is not None})
        if blocking:
            raise LabError("batch_in_the_way", batch=number, other=blocking[0])
        progress.advance("write_rows", 0, 1)
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        connection.execute(sa.insert(UNDONE).values(batch_id=number, undone_at=now))
        digest = content_hash(connection)
        connection.commit()
    return RolledBack(number, removed, restored, digest)


def _batches(connection: sa.Connection) -> Iterator[Batch]:
    undone = {row.batch_id: row.undone_at for row in connection.execute(sa.select(UNDONE))}
    changes: dict[int, dict[str, tuple[int, int]]] = {}
    for row in connection.execute(sa.select(CHANGES)):
        changes.setdefault(row.batch_id, {})[row.table_name] = (row.added, row.replaced)
    files: dict[int, list[str]] = {}
    for row in connection.execute(sa.select(SOURCES).order_by(SOURCES.c.source_id)):
        files.setdefault(row.batch_id, []).append(row.file)
    for row in connection.execute(sa.select(BATCHES).order_by(BATCHES.c.batch_id)):
        number = row.batch_id
        yield Batch(number, row.profile, row.imported_at, tuple(files.get(number, ())),
                    changes.get(number, {}), undone.get(number))


def _refuse(connection: sa.Connection, number: int) -> None:
    known = {batch.number: batch for batch in _batches(connection)}
    if number not in known:
        raise LabError("unknown_batch", batch=number,
                       known=", ".join(map(str, known)) or "-")
    found = known[number]
    if found.undone is not None:
        raise LabError("batch_undone", batch=number, when=found.undone)
    if not found.changes:
        raise LabError("batch_too_old", batch=number, when=found.imported)
    later = sa.select(RESTS.c.batch_id).where(RESTS.c.earlier == number).order_by(RESTS.c.batch_id)
    for other in connection.execute(later).scalars():
        if known[other].undone is None:
            raise LabError("batch_in_the_way", batch=number, other=other)


def _take_back(
    connection: sa.Connection, number: int
) -> tuple[dict[str, int], dict[str, int]]:
    """Rows removed and rows restored, by table."""
    removed: dict[str, int] = {}
    restored: dict[str, int] = {}
    people: set[str] = set()
    sources = sa.select(SOURCES.c.source_id).where(SOURCES.c.batch_id == number)
    for name in TABLES:
        sql, before = SQL_TABLES[name], BEFORE[name]
        its = sql.c.source_id.in_(sources)
        for column in _person_columns(name):
            names = sa.select(column).where(its, column.is_not(None)).distinct()
            people |= set(connection.execute(names).scalars())
        gone = connection.execute(sa.delete(sql).where(its)).rowcount
        kept = before.c.replaced_by == number
        columns = [before.c[column.name] for column in sql.c]
        connection.execute(
            sa.insert(sql).from_select(list(sql.c), sa.select(*columns).where(kept)))
        back = connection.execute(sa.delete(before).where(kept)).rowcount
        if gone - back:
            removed[name] = gone - back
        if back:
            restored[name] = back
    _forget(connection, people)
    return removed, restored


def _person_columns(table: str) -> list[sa.Column[Any]]:
    return [SQL_TABLES[table].c[column.name] for column in TABLES[table].columns
            if column.kind == "person"]


def _forget(connection: sa.Connection, people: set[str]) -> None:
    """Drop the numbers of those of `people` whom no row names any more."""
    named = {key for name in TABLES for column in _person_columns(name)
             for key in connection.execute(sa.select(column).distinct()).scalars()}
    gone = [{"gone": key} for key in people - named]
    if gone:
        connection.execute(sa.delete(SQL_PERSON_KEYS).where(
            SQL_PERSON_KEYS.c.person_key == sa.bindparam("gone")), gone)


@dataclass
class _Judged(Intake):
    """All records, judged as an import would be; notes where what is wrong came from."""

    wrong: dict[tuple[Any, ...], int] = field(default_factory=dict)
    """(what, where) -> index of the sheet."""

    def problem(self, code: str, sheet: int, number: int, **values: Any) -> None:
        """Note a row that an import would refuse."""
        self.wrong[code, sheet, number, *map(str, values.values())] = sheet


def _wrong(connection: sa.Connection) -> dict[tuple[Any, ...], int | None]:
    """What is wrong with the records as they stand, and the batch of the row concerned. Little
    can be: an import refuses it. But rows that came first are not judged by what came later."""
    sources = connection.execute(sa.select(SOURCES).order_by(SOURCES.c.source_id)).all()
    place = {row.source_id: index for index, row in enumerate(sources)}
    sheets = tuple(Sheet(Path(row.file), row.file, row.file, (), (), (), row.encoding, row.sha256)
                   for row in sources)
    people = {row.person_key: row.employee_no
              for row in connection.execute(sa.select(SQL_PERSON_KEYS))}
    intake = _Judged(sheets, str, people=people)
    for name, table in TABLES.items():
        sql = SQL_TABLES[name]
        chosen = [sql.c[column.name] for column in table.columns]
        for row in connection.execute(sa.select(sql.c.source_id, sql.c.source_row, *chosen)):
            if row.source_id is not None:  # the rest is planted with every store
                intake.rows[name].append(Row(tuple(row[2:]), place[row.source_id],
                                             row.source_row))
    monthly = {name: list(rows) for name, rows in intake.rows.items() if TABLES[name].monthly}
    check(intake, _planted(connection))
    for name, rows in monthly.items():
        kept = set(intake.rows[name])
        for month in rows:
            if month not in kept:  # one after the exit
                intake.wrong["after_exit", name, month.sheet, month.number] = month.sheet
    batch = [int(row.batch_id) for row in sources]
    return {wrong: batch[sheet] for wrong, sheet in intake.wrong.items()}


def _planted(connection: sa.Connection) -> Known:
    """What every store holds from the start."""
    ids: dict[str, set[str]] = {}
    for name in REFERRED:
        sql = SQL_TABLES[name]
        key = sql.c[TABLES[name].key[0]]
        ids[name] = set(connection.execute(sa.select(key).where(sql.c.source_id.is_(None)))
                        .scalars())
    return Known(hired={}, left={}, ids=ids)

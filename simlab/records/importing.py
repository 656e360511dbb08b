"""Files into the store: read, judge, compare, and write all of it or nothing."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from simlab.errors import LabError
from simlab.lab import Lab
from simlab.progress import Progress
from simlab.records.checks import REFERRED, Key, Known, check, key_of
from simlab.records.intake import Intake, Row
from simlab.records.profiles import profile_named
from simlab.records.reading import Sheet, read
from simlab.records.report import FileCount, ImportReport, TableCount
from simlab.records.schema import TABLES, Table
from simlab.records.store import (
    BATCHES,
    BEFORE,
    CHANGES,
    RESTS,
    SOURCES,
    SQL_PERSON_KEYS,
    SQL_TABLES,
    Store,
    content_hash,
    open_store,
    row_hash,
)
from simlab.records.values import Value


def import_files(
    lab: Lab,
    files: Sequence[Path],
    profile: str,
    *,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Bring `files` (CSV, XLSX, Parquet) into the lab's records, read as `profile` says.

    All of it in one transaction or nothing: any problem raises LabError ``import_refused``
    with file, row and field of each. Rows already there are left alone, rows that say
    something new of a known key replace it. A dry run tells the same and writes nothing.
    """
    gather = profile_named(profile)
    progress = progress or Progress()
    sheets: list[Sheet] = []
    paths = [Path(path) for path in files]
    for done, path in enumerate(paths):
        progress.advance("read_files", done, len(paths))
        sheets += read(path)
    # A dry run disturbs nobody, so it need not wait for a writer.
    alone = contextlib.nullcontext() if dry_run else lab.writing()
    with alone, open_store(lab) as store:
        progress.advance("check_rows", 0, 1)
        intake = Intake(tuple(sheets), store.person_key)
        gather(intake)
        if not intake.problems and not any(intake.rows.values()):
            raise LabError("no_rows", file=", ".join(path.name for path in paths))
        check(intake, _known(store))
        intake.refuse()
        progress.advance("write_rows", 0, 1)
        return _write(store, intake, profile, dry_run)


def _known(store: Store) -> Known:
    ids = {name: {str(key) for (key,) in store.rows(name, TABLES[name].key[0])}
           for name in REFERRED}
    return Known(
        hired=dict(store.rows("employees", "person_key", "hire_date")),
        left=dict(store.rows("exits", "person_key", "last_day")),
        ids=ids,
    )


@dataclass
class _Changes:
    """What one table would gain: rows to add, rows to replace, and how many say nothing new."""

    new: list[dict[str, Any]] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)
    unchanged: int = 0
    met: set[int] = field(default_factory=set)
    """Sources of the stored rows that these replace or repeat."""


def _write(store: Store, intake: Intake, profile: str, dry_run: bool) -> ImportReport:
    """Apply the intake in one transaction; a dry run does the same and rolls back."""
    with store.engine.connect() as connection:
        changes = {name: _compare(connection, TABLES[name], rows)
                   for name, rows in intake.rows.items()}
        batch = None
        if any(change.new or change.changed for change in changes.values()):
            batch = _begin_batch(connection, intake, profile)
            _note_changes(connection, batch[0], changes)
            _add_people(connection, intake.people)
            for name, change in changes.items():
                _apply(connection, TABLES[name], change, *batch)
        digest = content_hash(connection)
        report = _report(connection, intake, profile, dry_run, changes,
                         None if dry_run or batch is None else batch[0], digest)
        if dry_run:
            connection.rollback()
        else:
            connection.commit()
    return report


def _compare(connection: sa.Connection, table: Table, rows: list[Row]) -> _Changes:
    """Tell new, changed and unchanged rows apart by key and content hash."""
    changes = _Changes()
    if not rows:
        return changes
    sql = SQL_TABLES[table.name]
    keys = [sql.c[name] for name in table.key]
    stored: dict[Key, tuple[str, int | None]] = {
        tuple(found[:-2]): (found[-2], found[-1])
        for found in connection.execute(sa.select(*keys, sql.c.row_hash, sql.c.source_id))
    }
    names = [column.name for column in table.columns]
    rest = [place for place, name in enumerate(names) if name not in table.key]
    hashes = [row_hash(row.values[place] for place in rest) for row in rows]
    found_keys = [key_of(table, row) for row in rows]
    known = {key: digest for key, (digest, _) in stored.items()}
    repeated = _repeated(known, found_keys, hashes) if table.effective else {}
    for row, key, digest in zip(rows, found_keys, hashes, strict=True):
        _, source = stored.get(repeated.get(key, key), ("", None))
        if source is not None:
            changes.met.add(source)
        if known.get(key) == digest or key in repeated:
            changes.unchanged += 1
            continue
        values = dict(zip(names, row.values, strict=True)) | {
            "source_id": row.sheet, "source_row": row.number, "row_hash": digest}
        (changes.changed if key in stored else changes.new).append(values)
    return changes


def _repeated(stored: dict[Key, str], keys: list[Key], hashes: list[str]) -> dict[Key, Key]:
    """Keys of effective rows that only repeat the state already in force for that person, and the
    key of the row that brought it."""
    timeline = dict(stored) | dict(zip(keys, hashes, strict=True))
    coming = set(keys) - set(stored)
    repeated: dict[Key, Key] = {}
    state: tuple[Value, str] | None = None
    since: Key = ()
    for key in sorted(timeline):
        if state != (key[0], timeline[key]):
            state, since = (key[0], timeline[key]), key
        elif key in coming:
            repeated[key] = since
    return repeated


def _begin_batch(
    connection: sa.Connection, intake: Intake, profile: str
) -> tuple[int, dict[int, int]]:
    """The number of a new batch, and the source id of each sheet."""
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    batch = _next(connection, BATCHES.c.batch_id)
    connection.execute(sa.insert(BATCHES).values(
        batch_id=batch, profile=profile, imported_at=now))
    first = _next(connection, SOURCES.c.source_id)
    connection.execute(sa.insert(SOURCES), [
        {"source_id": first + index, "batch_id": batch, "file": sheet.file,
         "encoding": sheet.encoding, "sha256": sheet.sha256, "rows": len(sheet.rows)}
        for index, sheet in enumerate(intake.sheets)
    ])
    return batch, {index: first + index for index in range(len(intake.sheets))}


def _next(connection: sa.Connection, column: sa.Column[int]) -> int:
    return int(connection.execute(sa.select(sa.func.max(column))).scalar() or 0) + 1


def _add_people(connection: sa.Connection, people: dict[str, str]) -> None:
    known = set(connection.execute(sa.select(SQL_PERSON_KEYS.c.person_key)).scalars())
    rows = [{"person_key": key, "employee_no": number}
            for key, number in people.items() if key not in known]
    if rows:
        connection.execute(sa.insert(SQL_PERSON_KEYS), rows)


def _note_changes(connection: sa.Connection, batch: int, changes: dict[str, _Changes]) -> None:
    """What the batch does to each table, and the earlier batches whose rows it met."""
    counts = [{"batch_id": batch, "table_name": name, "added": len(change.new),
               "replaced": len(change.changed)}
              for name, change in changes.items() if change.new or change.changed]
    connection.execute(sa.insert(CHANGES), counts)
    met = set().union(*(change.met for change in changes.values()))
    earlier = connection.execute(
        sa.select(SOURCES.c.batch_id).where(SOURCES.c.source_id.in_(met)).distinct()).scalars()
    if rests := [{"batch_id": batch, "earlier": number} for number in earlier]:
        connection.execute(sa.insert(RESTS), rests)


def _apply(
    connection: sa.Connection, table: Table, changes: _Changes, batch: int,
    sources: dict[int, int],
) -> None:
    sql, before = SQL_TABLES[table.name], BEFORE[table.name]
    for row in changes.new + changes.changed:
        row["source_id"] = sources[row["source_id"]]
    if changes.changed:
        matches = [sql.c[name] == sa.bindparam(f"old_{name}") for name in table.key]
        keys = [{f"old_{name}": row[name] for name in table.key} for row in changes.changed]
        connection.execute(sa.insert(before).from_select(
            list(before.c), sa.select(*sql.c, sa.literal(batch)).where(*matches)), keys)
        connection.execute(sa.delete(sql).where(*matches), keys)
    if rows := changes.new + changes.changed:
        connection.execute(sa.insert(sql), rows)


def _report(
    connection: sa.Connection, intake: Intake, profile: str, dry_run: bool,
    changes: dict[str, _Changes], batch: int | None, digest: str,
) -> ImportReport:
    tables = tuple(
        TableCount(name, len(change.new), change.unchanged, len(change.changed),
                   {reason: n for reason, n in intake.dropped[name].items() if n})
        for name, change in changes.items()
        if change.new or change.changed or change.unchanged or intake.dropped[name].total()
    )
    month = SQL_TABLES["monthly_performance"].c.month
    first, last = connection.execute(sa.select(sa.func.min(month), sa.func.max(month))).one()
    people = connection.execute(sa.select(sa.func.count()).select_from(SQL_PERSON_KEYS))
    return ImportReport(
        profile=profile, dry_run=dry_run, batch=batch,
        files=tuple(FileCount(s.file, s.encoding, len(s.rows)) for s in intake.sheets),
        tables=tables, warnings=tuple(intake.notices), people=people.scalar_one(),
        months=(first, last) if first is not None else None, data_hash=digest,
    )

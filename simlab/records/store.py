"""Where records live: SQLite by default, PostgreSQL by URL, the same code for both.

Tables are built from the canonical declaration. Each row carries where it came from
(`source_id` -> file and batch, `source_row`) and a hash of its content. People appear by their
pseudonym; only ``person_keys`` leads back to an employee number.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import uuid
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Any

import sqlalchemy as sa

from simlab.database import engine_of, unreachable
from simlab.lab import FORMAT, Lab
from simlab.records.schema import KPI_SEEDS, PERSON_KEYS, TABLES, Column, Table
from simlab.records.values import Value, write

_TYPES: dict[str, type[sa.types.TypeEngine[Any]]] = {
    "person": sa.Text, "text": sa.Text, "enum": sa.Text, "month": sa.Text,
    "integer": sa.Integer, "number": sa.Double, "rate": sa.Double,
    "date": sa.Date, "boolean": sa.Boolean,
}

_metadata = sa.MetaData()

BATCHES = sa.Table(
    "import_batches", _metadata,
    sa.Column("batch_id", sa.Integer, primary_key=True),
    sa.Column("profile", sa.Text, nullable=False),
    sa.Column("imported_at", sa.Text, nullable=False),
)
"""One row an import that changed something."""

SOURCES = sa.Table(
    "import_sources", _metadata,
    sa.Column("source_id", sa.Integer, primary_key=True),
    sa.Column("batch_id", sa.Integer, sa.ForeignKey("import_batches.batch_id"), nullable=False),
    sa.Column("file", sa.Text, nullable=False),
    sa.Column("encoding", sa.Text, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("rows", sa.Integer, nullable=False),
)
"""The files (and sheets) of each batch."""

CHANGES = sa.Table(
    "import_changes", _metadata,
    sa.Column("batch_id", sa.Integer, sa.ForeignKey("import_batches.batch_id"), primary_key=True),
    sa.Column("table_name", sa.Text, primary_key=True),
    sa.Column("added", sa.Integer, nullable=False),
    sa.Column("replaced", sa.Integer, nullable=False),
)
"""Rows that each batch added and replaced; none of batches older than format 2."""

RESTS = sa.Table(
    "import_rests_on", _metadata,
    sa.Column("batch_id", sa.Integer, sa.ForeignKey("import_batches.batch_id"), primary_key=True),
    sa.Column("earlier", sa.Integer, sa.ForeignKey("import_batches.batch_id"), primary_key=True),
)
"""Which earlier batches a batch met rows of, to replace them or to find them as it says."""

UNDONE = sa.Table(
    "import_undone", _metadata,
    sa.Column("batch_id", sa.Integer, sa.ForeignKey("import_batches.batch_id"), primary_key=True),
    sa.Column("undone_at", sa.Text, nullable=False),
)
"""Batches that were rolled back."""


def _sql_column(column: Column, key: bool) -> sa.Column[Any]:
    return sa.Column(column.name, _TYPES[column.kind], primary_key=key,
                     nullable=not (key or column.required), autoincrement=False)


def _sql_table(table: Table, name: str, *further: sa.Column[Any]) -> sa.Table:
    columns = [_sql_column(column, column.name in table.key) for column in table.columns]
    origin: list[sa.Column[Any]] = [
        sa.Column("source_id", sa.Integer),
        sa.Column("source_row", sa.Integer),
        sa.Column("row_hash", sa.Text, nullable=False),
    ]
    return sa.Table(name, _metadata, *columns, *origin, *further)


SQL_TABLES: dict[str, sa.Table] = {name: _sql_table(table, name) for name, table in TABLES.items()}
"""The database table of each canonical table."""

BEFORE: dict[str, sa.Table] = {
    name: _sql_table(table, f"{name}_before", sa.Column(
        "replaced_by", sa.Integer, primary_key=True, autoincrement=False))
    for name, table in TABLES.items()
}
"""Of each canonical table the rows that a batch replaced, as they were."""

SQL_PERSON_KEYS = sa.Table(
    PERSON_KEYS.name, _metadata,
    sa.Column("person_key", sa.Text, primary_key=True),
    sa.Column("employee_no", sa.Text, nullable=False, unique=True),
)


class Store:
    """An open store. A context manager: leaving it closes the connections."""

    def __init__(self, engine: sa.Engine, secret: bytes) -> None:
        """Use :func:`open_store`; `secret` keys the pseudonyms."""
        self.engine = engine
        self._secret = secret

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.engine.dispose()

    def person_key(self, employee_no: str) -> str:
        """The pseudonym of an employee number: a keyed hash, the same whenever it is asked."""
        digest = hmac.new(self._secret, employee_no.encode("utf-8"), hashlib.sha256).digest()
        return str(uuid.UUID(bytes=digest[:16], version=5))

    def people(self) -> dict[str, str]:
        """Employee number by pseudonym, of everyone on record."""
        with self.engine.connect() as connection:
            return _people(connection)

    def source_ids(self, person_keys: Sequence[str]) -> tuple[str, ...]:
        """The employee numbers behind `person_keys`, in their order.

        Raises KeyError for a pseudonym this store does not know.
        """
        known = self.people()
        return tuple(known[key] for key in person_keys)

    def rows(self, table: str, *columns: str) -> list[tuple[Any, ...]]:
        """The named columns of all rows of a canonical table (all columns where none named)."""
        names = columns or tuple(column.name for column in TABLES[table].columns)
        chosen = [SQL_TABLES[table].c[name] for name in names]
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(sa.select(*chosen))]

    def counts(self) -> dict[str, int]:
        """Rows by canonical table, and ``people`` known by number."""
        with self.engine.connect() as connection:
            found = {
                name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
                for name, table in SQL_TABLES.items()
            }
            people = sa.select(sa.func.count()).select_from(SQL_PERSON_KEYS)
            return found | {"people": connection.execute(people).scalar_one()}

    def months(self) -> tuple[str, str] | None:
        """First and last month with results; None where there are none."""
        month = SQL_TABLES["monthly_performance"].c.month
        ends = sa.select(sa.func.min(month), sa.func.max(month))
        with self.engine.connect() as connection:
            first, last = connection.execute(ends).one()
        return (first, last) if first is not None else None

    def staff(self, on: datetime.date) -> int:
        """People employed on a day: hired by then, with no last day before it."""
        hired: dict[str, datetime.date] = dict(self.rows("employees", "person_key", "hire_date"))
        left: dict[str, datetime.date] = dict(self.rows("exits", "person_key", "last_day"))
        return sum(day <= on and left.get(key, on) >= on for key, day in hired.items())

    def data_hash(self) -> str:
        """A hash of everything recorded: the same for the same facts in whatever order, files
        or batches they came, in whatever lab and database."""
        return content_hash(self.engine)


def _people(connection: sa.Connection) -> dict[str, str]:
    keys = sa.select(SQL_PERSON_KEYS.c.person_key, SQL_PERSON_KEYS.c.employee_no)
    return {row.person_key: row.employee_no for row in connection.execute(keys)}


def content_hash(source: sa.Engine | sa.Connection) -> str:
    """See :meth:`Store.data_hash`; inside a transaction its own changes count."""
    if isinstance(source, sa.Engine):
        with source.connect() as connection:
            return content_hash(connection)
    # Pseudonyms differ from lab to lab, so people enter by their number; only the hash leaves.
    people = _people(source)
    total = hashlib.sha256()
    for name, table in TABLES.items():
        sql = SQL_TABLES[name]
        chosen = [sql.c[key] for key in table.key]
        lines = sorted(
            "\x1f".join([*(people.get(part, write(part)) for part in row[:-1]), row[-1]])
            for row in source.execute(sa.select(*chosen, sql.c.row_hash))
        )
        total.update("\x1e".join([name, *lines]).encode("utf-8"))
    return total.hexdigest()


def row_hash(values: Iterable[Value]) -> str:
    """Hash of the values of a row outside its key."""
    text = "\x1f".join(map(write, values))
    return hashlib.blake2b(text.encode("utf-8"), digest_size=12).hexdigest()


def open_store(lab: Lab) -> Store:
    """The lab's store, its tables made where missing, a lab of an earlier format brought to the
    present one.

    Raises LabError ``store_unreachable`` (no driver, no server, not a database).
    """
    try:
        engine = engine_of(lab.store_url)
        with engine.begin() as connection:
            there = set(sa.inspect(connection).get_table_names())
            if set(_metadata.tables) - there:
                # a store of an earlier version lacks the tables that came since
                _metadata.create_all(connection)
            if "import_batches" not in there:
                _plant_seeds(connection)
        # Formats so far differ by tables alone, made above. One that alters a table takes its
        # steps here, in the transaction (docs/decisions/0011-formats.md).
        if lab.format < FORMAT:
            with lab.writing():
                lab.upgraded()
    except (sa.exc.SQLAlchemyError, ModuleNotFoundError, OSError) as error:
        raise unreachable("store_unreachable", lab.store_url, error) from None
    return Store(engine, lab.secret())


def data_hash(lab: Lab) -> str:
    """The hash of everything recorded in `lab` (:meth:`Store.data_hash`)."""
    with open_store(lab) as store:
        return store.data_hash()


def _plant_seeds(connection: sa.Connection) -> None:
    rest = [c.name for c in TABLES["kpi_registry"].columns if c.name != "kpi_id"]
    rows = [seed | {"row_hash": row_hash(seed[name] for name in rest)} for seed in KPI_SEEDS]
    connection.execute(sa.insert(SQL_TABLES["kpi_registry"]), rows)

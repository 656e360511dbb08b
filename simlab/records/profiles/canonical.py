"""The canonical tables as files or sheets, one table each, headers in Chinese or English.

A file or sheet is told by its name (``employees``, ``员工``). Monthly performance may be wide:
a column a KPI. A last day beside the employee's master data becomes an exit.
"""

from __future__ import annotations

import functools

from simlab.errors import LabError
from simlab.records.intake import Intake
from simlab.records.reading import normal
from simlab.records.schema import (
    KPI_HEADERS,
    KPI_SEEDS,
    PRIVATE_HEADERS,
    TABLES,
    Column,
    Table,
)
from simlab.records.values import Value

GUIDE = "说明 Guide"
"""The explaining sheet of a template: not data."""


def gather(intake: Intake) -> None:
    """Fill `intake` from sheets named after canonical tables."""
    for index, sheet in enumerate(intake.sheets):
        if normal(sheet.name) == normal(GUIDE):
            continue
        table = _tables().get(normal(sheet.name)) or _tables().get(normal(sheet.path.stem))
        if table is None:
            intake.problems.append(
                LabError("unknown_table", file=sheet.file, known=", ".join(TABLES)))
        else:
            _Gathering(intake, index, table).run()


class _Gathering:
    """One sheet on its way into its table."""

    def __init__(self, intake: Intake, index: int, table: Table) -> None:
        self.intake = intake
        self.index = index
        self.table = table
        self.sheet = intake.sheets[index]
        self.columns: dict[str, tuple[int, Column]] = {}
        self.kpis: dict[str, int] = {}
        self.exits: dict[str, tuple[int, Column]] = {}

    def run(self) -> None:
        """Match the headers, read the columns, add the rows."""
        self._match()
        if self._lacking():
            return
        values = {name: self._values(place) for name, place in self.columns.items()}
        if self.kpis:
            self._add_wide(values)
        else:
            for row, number in enumerate(self.sheet.numbers):
                self._add_row(number, {name: column[row] for name, column in values.items()})
        if self.exits:
            self._add_exits(values["person_key"])

    def _match(self) -> None:
        """Find what each header stands for; what the lab does not keep is said, not kept."""
        unknown, private = [], []
        known = _headers(self.table.name)
        for place, header in enumerate(self.sheet.header):
            word = normal(header)
            if not word:
                continue
            if word in known:
                self._take(known[word], place, header)
            elif self.table.name == "monthly_performance" and word in _kpi_headers():
                self.kpis[_kpi_headers()[word]] = place
            elif self.table.name == "employees" and word in _headers("exits"):
                column = _headers("exits")[word]
                self.exits[column.name] = (place, column)
            elif word in _private():
                private.append(header)
            else:
                unknown.append(header)
        if private:
            self.intake.notice("private_columns", file=self.sheet.file,
                               columns=", ".join(private))
        if unknown:
            self.intake.notice("unknown_columns", file=self.sheet.file,
                               columns=", ".join(unknown))

    def _take(self, column: Column, place: int, header: str) -> None:
        if column.name in self.columns:
            first = self.sheet.header[self.columns[column.name][0]]
            self.intake.problem("repeated_column", self.index, 1, field=header, other=first,
                                column=column.header)
        self.columns[column.name] = (place, column)

    def _lacking(self) -> bool:
        """Note required columns the sheet does not have."""
        lacking = [
            column for column in self.table.columns
            if column.required and column.default is None and column.name not in self.columns
        ]
        for column in lacking:
            self.intake.problem(
                "missing_column", self.index, 1, field=f"{column.header} ({column.zh})",
                found=", ".join(self.sheet.header))
        return bool(lacking)

    def _values(self, place: tuple[int, Column]) -> list[Value]:
        return self.intake.column(self.index, *place)

    def _add_row(self, number: int, values: dict[str, Value]) -> None:
        for column in self.table.columns:
            if column.name not in values:
                values[column.name] = column.default
        if self.table.effective and values["valid_from"] is None:
            values["valid_from"] = values["hire_date"]
        if any(values[name] is None for name in self.table.key):
            return  # noted as a problem when the cell was read
        self.intake.add(self.table.name, self.index, number, values)

    def _add_wide(self, values: dict[str, list[Value]]) -> None:
        """A row for each KPI column with a value; an empty cell is nothing, not a zero."""
        actual = self.table.column("actual")
        for kpi, place in self.kpis.items():
            for row, value in enumerate(self._values((place, actual))):
                if value is not None:
                    key = {name: values[name][row] for name in ("person_key", "month")}
                    self._add_row(self.sheet.numbers[row], key | {"kpi_id": kpi, "actual": value})

    def _add_exits(self, people: list[Value]) -> None:
        values = {name: self._optional(*place) for name, place in self.exits.items()}
        for row, number in enumerate(self.sheet.numbers):
            if people[row] is not None and values.get("last_day", [None] * (row + 1))[row]:
                exit_ = {name: column[row] for name, column in values.items()}
                self.intake.add("exits", self.index, number, exit_ | {"person_key": people[row]})

    def _optional(self, place: int, column: Column) -> list[Value]:
        """Beside master data an empty last day means: still here."""
        return self.intake.column(
            self.index, place, Column(column.name, column.kind, column.zh, column.en,
                                      options=column.options))


@functools.cache
def _tables() -> dict[str, Table]:
    return {
        normal(name): table for table in TABLES.values()
        for name in (table.name, table.zh, table.en, sheet_title(table))
    }


def sheet_title(table: Table) -> str:
    """The name of a table's sheet in a workbook (at most 31 characters)."""
    short = table.zh.split("（")[0]
    return f"{short} {table.name}"[:31]


def header_title(column: Column) -> str:
    """A column's header in a template, in both languages."""
    return f"{column.zh} / {column.en}"


@functools.cache
def _headers(table: str) -> dict[str, Column]:
    """Every header a column may go under. A column's own names win over another's synonyms."""
    found: dict[str, Column] = {}
    for column in TABLES[table].columns:
        for word in column.synonyms:
            found[normal(word)] = column
    for column in TABLES[table].columns:
        for word in (column.name, column.header, column.zh, column.en, header_title(column)):
            found[normal(word)] = column
    return found


@functools.cache
def _kpi_headers() -> dict[str, str]:
    own = {normal(str(seed[name])): str(seed["kpi_id"]) for seed in KPI_SEEDS
           for name in ("kpi_id", "name_zh", "name_en") if seed["kpi_id"] != "overall"}
    return {normal(word): kpi for word, kpi in KPI_HEADERS.items()} | own


@functools.cache
def _private() -> frozenset[str]:
    return frozenset(normal(word) for word in PRIVATE_HEADERS)

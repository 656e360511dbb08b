"""What a profile gathers from sheets: typed rows of canonical tables, problems and notices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from simlab.errors import LabError
from simlab.records.reading import Sheet
from simlab.records.report import Notice
from simlab.records.schema import TABLES, Column
from simlab.records.values import CellError, Value, parse

SHOWN = 20
"""Problems printed at most; the rest are counted."""


class Row(NamedTuple):
    """One row of a canonical table: values in the table's column order, and its origin."""

    values: tuple[Value, ...]
    sheet: int
    """Index of the sheet it came from."""
    number: int
    """Its row in the file, as a spreadsheet shows it."""


@dataclass
class Intake:
    """Filled by a profile, judged by the checks, written by the import."""

    sheets: tuple[Sheet, ...]
    person_key: Callable[[str], str]
    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in TABLES})
    dropped: dict[str, Counter[str]] = field(
        default_factory=lambda: {name: Counter() for name in TABLES})
    people: dict[str, str] = field(default_factory=dict)
    """Employee number by pseudonym, of everyone the files name."""
    problems: list[LabError] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    def problem(self, code: str, sheet: int, number: int, **values: Any) -> None:
        """Note something wrong in a row of a file."""
        file = self.sheets[sheet].file
        self.problems.append(LabError(code, file=file, row=number, **values))

    def notice(self, code: str, **values: Any) -> None:
        """Note something worth knowing that stops nothing."""
        self.notices.append(Notice(code, values))

    def person(self, employee_no: str) -> str:
        """The pseudonym of an employee number, remembered with it."""
        key = self.person_key(employee_no)
        self.people[key] = employee_no
        return key

    def add(self, table: str, sheet: int, number: int, values: Mapping[str, Value]) -> None:
        """Add a row; columns not in `values` stay empty."""
        row = tuple(values.get(column.name) for column in TABLES[table].columns)
        self.rows[table].append(Row(row, sheet, number))

    def column(self, sheet: int, index: int, column: Column) -> list[Value]:
        """The values of column `index` of a sheet, read as `column`; people as pseudonyms.

        An unreadable cell, or an empty one that must not be, is a problem and reads as None.
        """
        source = self.sheets[sheet]
        known: dict[str, Value] = {}
        values = []
        for number, cells in zip(source.numbers, source.rows, strict=True):
            cell = cells[index]
            if cell not in known or known[cell] is None:
                known[cell] = self._value(sheet, number, index, cell, column)
            values.append(known[cell])
        return values

    def _value(self, sheet: int, number: int, index: int, cell: str, column: Column) -> Value:
        name = self.sheets[sheet].header[index]
        try:
            value = parse(column, cell)
        except CellError as error:
            self.problem(error.code, sheet, number, field=name, found=cell, **error.values)
            return None
        if value is None and column.required:
            self.problem("missing_value", sheet, number, field=name)
        return self.person(value) if column.kind == "person" and value is not None else value

    def refuse(self) -> None:
        """Raise LabError ``import_refused`` with the first problems where there are any."""
        if not self.problems:
            return
        shown = list(self.problems[:SHOWN])
        rest = len(self.problems) - len(shown)
        if rest:
            shown.append(LabError("more_problems", count=rest))
        raise LabError("import_refused", count=len(self.problems), problems=tuple(shown))


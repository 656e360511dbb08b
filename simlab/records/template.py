"""Blank canonical sheets with Chinese and English headers, to be filled in and imported."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from simlab.errors import LabError
from simlab.i18n import text
from simlab.records.profiles.canonical import GUIDE, header_title, sheet_title
from simlab.records.schema import TABLES, Column, Table

WORKBOOK = "simlab_template.xlsx"
"""The workbook's file name: one sheet a table, and a guide."""

_GUIDE_COLUMNS = ("table", "column", "needed", "kind", "unit", "values")


def write_template(directory: Path | str) -> tuple[Path, ...]:
    """Write a workbook (one sheet a table, a guide first) and a CSV file a table.

    Returns the files. A filled sheet imports with the profile ``canonical``; sheets left blank
    do no harm. Raises LabError ``template_exists`` rather than overwrite a file someone may
    have filled in.
    """
    directory = Path(directory)
    targets = [directory / WORKBOOK, *(directory / f"{name}.csv" for name in TABLES)]
    for target in targets:
        if target.exists():
            raise LabError("template_exists", file=target)
    directory.mkdir(parents=True, exist_ok=True)
    for table in TABLES.values():
        header = ",".join(header_title(column) for column in table.columns)
        # The mark at the start tells spreadsheets that the Chinese is UTF-8.
        (directory / f"{table.name}.csv").write_text(header + "\n", encoding="utf-8-sig")
    _workbook().save(targets[0])
    return tuple(targets)


def _workbook() -> Any:
    from openpyxl import Workbook  # takes half a second to import: only when needed

    book = Workbook()
    guide = book.active
    guide.title = GUIDE
    guide.append([_both(f"records.guide.{name}") for name in _GUIDE_COLUMNS])
    for table in TABLES.values():
        for column in table.columns:
            guide.append(_guide_row(table, column))
        _add_sheet(book, table)
    for place, width in zip("ABCDEF", (32, 36, 14, 40, 16, 60), strict=True):
        guide.column_dimensions[place].width = width
    guide.freeze_panes = "A2"
    return book


def _add_sheet(book: Any, table: Table) -> None:
    """A blank sheet: needed columns bold; ids and months as text, so that zeros survive."""
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(sheet_title(table))
    sheet.append([header_title(column) for column in table.columns])
    sheet.freeze_panes = "A2"
    for place, column in enumerate(table.columns, 1):
        sheet.cell(1, place).font = Font(bold=column.required)
        dimension = sheet.column_dimensions[get_column_letter(place)]
        dimension.width = max(14, len(header_title(column)) + 6)
        if column.kind in ("person", "text", "month"):
            dimension.number_format = "@"


def _guide_row(table: Table, column: Column) -> list[str]:
    values = ", ".join(f"{word} {option}" for option, (word, *_) in column.options.items())
    if column.lower is not None or column.upper is not None:
        values = f"{_number(column.lower)} … {_number(column.upper)}"
    return [
        f"{table.zh} {table.name}", header_title(column),
        _both("records.guide.yes") if column.required else "",
        _both(f"records.kind.{column.kind}"), column.unit, values,
    ]


def _number(bound: float | None) -> str:
    return "" if bound is None else f"{bound:g}"


def _both(key: str) -> str:
    return f"{text(key, 'zh')} / {text(key, 'en')}"

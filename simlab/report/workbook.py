"""A report as a workbook (XLSX): a sheet an answer, numbers as numbers.

The same contents give the same bytes: no clock is read while it is written.
"""

from __future__ import annotations

import datetime
import io
import zipfile
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.packaging.core import DocumentProperties
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.xml.functions import tostring

from simlab.i18n import text
from simlab.report.contents import Contents
from simlab.report.page import TABLE
from simlab.report.sheets import Sheet, sheets
from simlab.report.sheets.sheet import Cell
from simlab.report.tokens import LIGHT

_EPOCH = datetime.datetime(1980, 1, 1)
"""What every date of the file says: the earliest that a ZIP archive can hold."""
_CORE = "docProps/core.xml"
_NARROWEST, _WIDEST = 10.0, 60.0
_PROSE = 100.0
"""Characters of a column at least and at most, and of one that holds sentences."""
_HEAD = PatternFill("solid", fgColor=LIGHT["line"].lstrip("#"))
_MUTED = Font(color=LIGHT["muted"].lstrip("#"))


def workbook(contents: Contents, lang: str) -> bytes:
    """The whole file, texts in `lang`. A text stays a text, whatever it begins with."""
    book = Workbook()
    book.remove(book.active)
    for sheet in sheets(contents, lang, TABLE):
        _add(book, sheet, lang)
    title = contents.client.name or text("report.title", lang)
    book.properties = DocumentProperties(
        creator="simlab", title=title, created=_EPOCH, modified=_EPOCH)
    return _still(book)


def _add(book: Any, sheet: Sheet, lang: str) -> None:
    page = book.create_sheet(text(f"workbook.sheet.{sheet.name}", lang))
    prose = len(sheet.columns) == 2
    _put(page, 1, [title for title, _ in sheet.columns])
    for cell in page[1]:
        cell.font, cell.fill = Font(bold=True), _HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    for place, row in enumerate(sheet.rows, start=2):
        _put(page, place, row)
        for cell, (value, (_, kind)) in zip(page[place], zip(row, sheet.columns, strict=True),
                                            strict=False):
            cell.alignment = Alignment(vertical="top", wrap_text=prose or (
                isinstance(value, str) and len(value) > _WIDEST))
            if kind != "text" and value is not None:
                cell.number_format = "0%" if kind == "share" else _format(value)
    for place, note in enumerate(sheet.notes, start=len(sheet.rows) + 3):
        _put(page, place, [note])
        page.cell(place, 1).font = _MUTED
    for place, (title, _) in enumerate(sheet.columns, start=1):
        longest = max((_width(row[place - 1]) for row in sheet.rows), default=0.0)
        width = _PROSE if prose and place == 2 else min(
            max(longest, _width(title) / 2, _NARROWEST) + 2, _WIDEST)
        page.column_dimensions[get_column_letter(place)].width = width
    page.freeze_panes = "A2" if prose else "B2"
    page.sheet_view.showGridLines = False
    page.page_setup.orientation = "portrait" if prose else "landscape"
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.print_title_rows = "1:1"


def _put(page: Any, row: int, cells: Any) -> None:
    for column, value in enumerate(cells, start=1):
        cell = page.cell(row, column)
        cell.value = ILLEGAL_CHARACTERS_RE.sub(" ", value) if isinstance(value, str) else value
        if isinstance(value, str):
            cell.data_type = "s"  # else a text that begins with = would be a formula
            cell.quotePrefix = value[:1] in ("=", "+", "-", "@")  # and stays a text when edited


def _format(value: Cell) -> str:
    """As many digits as a figure deserves on paper; the cell holds all of them."""
    if isinstance(value, int) or abs(float(value or 0)) >= 100:
        return "#,##0"
    return "0.0" if abs(float(value or 0)) >= 10 else "0.000"


def _width(value: Cell) -> float:
    """About how many letters wide it is; a Chinese character is as wide as two."""
    if isinstance(value, str):
        return float(sum(2 if ord(letter) > 0x2E80 else 1 for letter in value))
    return 0.0 if value is None else 9.0


def _still(book: Any) -> bytes:
    """The workbook with its dates set to `_EPOCH`: openpyxl writes the moment of saving."""
    saved, kept = io.BytesIO(), io.BytesIO()
    properties = tostring(book.properties.to_tree())
    book.save(saved)
    with zipfile.ZipFile(saved) as before, zipfile.ZipFile(kept, "w") as after:
        for entry in before.infolist():
            content = properties if entry.filename == _CORE else before.read(entry)
            still = zipfile.ZipInfo(entry.filename, _EPOCH.timetuple()[:6])
            after.writestr(still, content, zipfile.ZIP_DEFLATED)
    return kept.getvalue()

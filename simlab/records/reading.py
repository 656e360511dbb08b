"""Files as text: every cell as it stands, beside the row number a spreadsheet shows."""

from __future__ import annotations

import csv
import datetime
import hashlib
import io
import re
import unicodedata
import warnings
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simlab.errors import LabError

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class Sheet:
    """One table of a file. `numbers` are the rows' numbers as a spreadsheet shows them (the
    header is row 1 where nothing stands above it); `rows` have as many cells as `header`."""

    path: Path
    name: str
    """The sheet's name; the file's stem where a file holds one table."""
    file: str
    """How errors and reports call it: the file's name, with the sheet in brackets."""
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...]
    encoding: str
    sha256: str


def normal(header: str) -> str:
    """A header without what does not distinguish it: width, case, spaces, punctuation."""
    folded = unicodedata.normalize("NFKC", header).casefold()
    return "".join(c for c in folded if c.isalnum())


def read(path: Path) -> tuple[Sheet, ...]:
    """The tables of a CSV, XLSX or Parquet file, told apart by content, not by suffix.

    Raises LabError: ``file_missing``, ``empty_file``, ``binary_file``, ``old_excel``,
    ``bad_csv``, ``file_refused`` (ragged rows), ``repeated_header``.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise LabError("file_missing", file=path, why=error.strerror or error) from None
    if not content.strip():
        raise LabError("empty_file", file=path.name)
    sha256 = hashlib.sha256(content).hexdigest()
    if content.startswith(_OLD_EXCEL):
        raise LabError("old_excel", file=path.name)
    if content.startswith(b"PK\x03\x04"):
        tables, encoding = _xlsx(path, content), "xlsx"
    elif content.startswith(b"PAR1"):
        tables, encoding = [(path.stem, _parquet(path, content))], "parquet"
    else:
        text, encoding = _decode(path, content)
        tables = [(path.stem, _csv(path, text))]
    sheets = [
        _sheet(path, name, len(tables) > 1, rows, encoding, sha256) for name, rows in tables
    ]
    filled = tuple(sheet for sheet in sheets if sheet is not None)
    if not filled:
        raise LabError("empty_file", file=path.name)
    return filled


Numbered = Iterable[tuple[int, Sequence[str]]]


def _sheet(
    path: Path, name: str, several: bool, numbered: Numbered, encoding: str, sha256: str
) -> Sheet | None:
    """A table from its numbered rows; blank rows are skipped; None where all are blank."""
    file = f"{path.name}[{name}]" if several else path.name
    filled = [(n, row) for n, row in numbered if any(cell.strip() for cell in row)]
    if not filled:
        return None
    header = [cell.strip() for cell in filled[0][1]]
    while header and not header[-1]:
        header.pop()
    seen: set[str] = set()
    for cell in header:
        if cell and normal(cell) in seen:
            raise LabError("repeated_header", file=file, row=filled[0][0], field=cell)
        seen.add(normal(cell))
    width = len(header)
    rows = []
    problems = []
    for number, row in filled[1:]:
        if any(cell.strip() for cell in row[width:]):
            problems.append(LabError("ragged_row", file=file, row=number, found=len(row),
                                     expected=width))
        rows.append(tuple(row[:width]) + ("",) * (width - len(row)))
    if problems:
        raise LabError("file_refused", file=file, count=len(problems),
                       problems=tuple(problems[:20]))
    numbers = tuple(number for number, _ in filled[1:])
    return Sheet(path, name, file, tuple(header), tuple(rows), numbers, encoding, sha256)


def _decode(path: Path, content: bytes) -> tuple[str, str]:
    """Text and its encoding: a BOM decides, then strict UTF-8, then strict GB18030."""
    encodings = ("utf-16",) if content.startswith(_UTF16) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _CONTROL.search(text):
            break
        if encoding == "utf-8-sig" and not content.startswith(b"\xef\xbb\xbf"):
            return text, "utf-8"
        return text, encoding
    raise LabError("binary_file", file=path.name)


def _csv(path: Path, text: str) -> Numbered:
    first = text.lstrip().split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    # A number is a record's, as a spreadsheet counts: a quoted cell may hold line breaks.
    # Strict: a quote that is never closed must not swallow the rows after it.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[int, Sequence[str]]] = []
    try:
        for row in reader:
            rows.append((len(rows) + 1, row))
    except csv.Error as error:
        raise LabError("bad_csv", file=path.name, row=len(rows) + 1, why=error) from None
    return rows


def _xlsx(path: Path, content: bytes) -> list[tuple[str, Numbered]]:
    from openpyxl import load_workbook  # takes half a second to import: only when needed

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles a lab does not care about
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            return [(sheet.title, _xlsx_rows(sheet)) for sheet in book.worksheets]
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, SyntaxError):
        raise LabError("binary_file", file=path.name) from None


def _xlsx_rows(sheet: Any) -> Numbered:
    # Some programs write a wrong size into the file; believing it would lose rows.
    sheet.reset_dimensions()
    return [
        (number, [_cell(cell.value, cell.number_format) for cell in row])
        for number, row in enumerate(sheet.iter_rows(), 1)
    ]


def _cell(value: Any, number_format: str) -> str:
    """What a spreadsheet cell says: a number shown as ``00042`` keeps its zeros."""
    if isinstance(value, int | float) and not isinstance(value, bool) \
            and re.fullmatch(r"0{2,}", number_format or "") and float(value).is_integer():
        return str(int(value)).zfill(len(number_format))
    return _plain(value)


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else str(value)
    if isinstance(value, datetime.time):
        return value.strftime("%H:%M")
    return str(value)


def _parquet(path: Path, content: bytes) -> Numbered:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(pa.BufferReader(content))
    except (pa.ArrowException, OSError):
        raise LabError("binary_file", file=path.name) from None
    columns = [[_plain(value) for value in column.to_pylist()] for column in table.columns]
    rows = zip(*columns, strict=True) if columns else iter(())
    return [(1, table.column_names), *enumerate(rows, 2)]

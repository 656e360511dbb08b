"""One cell of a file as a value: what people write, and what it means.

Full-width digits, ``％``, thousands separators, ``万``, Excel serial dates and ``2026年3月`` are
understood; what can be read in two ways (``01/02/2016``) is refused rather than guessed.
"""

from __future__ import annotations

import datetime
import math
import re
import unicodedata
from collections.abc import Callable
from typing import Any

from simlab.records.schema import Column

Value = Any
"""str, int, float, bool, datetime.date or None (nothing recorded: never a zero)."""

_MISSING = {"", "-", "--", "—", "——", "/", "n/a", "na", "#n/a", "nan", "null", "none", "nat", "无"}
_TRUE = {"true", "1", "yes", "y", "是", "有"}
_FALSE = {"false", "0", "no", "n", "否", "没有"}
_MONTHS = {name: i + 1 for i, name in enumerate(
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"))}

_TIME = r"(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
_DAY = re.compile(rf"(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){_TIME}")
_DAY_ZH = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})[日号]")
_DAY_NAMED = re.compile(r"(\d{1,2})[- ]([A-Za-z]{3})[a-z]*[- ](\d{4})")
_DAY_PLAIN = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MONTH = re.compile(r"(\d{4})[-/.](\d{1,2})")
_MONTH_ZH = re.compile(r"(\d{4})年(\d{1,2})月(?:份)?")
_MONTH_NAMED = re.compile(r"([A-Za-z]{3})[a-z]*[- ](\d{4}|\d{2})")
_MONTH_PLAIN = re.compile(r"(\d{4})(\d{2})")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_HOURS = re.compile(r"(\d{1,3})[:hH](\d{2})")
_EXCEL_EPOCH = datetime.date(1899, 12, 30)


class CellError(Exception):
    """A cell that cannot be read; `code` names the sentence that says what was expected."""

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


def parse(column: Column, cell: str) -> Value:
    """The value of `cell` in `column`; None where nothing is recorded. Raises CellError."""
    text = unicodedata.normalize("NFKC", cell).strip()
    if column.kind in ("text", "person"):
        return text or column.default
    if text.lower() in _MISSING:
        return column.default
    value = _READERS[column.kind](text, column)
    too_low = column.lower is not None and value < column.lower
    if too_low or (column.upper is not None and value > column.upper):
        raise CellError("out_of_bounds", bounds=_bounds(column), unit=column.unit)
    return value


def write(value: Value) -> str:
    """`value` as files carry it; `parse` reads it back unchanged."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    return str(value)


def _bounds(column: Column) -> str:
    lower = "-∞" if column.lower is None else f"{column.lower:g}"
    upper = "∞" if column.upper is None else f"{column.upper:g}"
    return f"{lower} … {upper}"


def _number(text: str, column: Column) -> float:
    """A decimal number: ``1,234.5``, ``(1,234)`` for a negative, ``¥12万``, ``7:30`` of hours."""
    if column.unit == "hours" and (clock := _HOURS.fullmatch(text)):
        return int(clock[1]) + int(clock[2]) / 60
    plain = text.removeprefix("¥").removeprefix("$").removesuffix("元").strip()
    factor = 1.0
    if plain.endswith("万"):
        plain, factor = plain[:-1].strip(), 10_000.0
    if plain.startswith("(") and plain.endswith(")"):
        plain, factor = plain[1:-1], -factor
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    if not _NUMBER.fullmatch(plain):
        raise CellError("bad_number")
    value = float(plain) * factor
    if not math.isfinite(value):
        raise CellError("bad_number")
    return value


def _rate(text: str, column: Column) -> float:
    if text.endswith("%"):
        # Divided, not multiplied by .01: 85% must be the same double as 0.85.
        return _number(text[:-1].strip(), column) / 100
    try:
        return _number(text, column)
    except CellError:
        raise CellError("bad_rate") from None


def _integer(text: str, column: Column) -> int:
    try:
        value = _number(text, column)
    except CellError:
        raise CellError("bad_integer") from None
    if not value.is_integer() or abs(value) >= 2**31:
        raise CellError("bad_integer")
    return int(value)


def _date(text: str, _column: Column | None = None) -> datetime.date:
    if (match := _DAY.fullmatch(text)) is not None:
        return _calendar(match[1], match[3], match[4])
    if (match := _DAY_ZH.fullmatch(text) or _DAY_PLAIN.fullmatch(text)) is not None:
        return _calendar(match[1], match[2], match[3])
    if (match := _DAY_NAMED.fullmatch(text)) is not None and match[2].lower() in _MONTHS:
        return _calendar(match[3], str(_MONTHS[match[2].lower()]), match[1])
    if (match := _SERIAL.fullmatch(text)) is not None:
        return _EXCEL_EPOCH + datetime.timedelta(days=int(match[1]))
    raise CellError("bad_date")


def _calendar(year: str, month: str, day: str) -> datetime.date:
    try:
        value = datetime.date(int(year), int(month), int(day))
    except ValueError:
        raise CellError("bad_date") from None
    if not 1900 <= value.year <= 2100:
        raise CellError("bad_date")
    return value


def _month(text: str, _column: Column) -> str:
    """'YYYY-MM'; a date stands for its month."""
    if (match := _MONTH.fullmatch(text) or _MONTH_ZH.fullmatch(text)
            or _MONTH_PLAIN.fullmatch(text)) is not None:
        year, month = match[1], match[2]
    elif (match := _MONTH_NAMED.fullmatch(text)) is not None and match[1].lower() in _MONTHS:
        year, month = match[2].rjust(4, "?").replace("??", "20"), str(_MONTHS[match[1].lower()])
    else:
        try:
            return _date(text).isoformat()[:7]
        except CellError:
            raise CellError("bad_month") from None
    try:
        return _calendar(year, month, "1").isoformat()[:7]
    except CellError:
        raise CellError("bad_month") from None


def _boolean(text: str, _column: Column) -> bool:
    word = text.lower()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise CellError("bad_boolean")


def _enum(text: str, column: Column) -> str:
    word = text.lower()
    for option, words in column.options.items():
        if word == option.lower() or word in words:
            return option
    choices = ", ".join(f"{option} ({words[0]})" for option, words in column.options.items())
    raise CellError("bad_enum", options=choices)


_READERS: dict[str, Callable[[str, Column], Value]] = {
    "integer": _integer,
    "number": _number,
    "rate": _rate,
    "month": _month,
    "date": _date,
    "boolean": _boolean,
    "enum": _enum,
}

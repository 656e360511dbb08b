"""A table of a workbook as plain data: titled columns, rows of numbers and texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from simlab.i18n import text

Tree = Mapping[str, Any]
Kind = Literal["text", "number", "share"]
Cell = str | float | int | None
"""None = there is no such figure."""
Column = tuple[str, Kind]
EDGES = ("mean", "lower", "upper")
"""Of an interval, in the order of its columns."""


@dataclass(frozen=True)
class Sheet:
    """One answer: a header, and under it a row a figure."""

    name: str
    """Texts ``workbook.sheet.<name>``."""
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    notes: Sequence[str] = ()
    """How to read it; stands under the table."""


def title(name: str, lang: str, **values: Any) -> str:
    """The title of a column."""
    return text(f"workbook.column.{name}", lang, **values)


def texts(lang: str, *names: str) -> list[Column]:
    """Columns of texts."""
    return [(title(name, lang), "text") for name in names]


def numbers(lang: str, *names: str) -> list[Column]:
    """Columns of numbers."""
    return [(title(name, lang), "number") for name in names]


def shares(lang: str, *names: str) -> list[Column]:
    """Columns of probabilities and shares, 0 to 1."""
    return [(title(name, lang), "share") for name in names]


def spread(lang: str, name: str, kind: Kind = "number") -> list[Column]:
    """Three columns: the mean of a figure and the ends of its 90% interval."""
    return [(title(f"of_{edge}", lang, figure=title(name, lang)), kind) for edge in EDGES]


def figures(interval: Tree | None) -> list[Cell]:
    """The cells of `spread`."""
    return [None, None, None] if interval is None else [interval[edge] for edge in EDGES]

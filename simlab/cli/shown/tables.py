"""A table in a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.box import SIMPLE
from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.table import Table

FIRST, GAP = 16, 3
"""Width that a table's first column keeps, and what stands between columns."""

def table(console: Console, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table; its narrow columns are not broken as long as the first can give way."""
    grid = Table(box=SIMPLE, pad_edge=False, header_style="bold")
    widest = [max(cell_len(cell) for cell in column) for column in zip(header, *rows, strict=True)]
    whole = sum(widest[1:]) + GAP * len(widest) + FIRST <= console.width
    for place, title in enumerate(header):
        grid.add_column(escape(title), overflow="fold", min_width=min(widest[place], FIRST),
                        no_wrap=place > 0 and whole and widest[place] <= 30)
    for row in rows:
        grid.add_row(*(escape(cell) for cell in row))
    console.print(grid)

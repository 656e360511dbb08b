"""Imports and their taking back, in a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console

from simlab.cli.run import say
from simlab.cli.shown.tables import table
from simlab.i18n import text
from simlab.records import Batch, RolledBack
from simlab.records.report import table_title

_COLUMNS = ("number", "files", "imported", "added", "replaced", "state")


def batches(console: Console, found: Sequence[Batch], lang: str) -> None:
    """The imports of a lab, one a line."""
    if not found:
        console.print(text("imports.none", lang), markup=False)
        return
    table(console, [text(f"imports.{name}", lang) for name in _COLUMNS],
          [[str(batch.number), say("comma", lang).join(batch.files), batch.imported,
            *(f"{sum(pair[which] for pair in batch.changes.values()):,}" for which in (0, 1)),
            text("imports.stands", lang) if batch.undone is None
            else text("imports.undone", lang, when=batch.undone)] for batch in found])


def rolled_back(console: Console, done: RolledBack, lang: str) -> None:
    """What was removed and what returned."""
    console.print(text("imports.rolled_back", lang, batch=done.batch,
                       removed=_counted(done.removed, lang),
                       restored=_counted(done.restored, lang)), markup=False)


def _counted(counts: Mapping[str, int], lang: str) -> str:
    return say("comma", lang).join(
        f"{table_title(name, lang)} {count:,}" for name, count in counts.items()) or "0"

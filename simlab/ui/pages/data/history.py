"""What came in, and taking the last import back: asked about first, with all that it would undo."""

from __future__ import annotations

from collections import Counter
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from simlab.errors import LabError
from simlab.jobs.standing import made_from_records
from simlab.records.batches import Batch, batches
from simlab.records.report import table_title
from simlab.ui.components import card, start_button, table
from simlab.ui.visit import Visit

ASK, KEEP, DIALOG, NUMBER = (
    f"data-roll-back-{part}" for part in ("ask", "keep", "dialog", "number"))


def history(visit: Visit) -> Any:
    """The imports, and the way to take the last one that stands back."""
    try:
        found = batches(visit.lab)
    except LabError as error:
        return [dmc.Alert(error.explain(visit.lang), color="caution", variant="light"),
                *_take_back(visit, None)]
    last = next((batch for batch in reversed(found) if batch.undone is None), None)
    if not found:
        return _take_back(visit, last)
    columns = ("number", "files", "imported", "added", "replaced", "state")
    return card(
        say(visit, "history"), say(visit, "history_note"),
        table([visit.text(f"imports.{name}") for name in columns],
              [_batch(visit, batch) for batch in reversed(found)]),
        *_take_back(visit, last))


def _take_back(visit: Visit, last: Batch | None) -> list[Any]:
    """Always there, if out of sight: a callback waits for all of its buttons."""
    number = "" if last is None else last.number
    title = say(visit, "roll_back", batch=number)
    return [
        dmc.Button(title, id=ASK, variant="default", size="xs", w="fit-content",
                   display=None if last is not None else "none"),
        dcc.Store(id=NUMBER, data=number),
        dmc.Modal(dmc.Stack([
            *([] if last is None else consequences(visit, last)),
            dmc.Group([
                start_button("data", "roll_back", title, color="caution"),
                dmc.Button(say(visit, "keep_import"), id=KEEP, variant="default"),
            ], gap="sm"),
        ], gap="sm"), id=DIALOG, title=say(visit, "roll_back_ask", batch=number),
            keepMounted=True, centered=True,
            closeButtonProps={"aria-label": say(visit, "keep_import")}),
    ]


def consequences(visit: Visit, batch: Batch) -> list[Any]:
    """What taking a batch back would do to the records, and to what was made from them."""
    rows = [[table_title(name, visit.lang), f"{added:,}", f"{replaced:,}"]
            for name, (added, replaced) in batch.changes.items() if added or replaced]
    kinds = Counter(item.kind for item in made_from_records(visit.lab))
    made = [say(visit, "made", kind=visit.text(f"cli.kind.{kind}"), count=count)
            for kind, count in kinds.items()]
    return [
        dmc.Text(say(visit, "undoes"), size="sm"),
        table([say(visit, "table"), say(visit, "rows_go"), say(visit, "rows_return")], rows,
              narrow=True),
        dmc.Text(say(visit, "grow_stale" if made else "nothing_stale",
                     made=visit.text("cli.comma").join(made)), size="sm"),
        dmc.Text(say(visit, "import_again"), size="sm", c="dimmed"),
    ]


def _batch(visit: Visit, batch: Batch) -> list[Any]:
    added, replaced = (sum(pair[which] for pair in batch.changes.values()) for which in (0, 1))
    state = visit.text("imports.stands") if batch.undone is None else visit.text(
        "imports.undone", when=_moment(batch.undone))
    files = verbatim(", ".join(batch.files[:3]) + (" …" if len(batch.files) > 3 else ""))
    return [str(batch.number), files, _moment(batch.imported), f"{added:,}", f"{replaced:,}", state]


def _moment(iso: str) -> str:
    """A moment in UTC, to the minute."""
    return f"{iso[:16].replace('T', ' ')} UTC"


def verbatim(said: str) -> Any:
    """A name or command that is the same in all languages, and marked so for screen readers."""
    return html.Span(said, lang="zxx")


def say(visit: Visit, key: str, **values: Any) -> str:
    """A sentence of this page."""
    return visit.text(f"page.data.{key}", **values)

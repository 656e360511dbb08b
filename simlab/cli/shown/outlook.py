"""What comes if nothing changes, in a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console

from simlab.cli.shown.tables import table
from simlab.i18n import text
from simlab.report import outlook, wording


def foreseen(console: Console, tree: Mapping[str, Any], lang: str) -> None:
    """Totals of the period, and what doing nothing costs."""
    table(console, *outlook.table(tree, lang))
    kind = "calibrated" if tree["calibrated"] else "prior"
    console.print(text(f"outlook.{kind}", lang, first=wording.month(tree["months"][0], lang),
                       last=wording.month(tree["months"][-1], lang), draws=tree["draws"],
                       replicates=tree["replicates"]), markup=False)
    console.print(outlook.costs(tree, lang), markup=False)

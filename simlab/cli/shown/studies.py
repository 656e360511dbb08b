"""How far a study is, in a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console

from simlab.cli.run import say
from simlab.cli.shown.calibration import mark
from simlab.cli.shown.tables import table
from simlab.report import studies, wording


def studied(console: Console, tree: Mapping[str, Any], lang: str, *, ran: bool) -> None:
    """The state of a study and, where it was just run, what that took."""
    def line(key: str, **values: Any) -> None:
        console.print(say(f"study.{key}", lang, **values), markup=False, soft_wrap=True)

    console.print(wording.pick(tree["title"], lang), style="bold", markup=False)
    if tree["calibrated"]:
        mark(console, tree["check"], lang)
    else:
        line("prior")
    console.print(studies.extent(tree, lang), markup=False, soft_wrap=True)
    console.print(studies.progress(tree, lang), markup=False, soft_wrap=True)
    if ran and tree["computed"]:
        line("speed", computed=f"{tree['computed']:,}", seconds=f"{tree['seconds']:,.1f}")
    elif ran:
        line("nothing")
    if tree["first_failure"] is not None:
        console.print(studies.first_failure(tree, lang), markup=False, soft_wrap=True)
    if tree["summary"] is not None:
        table(console, *studies.policies(tree, lang))
    if tree["done"] > tree["failed"]:
        line("query", path=tree["path"])


def estimated(console: Console, tree: Mapping[str, Any], lang: str) -> None:
    """What a study will take."""
    console.print(studies.estimated(tree, lang), markup=False, soft_wrap=True)

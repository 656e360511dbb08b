"""How far a study is, in a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console

from simlab.cli.run import say
from simlab.cli.shown.calibration import mark
from simlab.report import wording


def studied(console: Console, tree: Mapping[str, Any], lang: str, *, ran: bool) -> None:
    """The state of a study and, where it was just run, what that took."""
    def line(key: str, **values: Any) -> None:
        console.print(say(f"study.{key}", lang, **values), markup=False, soft_wrap=True)

    console.print(wording.pick(tree["title"], lang), style="bold", markup=False)
    if tree["calibrated"]:
        mark(console, tree["check"], lang)
    else:
        line("prior")
    counts = {name: f"{tree[name]:,}" for name in ("runs", "done", "failed", "points", "draws",
                                                   "replicates", "computed")}
    line("points", policies=", ".join(tree["policies"]), **counts)
    line("done" if tree["complete"] else "half", path=tree["path"],
         size=f"{tree['bytes'] / 1e6:,.1f}", blocks=tree["blocks"],
         blocks_done=tree["blocks_done"], **counts)
    if ran and tree["computed"]:
        line("speed", seconds=f"{tree['seconds']:,.1f}", **counts)
    elif ran:
        line("nothing")
    if tree["first_failure"]:
        line("first", **tree["first_failure"])
    if tree["done"] > tree["failed"]:
        line("query", path=tree["path"])

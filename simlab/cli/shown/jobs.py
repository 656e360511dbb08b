"""Long work in a terminal: a line a job, or all about one."""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence

from rich.console import Console

from simlab.background import EVERYBODY, Job
from simlab.cli.run import say
from simlab.cli.shown.tables import table
from simlab.i18n import catalogue, text

_COLUMNS = ("job", "kind", "owner", "state", "progress", "created")


def listed(console: Console, jobs: Sequence[Job], lang: str) -> None:
    """The jobs of a lab, one a line."""
    if not jobs:
        console.print(say("no_jobs", lang), markup=False)
        return
    table(console, [text(f"job.column.{name}", lang) for name in _COLUMNS],
          [[job.id, _kind(job, lang), _owner(job, lang), text(f"job.state.{job.state}", lang),
            _progress(job, lang), _moment(job.created)] for job in jobs])


def job(console: Console, found: Job, lang: str) -> None:
    """All about one job."""
    facts = {
        "job": found.id, "kind": _kind(found, lang), "owner": _owner(found, lang),
        "state": text(f"job.state.{found.state}", lang), "progress": _progress(found, lang),
        "arguments": json.dumps(dict(found.arguments), ensure_ascii=False),
        "created": _moment(found.created), "started": _moment(found.started),
        "heartbeat": _moment(found.heartbeat), "finished": _moment(found.finished),
        "attempts": str(found.attempts), "code": found.code or "",
        "result": found.result or "",
    }
    for name, value in facts.items():
        if value:
            console.print(text("job.line", lang, name=text(f"job.column.{name}", lang),
                               value=value), markup=False, soft_wrap=True)
    if found.error is not None:
        console.print(found.error.explain(lang), markup=False, soft_wrap=True)


def _kind(found: Job, lang: str) -> str:
    return catalogue(lang).get(f"job.kind.{found.kind}", found.kind)


def _owner(found: Job, lang: str) -> str:
    return text("job.everybody", lang) if found.owner == EVERYBODY else found.owner[:8]


def _progress(found: Job, lang: str) -> str:
    if found.state != "running":
        return ""
    stage = catalogue(lang).get(f"stage.{found.stage}", found.stage)
    return f"{stage} {100 * found.share:.0f}%" if found.total else stage


def _moment(seconds: float | None) -> str:
    """Local time, to the second; nothing for None."""
    return "" if seconds is None else datetime.datetime.fromtimestamp(seconds).isoformat(
        sep=" ", timespec="seconds")

"""Long work on a page: buttons that start it, progress, cancel, what became of it.

A page puts a `job_card` and `start_button` s of the same name into its layout. Its own callback
gives the work to `begin` on a button's click and writes the job's id to `job_of`; it shows what the
lab then holds when `ended` changes. All else (progress, cancel, failure, buttons that wait) is done
here once. A page that is loaded again, or opened in a second tab, finds its browser's job.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, MATCH, Dash, Input, Output, State, ctx, dcc, html, no_update

from simlab.background import Job
from simlab.errors import LabError
from simlab.i18n import catalogue, text
from simlab.jobs.runner import Runner
from simlab.ui.language import language
from simlab.ui.owner import owner
from simlab.ui.visit import Visit

TICK = 300
"""Milliseconds between two looks at a running job."""


def job_of(name: str) -> dict[str, str]:
    """Id of the store that a page writes the job's id to (``data``)."""
    return {"job": name, "part": "id"}


def ended(name: str) -> dict[str, str]:
    """Id of the store that says what became of the last job: ``{"id", "kind", "state"}``."""
    return {"job": name, "part": "ended"}


def start(name: str, what: str) -> dict[str, str]:
    """Id of the button that starts `what`."""
    return {"job": name, "start": what}


def start_button(name: str, what: str, label: str, **looks: Any) -> Any:
    """A button that starts work; it waits while the job runs."""
    return dmc.Button(label, id=start(name, what), **looks)


def begin(runner: Runner, kind: str, arguments: Mapping[str, Any]) -> str:
    """Start a job as this browser's own and return its id. LabError for wrong arguments; names of
    files are not offered, other than of those that were sent and kept (``files``, ``file``)."""
    for name in (each for key, said in arguments.items() if key not in ("files", "file")
                 for each in (said if isinstance(said, list) else [said])):
        if isinstance(name, str) and name.endswith((".yaml", ".yml")):
            raise LabError("file_named", name=name)
    return runner.start(kind, arguments, owner())


def job_card(visit: Visit, name: str, kinds: Sequence[str]) -> Any:
    """Progress and cancel of the page's jobs, which are of the `kinds`; nothing while none runs."""
    mine = [job for job in visit.runner.jobs(owner(), only_open=True)
            if job.owner == owner() and job.kind in kinds]
    return html.Div([
        dcc.Store(id=job_of(name), data=mine[0].id if mine else None),
        dcc.Store(id=ended(name)),
        dcc.Interval(id={"job": name, "part": "tick"}, interval=TICK, disabled=True),
        html.Div(id={"job": name, "part": "progress"}, role="status"),
        dmc.Button(visit.text("ui.cancel"), id={"job": name, "part": "cancel"}, size="xs",
                   variant="default", display="none", mt=8),
    ], className="lab-job")


def register(app: Dash, runner: Runner) -> None:
    """Attach the callbacks that all jobs of all pages share."""

    @app.callback(
        Output({"job": MATCH, "part": "progress"}, "children"),
        Output({"job": MATCH, "part": "tick"}, "disabled"),
        Output({"job": MATCH, "part": "cancel"}, "display"),
        Output({"job": MATCH, "part": "cancel"}, "disabled"),
        Output({"job": MATCH, "start": ALL}, "disabled"),
        Output({"job": MATCH, "part": "ended"}, "data"),
        Output({"job": MATCH, "part": "id"}, "data"),
        Input({"job": MATCH, "part": "tick"}, "n_intervals"),
        Input({"job": MATCH, "part": "id"}, "data"))
    def _look(_ticks: int | None, name: str | None) -> tuple[Any, ...]:
        waiting = len(ctx.outputs_list[4])
        job = runner.job(name, owner()) if name else None
        if job is None:
            said = notice(text("ui.job_unknown", language())) if name else no_update
            return said, True, "none", False, [False] * waiting, no_update, None
        if job.open:
            return (progress(job, language()), False, None, job.cancel, [True] * waiting,
                    no_update, no_update)
        said = {"id": job.id, "kind": job.kind, "state": job.state}
        return _last_words(job, language()), True, "none", False, [False] * waiting, said, None

    @app.callback(Output({"job": MATCH, "part": "cancel"}, "n_clicks"),
                  Input({"job": MATCH, "part": "cancel"}, "n_clicks"),
                  State({"job": MATCH, "part": "id"}, "data"), prevent_initial_call=True)
    def _cancel(clicks: int | None, name: str | None) -> Any:
        if clicks and name:
            runner.cancel(name, owner())
        return no_update


def progress(job: Job, lang: str) -> Any:
    """What a running job is doing and how far it is."""
    stage = catalogue(lang).get(f"stage.{job.stage}", job.stage)
    return dmc.Stack([
        dmc.Group([dmc.Text(stage, size="sm", c="dimmed"),
                   dmc.Text(f"{100 * job.share:.0f}%", size="sm", c="dimmed")],
                  justify="space-between"),
        dmc.Progress(value=100 * job.share, size="sm", animated=True, transitionDuration=200,
                     **{"aria-label": stage}),
    ], gap=4)


def notice(message: str, *, error: bool = False) -> Any:
    """A sentence where the progress was."""
    return dmc.Alert(message, color="red" if error else "gray", variant="light", p="sm",
                     style={"whiteSpace": "pre-line"})


def _last_words(job: Job, lang: str) -> Any:
    if job.state == "done":
        return None
    if job.error is None or job.error.code == "cancelled":
        return notice(text("ui.cancelled", lang))
    return notice(job.error.explain(lang), error=job.state != "cancelled")

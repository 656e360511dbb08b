"""What the page does: give the work to a worker, and show what the lab then holds."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from dash import Dash, Input, Output, State, ctx, dcc, no_update

from simlab.errors import LabError
from simlab.jobs.own_events import LARGEST, keep_event, read_event, write_event
from simlab.ui.components import ended, job_of
from simlab.ui.components.jobs import begin, notice, start
from simlab.ui.pages.calibration import layout, replay
from simlab.ui.visit import Served, visit


def register(app: Dash, served: Served) -> None:
    """Attach the callbacks to `app`."""

    @app.callback(
        Output(job_of("calibration"), "data"), Output("calibration-notice", "children"),
        *(Input(start("calibration", what), "n_clicks") for what in layout.KINDS),
        State("calibration-held-back", "value"), State("calibration-effort", "value"),
        prevent_initial_call=True)
    def _start(*given: Any) -> tuple[Any, Any]:
        if not any(button["value"] for button in ctx.triggered):
            return no_update, no_update
        kind = ctx.triggered_id["start"]
        try:
            asked = layout.arguments(served.lab, kind, *given[-2:])
            return begin(served.runner, kind, asked), None
        except LabError as error:
            return no_update, notice(error.explain(visit().lang), error=True)

    _replay(app, served)

    @app.callback(
        Output("calibration-view", "children"), Input(ended("calibration"), "data"),
        prevent_initial_call=True)
    def _show(job: dict[str, Any] | None) -> Any:
        return layout.view(visit()) if job else no_update


def _replay(app: Dash, served: Served) -> None:
    """The past change: from the form to YAML, from YAML to a job, from the lab to the page."""
    lab, written = served.lab, "calibration-replay-yaml"

    @app.callback(
        Output(written, "value"), Output("calibration-replay-notice", "children"),
        *(Input(f"calibration-replay-{field}", "value") for field in replay.FIELDS),
        prevent_initial_call=True)
    def _write(*values: Any) -> tuple[Any, Any]:
        try:
            filled = replay.asked(values)
            return (no_update if filled is None else write_event(lab, **filled)), None
        except LabError as error:
            return no_update, notice(error.explain(visit().lang), error=True)

    @app.callback(
        Output(written, "value", allow_duplicate=True),
        Output("calibration-replay-notice", "children", allow_duplicate=True),
        Input("calibration-replay-upload", "contents"),
        State("calibration-replay-upload", "filename"), prevent_initial_call=True)
    def _open(contents: str | None, file: str) -> tuple[Any, Any]:
        if not contents:
            return no_update, no_update
        try:
            said = _text(contents, file)
            read_event(said, file)
            return said, None
        except LabError as error:
            return no_update, notice(error.explain(visit().lang), error=True)

    @app.callback(
        Output("calibration-replay-file", "data"),
        Input("calibration-replay-download", "n_clicks"), State(written, "value"),
        prevent_initial_call=True)
    def _download(clicks: int | None, said: str) -> Any:
        if not clicks or not said:
            return no_update
        return dcc.send_string(said, "event.yaml")  # type: ignore[attr-defined]

    @app.callback(
        Output(job_of(replay.JOB), "data"),
        Output("calibration-replay-notice", "children", allow_duplicate=True),
        Input(start(replay.JOB, "backtest"), "n_clicks"), State(written, "value"),
        State("calibration-replay-effort", "value"), prevent_initial_call=True)
    def _start(clicks: int | None, said: str, effort: str) -> tuple[Any, Any]:
        if not clicks:
            return no_update, no_update
        try:
            file = keep_event(lab, said or "")
            return begin(served.runner, "backtest", {
                "file": str(file), "simulations": layout.EFFORTS[effort]}), None
        except LabError as error:
            return no_update, notice(error.explain(visit().lang), error=True)

    @app.callback(
        Output("calibration-replayed", "children"), Input(ended(replay.JOB), "data"),
        prevent_initial_call=True)
    def _show(job: dict[str, Any] | None) -> Any:
        return replay.result(visit()) if job and job["state"] == "done" else no_update


def _text(contents: str, file: str) -> str:
    """An uploaded file as text. LabError ``not_yaml`` for what is none, or too large."""
    try:
        data = base64.b64decode(contents.partition(",")[2], validate=True)
        if len(data) > LARGEST:
            raise ValueError(f"{len(data)} bytes")
        return data.decode("utf-8")
    except (binascii.Error, ValueError) as error:
        raise LabError("not_yaml", file=file, detail=str(error)[:200]) from None

"""What the page does: give the work to a worker, and show what the lab then holds."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, State, ctx, no_update

from simlab.errors import LabError
from simlab.ui.components import ended, job_of
from simlab.ui.components.jobs import begin, notice, start
from simlab.ui.pages.calibration import layout
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

    @app.callback(
        Output("calibration-view", "children"), Input(ended("calibration"), "data"),
        prevent_initial_call=True)
    def _show(job: dict[str, Any] | None) -> Any:
        return layout.view(visit()) if job else no_update

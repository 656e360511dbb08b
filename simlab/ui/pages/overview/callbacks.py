"""Look ahead, and look at one group."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from dash import Dash, Input, Output, no_update

from simlab.ui.components import address_of, ended, job_of
from simlab.ui.components.jobs import begin, start
from simlab.ui.pages.overview import layout
from simlab.ui.visit import Served, visit


def register(app: Dash, served: Served) -> None:
    """Attach the callbacks to `app`."""

    @app.callback(Output(job_of("overview"), "data"),
                  Input(start("overview", "outlook"), "n_clicks"), prevent_initial_call=True)
    def _start(clicks: int | None) -> Any:
        return begin(served.runner, "outlook", {}) if clicks else no_update

    @app.callback(Output("overview-view", "children"), Input(ended("overview"), "data"),
                  prevent_initial_call=True)
    def _show(job: dict[str, Any] | None) -> Any:
        return layout.view(visit()) if job and job["state"] == "done" else no_update

    @app.callback(Output("overview-view", "children", allow_duplicate=True),
                  Output(address_of("overview"), "data"),
                  Input("overview-group", "value"), prevent_initial_call=True)
    def _group(asked: str) -> tuple[Any, str]:
        return layout.view(visit(), asked), f"?{urlencode({'group': asked})}"

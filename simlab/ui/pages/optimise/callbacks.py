"""What the page does: give the search to a worker, show what the lab then holds, hand it on."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from dash import Dash, Input, Output, State, dcc, no_update

import scenarios
from simlab.errors import LabError
from simlab.jobs.saving import as_yaml
from simlab.jobs.stored import latest_search
from simlab.report import wording
from simlab.ui.components import address_of, ended, failed, job_of
from simlab.ui.components.jobs import begin, notice, start
from simlab.ui.owner import owner
from simlab.ui.pages.optimise import layout, results
from simlab.ui.visit import Served, visit


def register(app: Dash, served: Served) -> None:
    """Attach the callbacks to `app`."""
    lab, runner = served.lab, served.runner

    @app.callback(
        Output("optimise-question", "children"), Output("optimise-budget", "value"),
        Output("optimise-results", "children"), Output(address_of("optimise"), "data"),
        Input("optimise-scenario", "value"), prevent_initial_call=True)
    def _scenario(name: str) -> tuple[Any, ...]:
        seen, study = visit(), scenarios.built_in(name)
        return (wording.pick(study.question, seen.lang), layout.budget_of(study),
                results.view(seen, latest_search(lab, name)), f"?scenario={quote(name)}")

    @app.callback(
        Output(job_of("optimise"), "data"), Output("optimise-notice", "children"),
        Input(start("optimise", "optimise"), "n_clicks"), State("optimise-scenario", "value"),
        State("optimise-budget", "value"), State("optimise-effort", "value"),
        prevent_initial_call=True)
    def _start(clicks: int | None, scenario: str, budget: Any, effort: str) -> tuple[Any, Any]:
        if not clicks:
            return no_update, no_update
        seen = visit()
        try:
            return begin(runner, "optimise", layout.arguments(scenario, budget, effort)), None
        except LabError as error:
            return no_update, notice(error.explain(seen.lang), error=True)

    @app.callback(
        Output("optimise-results", "children", allow_duplicate=True),
        Input(ended("optimise"), "data"), State("optimise-scenario", "value"),
        prevent_initial_call=True)
    def _show(job: dict[str, Any] | None, scenario: str) -> Any:
        seen = visit()
        whole = runner.job(job["id"], owner()) if job else None
        if whole is None or whole.state == "cancelled":
            return no_update
        # A front that is too dear was kept all the same, and says so itself.
        if whole.error is not None and whole.error.code != "budget_below_front":
            return failed(seen, whole.error)
        return results.view(seen, latest_search(lab, scenario))

    @app.callback(
        Output("optimise-file", "data"), Input("optimise-download", "n_clicks"),
        State("optimise-scenario", "value"), prevent_initial_call=True)
    def _download(clicks: int | None, scenario: str) -> Any:
        tree = latest_search(lab, scenario)
        if not clicks or tree is None or tree["picked"] is None:
            return no_update
        policy = results.picked_policy(tree)
        return dcc.send_string(as_yaml(policy), f"{policy.name}.yaml")  # type: ignore[attr-defined]

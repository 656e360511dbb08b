"""What the page does: parse, call a job, draw. No modelling here."""

from __future__ import annotations

from typing import Any

import dash
from dash import Dash, Input, Output, State, no_update

import scenarios
from simlab.errors import LabError
from simlab.jobs.stored import latest_comparison, stored_answers
from simlab.report import wording
from simlab.ui.components import ended, job_of
from simlab.ui.components.jobs import begin, notice, start
from simlab.ui.pages.compare import layout, results
from simlab.ui.visit import Served, visit

QUICK_SIMULATIONS = 2000
"""Simulated records of a calibration started from the page: well under a minute."""

QUICK_DRAWS, QUICK_REPLICATES = 60, 8
"""Of the grid of questions asked from the page: seconds, and fine enough to read."""


def register(app: Dash, served: Served) -> None:
    """Attach the callbacks to `app`."""
    lab, runner = served.lab, served.runner

    @app.callback(
        Output("compare-question", "children"), Output("compare-policies", "children"),
        Output("compare-policies", "value"), Output("compare-months", "value"),
        Input("compare-scenario", "value"), prevent_initial_call=True)
    def _scenario(name: str) -> tuple[Any, ...]:
        lang, study = visit().lang, scenarios.built_in(name)
        return (wording.pick(study.question, lang), layout.policy_boxes(study, lang),
                list(study.policies), study.months)

    @app.callback(
        Output(job_of("compare"), "data"), Output("compare-notice", "children"),
        *(Input(start("compare", what), "n_clicks") for what in layout.KINDS),
        State("compare-scenario", "value"), State("compare-policies", "value"),
        State("compare-months", "value"), State("compare-draws", "value"),
        prevent_initial_call=True)
    def _start(compared: int | None, asked: int | None, calibrated: int | None, scenario: str,
               policies: list[str], months: Any, draws: Any) -> tuple[Any, Any]:
        if not (compared or asked or calibrated):
            return no_update, no_update
        kind = dash.ctx.triggered_id["start"]
        arguments: dict[str, Any] = {
            "compare": {"scenario": scenario, "policies": policies or [], "months": months,
                        "draws": draws},
            "answers": {"draws": QUICK_DRAWS, "replicates": QUICK_REPLICATES},
            "calibrate": {"simulations": QUICK_SIMULATIONS},
        }[kind]
        seen = visit()
        try:
            if kind == "compare" and len(policies or ()) < 2:
                raise LabError("too_few_policies", count=len(policies or ()))
            return begin(runner, kind, arguments), None
        except LabError as error:
            said = (seen.text("page.compare.whole_numbers") if error.code == "job_arguments"
                    else error.explain(seen.lang))
            return no_update, notice(said, error=True)

    @app.callback(
        Output("compare-results", "children"), Output("compare-shown", "data"),
        Output("compare-evidence", "children"),
        Output("compare-notice", "children", allow_duplicate=True),
        Input(ended("compare"), "data"), State("compare-shown", "data"),
        prevent_initial_call=True)
    def _show(job: dict[str, Any] | None, shown: str | None) -> tuple[Any, ...]:
        if not job or job["state"] != "done":
            return (no_update,) * 4
        seen = visit()
        if job["kind"] == "calibrate":
            return (no_update, no_update, layout.evidence(lab, seen.lang),
                    notice(seen.text("page.compare.calibration_done")))
        tree = latest_comparison(lab, shown if job["kind"] == "answers" else None)
        answered = stored_answers(lab)
        if tree is None:
            view = results.questions(answered, seen.lang) if answered else no_update
            return view, no_update, no_update, None
        return results.view(seen, tree, answered), tree["scenario"], no_update, None

    @app.callback(
        Output("compare-fans", "children"), Input("compare-outcome", "value"),
        Input("compare-running", "value"), State("compare-shown", "data"),
        prevent_initial_call=True)
    def _outcome(outcome: str, running: str, shown: str | None) -> Any:
        try:
            tree = latest_comparison(lab, shown)
        except LabError:
            return no_update
        return no_update if tree is None else results.fans(
            visit(), tree, outcome, running == "running")

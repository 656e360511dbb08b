"""What the page does: parse, call a job, draw. No modelling here."""

from __future__ import annotations

from typing import Any

import dash
from dash import Dash, Input, Output, State, no_update

import scenarios
from simlab.background import Job
from simlab.errors import LabError
from simlab.i18n import catalogue
from simlab.jobs.reporting import latest_comparison, stored_answers
from simlab.jobs.runner import Runner
from simlab.lab import Lab
from simlab.report import wording
from simlab.ui.language import language, say
from simlab.ui.owner import owner
from simlab.ui.pages.compare import layout, results

QUICK_SIMULATIONS = 2000
"""Simulated records of a calibration started from the page: well under a minute."""

QUICK_DRAWS, QUICK_REPLICATES = 60, 8
"""Of the grid of questions asked from the page: seconds, and fine enough to read."""


KINDS = ("compare", "answers", "calibrate")
"""Kinds of jobs that the page starts and shows the end of."""


def register(page: Dash, lab: Lab, runner: Runner) -> None:
    """Attach the callbacks to `page`."""

    @page.callback(
        Output("question", "children"), Output("policies", "children"),
        Output("policies", "value"), Output("months", "value"),
        Input("scenario", "value"), prevent_initial_call=True)
    def _scenario(name: str) -> tuple[Any, ...]:
        lang, study = language(), scenarios.load(name)
        return (wording.pick(study.question, lang), layout.policy_boxes(study, lang),
                list(study.policies), study.months)

    @page.callback(
        Output("job", "data"), Output("tick", "disabled"), Output("progress", "children"),
        Output("run", "disabled"), Output("cancel", "disabled"), Output("calibrate", "disabled"),
        Output("ask", "disabled"), Input("run", "n_clicks"), Input("calibrate", "n_clicks"),
        Input("ask", "n_clicks"), State("scenario", "value"),
        State("policies", "value"), State("months", "value"), State("draws", "value"),
        prevent_initial_call=True)
    def _start(clicks: int | None, calibrations: int | None, asked: int | None, scenario: str,
               policies: list[str], months: Any, draws: Any) -> tuple[Any, ...]:
        if not (clicks or calibrations or asked):
            return (no_update,) * 7
        lang, kind = language(), "compare"
        arguments = {"scenario": scenario, "policies": policies, "months": months, "draws": draws}
        if dash.ctx.triggered_id == "calibrate":
            kind, arguments = "calibrate", {"simulations": QUICK_SIMULATIONS}
        elif dash.ctx.triggered_id == "ask":
            kind, arguments = "answers", {"draws": QUICK_DRAWS, "replicates": QUICK_REPLICATES}
        try:
            if kind == "compare" and len(policies or ()) < 2:
                raise LabError("too_few_policies", count=len(policies or ()))
            name = runner.start(kind, arguments, owner())
        except LabError as error:
            said = (say("whole_numbers", lang) if error.code == "job_arguments"
                    else error.explain(lang))
            return no_update, True, layout.notice(said, error=True), False, True, False, False
        return (name, False, layout.progress(_stage("start", lang), 0.0), True, False, True, True)

    @page.callback(
        Output("progress", "children", allow_duplicate=True),
        Output("tick", "disabled", allow_duplicate=True),
        Output("run", "disabled", allow_duplicate=True),
        Output("cancel", "disabled", allow_duplicate=True),
        Output("calibrate", "disabled", allow_duplicate=True),
        Output("ask", "disabled", allow_duplicate=True),
        Output("results", "children"), Output("shown", "data"), Output("evidence", "children"),
        Input("tick", "n_intervals"), State("job", "data"), prevent_initial_call=True)
    def _look(_ticks: int, name: str | None) -> tuple[Any, ...]:
        lang = language()
        job = runner.job(name, owner()) if name else None
        if job is None:
            return None, True, False, True, False, False, *(no_update,) * 3
        if job.open:
            return (layout.progress(_stage(job.stage, lang), job.share), False, True, job.cancel,
                    True, True, *(no_update,) * 3)
        idle = (True, False, True, False, False)
        if job.state != "done":
            return _ended(job, lang), *idle, *(no_update,) * 3
        found = runner.result(job)
        if found is None:
            return None, *idle, *(no_update,) * 3
        if job.kind == "compare":
            return (None, *idle, results.view(found, lang, stored_answers(lab)),
                    found["scenario"], no_update)
        if job.kind == "answers":
            shown = latest_comparison(lab)
            return (None, *idle, results.questions(found, lang) if shown is None
                    else results.view(shown, lang, found),
                    no_update if shown is None else shown["scenario"], no_update)
        return (layout.notice(say("calibration_done", lang)), *idle, no_update, no_update,
                layout.evidence(lab, lang))

    @page.callback(Output("cancel", "disabled", allow_duplicate=True),
                   Input("cancel", "n_clicks"), State("job", "data"), prevent_initial_call=True)
    def _cancel(clicks: int | None, name: str | None) -> Any:
        if not clicks or name is None:
            return no_update
        runner.cancel(name, owner())
        return True

    @page.callback(Output("fan", "figure"), Input("outcome", "value"), Input("running", "value"),
                   State("shown", "data"), prevent_initial_call=True)
    def _outcome(outcome: str, running: str, shown: str | None) -> Any:
        try:
            tree = latest_comparison(lab, shown)
        except LabError:
            return no_update
        return no_update if tree is None else results.fan(
            tree, outcome, running == "running", language())


def _stage(stage: str, lang: str) -> str:
    return catalogue(lang).get(f"stage.{stage}", stage)


def _ended(job: Job, lang: str) -> Any:
    if job.error is None or job.error.code == "cancelled":
        return layout.notice(say("cancelled", lang))
    return layout.notice(job.error.explain(lang), error=job.state == "failed")

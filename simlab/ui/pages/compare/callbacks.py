"""What the page does: parse, call a job, draw. No modelling here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import dash
from dash import ALL, Dash, Input, Output, State, ctx, no_update
from dash.exceptions import PreventUpdate

from simlab.errors import LabError
from simlab.lab import Lab
from simlab.ui.components import address_of, ended, job_of
from simlab.ui.components.jobs import begin, notice, start
from simlab.ui.pages.compare import layout, results
from simlab.ui.pages.compare.asked import Look, address, stored_comparison
from simlab.ui.pages.compare.controls import KINDS, gathered
from simlab.ui.pages.compare.reading import Reading
from simlab.ui.pages.compare.sections import groups, months
from simlab.ui.visit import Served, visit

QUICK_SIMULATIONS = 2000
"""Simulated records of a calibration started from the page: well under a minute."""
FORM = State({"compare": ALL}, "value")
SCENARIO = State("compare-scenario", "value")


def register(app: Dash, served: Served) -> None:
    """Attach the callbacks to `app`."""
    _addresses(app)
    _work(app, served)
    _ends(app, served.lab)
    _looks(app, served.lab)


def _addresses(app: Dash) -> None:
    """Going to another scenario, and the address that says what is asked and looked at."""

    @app.callback(
        Output("compare-go", "href"), Input("compare-scenario", "value"),
        prevent_initial_call=True)
    def _go(scenario: str) -> str:
        return visit().link("compare") + f"?scenario={quote(scenario)}"

    @app.callback(
        Output(address_of("compare"), "data"), Input({"compare": ALL}, "value"), SCENARIO,
        prevent_initial_call=True)
    def _said(_values: Sequence[Any], scenario: str) -> str:
        try:
            return address(*gathered(scenario, ctx.inputs_list[0]))
        except LabError:
            raise PreventUpdate from None  # pressing the button says what is wrong


def _work(app: Dash, served: Served) -> None:
    """Comparing, and calibrating first."""
    lab, runner = served.lab, served.runner

    @app.callback(
        Output(job_of("compare"), "data"), Output("compare-notice", "children"),
        *(Input(start("compare", what), "n_clicks") for what in KINDS), FORM, SCENARIO,
        prevent_initial_call=True)
    def _start(compared: int | None, calibrated: int | None, _values: Sequence[Any],
               scenario: str) -> tuple[Any, Any]:
        if not (compared or calibrated):
            return no_update, no_update
        kind = dash.ctx.triggered_id["start"]
        try:
            if kind == "calibrate":
                return begin(runner, kind, {"simulations": QUICK_SIMULATIONS}), None
            asked, _ = gathered(scenario, ctx.states_list[0])
            return begin(runner, kind, asked.arguments(lab)), None
        except LabError as error:
            return no_update, notice(error.explain(visit().lang), error=True)


def _ends(app: Dash, lab: Lab) -> None:
    """What is shown when a job has ended."""

    @app.callback(
        Output("compare-results", "children"), Output("compare-evidence", "children"),
        Output("compare-notice", "children", allow_duplicate=True),
        Input(ended("compare"), "data"), FORM, SCENARIO, prevent_initial_call=True)
    def _show(job: Mapping[str, Any] | None, _values: Sequence[Any],
              scenario: str) -> tuple[Any, ...]:
        if not job or job["state"] != "done":
            return (no_update,) * 3
        seen = visit()
        if job["kind"] == "calibrate":
            return (no_update, layout.evidence(lab, seen.lang),
                    notice(seen.text("page.compare.calibration_done")))
        return results.view(seen, stored_comparison(lab, scenario), _look(scenario)), \
            no_update, None


def _look(scenario: str) -> Look:
    """What the form's states say is open."""
    try:
        return gathered(scenario, ctx.states_list[0])[1]
    except LabError:
        return Look()


def _looks(app: Dash, lab: Lab) -> None:
    """Opening a section, and choosing within one."""

    @app.callback(
        Output({"compare-section": ALL}, "children"), Input({"compare": "section"}, "value"),
        FORM, SCENARIO, prevent_initial_call=True)
    def _open(name: str, _values: Sequence[Any], scenario: str) -> list[Any]:
        tree = stored_comparison(lab, scenario)
        if tree is None:
            raise PreventUpdate
        drawn = results.section(Reading(visit(), tree), _look(scenario))
        return [drawn if each["id"]["compare-section"] == name else no_update
                for each in ctx.outputs_list]

    @app.callback(
        Output("compare-fans", "children"), Input({"compare": "outcome"}, "value"),
        Input({"compare": "course"}, "value"), FORM, SCENARIO, prevent_initial_call=True)
    def _outcome(_outcome: str, _course: str, _values: Sequence[Any], scenario: str) -> Any:
        tree = stored_comparison(lab, scenario)
        if tree is None:
            raise PreventUpdate
        return months.fans(Reading(visit(), tree), _look(scenario))

    @app.callback(
        Output("compare-groups", "children"), Input({"compare": "division"}, "value"), SCENARIO,
        prevent_initial_call=True)
    def _division(division: str, scenario: str) -> Any:
        tree = stored_comparison(lab, scenario)
        if tree is None:
            raise PreventUpdate
        return groups.effects(Reading(visit(), tree), division)

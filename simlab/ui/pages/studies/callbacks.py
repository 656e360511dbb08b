"""What the page does: go to another scenario, give the work to a worker, show what came out."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from dash import ALL, Dash, Input, Output, State, ctx, no_update

from simlab.errors import LabError
from simlab.ui.components import ended, failed, job_of
from simlab.ui.components.jobs import begin, notice, start
from simlab.ui.owner import owner
from simlab.ui.pages.studies import asking, batch_callbacks, sensitivity
from simlab.ui.pages.studies.layout import ASKED
from simlab.ui.visit import Served, visit


def register(app: Dash, served: Served) -> None:
    """Attach the callbacks to `app`."""
    for part in ASKED.values():
        _asked(app, served, part)
    _difference(app, served)
    batch_callbacks.register(app, served)


def _asked(app: Dash, served: Served, part: asking.Part) -> None:
    """The form of a part, its job and its answer."""
    runner = served.runner
    scenario = asking.field(part.name, "scenario")

    @app.callback(
        Output("studies-go", "href", allow_duplicate=True), Input(scenario, "value"),
        prevent_initial_call=True)
    def _other(name: str) -> str:
        query = urlencode({"part": part.name, "scenario": name})
        return f"{visit().link('studies')}?{query}"

    @app.callback(
        Output(job_of(asking.job(part)), "data"),
        Output({"studies": part.name, "part": "notice"}, "children"),
        Input(start(asking.job(part), part.name), "n_clicks"),
        State({"studies": part.name, "field": ALL}, "value"), prevent_initial_call=True)
    def _start(clicks: int | None, _values: list[Any]) -> tuple[Any, Any]:
        if not clicks:
            return no_update, no_update
        given = {each["id"]["field"]: each.get("value") for each in ctx.states_list[0]}
        try:
            return begin(runner, part.name, part.arguments(given["scenario"], given)), None
        except LabError as error:
            return no_update, notice(error.explain(visit().lang), error=True)

    @app.callback(
        Output({"studies": part.name, "part": "answer"}, "children"),
        Input(ended(asking.job(part)), "data"), State(scenario, "value"),
        prevent_initial_call=True)
    def _show(done: dict[str, Any] | None, name: str) -> Any:
        seen = visit()
        whole = runner.job(done["id"], owner()) if done else None
        if whole is None or whole.state == "cancelled":
            return no_update
        if whole.error is not None:
            return failed(seen, whole.error)
        return asking.answer(seen, part, name)


def _difference(app: Dash, served: Served) -> None:
    """Of a sensitivity study: another policy's difference."""

    @app.callback(
        Output("studies-difference", "children"), Input("studies-policy", "value"),
        State(asking.field("sensitivity", "scenario"), "value"), prevent_initial_call=True)
    def _policy(policy: str, scenario: str) -> Any:
        tree = sensitivity.PART.latest(served.lab, scenario)
        one = None if tree is None else sensitivity.of_policy(tree, policy)
        return no_update if tree is None or one is None else sensitivity.difference(
            visit(), tree, one)

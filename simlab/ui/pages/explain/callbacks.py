"""Look at another policy, and have one life told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from dash import Dash, Input, Output, State, no_update

from simlab.errors import LabError
from simlab.jobs.stored import latest_comparison
from simlab.ui.components import address_of, ended, failed, job_of
from simlab.ui.components.jobs import begin, notice, start
from simlab.ui.owner import owner
from simlab.ui.pages.explain import layout, results
from simlab.ui.visit import Served, Visit, visit


def register(app: Dash, served: Served) -> None:
    """Attach the callbacks to `app`."""
    lab, runner = served.lab, served.runner

    @app.callback(
        Output("explain-causes", "children"), Output(address_of("explain"), "data"),
        Input("explain-policy", "value"), prevent_initial_call=True)
    def _policy(policy: str) -> tuple[Any, Any]:
        seen = visit()
        try:
            tree = latest_comparison(lab)
        except LabError as error:
            return failed(seen, error), no_update
        known = tree is not None and policy in layout.others(tree)
        if not tree or not known:
            return no_update, no_update
        return results.causes(seen, tree, policy), f"?policy={quote(policy)}"

    @app.callback(
        Output(job_of("explain"), "data"), Output("explain-notice", "children"),
        Input(start("explain", "story"), "n_clicks"), State("explain-person", "value"),
        State("explain-history", "value"), State("explain-policy", "value"),
        prevent_initial_call=True)
    def _tell(clicks: int | None, person: str, history: Any, policy: str) -> tuple[Any, Any]:
        if not clicks:
            return no_update, no_update
        seen = visit()
        try:
            tree = latest_comparison(lab)
            if tree is None:
                raise LabError("nothing_compared", path=lab.path)
            person = (person or "").strip()
            if wrong := _wrong(seen, tree["options"], person, history):
                return no_update, notice(wrong, error=True)
            return begin(runner, "story", {
                "person": person, "history": history, "scenario": tree["scenario"],
                "policy": policy}), None
        except LabError as error:
            return no_update, notice(error.explain(seen.lang), error=True)

    @app.callback(
        Output("explain-told", "children"), Input(ended("explain"), "data"),
        prevent_initial_call=True)
    def _show(job: Mapping[str, Any] | None) -> Any:
        if not job:
            return no_update
        done = runner.job(job["id"], owner())
        told = None if done is None or done.state != "done" else runner.result(done)
        return None if told is None else results.lives(visit(), told)


def _wrong(seen: Visit, options: Mapping[str, Any], person: str, history: Any) -> str | None:
    """What is wrong with a question that need not be run to be refused. An id of the records may
    be given instead of a seat; whether it is one, the job finds out."""
    people, last = options["people"], options["draws"] * options["replicates"] - 1
    seat = re.fullmatch(r"P(\d+)", person)
    if not person or (seat and not 1 <= int(seat[1]) <= people):
        return results.say(
            seen, "wrong_person", person=person or seen.text("story.nothing"), people=people)
    if not isinstance(history, int) or not 0 <= history <= last:
        return results.say(seen, "wrong_history", last=last)
    return None


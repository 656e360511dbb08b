"""What the page does: choose, try the courses, show; look at another course."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, State, no_update

from simlab.jobs.stored import stored_of_policy
from simlab.ui.pages import one_policy
from simlab.ui.pages.training import results
from simlab.ui.visit import Served, visit


def register(app: Dash, served: Served) -> None:
    """Attach the callbacks to `app`."""
    one_policy.register(app, served, results.QUESTION)

    @app.callback(
        Output("training-learnt-of", "children"), Input("training-course", "value"),
        State("training-scenario", "value"), State("training-policy", "value"),
        prevent_initial_call=True)
    def _course(name: str, scenario: str, policy: str) -> Any:
        tree = stored_of_policy(served.lab, results.QUESTION.kind, scenario, policy)
        found = [] if tree is None else [each for each in tree["courses"] if each["name"] == name]
        return results.learnt(visit(), tree, found[0]) if tree and found else no_update

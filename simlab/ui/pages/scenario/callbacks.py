"""What the page does: read the levers, ask for a preview, keep and compare a policy."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
import yaml
from dash import ALL, ClientsideFunction, Dash, Input, Output, State, ctx, dcc, no_update
from dash.exceptions import PreventUpdate

import scenarios
from simlab.errors import Cancelled, LabError
from simlab.jobs.preview import Previews
from simlab.jobs.saving import Saved, as_yaml, named, save_policy, saved_policies
from simlab.lab import Lab
from simlab.policy import Policy, parse_policy, with_fields
from simlab.practice import pack
from simlab.ui.components import address_of, ended, job_of
from simlab.ui.components.jobs import begin, notice, start
from simlab.ui.pages.scenario import results
from simlab.ui.pages.scenario.address import Tried, differing_fields
from simlab.ui.pages.scenario.levers import gathered, shares
from simlab.ui.visit import Served, Visit, visit

CONTROLS = Input({"scenario": ALL, "key": ALL}, "value")
HELD = State({"scenario": ALL, "key": ALL}, "value")
FULL = {"draws": 200}
"""How fine the full comparison is that a kept policy is put to."""
FRESH, STALE = "lab-sticky", "lab-sticky lab-stale"


def register(app: Dash, served: Served) -> None:
    """Attach the callbacks to `app`."""
    lab, previews = served.lab, Previews()
    _go(app, lab)
    _keep(app, served)
    app.clientside_callback(
        ClientsideFunction("simlab", "grow_stale"),
        Output("scenario-results", "className", allow_duplicate=True), CONTROLS,
        prevent_initial_call=True)

    @app.callback(
        Output(results.FAN, "figure"), Output({"chart": results.FAN, "part": "table"}, "children"),
        Output({"chart": results.FAN, "part": "data"}, "data"),
        Output("scenario-numbers", "children"), Output("scenario-results", "className"),
        Output("scenario-notice", "children"),
        CONTROLS, Input("scenario-outcome", "value"), State("scenario-tried", "data"),
        State("scenario-visitor", "data"))
    def _preview(_values: Sequence[Any], outcome: str, tried: dict[str, str],
                 visitor: str) -> tuple[Any, ...]:
        seen = visit()
        try:
            policy = tried_policy(lab, tried, ctx.inputs_list[0])
            answer = previews.ask(lab, tried["scenario"], policy, who=visitor)
        except Cancelled:
            raise PreventUpdate from None  # a newer question is being answered
        except LabError as error:
            return (*[no_update] * 4, STALE, notice(error.explain(seen.lang), error=True))
        title = seen.text("page.scenario.yours")
        return (*results.fan(seen, answer, outcome, title), results.numbers(seen, answer), FRESH,
                None)

    @app.callback(
        Output("scenario-changes", "children"), Output("scenario-share", "children"),
        Output("scenario-python", "children"), Output(address_of("scenario"), "data"),
        Output({"scenario-shares": ALL}, "children"),
        CONTROLS, State("scenario-tried", "data"), Input("scenario-saved-name", "value"))
    def _said(_values: Sequence[Any], tried: dict[str, str], name: str) -> tuple[Any, ...]:
        seen = visit()
        try:
            policy = tried_policy(lab, tried, ctx.inputs_list[0])
        except LabError:
            raise PreventUpdate from None  # the preview says what is wrong
        changed = as_tried(lab, tried, policy)
        weights = shares(ctx.inputs_list[0], policy.practice)
        lines = [_share_line(seen, policy.practice, weights.get(int(each["id"]["scenario-shares"])))
                 for each in ctx.outputs_list[4]]
        return (results.changes(seen, changed.fields), results.sharing(seen, changed.address()),
                results.python(seen, changed, name or "my_policy"), changed.address(), lines)


def tried_policy(
    lab: Lab, tried: Mapping[str, str], controls: Sequence[Mapping[str, Any]]
) -> Policy:
    """The policy that the controls hold."""
    begun = Tried(tried["scenario"], tried["start"]).policy(lab)
    return with_fields(begun, gathered(controls, begun.practice))


def as_tried(lab: Lab, tried: Mapping[str, str], policy: Policy) -> Tried:
    """How a policy differs from the one that was begun from."""
    begun = Tried(tried["scenario"], tried["start"]).policy(lab)
    return Tried(tried["scenario"], tried["start"], differing_fields(policy, begun))


def _share_line(seen: Visit, practice: str, weights: Mapping[str, float] | None) -> str:
    if weights is None:
        return seen.text("page.scenario.no_shares")
    names = {kpi: each[seen.lang] for kpi, each in pack(practice)["kpis"].items()}
    return seen.text("page.scenario.shares", weights=results.share_line(weights, names))


def _go(app: Dash, lab: Lab) -> None:
    """What leads to another address of this page."""

    @app.callback(
        Output("scenario-go", "href"), Input("scenario-name", "value"),
        Input("scenario-start", "value"), State("scenario-tried", "data"),
        prevent_initial_call=True)
    def _begin(scenario: str, begun: str, tried: dict[str, str]) -> Any:
        if (scenario, begun) == (tried["scenario"], tried["start"]):
            return no_update
        other = scenario != tried["scenario"]
        begun = list(scenarios.built_in(scenario).policies)[-1] if other else begun
        return visit().link("scenario") + Tried(scenario, begun).address()

    @app.callback(
        Output("scenario-go", "href", allow_duplicate=True),
        Input("scenario-reset", "n_clicks"), State("scenario-tried", "data"),
        prevent_initial_call=True)
    def _reset(clicks: int | None, tried: dict[str, str]) -> Any:
        if not clicks:
            return no_update
        return visit().link("scenario") + Tried(tried["scenario"], tried["start"]).address()

    @app.callback(
        Output("scenario-go", "href", allow_duplicate=True),
        Output("scenario-notice", "children", allow_duplicate=True),
        Input("scenario-upload", "contents"), State("scenario-upload", "filename"),
        State("scenario-tried", "data"), prevent_initial_call=True)
    def _open(contents: str | None, file: str, tried: dict[str, str]) -> tuple[Any, Any]:
        seen = visit()
        if not contents:
            return no_update, no_update
        try:
            policy = _uploaded(contents, file)
            begun = Tried(tried["scenario"], tried["start"]).policy(lab)
            if policy.practice != begun.practice:
                raise LabError("other_practice", policy=policy.name, found=policy.practice,
                               scenario=tried["scenario"], expected=begun.practice)
        except LabError as error:
            return no_update, notice(error.explain(seen.lang), error=True)
        except ValueError:
            return no_update, notice(seen.text("page.scenario.file_kind"), error=True)
        return seen.link("scenario") + as_tried(lab, tried, policy).address(), None


def _uploaded(contents: str, file: str) -> Policy:
    """The policy in an uploaded file; ValueError where it is none at all, LabError where a field
    of it is wrong."""
    try:
        data = base64.b64decode(contents.partition(",")[2], validate=True)
        tree = yaml.safe_load(data.decode("utf-8")) if len(data) <= results.LARGEST else None
    except (binascii.Error, UnicodeDecodeError, yaml.YAMLError):
        raise ValueError(file) from None
    if not isinstance(tree, dict):
        raise ValueError(file)
    return parse_policy(tree, file)


def _keep(app: Dash, served: Served) -> None:
    """Saving, comparing in full, downloading."""
    lab = served.lab
    states = (HELD, State("scenario-tried", "data"), State("scenario-saved-name", "value"),
              State("scenario-saved-title", "value"), State("scenario-version", "data"))

    @app.callback(
        Output("scenario-notice", "children", allow_duplicate=True),
        Output("scenario-version", "data"), Input("scenario-save", "n_clicks"), *states,
        prevent_initial_call=True)
    def _save(clicks: int | None, _values: Sequence[Any], *given: Any) -> tuple[Any, Any]:
        seen = visit()
        if not clicks:
            return no_update, no_update
        try:
            name, kept = _saved(seen, lab, ctx.states_list[0], *given)
        except LabError as error:
            return notice(error.explain(seen.lang), error=True), no_update
        return (notice(seen.text("page.scenario.saved", name=name)),
                {"name": name, "version": kept.version})

    @app.callback(
        Output(job_of("scenario"), "data"),
        Output("scenario-notice", "children", allow_duplicate=True),
        Output("scenario-version", "data", allow_duplicate=True),
        Input(start("scenario", "compare"), "n_clicks"), *states, prevent_initial_call=True)
    def _compare(clicks: int | None, _values: Sequence[Any], *given: Any) -> tuple[Any, ...]:
        seen = visit()
        if not clicks:
            return (no_update,) * 3
        try:
            name, kept = _saved(seen, lab, ctx.states_list[0], *given)
        except LabError as error:
            return no_update, notice(error.explain(seen.lang), error=True), no_update
        study = scenarios.built_in(given[0]["scenario"])
        job = begin(served.runner, "compare", {
            "scenario": given[0]["scenario"], "policies": [study.baseline, name], **FULL})
        return job, None, {"name": name, "version": kept.version}

    @app.callback(
        Output("scenario-notice", "children", allow_duplicate=True),
        Input(ended("scenario"), "data"), prevent_initial_call=True)
    def _compared(job: dict[str, Any] | None) -> Any:
        seen = visit()
        if not job or job["state"] != "done":
            return no_update
        return dmc.Alert(dmc.Anchor(seen.text("page.scenario.compared"),
                                    href=seen.link("compare")), variant="light", p="sm")

    @app.callback(
        Output("scenario-file", "data"), Input("scenario-download", "n_clicks"), HELD,
        State("scenario-tried", "data"), State("scenario-saved-name", "value"),
        prevent_initial_call=True)
    def _download(clicks: int | None, _values: Sequence[Any], tried: dict[str, str],
                  name: str) -> Any:
        if not clicks:
            return no_update
        policy = tried_policy(lab, tried, ctx.states_list[0])
        return dcc.send_string(as_yaml(policy), f"{name or policy.name}.yaml")  # type: ignore[attr-defined]


def _saved(
    seen: Visit, lab: Lab, controls: Sequence[Mapping[str, Any]], tried: Mapping[str, str],
    name: str | None, title: str | None, version: Mapping[str, str],
) -> tuple[str, Saved]:
    """Keep what the controls hold, in place of the version that was opened under this name."""
    policy = tried_policy(lab, tried, controls)
    before = saved_policies(lab).get(name or "")
    titles = dict(before.policy.title) if before else {}
    other = {lang: titles.get(lang) or title or "" for lang in ("en", "zh")}
    policy = named(policy, name or "", {**other, seen.lang: title or ""})
    replaces = version.get("version") if version.get("name") == policy.name else None
    return policy.name, save_policy(lab, policy, replaces=replaces)


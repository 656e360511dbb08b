"""What pages about one policy of a scenario share: the choice of both, the job that looks into
them, and what the lab then holds.

Such a page is a `Question`; its layout calls `page`, its callbacks `register`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, ctx, html, no_update

import scenarios
from simlab.errors import LabError
from simlab.jobs.setting import policy_named
from simlab.jobs.standing import policy_changes
from simlab.jobs.stored import stored_of_policy
from simlab.report import wording
from simlab.ui.components import (
    calibrated_badge,
    card,
    check_badge,
    ended,
    failed,
    heading,
    job_card,
    job_of,
    no_data,
    stale_badge,
    start_button,
)
from simlab.ui.components.jobs import begin, notice, start
from simlab.ui.owner import owner
from simlab.ui.pages.scenario.address import Tried, first_scenario, starts
from simlab.ui.visit import Served, Visit, visit

Tree = Mapping[str, Any]
FULL: Mapping[str, Any] = {}
"""How fine an answer is asked for, as arguments of the job, which has defaults of its own."""


@dataclass(frozen=True)
class Question:
    """A page about one policy."""

    name: str
    """Of the page: the stem of ids and texts."""
    kind: str
    """Of the job that answers it, and of the answer that the lab keeps."""
    view: Callable[[Visit, Tree], Any]
    """The answer on the page."""

    def shown(self, seen: Visit, scenario: str, policy: str) -> Any:
        """The answer that the lab holds; what to do where it holds none."""
        tree = stored_of_policy(seen.lab, self.kind, scenario, policy)
        if tree is None:
            return no_data(seen.text(f"page.{self.name}.empty_title"),
                           seen.text(f"page.{self.name}.empty"))
        return dmc.Stack([_whose(seen, tree), self.view(seen, tree)], gap="md")


def page(seen: Visit, question: Question) -> Any:
    """Controls at the left, the answer at the right; of what the address names."""
    try:
        scenario, policy = _asked(seen)
        shown = question.shown(seen, scenario, policy)
    except LabError as error:
        scenario = first_scenario(seen.lab)
        policy, shown = _last(scenario), failed(seen, error)
    return html.Div([
        heading(seen, question.name),
        dmc.Grid([
            dmc.GridCol(_controls(seen, question, scenario, policy),
                        span={"base": 12, "md": 4}),
            dmc.GridCol(html.Div(shown, id=f"{question.name}-results"),
                        span={"base": 12, "md": 8}),
        ], gutter="md"),
    ])


def register(app: Dash, served: Served, question: Question) -> None:
    """Attach the callbacks of such a page to `app`."""
    name, runner = question.name, served.runner
    chosen = (State(f"{name}-scenario", "value"), State(f"{name}-policy", "value"))

    @app.callback(
        Output(f"{name}-policy", "data"), Output(f"{name}-policy", "value"),
        Output(f"{name}-question", "children"), Input(f"{name}-scenario", "value"),
        prevent_initial_call=True)
    def _scenario(scenario: str) -> tuple[Any, ...]:
        seen = visit()
        return (_offered(seen, scenario), _last(scenario),
                wording.pick(scenarios.load(scenario).question, seen.lang))

    @app.callback(
        Output(f"{name}-results", "children"), Output(f"{name}-open", "href"),
        Input(f"{name}-policy", "value"), Input(f"{name}-policy", "data"),
        Input(ended(name), "data"), chosen[0], prevent_initial_call=True)
    def _show(policy: str, _data: Any, job: Tree | None, scenario: str) -> tuple[Any, Any]:
        seen = visit()
        whole = runner.job(job["id"], owner()) if job and ctx.triggered_id == ended(name) else None
        try:
            if whole is not None and whole.state == "failed" and whole.error is not None:
                raise whole.error
            return question.shown(seen, scenario, policy), _lab_link(seen, scenario, policy)
        except LabError as error:
            return failed(seen, error), no_update

    @app.callback(
        Output(job_of(name), "data"), Output(f"{name}-notice", "children"),
        Input(start(name, question.kind), "n_clicks"), *chosen, prevent_initial_call=True)
    def _start(clicks: int | None, scenario: str, policy: str) -> tuple[Any, Any]:
        if not clicks:
            return no_update, no_update
        try:
            return begin(runner, question.kind, {
                "scenario": scenario, "policy": policy, **FULL}), None
        except LabError as error:
            return no_update, notice(error.explain(visit().lang), error=True)


def period(seen: Visit, tree: Tree) -> str:
    """The months that an answer is about."""
    first, last = (wording.month(tree["months"][k], seen.lang) for k in (0, -1))
    return seen.text("ui.one_policy.period", first=first, last=last)


def _asked(seen: Visit) -> tuple[str, str]:
    """What the address names; LabError for what there is not."""
    scenario = seen.query.get("scenario") or first_scenario(seen.lab)
    study = scenarios.load(scenario)
    policy = seen.query.get("policy") or _last(scenario)
    policy_named(study, policy, seen.lab)
    return scenario, policy


def _last(scenario: str) -> str:
    """The policy that is looked at first: the last one of a scenario does most."""
    return list(scenarios.load(scenario).policies)[-1]


def _offered(seen: Visit, scenario: str) -> list[dict[str, str]]:
    return [{"value": name, "label": wording.pick(title, seen.lang)}
            for name, title in starts(scenario, seen.lab).items()]


def _lab_link(seen: Visit, scenario: str, policy: str) -> str:
    return seen.link("scenario") + Tried(scenario, policy).address()


def _controls(seen: Visit, question: Question, scenario: str, policy: str) -> Any:
    name = question.name
    return html.Div(card(
        seen.text("ui.one_policy.what"), "",
        dmc.Select(
            id=f"{name}-scenario", label=seen.text("ui.one_policy.scenario"), value=scenario,
            allowDeselect=False, comboboxProps={"shadow": "md"},
            data=[{"value": each, "label": wording.pick(scenarios.load(each).title, seen.lang)}
                  for each in scenarios.names()]),
        dmc.Text(wording.pick(scenarios.load(scenario).question, seen.lang),
                 id=f"{name}-question", size="sm", c="dimmed"),
        dmc.Select(
            id=f"{name}-policy", label=seen.text("ui.one_policy.policy"), value=policy,
            allowDeselect=False, comboboxProps={"shadow": "md"},
            data=_offered(seen, scenario)),
        start_button(name, question.kind, seen.text(f"page.{name}.run")),
        dmc.Text(seen.text(f"page.{name}.first"), size="xs", c="dimmed"),
        job_card(seen, name, (question.kind,)),
        html.Div(id=f"{name}-notice"),
        dmc.Anchor(seen.text("ui.one_policy.open"), id=f"{name}-open", size="sm",
                   href=_lab_link(seen, scenario, policy)),
    ), className="lab-sticky")


def _whose(seen: Visit, tree: Tree) -> Any:
    """The policy, and what the answer rests on."""
    options = tree["options"]
    return dmc.Stack([
        dmc.Title(wording.pick(tree["titles"][tree["policy"]], seen.lang), order=2, size="h3"),
        dmc.Group([
            calibrated_badge(bool(tree["calibrated"]), seen.lang),
            *check_badge(tree.get("check"), seen.lang),
            *stale_badge(policy_changes(seen.lab, tree), seen.lang),
            dmc.Badge(seen.text(f"page.compare.badge_people_{options['people_from']}",
                                people=options["people"]), tt="none", color="gray",
                      variant="light", className="lab-badge"),
        ], gap="xs"),
    ], gap=6, px=4)

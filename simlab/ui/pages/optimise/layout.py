"""The page as it first appears: what to search on the left, the latest answer on the right."""

from __future__ import annotations

import dataclasses
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

import scenarios
from simlab.decide.optimise import Effort
from simlab.errors import LabError
from simlab.jobs.stored import latest_search
from simlab.report import wording
from simlab.ui.components import address, card, failed, heading, job_card, start_button
from simlab.ui.pages.optimise import results
from simlab.ui.pages.scenario.address import first_scenario
from simlab.ui.visit import Visit

KINDS = ("optimise",)
"""Kinds of jobs that the page starts and shows the end of."""
EFFORTS = {
    "quick": Effort(evaluations=200, population=20, draws=16, fresh_draws=64, replicates=4,
                    finalists=10),
    "usual": Effort(evaluations=800, population=40, draws=30, fresh_draws=120, replicates=6,
                    finalists=15),
    "thorough": Effort(),
}
"""How much can be asked of a search from the page; the last is what the command line does."""


def page(visit: Visit) -> Any:
    """Controls and results of the scenario that the address names, else of the latest search."""
    try:
        name = _asked(visit)
        shown = results.view(visit, latest_search(visit.lab, name))
    except LabError as error:
        name, shown = first_scenario(visit.lab), failed(visit, error)
    return html.Div([
        heading(visit, "optimise"),
        address("optimise"),
        dmc.Grid([
            dmc.GridCol(_controls(visit, scenarios.load(name)), span={"base": 12, "md": 4}),
            dmc.GridCol(html.Div(shown, id="optimise-results"), span={"base": 12, "md": 8}),
        ], gutter="md"),
        dcc.Download(id="optimise-file"),
    ])


def offered() -> list[str]:
    """Names of the built-in scenarios that declare what may be searched."""
    return [name for name in scenarios.names() if scenarios.load(name).search is not None]


def budget_of(study: scenarios.Scenario) -> float | None:
    """The budget a scenario begins with: that of its terms, else the search's constraint."""
    declared = None if study.search is None else study.search.constraints.budget
    if study.terms.budget is None and declared is not None:
        return declared.at_most
    return study.terms.budget


def _asked(visit: Visit) -> str:
    """The scenario of the address; LabError where nothing of that name can be searched."""
    names, latest = offered(), latest_search(visit.lab)
    name = visit.query.get("scenario")
    if name is None:
        found = None if latest is None else latest["scenario"]
        return found if found in names else first_scenario(visit.lab)
    if name not in names:
        raise LabError("unknown_scenario", name=name, known=", ".join(names))
    return name


def _controls(visit: Visit, study: scenarios.Scenario) -> Any:
    stored = latest_search(visit.lab, study.name)
    asked = None if stored is None else stored["budget"]
    return html.Div(card(
        _say(visit, "what"), "",
        dmc.Select(
            id="optimise-scenario", label=_say(visit, "scenario"), value=study.name,
            allowDeselect=False, comboboxProps={"shadow": "md"},
            data=[{"value": name, "label": wording.pick(scenarios.load(name).title, visit.lang)}
                  for name in offered()]),
        dmc.Text(wording.pick(study.question, visit.lang), id="optimise-question", size="sm",
                 c="dimmed"),
        dmc.NumberInput(
            id="optimise-budget", label=_say(visit, "budget", unit=visit.money),
            description=_say(visit, "budget_note"), thousandSeparator=",", step=100_000,
            value=budget_of(study) if asked is None else asked),
        dmc.Select(
            id="optimise-effort", label=_say(visit, "effort"), value=next(iter(EFFORTS)),
            description=_say(visit, "effort_note"), allowDeselect=False,
            comboboxProps={"shadow": "md"},
            data=[{"value": key, "label": _say(visit, f"effort_{key}", policies=wording.number(
                effort.evaluations, visit.lang))} for key, effort in EFFORTS.items()]),
        start_button("optimise", "optimise", _say(visit, "run")),
        job_card(visit, "optimise", KINDS),
        html.Div(id="optimise-notice"),
    ), className="lab-sticky")


def arguments(scenario: str, budget: Any, effort: str) -> dict[str, Any]:
    """Of the job; an empty budget is the scenario's own."""
    asked = {} if budget in ("", None) else {"budget": budget}
    return {"scenario": scenario, "effort": dataclasses.asdict(EFFORTS[effort]), **asked}


def _say(visit: Visit, key: str, **values: Any) -> str:
    return visit.text(f"page.optimise.{key}", **values)

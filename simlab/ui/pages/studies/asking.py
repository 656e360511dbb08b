"""The parts that ask a question about a scenario: what to ask on the left, the latest answer on
the right."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dash_mantine_components as dmc
from dash import html

import scenarios
from simlab.decide.outcomes import outcome as described
from simlab.errors import LabError
from simlab.lab import Lab
from simlab.report import wording
from simlab.report.page import TABLE
from simlab.ui.components import card, failed, job_card, no_data, start_button
from simlab.ui.pages.compare.controls import policy_boxes
from simlab.ui.pages.scenario.address import first_scenario
from simlab.ui.pages.studies.results import Tree, say
from simlab.ui.visit import Visit

Given = Mapping[str, Any]
"""Name of a field of the form -> what stands in it."""


@dataclass(frozen=True)
class Part:
    """A part of the page that asks one question about a scenario. Its texts are
    ``page.studies.<name>.*``; its name is the kind of its job."""

    name: str
    outcome: str
    """Argument of the job that names the outcome."""
    efforts: Mapping[str, Mapping[str, int]]
    """Name of an effort -> arguments of the job."""
    latest: Callable[[Lab, str | None], Tree | None]
    fields: Callable[[Visit, scenarios.Scenario], list[Any]]
    """Fields of its own, built with `field`."""
    own: Callable[[Given], dict[str, Any]]
    """What these come to as arguments."""
    view: Callable[[Visit, Tree], Any]
    """The whole answer."""

    def arguments(self, scenario: str, given: Given) -> dict[str, Any]:
        """Of the job. LabError for fewer than two policies."""
        policies = list(given["policies"] or ())
        if len(policies) < 2:
            raise LabError("too_few_policies", count=len(policies))
        return {"scenario": scenario, "policies": policies, self.outcome: given["outcome"],
                **self.efforts[given["effort"]], **self.own(given)}


def field(part: str, name: str) -> dict[str, str]:
    """Id of a field of a form."""
    return {"studies": part, "field": name}


def page(visit: Visit, part: Part) -> Any:
    """The form of a part, and the answer to what the address asks for."""
    try:
        name = _asked(visit, part)
        shown = answer(visit, part, name)
    except LabError as error:
        name, shown = first_scenario(visit.lab), failed(visit, error)
    return dmc.Grid([
        dmc.GridCol(_form(visit, part, scenarios.load(name)), span={"base": 12, "md": 4}),
        dmc.GridCol(html.Div(shown, id={"studies": part.name, "part": "answer"}),
                    span={"base": 12, "md": 8}),
    ], gutter="md")


def answer(visit: Visit, part: Part, scenario: str) -> Any:
    """What the lab holds about the scenario."""
    tree = part.latest(visit.lab, scenario)
    if tree is None:
        return no_data(say(visit, f"{part.name}.empty_title"), say(visit, f"{part.name}.empty"))
    return part.view(visit, tree)


def _asked(visit: Visit, part: Part) -> str:
    """The scenario of the address, else that of the latest answer, else the first."""
    names, name = scenarios.names(), visit.query.get("scenario")
    if name is None:
        latest = part.latest(visit.lab, None)
        found = None if latest is None else latest["scenario"]
        return found if found in names else first_scenario(visit.lab)
    return scenarios.built_in(name).name


def _form(visit: Visit, part: Part, study: scenarios.Scenario) -> Any:
    def select(name: str, value: str, data: Sequence[Mapping[str, str]], **looks: Any) -> Any:
        return dmc.Select(
            id=field(part.name, name), label=say(visit, name), value=value, data=list(data),
            allowDeselect=False, comboboxProps={"shadow": "md"}, **looks)

    return html.Div(card(
        say(visit, f"{part.name}.what"), say(visit, f"{part.name}.note"),
        select("scenario", study.name, [
            {"value": name, "label": wording.pick(scenarios.load(name).title, visit.lang)}
            for name in scenarios.names()]),
        dmc.CheckboxGroup(policy_boxes(study, visit.lang), id=field(part.name, "policies"),
                          label=say(visit, "policies"), value=list(study.policies)),
        select("outcome", TABLE[0], [
            {"value": name, "label": wording.outcome_name(name, visit.lang)}
            for name in TABLE if described(name).better != "neither"]),
        *part.fields(visit, study),
        select("effort", next(iter(part.efforts)), [
            {"value": name, "label": say(visit, f"{part.name}.effort", effort=say(
                visit, f"efforts.{name}"), **effort)}
            for name, effort in part.efforts.items()], description=say(visit, "effort_note")),
        start_button(job(part), part.name, say(visit, f"{part.name}.run")),
        job_card(visit, job(part), (part.name,)),
        html.Div(id={"studies": part.name, "part": "notice"}, role="status"),
    ), className="lab-sticky")


def job(part: Part) -> str:
    """What the page's components of the part's job are called."""
    return f"studies-{part.name}"

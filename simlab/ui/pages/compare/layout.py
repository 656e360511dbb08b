"""The page as it first appears: what to compare on the left, the latest answer on the right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

import scenarios
from simlab.errors import LabError
from simlab.i18n import text
from simlab.jobs.calibrating import calibrated_with, refuse_other_version
from simlab.jobs.checking import mark
from simlab.jobs.records import data_used
from simlab.jobs.stored import latest_comparison, stored_answers
from simlab.lab import Lab
from simlab.report import checks, wording
from simlab.ui.components import heading, job_card, start_button
from simlab.ui.pages.compare import results
from simlab.ui.visit import Visit

DRAWS = 100
"""Draws offered at first: a run of a second or two, fine enough to read."""
KINDS = ("compare", "answers", "calibrate")
"""Kinds of jobs that the page starts and shows the end of."""


def page(visit: Visit) -> Any:
    """Controls and results."""
    lab, lang = visit.lab, visit.lang
    latest = latest_comparison(lab)
    names = scenarios.names()
    name = latest["scenario"] if latest and latest["scenario"] in names else _first(names)
    study = scenarios.load(name)
    return html.Div([
        heading(visit, "compare", dmc.Anchor(
            visit.text("page.reports.title"), href=visit.link("reports"), size="sm")),
        dmc.Grid([
            dmc.GridCol(dmc.Stack([
                _controls(visit, study, names, latest),
                html.Div(evidence(lab, lang), id="compare-evidence"),
            ], gap="md", className="lab-sticky"), span={"base": 12, "md": 4}),
            dmc.GridCol(html.Div(
                results.empty(lang) if latest is None
                else results.view(visit, latest, stored_answers(lab)),
                id="compare-results"), span={"base": 12, "md": 8}),
        ], gutter="md"),
        dcc.Store(id="compare-shown", data=None if latest is None else latest["scenario"]),
    ])


def _first(names: Sequence[str]) -> str:
    """Records hold sales people, so a scenario of theirs is offered first."""
    return next((n for n in names if scenarios.load(n).facts.practice == "sales"), names[0])


def _controls(
    visit: Visit, study: scenarios.Scenario, names: Sequence[str],
    latest: Mapping[str, Any] | None,
) -> Any:
    lang = visit.lang
    options = latest["options"] if latest and latest["scenario"] == study.name else None
    chosen = [p for p in (options["policies"] if options else study.policies)
              if p in study.policies]
    return dmc.Paper(dmc.Stack([
        dmc.Title(_say("choose", lang), order=2, size="h4"),
        dmc.Select(
            id="compare-scenario", label=_say("scenario", lang), value=study.name,
            allowDeselect=False, comboboxProps={"shadow": "md"},
            data=[{"value": n, "label": wording.pick(scenarios.load(n).title, lang)}
                  for n in names]),
        dmc.Text(wording.pick(study.question, lang), id="compare-question", size="sm",
                 c="dimmed"),
        dmc.CheckboxGroup(
            policy_boxes(study, lang), id="compare-policies", label=_say("policies", lang),
            description=_say("policies_hint", lang), value=chosen),
        dmc.SimpleGrid([
            dmc.NumberInput(id="compare-months", label=_say("months", lang), min=1, max=120,
                            step=1, value=options["months"] if options else study.months,
                            allowDecimal=False),
            dmc.NumberInput(id="compare-draws", label=_say("draws", lang), min=2, max=5000,
                            step=50, value=options["draws"] if options else DRAWS,
                            allowDecimal=False),
        ], cols=2, spacing="sm"),
        start_button("compare", "compare", _say("run", lang)),
        job_card(visit, "compare", KINDS),
        html.Div(id="compare-notice"),
    ], gap="sm"), p="lg", className="lab-card")


def policy_boxes(study: scenarios.Scenario, lang: str) -> Any:
    """A box to tick for each policy of the scenario, the baseline marked."""
    return dmc.Stack([
        dmc.Checkbox(value=policy.name, radius="sm", className="lab-policy", label=dmc.Group([
            dmc.Text(wording.pick(policy.title, lang), size="sm"),
            *([dmc.Badge(_say("baseline", lang), variant="light", color="gray", size="sm",
                         tt="none")] if policy.name == study.baseline else []),
        ], gap="xs")) for policy in study.policies.values()
    ], gap=6, mt=8)


def evidence(lab: Lab, lang: str) -> Any:
    """What the lab's answers rest on: its records, and whether the model was fitted to them."""
    data, made = data_used(lab), calibrated_with(lab)
    lines = [dmc.Title(_say("evidence", lang), order=2, size="h5")]
    if data is None:
        lines.append(dmc.Text(_say("no_records", lang), size="sm"))
    else:
        if data.source:
            lines.append(dmc.Text(wording.pick(data.source, lang), size="sm"))
        lines.append(dmc.Text(_say(
            "records", lang, people=wording.number(data.people, lang),
            person_months=wording.number(data.person_months, lang),
            exits=wording.number(data.exits, lang), first=wording.month(data.first_month, lang),
            last=wording.month(data.last_month, lang)), size="sm"))
    if made is not None:
        lines.append(dmc.Text(_say("calibrated", lang, until=wording.month(made["until"], lang),
                                  simulations=wording.number(made["simulations"], lang)),
                              size="sm", c="dimmed"))
        try:
            refuse_other_version(lab)
        except LabError as error:
            lines.append(dmc.Alert(error.explain(lang), color="caution", variant="light", p="sm"))
        carried = mark(lab)
        if carried["verdict"] != "uncalibrated":
            lines.append(dmc.Text(checks.verdict(carried, lang), size="sm", id="check-mark",
                                  c="dimmed" if carried["verdict"] == "passed" else "caution"))
    elif data is not None:
        lines.append(dmc.Alert(_say("not_calibrated", lang), color="caution", variant="light",
                               p="sm"))
    lines.append(start_button(
        "compare", "calibrate", _say("calibrate" if made is None else "recalibrate", lang),
        variant="light" if made is None else "subtle", size="compact-sm",
        display=None if data is not None else "none"))
    lines.append(start_button("compare", "answers", text("grid.title", lang), variant="subtle",
                              size="compact-sm"))
    return dmc.Paper(dmc.Stack(lines, gap="xs", align="stretch"), p="lg", className="lab-card")


def _say(key: str, lang: str, **values: Any) -> str:
    return text(f"page.compare.{key}", lang, **values)

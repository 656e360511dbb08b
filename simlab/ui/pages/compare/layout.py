"""The page as it first appears: what to compare on the left, the latest answer on the right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

import scenarios
from simlab.background import Job
from simlab.errors import LabError
from simlab.i18n import text
from simlab.jobs.calibrating import calibrated_with, refuse_other_version
from simlab.jobs.checking import mark
from simlab.jobs.records import data_used
from simlab.jobs.reporting import latest_comparison, stored_answers
from simlab.lab import Lab
from simlab.report import checks, wording
from simlab.ui.language import say
from simlab.ui.pages.compare import results

DRAWS = 100
"""Draws offered at first: a run of a second or two, fine enough to read."""
TICK = 300
"""Milliseconds between two looks at a running job."""


def page(lab: Lab, lang: str, running: Sequence[Job] = ()) -> Any:
    """Controls and results for `lab`; the newest of the reader's `running` jobs is followed."""
    latest = latest_comparison(lab)
    names = scenarios.names()
    name = latest["scenario"] if latest and latest["scenario"] in names else _first(names)
    study = scenarios.load(name)
    return html.Div([
        dmc.Grid([
            dmc.GridCol(dmc.Stack([
                _controls(study, names, lang, latest),
                html.Div(evidence(lab, lang), id="evidence"),
            ], gap="md", className="lab-sticky"), span={"base": 12, "md": 4, "xl": 3.5}),
            dmc.GridCol(html.Div(
                results.empty(lang) if latest is None
                else results.view(latest, lang, stored_answers(lab)),
                id="results"), span={"base": 12, "md": 8, "xl": 8.5}),
        ], gutter="md"),
        dcc.Store(id="job", data=running[0].id if running else None),
        dcc.Store(id="shown", data=None if latest is None else latest["scenario"]),
        dcc.Interval(id="tick", interval=TICK, disabled=not running),
    ])


def _first(names: Sequence[str]) -> str:
    """Records hold sales people, so a scenario of theirs is offered first."""
    return next((n for n in names if scenarios.load(n).facts.practice == "sales"), names[0])


def _controls(
    study: scenarios.Scenario, names: Sequence[str], lang: str, latest: Mapping[str, Any] | None
) -> Any:
    options = latest["options"] if latest and latest["scenario"] == study.name else None
    chosen = [p for p in (options["policies"] if options else study.policies)
              if p in study.policies]
    return dmc.Paper(dmc.Stack([
        dmc.Title(say("choose", lang), order=2, size="h4"),
        dmc.Select(
            id="scenario", label=say("scenario", lang), value=study.name, allowDeselect=False,
            data=[{"value": n, "label": wording.pick(scenarios.load(n).title, lang)}
                  for n in names], comboboxProps={"shadow": "md"}),
        dmc.Text(wording.pick(study.question, lang), id="question", size="sm", c="dimmed"),
        dmc.CheckboxGroup(
            policy_boxes(study, lang), id="policies", label=say("policies", lang),
            description=say("policies_hint", lang), value=chosen),
        dmc.SimpleGrid([
            dmc.NumberInput(id="months", label=say("months", lang), min=1, max=120, step=1,
                            value=options["months"] if options else study.months,
                            allowDecimal=False),
            dmc.NumberInput(id="draws", label=say("draws", lang), min=2, max=5000, step=50,
                            value=options["draws"] if options else DRAWS, allowDecimal=False),
        ], cols=2, spacing="sm"),
        dmc.Group([
            dmc.Button(say("run", lang), id="run", flex=1),
            dmc.Button(say("cancel", lang), id="cancel", variant="default", disabled=True),
        ], gap="sm", wrap="nowrap"),
        html.Div(id="progress", role="status"),
    ], gap="sm"), p="lg", className="lab-card")


def policy_boxes(study: scenarios.Scenario, lang: str) -> Any:
    """A box to tick for each policy of the scenario, the baseline marked."""
    return dmc.Stack([
        dmc.Checkbox(value=policy.name, radius="sm", className="lab-policy", label=dmc.Group([
            dmc.Text(wording.pick(policy.title, lang), size="sm"),
            *([dmc.Badge(say("baseline", lang), variant="light", color="gray", size="sm",
                         tt="none")] if policy.name == study.baseline else []),
        ], gap="xs")) for policy in study.policies.values()
    ], gap=6, mt=8)


def evidence(lab: Lab, lang: str) -> Any:
    """What the lab's answers rest on: its records, and whether the model was fitted to them."""
    data, made = data_used(lab), calibrated_with(lab)
    lines = [dmc.Title(say("evidence", lang), order=2, size="h5")]
    if data is None:
        lines.append(dmc.Text(say("no_records", lang), size="sm"))
    else:
        if data.source:
            lines.append(dmc.Text(wording.pick(data.source, lang), size="sm"))
        lines.append(dmc.Text(say(
            "records", lang, people=wording.number(data.people, lang),
            person_months=wording.number(data.person_months, lang),
            exits=wording.number(data.exits, lang), first=wording.month(data.first_month, lang),
            last=wording.month(data.last_month, lang)), size="sm"))
    if made is not None:
        lines.append(dmc.Text(say("calibrated", lang, until=wording.month(made["until"], lang),
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
        lines.append(dmc.Alert(say("not_calibrated", lang), color="caution", variant="light",
                               p="sm"))
    lines.append(dmc.Button(
        say("calibrate" if made is None else "recalibrate", lang), id="calibrate",
        variant="light" if made is None else "subtle", size="compact-sm",
        display=None if data is not None else "none"))
    lines.append(dmc.Button(text("grid.title", lang), id="ask", variant="subtle",
                            size="compact-sm"))
    return dmc.Paper(dmc.Stack(lines, gap="xs", align="stretch"), p="lg", className="lab-card")


def progress(stage: str, share: float) -> Any:
    """A running job: what it is doing and how far it is."""
    return dmc.Stack([
        dmc.Group([dmc.Text(stage, size="sm", c="dimmed"),
                   dmc.Text(f"{100 * share:.0f}%", size="sm", c="dimmed")],
                  justify="space-between"),
        dmc.Progress(value=100 * share, size="sm", animated=True, transitionDuration=200,
                     **{"aria-label": stage}),
    ], gap=4)


def notice(message: str, *, error: bool = False) -> Any:
    """A sentence where the progress was: stopped, or what went wrong."""
    return dmc.Alert(
        message, color="red" if error else "gray", variant="light", p="sm",
        style={"whiteSpace": "pre-line"})

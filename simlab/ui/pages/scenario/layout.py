"""The page as it first appears: levers on the left, what they would do on the right."""

from __future__ import annotations

import secrets
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

import scenarios
from simlab.errors import LabError
from simlab.jobs.saving import saved_policies
from simlab.jobs.setting import policy_named
from simlab.report import wording
from simlab.ui.components import address, card, heading, job_card, start_button
from simlab.ui.components.jobs import notice
from simlab.ui.pages.scenario import levers, results
from simlab.ui.pages.scenario.address import Tried, read, starts
from simlab.ui.visit import Visit

KINDS = ("compare",)
"""Kinds of jobs that the page starts."""


def page(visit: Visit) -> Any:
    """What the address asks for; an address that nobody can follow says what is wrong with it."""
    wrong = None
    try:
        tried = read(visit.query, visit.lab)
    except LabError as error:
        tried, wrong = read({}, visit.lab), notice(error.explain(visit.lang), error=True)
    return html.Div([
        heading(visit, "scenario", badges=[dmc.Badge(
            visit.text("page.scenario.preview"), color="caution", variant="light", tt="none",
            className="lab-badge")]),
        html.Div(wrong, id="scenario-wrong"),
        dmc.Grid([
            dmc.GridCol(dmc.Stack([_choice(visit, tried), _levers(visit, tried)], gap="md"),
                        span={"base": 12, "md": 5}, order={"base": 2, "md": 1}),
            dmc.GridCol(html.Div(dmc.Stack([
                html.Div(id="scenario-numbers"),
                results.fan_card(visit),
                _keep(visit, tried),
            ], gap="md"), id="scenario-results", className="lab-sticky"),
                span={"base": 12, "md": 7}, order={"base": 1, "md": 2}),
        ], gutter="md"),
        dcc.Store(id="scenario-tried", data={"scenario": tried.scenario, "start": tried.start}),
        dcc.Store(id="scenario-visitor", data=secrets.token_hex(8)),
        dcc.Store(id="scenario-version", data=_version(visit, tried)),
        address("scenario"),
        dcc.Download(id="scenario-file"),
        dcc.Location(id="scenario-go", refresh="callback-nav"),
    ])


def _version(visit: Visit, tried: Tried) -> dict[str, str]:
    """Which policy of the lab was opened, in which version: what saving it again must replace."""
    kept = saved_policies(visit.lab).get(tried.start)
    return {} if kept is None else {"name": tried.start, "version": kept.version}


def _choice(visit: Visit, tried: Tried) -> Any:
    study = scenarios.load(tried.scenario)
    return card(
        visit.text("page.scenario.about"), wording.pick(study.question, visit.lang),
        dmc.Select(
            id="scenario-name", label=visit.text("page.scenario.scenario"), value=tried.scenario,
            allowDeselect=False, comboboxProps={"shadow": "md"},
            data=[{"value": name, "label": wording.pick(scenarios.load(name).title, visit.lang)}
                  for name in scenarios.names()]),
        dmc.Select(
            id="scenario-start", label=visit.text("page.scenario.start"), value=tried.start,
            allowDeselect=False, comboboxProps={"shadow": "md"},
            description=visit.text("page.scenario.start_note", baseline=wording.pick(
                study.policies[study.baseline].title, visit.lang)),
            data=[{"value": name, "label": wording.pick(title, visit.lang)}
                  for name, title in starts(tried.scenario, visit.lab).items()]))


def _levers(visit: Visit, tried: Tried) -> Any:
    start = policy_named(scenarios.load(tried.scenario), tried.start, visit.lab)
    return card(
        visit.text("page.scenario.levers"), visit.text("page.scenario.levers_note"),
        html.Div(id="scenario-changes"),
        levers.levers(visit, tried.policy(visit.lab), start))


def _keep(visit: Visit, tried: Tried) -> Any:
    kept = tried.start in saved_policies(visit.lab)
    title = starts(tried.scenario, visit.lab)[tried.start] if kept else {"en": "", "zh": ""}
    return card(
        visit.text("page.scenario.keep"), visit.text("page.scenario.keep_note"),
        dmc.SimpleGrid([
            dmc.TextInput(id="scenario-saved-name", label=visit.text("page.scenario.name"),
                          placeholder="my_policy", value=tried.start if kept else "",
                          description=visit.text("page.scenario.name_note")),
            dmc.TextInput(id="scenario-saved-title", label=visit.text("page.scenario.saved_title"),
                          value=wording.pick(title, visit.lang),
                          description=visit.text("page.scenario.saved_title_note")),
        ], cols={"base": 1, "sm": 2}),
        dmc.Group([
            dmc.Button(visit.text("page.scenario.save"), id="scenario-save", variant="default"),
            start_button("scenario", "compare", visit.text("page.scenario.compare")),
            dmc.Button(visit.text("page.scenario.download"), id="scenario-download",
                       variant="subtle"),
            # a label names the field of files for screen readers; the click is the label's own
            html.Label(dcc.Upload(
                html.Span(visit.text("page.scenario.upload"), className="lab-open"),
                id="scenario-upload", accept=".yaml,.yml", max_size=results.LARGEST,
                disable_click=True), tabIndex=0),
        ], gap="xs"),
        dmc.Text(visit.text("page.scenario.file_limit", most=results.LARGEST // 1000), size="xs",
                 className="lab-limit", **{"data-most": str(results.LARGEST)}),
        job_card(visit, "scenario", KINDS),
        html.Div(id="scenario-notice", role="status"),
        dmc.Accordion([
            _more("share", visit, html.Div(id="scenario-share")),
            _more("python", visit, html.Div(id="scenario-python")),
        ], variant="default"))


def _more(what: str, visit: Visit, content: Any) -> Any:
    return dmc.AccordionItem([
        dmc.AccordionControl(dmc.Text(visit.text(f"page.scenario.{what}"), size="sm")),
        dmc.AccordionPanel(content)], value=what)

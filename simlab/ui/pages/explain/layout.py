"""The page as it first appears: causes, channels, and what to ask about one person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash_mantine_components as dmc
from dash import html

from simlab.errors import LabError
from simlab.jobs.standing import comparison_changes
from simlab.jobs.stored import latest_comparison
from simlab.report import figures, wording
from simlab.ui.components import (
    address,
    calibrated_badge,
    card,
    check_badge,
    failed,
    heading,
    job_card,
    no_data,
    start_button,
)
from simlab.ui.pages.explain import results
from simlab.ui.visit import Visit

Tree = Mapping[str, Any]
KINDS = ("story",)
"""Kinds of jobs that the page starts."""


def page(visit: Visit) -> Any:
    """What the latest comparison says about causes; why not, where it says nothing."""
    return html.Div([heading(visit, "explain"), address("explain"),
                     _content(visit, latest_comparison(visit.lab))])


def _content(visit: Visit, tree: Tree | None) -> Any:
    if tree is None:
        return no_data(results.say(visit, "empty_title"), results.say(visit, "empty"), _way(visit))
    if changed := comparison_changes(visit.lab, tree):
        return dmc.Stack([failed(visit, LabError(
            "comparison_stale", name=tree["scenario"], causes=visit.text("cli.comma").join(
                visit.text(f"cli.cause.{cause}") for cause in changed))),
            dmc.Center(_way(visit))])
    policies = others(tree)
    if figures.largest_cause(tree["comparison"], tree["comparison"]["baseline"]) is None:
        return no_data(results.say(visit, "uncounted_title"), results.say(visit, "uncounted"),
                       _way(visit))
    asked = visit.query.get("policy", "")
    beside = asked if asked in policies else policies[0]
    return dmc.Stack([
        _whose(visit, tree, policies, beside),
        html.Div(results.causes(visit, tree, beside), id="explain-causes"),
        _story(visit, tree),
    ], gap="md")


def others(tree: Tree) -> list[str]:
    """The policies of a comparison beside its baseline."""
    comparison = tree["comparison"]
    return [name for name in comparison["policies"] if name != comparison["baseline"]]


def _way(visit: Visit) -> Any:
    return dmc.Anchor(results.say(visit, "to_compare"), href=visit.link("compare"))


def _whose(visit: Visit, tree: Tree, policies: list[str], beside: str) -> Any:
    """Which comparison this is, what it rests on, which policy stands beside the baseline."""
    titles = wording.strings(tree["titles"], visit.lang)
    return dmc.Group([
        dmc.Stack([
            dmc.Title(wording.pick(tree["title"], visit.lang), order=2, size="h3"),
            dmc.Group([
                calibrated_badge(bool(tree["calibrated"]), visit.lang),
                *check_badge(tree.get("check"), visit.lang),
            ], gap="xs"),
        ], gap=6),
        dmc.Select(
            id="explain-policy", label=results.say(visit, "policy"), value=beside,
            allowDeselect=False, w=300, maw="100%", comboboxProps={"shadow": "md"},
            data=[{"value": name, "label": titles[name]} for name in policies]),
    ], justify="space-between", align="flex-end", px=4)


def _story(visit: Visit, tree: Tree) -> Any:
    options = tree["options"]
    last = options["draws"] * options["replicates"] - 1
    return card(
        results.say(visit, "story"), results.say(visit, "story_note"),
        dmc.Group([
            dmc.TextInput(
                id="explain-person", label=results.say(visit, "person"), value="P1", w=150,
                description=results.say(visit, "person_note", people=options["people"])),
            dmc.NumberInput(
                id="explain-history", label=results.say(visit, "history"), value=0, w=150,
                allowDecimal=False, allowNegative=False,
                description=results.say(visit, "history_note", last=last)),
            start_button("explain", "story", results.say(visit, "tell")),
        ], align="flex-end"),
        job_card(visit, "explain", KINDS),
        html.Div(id="explain-notice", role="status"),
        html.Div(id="explain-told"))

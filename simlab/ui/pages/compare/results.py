"""A comparison on the page: the answer first, then what an analyst opens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import dash_mantine_components as dmc
from dash import html

from simlab.jobs.standing import comparison_changes
from simlab.report import comparing, figures, wording
from simlab.report.page import answer
from simlab.ui.components import (
    calibrated_badge,
    chart_card,
    check_badge,
    no_data,
    pinnable,
    stale_badge,
    warrant_badge,
)
from simlab.ui.pages.compare.asked import SECTIONS, Look
from simlab.ui.pages.compare.reading import Reading, Tree
from simlab.ui.pages.compare.sections import chances, channels, evidence, groups, money, months
from simlab.ui.visit import Visit

_SECTIONS: Mapping[str, Callable[[Reading, Look], list[Any]]] = {
    "chances": chances.section, "months": months.section, "money": money.section,
    "channels": channels.section, "groups": groups.section, "evidence": evidence.section}


def view(visit: Visit, tree: Tree | None, look: Look) -> Any:
    """The whole answer of a stored comparison (``Compared.to_json()``); None = there is none."""
    if tree is None:
        return no_data(visit.text("page.compare.empty_title"), visit.text("page.compare.empty"))
    reading = Reading(visit, tree)
    return dmc.Stack([
        _heading(reading),
        *(_answer(reading, policy) for policy in reading.policies),
        *_dots(reading),
        dmc.Tabs([
            dmc.TabsList([dmc.TabsTab(reading.say(f"section.{name}"), value=name)
                          for name in SECTIONS], **{"aria-label": reading.say("sections")}),
            *(dmc.TabsPanel(html.Div(
                section(reading, look) if name == look.section else None,
                id={"compare-section": name}), value=name, pt="md") for name in SECTIONS),
        ], id={"compare": "section"}, value=look.section, keepMounted=True),
    ], gap="md")


def section(reading: Reading, look: Look) -> Any:
    """The part of the answer that is open."""
    return dmc.Stack(_SECTIONS[look.section](reading, look), gap="md")


def _heading(reading: Reading) -> Any:
    tree, lang = reading.tree, reading.lang
    return dmc.Stack([
        dmc.Title(wording.pick(tree["title"], lang), order=2, size="h3"),
        dmc.Group([
            calibrated_badge(bool(tree["calibrated"]), lang),
            *check_badge(tree.get("check"), lang),
            *stale_badge(comparison_changes(reading.visit.lab, tree), lang),
            *(dmc.Badge(said, tt="none", color="gray", variant="light") for said in (
                reading.say(f"badge_people_{tree['options']['people_from']}",
                            people=tree["options"]["people"]),
                reading.say("badge_runs", draws=reading.comparison["draws"],
                            replicates=reading.comparison["replicates"],
                            months=len(reading.comparison["months"])))),
        ], gap="xs"),
    ], gap=6, px=4)


def _answer(reading: Reading, policy: str) -> Any:
    """Which is better, how sure, at what cost, and what the evidence allows."""
    comparison, lang = reading.comparison, reading.lang
    said = answer(comparison, policy, reading.against, reading.titles, lang)
    notes = " ".join(part for part in (said["luck"], said["noise"]) if part)
    advised = comparing.advice(comparison, policy, lang)
    name = f"compare-answer-{policy}"
    attributes, pins = pinnable(reading.visit, name)
    return dmc.Paper(html.Div(dmc.Stack([
        dmc.Group([dmc.Text(reading.pair(policy), fw=600), *pins], justify="space-between",
                  wrap="nowrap", align="flex-start"),
        dmc.SimpleGrid(tiles := _tiles(reading, policy), spacing="lg",
                       cols={"base": 2, "lg": len(tiles)}),
        dmc.Text(reading.say("tiles_note", period=reading.period, runs=reading.runs), size="xs",
                 c="dimmed"),
        *([dmc.Text(advised, fw=600, size="sm", className="lab-advice")] if advised else []),
        dmc.Text(notes, size="sm"),
        dmc.Group([
            warrant_badge(said["warrant"], lang),
            dmc.Text(said["rests"], size="sm", c="dimmed", flex=1, miw=220),
        ], gap="sm", align="flex-start"),
        *([dmc.Text(said["retained"], size="sm", c="dimmed")] if said["retained"] else []),
    ], gap="sm"), className="lab-rule", style={"--rule": _colour(reading, policy)}),
        p="lg", className="lab-card lab-answer", id=f"{reading.visit.pinned}{name}", **attributes)


def _tiles(reading: Reading, policy: str) -> list[Any]:
    comparison, lang = reading.comparison, reading.lang
    headline = comparison["headline"]
    effect = reading.effect(policy)
    ratio = effect["ratio"]
    made = [
        _tile(reading.say("tile_beats"), wording.share(effect["beats"]),
              reading.say("tile_beats_note")),
        _tile(wording.outcome_name(headline, lang),
              wording.number(effect["difference"]["mean"], lang, signed=True),
              _range(reading, effect["difference"], reading.unit(headline))),
        _tile(reading.say("tile_change"),
              wording.MISSING if ratio is None else wording.change(ratio["mean"]),
              "" if ratio is None else reading.visit.text(
                  "ui.range", lower=wording.change(ratio["lower"]),
                  upper=wording.change(ratio["upper"])))]
    if "cost" in comparison["outcomes"]:
        cost = reading.effect(policy, "cost")["difference"]
        made.append(_tile(
            wording.outcome_name("cost", lang), wording.number(cost["mean"], lang, signed=True),
            _range(reading, cost, reading.visit.money)))
    return made


def _tile(label: str, value: str, note: str) -> Any:
    return html.Div([
        dmc.Text(label, size="sm", c="dimmed"),
        html.Div(value, className="lab-big"),
        dmc.Text(note, size="xs", c="dimmed"),
    ])


def _range(reading: Reading, value: Mapping[str, float], unit: str) -> str:
    said = reading.visit.text(
        "ui.range", lower=wording.number(value["lower"], reading.lang, signed=True),
        upper=wording.number(value["upper"], reading.lang, signed=True))
    return f"{said} {unit}"


def _dots(reading: Reading) -> list[Any]:
    """The paired differences draw by draw, and effect against cost."""
    comparison, lang, titles = reading.comparison, reading.lang, reading.titles
    dots = comparison.get("dots")
    if not dots:
        return []
    unit = reading.unit(comparison["headline"])
    both = [name for name in ("headline", "cost") if any(each[name] for each in dots)]
    names = {"headline": comparison["headline"], "cost": "cost"}
    data = [{"policy": each["policy"], "against": each["against"], "draw": draw,
             **{names[key]: each[key][draw] for key in both}}
            for each in dots for draw in range(len(each["headline"]))]
    rows = [[titles[policy], *(wording.interval(
        reading.effect(policy, names[key])["difference"], lang, signed=True) for key in both),
        wording.share(reading.effect(policy)["beats"])] for policy in reading.policies]
    header = [reading.say("column.policy"), *(
        f"{wording.outcome_name(names[key], lang)} ({reading.unit(names[key])})" for key in both),
        reading.visit.text("report.table_beats")]
    shown = [chart_card(
        reading.visit, "compare-dots", reading.say("dots"), reading.say("dots_note"),
        figures.difference_dots(comparison, titles, lang), header=header, rows=rows, data=data,
        source=reading.source(reading.say("dots_formula"), unit))]
    if "cost" in both:
        shown.append(chart_card(
            reading.visit, "compare-cost-effect", reading.visit.text("comparing.scatter.title"),
            reading.visit.text("comparing.scatter.note"),
            figures.cost_effect(comparison, titles, lang), header=header, rows=rows, data=data,
            source=reading.source(reading.say("dots_formula"), f"{unit}; {reading.visit.money}")))
    return [dmc.SimpleGrid(shown, cols={"base": 1, "xl": len(shown)}, spacing="md")]


def _colour(reading: Reading, policy: str) -> str:
    """A policy's colour in the reader's theme."""
    colour = figures.policy_colour(reading.comparison, policy)
    return figures.darker(colour) if reading.visit.choices.theme == "dark" else colour

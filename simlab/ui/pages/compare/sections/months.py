"""By month: any outcome, the paired differences, and staff against plan with vacancies and cost."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
import plotly.graph_objects as go
from dash import html

from simlab.decide.outcomes import outcome as described
from simlab.report import figures, wording
from simlab.report.page import TABLE
from simlab.ui.components import chart_card, warrant_badge
from simlab.ui.pages.compare.asked import Look
from simlab.ui.pages.compare.reading import Reading, Tree

QUANTILES = ("mean", "p05", "p25", "p50", "p75", "p95")


def section(reading: Reading, look: Look) -> list[Any]:
    """The fans of one outcome, each paired difference, staffing."""
    pairs = [_difference(reading, policy) for policy in reading.policies]
    return [html.Div(fans(reading, look), id="compare-fans"),
            _grid(pairs), *([_grid(staffing)] if (staffing := _staffing(reading)) else [])]


def _grid(cards: list[Any]) -> Any:
    return dmc.SimpleGrid(cards, cols={"base": 1, "xl": min(2, len(cards))}, spacing="md")


def fans(reading: Reading, look: Look) -> Any:
    """The fans of one outcome, with the choice of another."""
    running = look.course == "running"
    return _course(
        reading, "compare-fan", look.outcome, reading.say("fans"),
        reading.visit.text("report.fans_line"), running=running, controls=_choice(reading, look),
        figure=figures.fan(reading.comparison, look.outcome, reading.lang, reading.titles,
                           running=running))


def _course(
    reading: Reading, name: str, outcome: str, title: str, note: str, *, figure: go.Figure,
    running: bool = False, controls: Any = None,
) -> Any:
    comparison, lang = reading.comparison, reading.lang
    kept = "running" if running and described(outcome).over_months == "sum" else "fans"
    data = [{"month": month, "policy": each["policy"],
             **{key: each[key][place] for key in QUANTILES}}
            for each in comparison[kept] if each["outcome"] == outcome
            for place, month in enumerate(comparison["months"])]
    return chart_card(
        reading.visit, name, title, note, figure,
        header=_columns(reading, "month", "policy", "mean", "interval"),
        rows=[[wording.month(row["month"], lang), reading.titles[row["policy"]],
               wording.number(row["mean"], lang), _between(reading, row)] for row in data],
        data=data, controls=controls, source=reading.source(
            f"{wording.outcome_name(outcome, lang)}: {reading.say('fans_formula')}",
            reading.unit(outcome), "interval_futures"))


def _choice(reading: Reading, look: Look) -> Any:
    shown = [name for name in TABLE if name in reading.comparison["outcomes"]]
    return dmc.Group([
        dmc.SegmentedControl(
            id={"compare": "course"}, value=look.course, size="xs", data=[
                {"value": "running", "label": reading.say("added_up")},
                {"value": "monthly", "label": reading.say("each_month")}]),
        dmc.Select(
            id={"compare": "outcome"}, value=look.outcome, allowDeselect=False, w=190, size="xs",
            data=[{"value": name, "label": wording.outcome_name(name, reading.lang)}
                  for name in shown], **{"aria-label": reading.say("outcome")}),
    ], gap="xs")


def _difference(reading: Reading, policy: str) -> Any:
    comparison, lang = reading.comparison, reading.lang
    headline = comparison["headline"]
    effect = reading.effect(policy)
    added = effect["cumulative"]
    data = [{"month": month, "policy": policy, "against": reading.against,
             **{key: added[key][place] for key in QUANTILES}}
            for place, month in enumerate(comparison["months"])]
    return chart_card(
        reading.visit, f"compare-difference-{policy}", reading.visit.text("report.difference"),
        reading.visit.text("report.difference_line", policy=reading.titles[policy],
                           against=reading.titles[reading.against]),
        figures.paired_difference(comparison, policy, reading.against, headline, lang,
                                  reading.titles),
        header=_columns(reading, "month", "mean", "interval"),
        rows=[[wording.month(row["month"], lang), wording.number(row["mean"], lang, signed=True),
               _between(reading, row)] for row in data],
        data=data, badge=warrant_badge(effect["warrant"], lang),
        source=reading.source(
            f"{wording.outcome_name(headline, lang)}: {reading.say('difference_formula')}",
            reading.unit(headline)))


def _staffing(reading: Reading) -> list[Any]:
    """Headcount against plan, vacancies and cost."""
    comparison, lang, titles = reading.comparison, reading.lang, reading.titles
    plan = comparison.get("plan")
    drawn = {
        "headcount": lambda: figures.staffing(comparison, lang, titles),
        "vacancies": lambda: figures.fan(comparison, "vacancies", lang, titles),
        "cost": lambda: figures.fan(comparison, "cost", lang, titles)}
    note = "" if plan is None else reading.visit.text(
        "comparing.staffing.plan", people=wording.number(plan, lang))
    return [_course(
        reading, f"compare-{name}", name, wording.outcome_name(name, lang),
        note if name != "cost" else reading.say("each_month"), figure=draw())
        for name, draw in drawn.items() if name in comparison["outcomes"]]


def _columns(reading: Reading, *names: str) -> list[str]:
    return [reading.say(f"column.{name}") for name in names]


def _between(reading: Reading, row: Tree) -> str:
    return reading.visit.text("ui.between", lower=wording.number(row["p05"], reading.lang),
                              upper=wording.number(row["p95"], reading.lang))

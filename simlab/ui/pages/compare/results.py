"""A comparison on the page: the answers, the fans, the paired differences, the evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash_mantine_components as dmc
from dash import html

from simlab.decide.outcomes import outcome as described
from simlab.i18n import text
from simlab.jobs.standing import comparison_changes
from simlab.report import evidence, figures, grid, wording
from simlab.report.page import TABLE, answer
from simlab.ui.components import (
    Source,
    calibrated_badge,
    chart_card,
    check_badge,
    no_data,
    stale_badge,
    table,
    warrant_badge,
)
from simlab.ui.visit import Visit

Tree = Mapping[str, Any]


def empty(lang: str) -> Any:
    """Before anything has been compared."""
    return no_data(_say("empty_title", lang), _say("empty", lang))


def view(visit: Visit, tree: Tree, answers: Tree | None = None) -> Any:
    """The whole answer of a stored comparison (``Compared.to_json()``), and the grid of questions
    (``Answers.to_json()``) where the lab holds one."""
    comparison, lang = tree["comparison"], visit.lang
    titles = wording.strings(tree["titles"], lang)
    against = comparison["baseline"]
    pairs = [(p, against) for p in comparison["policies"] if p != against]
    return dmc.Stack([
        _heading(visit, tree),
        *[_answer(visit, comparison, a, b, titles) for a, b in pairs],
        html.Div(fans(visit, tree, comparison["headline"], True), id="compare-fans"),
        dmc.SimpleGrid([_difference(visit, tree, a, b) for a, b in pairs],
                       cols={"base": 1, "xl": min(2, len(pairs))}, spacing="md"),
        _probability(visit, tree),
        *[_tested(comparison, a, b, titles, lang) for a, b in pairs],
        *[_table(comparison, a, b, titles, lang) for a, b in pairs],
        *([] if answers is None else [questions(answers, lang)]),
    ], gap="md")


def fans(visit: Visit, tree: Tree, outcome: str, running: bool) -> Any:
    """The fans of one outcome, with the choice of another."""
    comparison, lang = tree["comparison"], visit.lang
    titles = wording.strings(tree["titles"], lang)
    kept = "running" if running and described(outcome).over_months == "sum" else "fans"
    data = [{"month": month, "policy": each["policy"], **{
        key: each[key][place] for key in ("mean", "p05", "p25", "p50", "p75", "p95")}}
        for each in comparison[kept] if each["outcome"] == outcome
        for place, month in enumerate(comparison["months"])]
    return chart_card(
        visit, "compare-fan", _say("fans", lang), text("report.fans_line", lang),
        figures.fan(comparison, outcome, lang, titles, running=running),
        header=_columns(lang, "month", "policy", "mean", "interval"),
        rows=[[wording.month(row["month"], lang), titles[row["policy"]],
               wording.number(row["mean"], lang), _between(row, lang)] for row in data],
        data=data, controls=_choice(comparison, outcome, running, lang),
        source=_source(visit, tree, outcome, "fans_formula", "interval_futures"))


def _choice(comparison: Tree, outcome: str, running: bool, lang: str) -> Any:
    shown = [name for name in TABLE if name in comparison["outcomes"]]
    return dmc.Group([
        dmc.SegmentedControl(
            id="compare-running", value="running" if running else "monthly", size="xs", data=[
                {"value": "running", "label": _say("added_up", lang)},
                {"value": "monthly", "label": _say("each_month", lang)}]),
        dmc.Select(
            id="compare-outcome", value=outcome, allowDeselect=False, w=190, size="xs",
            data=[{"value": name, "label": wording.outcome_name(name, lang)} for name in shown],
            **{"aria-label": _say("outcome", lang)}),
    ], gap="xs")


def _difference(visit: Visit, tree: Tree, policy: str, against: str) -> Any:
    comparison, lang = tree["comparison"], visit.lang
    titles = wording.strings(tree["titles"], lang)
    headline = comparison["headline"]
    effect = figures.find_effect(comparison, policy, against, headline)
    added = effect["cumulative"]
    data = [{"month": month, "policy": policy, "against": against, **{
        key: added[key][place] for key in ("mean", "p05", "p25", "p50", "p75", "p95")}}
        for place, month in enumerate(comparison["months"])]
    return chart_card(
        visit, f"compare-difference-{policy}", text("report.difference", lang),
        text("report.difference_line", lang, policy=titles[policy], against=titles[against]),
        figures.paired_difference(comparison, policy, against, headline, lang, titles),
        header=_columns(lang, "month", "mean", "interval"),
        rows=[[wording.month(row["month"], lang), wording.number(row["mean"], lang, signed=True),
               _between(row, lang)] for row in data],
        data=data, badge=warrant_badge(effect["warrant"], lang),
        source=_source(visit, tree, headline, "difference_formula", "interval_draws"))


def _probability(visit: Visit, tree: Tree) -> Any:
    comparison, lang = tree["comparison"], visit.lang
    titles = wording.strings(tree["titles"], lang)
    headline = comparison["headline"]
    effects = [each for each in comparison["effects"] if each["outcome"] == headline]
    return chart_card(
        visit, "compare-probability", text("report.probability", lang),
        _say("probability_line", lang),
        figures.probability_bars(comparison, headline, lang, titles),
        header=[_say("column.pair", lang), text("figure.beats", lang),
                text("figure.sees_better", lang)],
        rows=[[text("figure.pair", lang, policy=titles[each["policy"]],
                    against=titles[each["against"]]),
               wording.share(each["beats"]), wording.share(each["sees_better"])]
              for each in effects],
        data=[{key: each[key] for key in ("policy", "against", "beats", "sees_better")}
              for each in effects],
        source=_source(visit, tree, headline, "probability_formula", None))


def _source(
    visit: Visit, tree: Tree, outcome: str, formula: str, interval: str | None
) -> Source:
    comparison, lang = tree["comparison"], visit.lang
    first, last = comparison["months"][0], comparison["months"][-1]
    unit = described(outcome).unit
    return Source.of(
        tree, formula=f"{wording.outcome_name(outcome, lang)}: {_say(formula, lang)}",
        n=_say("futures", lang, draws=comparison["draws"], replicates=comparison["replicates"]),
        period=f"{wording.month(first, lang)} – {wording.month(last, lang)}",
        unit=visit.money if unit == "money" else text(f"unit.{unit}", lang),
        interval=None if interval is None else _say(interval, lang))


def _columns(lang: str, *names: str) -> list[str]:
    return [_say(f"column.{name}", lang) for name in names]


def _between(row: Tree, lang: str) -> str:
    return text("ui.between", lang, lower=wording.number(row["p05"], lang),
                upper=wording.number(row["p95"], lang))


def _heading(visit: Visit, tree: Tree) -> Any:
    comparison, lang = tree["comparison"], visit.lang
    return dmc.Stack([
        dmc.Title(wording.pick(tree["title"], lang), order=2, size="h3"),
        dmc.Group([
            calibrated_badge(bool(tree["calibrated"]), lang),
            *check_badge(tree.get("check"), lang),
            *stale_badge(comparison_changes(visit.lab, tree), lang),
            dmc.Badge(_say(f"badge_people_{tree['options']['people_from']}", lang,
                           people=tree["options"]["people"]),
                      tt="none", color="gray", variant="light"),
            dmc.Badge(_say("badge_runs", lang, draws=comparison["draws"],
                           replicates=comparison["replicates"],
                           months=len(comparison["months"])),
                      tt="none", color="gray", variant="light"),
        ], gap="xs"),
    ], gap=6, px=4)


def _answer(visit: Visit, comparison: Tree, policy: str, against: str,
            titles: Mapping[str, str]) -> Any:
    lang = visit.lang
    said = answer(comparison, policy, against, titles, lang)
    effect = figures.find_effect(comparison, policy, against, comparison["headline"])
    cost = figures.find_effect(comparison, policy, against, "cost") \
        if "cost" in comparison["outcomes"] else None
    ratio = effect["ratio"]
    tiles = [
        _tile(_say("tile_beats", lang), wording.share(effect["beats"]),
              _say("tile_beats_note", lang)),
        _tile(wording.outcome_name(comparison["headline"], lang),
              wording.number(effect["difference"]["mean"], lang, signed=True),
              _range(effect["difference"], lang)),
        _tile(_say("tile_change", lang),
              wording.MISSING if ratio is None else wording.change(ratio["mean"]),
              "" if ratio is None else text(
                  "ui.range", lang, lower=wording.change(ratio["lower"]),
                  upper=wording.change(ratio["upper"]))),
        *([] if cost is None else [_tile(
            wording.outcome_name("cost", lang),
            wording.number(cost["difference"]["mean"], lang, signed=True),
            _range(cost["difference"], lang, visit.money))]),
    ]
    notes = " ".join(part for part in (said["luck"], said["noise"]) if part)
    return dmc.Paper(html.Div(dmc.Stack([
        dmc.Text(text("figure.pair", lang, policy=titles[policy], against=titles[against]),
                 fw=600),
        dmc.SimpleGrid(tiles, cols={"base": 2, "lg": len(tiles)}, spacing="lg"),
        dmc.Text(notes, size="sm"),
        dmc.Group([
            warrant_badge(said["warrant"], lang),
            dmc.Text(said["rests"], size="sm", c="dimmed", flex=1, miw=220),
        ], gap="sm", align="flex-start"),
        *([dmc.Text(said["retained"], size="sm", c="dimmed")] if said["retained"] else []),
    ], gap="md"), className="lab-rule",
        style={"--rule": policy_colour(visit, comparison, policy)}),
        p="lg", className="lab-card lab-answer")


def _tile(label: str, value: str, note: str) -> Any:
    return html.Div([
        dmc.Text(label, size="sm", c="dimmed"),
        html.Div(value, className="lab-big"),
        dmc.Text(note, size="xs", c="dimmed"),
    ])


def _range(value: Mapping[str, float], lang: str, unit: str = "") -> str:
    said = text("ui.range", lang, lower=wording.number(value["lower"], lang, signed=True),
                upper=wording.number(value["upper"], lang, signed=True))
    return f"{said} {unit}" if unit else said


def _tested(comparison: Tree, policy: str, against: str, titles: Mapping[str, str],
            lang: str) -> Any:
    """The headline effect over the data and the assumptions, and over each without the other."""
    said = answer(comparison, policy, against, titles, lang)
    return dmc.Paper(dmc.Stack([
        dmc.Title(text("report.tested", lang), order=3, size="h4"),
        dmc.Text(text("figure.pair", lang, policy=titles[policy], against=titles[against]),
                 size="sm", c="dimmed"),
        dmc.Text(said["owed"], size="sm"),
        table(evidence.header(lang), said["over"]),
    ], gap="xs"), p="lg", className="lab-card")


def questions(answers: Tree, lang: str) -> Any:
    """Which questions the data answer, and what would lift each answer."""
    rows = [[row[name] for name in grid.COLUMNS] for row in grid.rows(answers, lang)]
    return dmc.Paper(dmc.Stack([
        dmc.Title(text("grid.title", lang), order=3, size="h4"),
        *[dmc.Text(line, size="sm", c="dimmed") for line in grid.notes(answers, lang)],
        table(grid.header(lang), rows),
    ], gap="xs"), p="lg", className="lab-card")


def _table(comparison: Tree, policy: str, against: str, titles: Mapping[str, str],
           lang: str) -> Any:
    header = [text(f"report.table_{c}", lang)
              for c in ("outcome", "difference", "beats", "sees", "prior", "rests")]
    rows = []
    for name in (n for n in TABLE if n in comparison["outcomes"]):
        effect = figures.find_effect(comparison, policy, against, name)
        rows.append([
            wording.outcome_name(name, lang),
            wording.interval(effect["difference"], lang, signed=True),
            wording.share(effect["beats"]), wording.share(effect["sees_better"]),
            wording.MISSING if effect["prior"] is None else wording.share(
                effect["prior"]["beats"]),
            text(f"report.warrant_short_{effect['warrant']}", lang),
        ])
    return dmc.Paper(dmc.Stack([
        dmc.Title(text("report.table_caption", lang, policy=titles[policy],
                       against=titles[against], months=len(comparison["months"])),
                  order=3, size="h4"),
        table(header, rows),
    ], gap="xs"), p="lg", className="lab-card")


def policy_colour(visit: Visit, comparison: Tree, policy: str) -> str:
    """A policy's colour in the reader's theme."""
    colour = figures.policy_colour(comparison, policy)
    return figures.darker(colour) if visit.choices.theme == "dark" else colour


def _say(key: str, lang: str, **values: Any) -> str:
    return text(f"page.compare.{key}", lang, **values)

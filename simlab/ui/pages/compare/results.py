"""A comparison on the page: the answers, the fans, the paired differences, the evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash_mantine_components as dmc
import plotly.graph_objects as go
from dash import dcc, html

from simlab.i18n import text
from simlab.report import evidence, figures, grid, wording
from simlab.report.page import TABLE, answer
from simlab.ui.language import say

Tree = Mapping[str, Any]
REPORT = "/report.html"
"""Where the page offers the report."""
_WARRANT_COLOUR = {"tested": "teal", "partly": "lab", "assumed": "caution", "unknown": "gray"}


def empty(lang: str) -> Any:
    """Before anything has been compared."""
    return dmc.Paper(dmc.Stack([
        dmc.Title(say("empty_title", lang), order=2, size="h4"),
        dmc.Text(say("empty", lang), c="dimmed", maw=520, ta="center"),
    ], align="center", gap="xs", py=90, px="md"), className="lab-card")


def view(tree: Tree, lang: str, answers: Tree | None = None) -> Any:
    """The whole answer of a stored comparison (``Compared.to_json()``), and the grid of questions
    (``Answers.to_json()``) where the lab holds one."""
    comparison = tree["comparison"]
    titles = wording.strings(tree["titles"], lang)
    against = comparison["baseline"]
    pairs = [(p, against) for p in comparison["policies"] if p != against]
    return dmc.Stack([
        _heading(tree, lang),
        *[_answer(comparison, a, b, titles, lang) for a, b in pairs],
        _fans(comparison, titles, lang),
        dmc.SimpleGrid([
            *[_card(text("report.difference", lang),
                    text("report.difference_line", lang, policy=titles[a], against=titles[b]),
                    graph(figures.paired_difference(
                        comparison, a, b, comparison["headline"], lang, titles),
                        f"difference-{a}"))
              for a, b in pairs],
        ], cols={"base": 1, "lg": min(2, len(pairs))}, spacing="md"),
        _card(text("report.probability", lang), say("probability_line", lang),
              graph(figures.probability_bars(comparison, comparison["headline"], lang, titles),
                    "probability")),
        *[_tested(comparison, a, b, titles, lang) for a, b in pairs],
        *[_table(comparison, a, b, titles, lang) for a, b in pairs],
        *([] if answers is None else [questions(answers, lang)]),
    ], gap="md")


def fan(tree: Tree, outcome: str, running: bool, lang: str) -> go.Figure:
    """The fans of one outcome of a stored comparison."""
    return figures.fan(tree["comparison"], outcome, lang, wording.strings(tree["titles"], lang),
                       running=running)


def graph(figure: go.Figure, name: str) -> Any:
    """A figure that fills its card and has no tool bar."""
    return dcc.Graph(id=name, figure=figure, className="lab-figure", responsive=True,
                     style={"height": figure.layout.height},
                     config={"displayModeBar": False, "scrollZoom": False})


def _heading(tree: Tree, lang: str) -> Any:
    comparison = tree["comparison"]
    calibrated = bool(tree["calibrated"])
    return dmc.Stack([
        dmc.Group([
            dmc.Title(wording.pick(tree["title"], lang), order=1, size="h2"),
            dmc.Anchor(say("report", lang), href=REPORT, size="sm", target="_blank",
                       refresh=True),
        ], justify="space-between", align="center"),
        dmc.Group([
            dmc.Badge(say("badge_calibrated" if calibrated else "badge_prior", lang), tt="none",
                      color="lab" if calibrated else "caution", variant="light"),
            *_check_badge(tree, lang),
            dmc.Badge(say(f"badge_people_{tree['options']['people_from']}", lang,
                          people=tree["options"]["people"]),
                      tt="none", color="gray", variant="light"),
            dmc.Badge(say("badge_runs", lang, draws=comparison["draws"],
                          replicates=comparison["replicates"],
                          months=len(comparison["months"])),
                      tt="none", color="gray", variant="light"),
        ], gap="xs"),
    ], gap=6, px=4)


def _check_badge(tree: Tree, lang: str) -> list[Any]:
    """The mark of the calibration's check, where the comparison was built on one."""
    if not tree.get("check"):
        return []
    verdict = tree["check"]["verdict"]
    return [dmc.Badge(text(f"check.short.{verdict}", lang), tt="none", variant="light",
                      color="lab" if verdict == "passed" else "caution")]


def _answer(comparison: Tree, policy: str, against: str, titles: Mapping[str, str],
            lang: str) -> Any:
    said = answer(comparison, policy, against, titles, lang)
    effect = figures.find_effect(comparison, policy, against, comparison["headline"])
    cost = figures.find_effect(comparison, policy, against, "cost") \
        if "cost" in comparison["outcomes"] else None
    ratio = effect["ratio"]
    tiles = [
        _tile(say("tile_beats", lang), wording.share(effect["beats"]),
              say("tile_beats_note", lang)),
        _tile(wording.outcome_name(comparison["headline"], lang),
              wording.number(effect["difference"]["mean"], lang, signed=True),
              _range(effect["difference"], lang)),
        _tile(say("tile_change", lang),
              wording.MISSING if ratio is None else wording.change(ratio["mean"]),
              "" if ratio is None else say(
                  "range", lang, lower=wording.change(ratio["lower"]),
                  upper=wording.change(ratio["upper"]))),
        *([] if cost is None else [_tile(
            wording.outcome_name("cost", lang),
            wording.number(cost["difference"]["mean"], lang, signed=True),
            _range(cost["difference"], lang))]),
    ]
    notes = " ".join(part for part in (said["luck"], said["noise"]) if part)
    return dmc.Paper(html.Div(dmc.Stack([
        dmc.Text(text("figure.pair", lang, policy=titles[policy], against=titles[against]),
                 fw=600),
        dmc.SimpleGrid(tiles, cols={"base": 2, "lg": len(tiles)}, spacing="lg"),
        dmc.Text(notes, size="sm"),
        dmc.Group([
            dmc.Badge(text(f"report.warrant_short_{said['warrant']}", lang), tt="none",
                      color=_WARRANT_COLOUR[said["warrant"]], variant="light"),
            dmc.Text(said["rests"], size="sm", c="dimmed", flex=1, miw=220),
        ], gap="sm", align="flex-start"),
        *([dmc.Text(said["retained"], size="sm", c="dimmed")] if said["retained"] else []),
    ], gap="md"), className="lab-rule",
        style={"--rule": figures.policy_colour(comparison, policy)}),
        p="lg", className="lab-card lab-answer")


def _tile(label: str, value: str, note: str) -> Any:
    return html.Div([
        dmc.Text(label, size="sm", c="dimmed"),
        html.Div(value, className="lab-big"),
        dmc.Text(note, size="xs", c="dimmed"),
    ])


def _range(value: Mapping[str, float], lang: str) -> str:
    return say("range", lang, lower=wording.number(value["lower"], lang, signed=True),
               upper=wording.number(value["upper"], lang, signed=True))


def _fans(comparison: Tree, titles: Mapping[str, str], lang: str) -> Any:
    shown = [name for name in TABLE if name in comparison["outcomes"]]
    return dmc.Paper(dmc.Stack([
        dmc.Group([
            html.Div([
                dmc.Title(say("fans", lang), order=3, size="h4"),
                dmc.Text(text("report.fans_line", lang), size="sm", c="dimmed"),
            ]),
            dmc.Group([
                dmc.SegmentedControl(id="running", value="running", size="xs", data=[
                    {"value": "running", "label": say("added_up", lang)},
                    {"value": "monthly", "label": say("each_month", lang)}]),
                dmc.Select(
                    id="outcome", value=comparison["headline"], allowDeselect=False, w=190,
                    size="xs", data=[{"value": name, "label": wording.outcome_name(name, lang)}
                                     for name in shown],
                    **{"aria-label": say("outcome", lang)}),
            ], gap="xs"),
        ], justify="space-between", align="flex-start"),
        graph(figures.fan(comparison, comparison["headline"], lang, titles, running=True), "fan"),
    ], gap="xs"), p="lg", className="lab-card")


def _card(title: str, note: str, content: Any) -> Any:
    return dmc.Paper(dmc.Stack([
        dmc.Title(title, order=3, size="h4"),
        dmc.Text(note, size="sm", c="dimmed"), content,
    ], gap="xs"), p="lg", className="lab-card")


def _tested(comparison: Tree, policy: str, against: str, titles: Mapping[str, str],
            lang: str) -> Any:
    """The headline effect over the data and the assumptions, and over each without the other."""
    said = answer(comparison, policy, against, titles, lang)
    return dmc.Paper(dmc.Stack([
        dmc.Title(text("report.tested", lang), order=3, size="h4"),
        dmc.Text(text("figure.pair", lang, policy=titles[policy], against=titles[against]),
                 size="sm", c="dimmed"),
        dmc.Text(said["owed"], size="sm"),
        _grid(evidence.header(lang), said["over"]),
    ], gap="xs"), p="lg", className="lab-card")


def questions(answers: Tree, lang: str) -> Any:
    """Which questions the data answer, and what would lift each answer."""
    rows = [[row[name] for name in grid.COLUMNS] for row in grid.rows(answers, lang)]
    return dmc.Paper(dmc.Stack([
        dmc.Title(text("grid.title", lang), order=3, size="h4"),
        *[dmc.Text(line, size="sm", c="dimmed") for line in grid.notes(answers, lang)],
        _grid(grid.header(lang), rows),
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
        _grid(header, rows),
    ], gap="xs"), p="lg", className="lab-card")


def _grid(header: list[str], rows: list[list[str]]) -> Any:
    return dmc.TableScrollContainer(
        dmc.Table(data={"head": header, "body": rows}, verticalSpacing="xs",
                  className="lab-table"), minWidth=640, type="native")

"""Figures of courses: what they cost against what they avoid, and what is learnt by month. They
take the dictionary of ``Courses.to_json()``."""

from __future__ import annotations

from html import escape

import plotly.graph_objects as go

from simlab.decide.outcomes import HEADLINE
from simlab.i18n import text
from simlab.practice import pack
from simlab.report.figures.detail import SYMBOLS
from simlab.report.figures.frame import Tree, blank, draw_bands, month_axis, with_unit
from simlab.report.tokens import LIGHT, POLICY_COLOURS
from simlab.report.wording import interval, month


def course_name(tree: Tree, course: Tree, lang: str) -> str:
    """The skill or industry that a course teaches; coaching by its own name."""
    if course["kind"] == "coaching":
        return text("courses.coaching", lang)
    listed = {"skill": "skills", "industry": "industries"}[course["kind"]]
    return str(pack(tree["practice"])[listed][course["name"]][lang])


def cost_and_exits(tree: Tree, lang: str) -> go.Figure:
    """Cost of each course (across) against exits of people at or above standard that it avoids
    (up), with 90% intervals over draws; hollow marks are courses that the policy does not offer."""
    figure = blank(text("courses.avoided_axis", lang))
    for zero in (figure.add_hline, figure.add_vline):
        zero(0, line={"color": LIGHT["muted"], "width": 1})
    for place, course in enumerate(tree["courses"]):
        cost, exits = course["effects"]["cost"], course["effects"][HEADLINE]
        colour = POLICY_COLOURS[1 + place % (len(POLICY_COLOURS) - 1)]
        symbol = SYMBOLS[place % len(SYMBOLS)]
        reach = {"type": "data", "symmetric": False, "thickness": 1.2, "width": 4,
                 "color": colour}
        name = course_name(tree, course, lang)
        said = text("courses.note", lang, cost=interval(cost, lang, signed=True),
                    avoided=interval(avoided(course), lang, signed=True))
        figure.add_scatter(
            x=[cost["mean"]], y=[-exits["mean"]], mode="markers", name=escape(name),
            error_x={**reach, "array": [cost["upper"] - cost["mean"]],
                     "arrayminus": [cost["mean"] - cost["lower"]]},
            error_y={**reach, "array": [exits["mean"] - exits["lower"]],
                     "arrayminus": [exits["upper"] - exits["mean"]]},
            marker={"size": 13, "color": colour, "line": {"width": 1.5, "color": colour},
                    "symbol": symbol if course["offered"] else f"{symbol}-open"},
            hovertemplate=f"{said}<extra>%{{fullData.name}}</extra>")
    figure.update_xaxes(title_text=with_unit("cost", lang), nticks=5, tickangle=0)
    figure.update_layout(height=440, showlegend=True)
    return figure


def learnt(tree: Tree, course: Tree, lang: str) -> go.Figure:
    """What is learnt by month, with the course and without it: mean and 90% over draws."""
    figure = blank(text("courses.learnt_axis", lang))
    months = [month(name, lang) for name in tree["months"]]
    for key, colour in (("without_it", POLICY_COLOURS[0]), ("with_it", POLICY_COLOURS[1])):
        draw_bands(figure, months, course[key], colour, text(f"courses.{key}", lang), lang,
                   inner=False)
    month_axis(figure, months)
    return figure


def avoided(course: Tree) -> dict[str, float]:
    """Exits of people at or above standard that a course avoids."""
    exits = course["effects"][HEADLINE]
    return {"mean": -exits["mean"], "lower": -exits["upper"], "upper": -exits["lower"]}

"""Skill gaps and fit with key work. They take the dictionary of ``Talent.to_json()``."""

from __future__ import annotations

from html import escape

import plotly.graph_objects as go

from simlab.i18n import text
from simlab.practice import pack
from simlab.report.figures.frame import Tree, blank, broken
from simlab.report.tokens import LIGHT, POLICY_COLOURS, translucent
from simlab.report.wording import interval, share


def skill_title(tree: Tree, name: str, lang: str) -> str:
    """What the role pack calls a skill."""
    return str(pack(tree["practice"])["skills"][name][lang])


def skill_gaps(tree: Tree, lang: str) -> go.Figure:
    """Mean level of each skill now (hollow) and at the end under the policy (full), with 90% over
    draws, against the level at which somebody even in all skills meets the profile; the widest
    weighted gap on top."""
    figure = blank("")
    rows = sorted(tree["skills"], key=lambda each: float(each["gap"]["mean"]))
    names = [broken(text("talent.skill_weight", lang, skill=skill_title(tree, each["name"], lang),
                         weight=share(each["weight"])), lang, narrow=True) for each in rows]
    for when, symbol, colour, shift in (("now", "circle-open", LIGHT["muted"], -0.14),
                                        ("later", "circle", LIGHT["accent"], 0.14)):
        values = [each[when] for each in rows]
        figure.add_scatter(
            x=[value["mean"] for value in values], y=[k + shift for k in range(len(rows))],
            mode="markers", name=escape(text(f"talent.{when}", lang)),
            marker={"size": 11, "symbol": symbol, "color": colour, "line": {"width": 2}},
            error_x={"type": "data", "symmetric": False, "thickness": 1.4, "width": 4,
                     "color": colour,
                     "array": [value["upper"] - value["mean"] for value in values],
                     "arrayminus": [value["mean"] - value["lower"] for value in values]},
            text=[interval(value, lang) for value in values],
            hovertemplate="%{text}<extra>%{fullData.name}</extra>")
    _profile(figure, tree, lang)
    figure.update_yaxes(tickvals=list(range(len(rows))), ticktext=names, automargin=True,
                        showgrid=False, range=[-0.6, len(rows) - 0.3])
    figure.update_xaxes(title_text=text("talent.axis_level", lang), range=[0, 1])
    figure.update_layout(height=150 + 52 * len(rows), showlegend=True)
    return figure


def fit_distribution(tree: Tree, lang: str) -> go.Figure:
    """Share of people by fit with key work, now as steps and at the end as bars with 90% over
    draws; whoever lies right of the line meets the profile."""
    figure = blank(text("talent.axis_people", lang))
    steps = len(tree["fits"]["now"])
    middle = [(k + 0.5) / steps for k in range(steps)]
    later, now = tree["fits"]["later"], tree["fits"]["now"]
    figure.add_bar(
        x=middle, y=[each["mean"] for each in later], width=0.9 / steps,
        name=escape(text("talent.later", lang)), text=[interval(each, lang) for each in later],
        textposition="none", hovertemplate="%{text}<extra>%{fullData.name}</extra>",
        marker={"color": translucent(POLICY_COLOURS[1], 0.55),
                "line": {"width": 1, "color": POLICY_COLOURS[1]}},
        error_y={"type": "data", "symmetric": False, "thickness": 1, "width": 3,
                 "color": LIGHT["muted"],
                 "array": [each["upper"] - each["mean"] for each in later],
                 "arrayminus": [each["mean"] - each["lower"] for each in later]})
    figure.add_scatter(
        x=middle, y=[each["mean"] for each in now], mode="lines", name=escape(
            text("talent.now", lang)), line={"color": LIGHT["ink"], "width": 2, "shape": "hvh"},
        text=[interval(each, lang) for each in now],
        hovertemplate="%{text}<extra>%{fullData.name}</extra>")
    _profile(figure, tree, lang)
    figure.update_xaxes(title_text=text("talent.axis_fit", lang), range=[0.15, 0.95])
    figure.update_yaxes(tickformat=".0%", rangemode="tozero")
    figure.update_layout(height=380, showlegend=True, bargap=0.05)
    return figure


def _profile(figure: go.Figure, tree: Tree, lang: str) -> None:
    figure.add_vline(x=tree["profile"], line={"color": LIGHT["ink"], "width": 1, "dash": "dash"},
                     annotation_text=text("talent.profile", lang),
                     annotation_position="top right")

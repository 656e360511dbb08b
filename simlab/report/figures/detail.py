"""More figures of a comparison: draw by draw, effect against cost, channels, money, staffing."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import plotly.graph_objects as go

from simlab.i18n import text
from simlab.report.figures.comparing import fan, policy_colour, policy_dash
from simlab.report.figures.frame import Tree, blank, broken, draw_bands, month_axis
from simlab.report.tokens import LIGHT
from simlab.report.wording import interval, month, number

SYMBOLS = ("circle", "diamond", "square", "cross", "triangle-up", "x")
"""Of policies, so that they are told apart without colour."""
_GOLDEN = 0.6180339887498949
"""Multiples of it modulo 1 spread dots evenly and the same way every time."""


def difference_dots(
    comparison: Tree, titles: Mapping[str, str], lang: str
) -> go.Figure:
    """Every policy's expected difference from the baseline in the headline, a dot a draw, with
    the mean and its 90% interval below the dots."""
    figure = blank("")
    shown = comparison["dots"]
    for row, each in enumerate(shown):
        colour, symbol = _mark(comparison, each["policy"], row)
        values = each["headline"]
        figure.add_scatter(
            x=values, y=[-row + 0.30 * (k * _GOLDEN % 1) for k in range(len(values))],
            mode="markers", name=escape(titles.get(each["policy"], each["policy"])),
            showlegend=False, marker={"size": 5, "color": colour, "symbol": symbol,
                                      "opacity": 0.55},
            hovertemplate="%{x:.2f}<extra>%{fullData.name}</extra>")
        effect = next(e for e in comparison["effects"] if (e["policy"], e["against"], e["outcome"])
                      == (each["policy"], each["against"], comparison["headline"]))
        _interval_line(figure, effect["difference"], -row - 0.12, colour, lang)
        figure.add_annotation(
            x=0, xref="paper", y=-row + 0.36, xanchor="left", yanchor="bottom", showarrow=False,
            align="left", text=broken(titles.get(each["policy"], each["policy"]), lang))
    figure.add_vline(x=0, line={"color": LIGHT["ink"], "width": 1})
    figure.update_xaxes(title_text=text("comparing.scatter.x", lang))
    figure.update_yaxes(visible=False, range=[-len(shown) + 0.7, 0.75])
    figure.update_layout(height=120 + 110 * len(shown))
    return figure


def cost_effect(comparison: Tree, titles: Mapping[str, str], lang: str) -> go.Figure:
    """Difference in regretted exits (across) and in cost (up), a dot a draw and policy."""
    figure = blank(text("comparing.scatter.y", lang))
    for row, each in enumerate(each for each in comparison["dots"] if each["cost"]):
        colour, symbol = _mark(comparison, each["policy"], row)
        figure.add_scatter(
            x=each["headline"], y=each["cost"], mode="markers",
            name=escape(titles.get(each["policy"], each["policy"])),
            marker={"size": 6, "color": colour, "symbol": symbol, "opacity": 0.6},
            hovertemplate="%{x:.2f}; %{y:,.0f}<extra>%{fullData.name}</extra>")
    for line in (figure.add_vline, figure.add_hline):
        line(**{"x" if line == figure.add_vline else "y": 0},
             line={"color": LIGHT["ink"], "width": 1})
    figure.update_xaxes(title_text=text("comparing.scatter.x", lang))
    figure.update_layout(height=380, showlegend=True)
    return figure


def channel_bars(decomposition: Tree, lang: str) -> go.Figure:
    """Parts of one difference by channel, the remainder last, with 90% intervals."""
    rows = [(text(f"comparing.channels.{part['channel']}", lang), part["difference"])
            for part in decomposition["parts"]]
    rows.append((text("comparing.channels.remainder", lang), decomposition["remainder"]))
    rows.append((text("comparing.channels.whole", lang), decomposition["whole"]))
    figure = blank("")
    colours = [LIGHT["accent"]] * (len(rows) - 2) + ["#a9b4c1", LIGHT["ink"]]
    figure.add_bar(
        y=[escape(name) for name, _ in rows], x=[value["mean"] for _, value in rows],
        orientation="h", showlegend=False, marker={"color": colours},
        error_x={"type": "data", "symmetric": False, "thickness": 1.2, "width": 4,
                 "color": LIGHT["muted"],
                 "array": [max(v["upper"] - v["mean"], 0.0) for _, v in rows],
                 "arrayminus": [max(v["mean"] - v["lower"], 0.0) for _, v in rows]},
        text=[interval(value, lang, signed=True) for _, value in rows], textposition="none",
        hovertemplate="%{y}: %{text}<extra></extra>")
    figure.add_vline(x=0, line={"color": LIGHT["ink"], "width": 1})
    figure.update_yaxes(autorange="reversed", automargin=True, showgrid=False)
    figure.update_xaxes(title_text=broken(text("comparing.scatter.x", lang), lang, narrow=True))
    figure.update_layout(height=110 + 32 * len(rows), bargap=0.35)
    return figure


def net_value(comparison: Tree, titles: Mapping[str, str], lang: str) -> go.Figure:
    """Net value of every policy added up month by month, with 90% intervals over draws."""
    unit = comparison["terms"]["currency"] or text("unit.money", lang)
    figure = blank(f"{text('comparing.worth.net', lang)} ({unit})")
    months = [month(name, lang) for name in comparison["months"]]
    figure.add_hline(y=0, line={"color": LIGHT["ink"], "width": 1})
    for each in comparison["worths"]:
        draw_bands(figure, months, each["running"], policy_colour(comparison, each["policy"]),
                   escape(titles.get(each["policy"], each["policy"])), lang,
                   inner=len(comparison["worths"]) == 1,
                   dash=policy_dash(comparison, each["policy"]))
    month_axis(figure, months)
    return figure


def staffing(comparison: Tree, lang: str, titles: Mapping[str, str]) -> go.Figure:
    """Headcount by month under each policy, against the plan."""
    figure = fan(comparison, "headcount", lang, titles)
    plan = comparison["plan"]
    if plan is not None:
        figure.add_hline(
            y=plan, line={"color": LIGHT["ink"], "width": 1.5, "dash": "dash"},
            annotation={"text": text("comparing.staffing.plan", lang, people=number(plan, lang)),
                        "font": {"size": 12, "color": LIGHT["ink"]}},
            annotation_position="bottom right")
        lowest = min(min(each["p05"]) for each in comparison["fans"]
                     if each["outcome"] == "headcount")
        margin = max(0.1 * (plan - lowest), 0.01 * plan)
        figure.update_yaxes(range=[lowest - margin, plan + 2 * margin], rangemode="normal")
    return figure


def _interval_line(
    figure: go.Figure, value: Mapping[str, float], y: float, colour: str, lang: str
) -> None:
    figure.add_scatter(
        x=[value["lower"], value["mean"], value["upper"]], y=[y] * 3, mode="lines+markers",
        line={"color": colour, "width": 3}, showlegend=False,
        marker={"size": [0, 10, 0], "color": colour},
        text=[interval(value, lang, signed=True)] * 3, hovertemplate="%{text}<extra></extra>")


def _mark(comparison: Tree, policy: str, row: int) -> tuple[str, str]:
    return policy_colour(comparison, policy), SYMBOLS[row % len(SYMBOLS)]

"""How long requests wait: the share still open by month end, department by department. Takes the
dictionary of ``Support.to_json()``."""

from __future__ import annotations

from html import escape

import plotly.graph_objects as go

from simlab.i18n import text
from simlab.practice import pack
from simlab.report.figures.frame import Tree, blank
from simlab.report.tokens import LIGHT, POLICY_COLOURS, translucent
from simlab.report.wording import interval

_DASHES = ("solid", "dash", "dot")
_MARKS = ("circle", "diamond", "square", "x")


def department(tree: Tree, each: Tree, lang: str) -> str:
    """The name of a department, as the role pack or the records call it."""
    known = pack(tree["practice"])["departments"]
    name = each["department"]
    if not each["recorded"] and name in known:
        return str(known[name][lang])
    return text(f"support.{name}", lang) if name in ("all", "rest") else str(name)


def still_open(tree: Tree, lang: str) -> go.Figure:
    """The share of requests still open after so many month ends, with its 90% band: simulated as
    lines, recorded as marks with bars, and the month end from which a request is past the SLA."""
    figure = blank(text("support.axis_open", lang))
    for place, each in enumerate(tree["waiting"]):
        _simulated(figure, each, department(tree, each, lang), place, lang)
    for place, each in enumerate(tree["observed"]):
        _recorded(figure, each, department(tree, each, lang), place, lang)
    ends = max((len(each["mean"]) for each in (*tree["waiting"], *tree["observed"])), default=2)
    figure.add_vline(x=tree["sla"] + 1, line={"color": LIGHT["ink"], "width": 1, "dash": "dash"},
                     annotation_text=text("support.past_sla", lang),
                     annotation_position="top right")
    figure.update_xaxes(title_text=text("support.axis_ends", lang), dtick=1,
                        range=[-0.1, min(max(ends - 1, tree["sla"] + 2), 8) + 0.15])
    figure.update_yaxes(tickformat=".0%", range=[0, 1.02])
    figure.update_layout(height=420, showlegend=True)
    return figure


def _simulated(figure: go.Figure, each: Tree, name: str, place: int, lang: str) -> None:
    ends = list(range(len(each["mean"])))
    colour = POLICY_COLOURS[place % len(POLICY_COLOURS)]
    figure.add_scatter(
        x=[*ends, *ends[::-1]], y=[*each["upper"], *each["lower"][::-1]], fill="toself",
        fillcolor=translucent(colour, 0.12), line={"width": 0}, mode="lines", hoverinfo="skip",
        showlegend=False)
    figure.add_scatter(
        x=ends, y=each["mean"], mode="lines+markers", name=escape(name),
        line={"color": colour, "width": 2.5, "dash": _DASHES[place % len(_DASHES)]},
        marker={"size": 6, "color": colour}, text=_notes(each, lang),
        hovertemplate="%{x}: %{text}<extra>%{fullData.name}</extra>")


def _recorded(figure: go.Figure, each: Tree, name: str, place: int, lang: str) -> None:
    colour = POLICY_COLOURS[(place + 3) % len(POLICY_COLOURS)]
    figure.add_scatter(
        x=[end + 0.06 * (place + 1) for end in range(len(each["mean"]))], y=each["mean"],
        mode="markers", name=escape(text("support.recorded", lang, department=name)),
        marker={"size": 9, "color": colour, "symbol": _MARKS[place % len(_MARKS)]},
        error_y={"type": "data", "symmetric": False, "thickness": 1.2, "width": 4,
                 "color": colour,
                 "array": [u - m for u, m in zip(each["upper"], each["mean"], strict=True)],
                 "arrayminus": [m - v for m, v in zip(each["mean"], each["lower"], strict=True)]},
        text=_notes(each, lang), hovertemplate="%{text}<extra>%{fullData.name}</extra>")


def _notes(each: Tree, lang: str) -> list[str]:
    return [interval({"mean": m, "lower": low, "upper": high}, lang) for m, low, high in
            zip(each["mean"], each["lower"], each["upper"], strict=True)]

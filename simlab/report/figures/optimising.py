"""The figure of a search: cost against what is gained, policy by policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import plotly.graph_objects as go

from simlab.i18n import text
from simlab.report.figures.frame import Tree, blank, with_unit
from simlab.report.tokens import LIGHT
from simlab.report.wording import interval, number, share

_SMALL, _LARGE = 7.0, 19.0
"""Diameters of marks that are on the front in no draw and in every draw, in pixels."""


def pareto(
    options: Sequence[Tree], y_name: str, lang: str, titles: Mapping[str, str], *,
    budget: float | None, picked: str | None,
) -> go.Figure:
    """Cost more than the baseline against the first objective, both with their 90% intervals over
    draws: the front as full marks joined by a line, what it beats as hollow ones, the baseline at
    the cross of the axes. The larger a mark, the likelier it is on the front. `options` are those
    of ``Optimised.to_json()`` that have effects; `titles` name them."""
    figure = blank(with_unit(y_name, lang))
    for zero in (figure.add_hline, figure.add_vline):
        zero(0, line={"color": LIGHT["muted"], "width": 1})
    if budget is not None:
        figure.add_vline(x=budget, line={"color": LIGHT["ink"], "width": 1, "dash": "dash"},
                         annotation_text=text("optimise.budget_line", lang,
                                              budget=number(budget, lang)),
                         annotation_position="bottom right")
    for standing, colour in (("dominated", LIGHT["muted"]), ("front", LIGHT["accent"])):
        shown = sorted((each for each in options if each["standing"] == standing),
                       key=lambda each: float(each["effects"]["cost"]["mean"]))
        if shown:
            figure.add_trace(_marks(shown, y_name, colour, standing, lang, titles))
    for each in options:
        if each["policy"] == picked:
            figure.add_annotation(
                x=each["effects"]["cost"]["mean"], y=each["effects"][y_name]["mean"],
                text=escape(titles.get(each["policy"], each["policy"])), showarrow=True,
                arrowhead=0, ax=28, ay=-36,
                bgcolor=LIGHT["surface"])
    figure.update_xaxes(title_text=with_unit("cost", lang), nticks=5, tickangle=0)
    figure.update_layout(height=440)
    return figure


def _marks(
    shown: Sequence[Tree], y_name: str, colour: str, standing: str, lang: str,
    titles: Mapping[str, str],
) -> go.Scatter:
    on_front = standing == "front"
    notes = [text("optimise.figure_note", lang, policy=escape(titles.get(e["policy"], e["policy"])),
                  x=interval(e["effects"]["cost"], lang, signed=True),
                  y=interval(e["effects"][y_name], lang, signed=True),
                  share=share(e["on_front"])) for e in shown]
    sizes = [_SMALL + (_LARGE - _SMALL) * (e["on_front"] or 0.0) for e in shown]
    return go.Scatter(
        x=[e["effects"]["cost"]["mean"] for e in shown],
        y=[e["effects"][y_name]["mean"] for e in shown],
        error_x=_reach(shown, "cost", colour), error_y=_reach(shown, y_name, colour),
        mode="lines+markers" if on_front else "markers",
        line={"color": colour, "width": 1.5, "shape": "hv"},
        marker={"color": colour, "size": sizes, "opacity": 1,
                "symbol": "circle" if on_front else "circle-open",
                "line": {"color": LIGHT["surface"] if on_front else colour, "width": 1.5}},
        name=text(f"optimise.standing.{standing}", lang), text=notes,
        hovertemplate="%{text}<extra></extra>")


def _reach(shown: Sequence[Tree], name: str, colour: str) -> dict[str, Any]:
    effects = [each["effects"][name] for each in shown]
    return {"type": "data", "symmetric": False, "thickness": 0.8, "width": 0, "color": colour,
            "array": [e["upper"] - e["mean"] for e in effects],
            "arrayminus": [e["mean"] - e["lower"] for e in effects]}

"""Figures of a batch of histories. They take the summary of a study (plain data)."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from simlab.report.figures.frame import Tree, error_bars, rows
from simlab.report.tokens import LIGHT
from simlab.report.wording import interval


def level_dots(
    levels: Sequence[tuple[str, Tree]], x_title: str, lang: str, *, signed: bool = False
) -> go.Figure:
    """Each level (its name, its figure) with its 90% interval; `signed` where figures are
    differences."""
    figure = rows([name for name, _ in levels], x_title, lang)
    known = [value for _, value in levels]
    figure.add_scatter(
        x=[value["mean"] for value in known], y=[-k for k in range(len(known))], mode="markers",
        marker={"size": 10, "color": LIGHT["accent"]}, showlegend=False,
        error_x=error_bars(known), text=[interval(value, lang, signed=signed) for value in known],
        hovertemplate="%{text}<extra></extra>")
    if signed:
        figure.add_vline(x=0, line={"color": LIGHT["muted"], "width": 1, "dash": "dot"})
    return figure

"""Figures of the records."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import plotly.graph_objects as go

from simlab.i18n import text
from simlab.report.figures.frame import blank
from simlab.report.tokens import LIGHT
from simlab.report.wording import month


def completeness(
    months: Sequence[str], names: Sequence[str], shares: Sequence[Sequence[float | None]],
    lang: str,
) -> go.Figure:
    """A row per column of the records, a square per month: the darker, the more is there. A month
    in which nothing is due is left blank."""
    figure = blank("")
    shown = [month(m, lang) for m in months]
    figure.add_heatmap(
        x=shown, y=[escape(name).replace(": ", ":<br>") for name in names],  # fits a phone
        z=[list(row) for row in shares],
        zmin=0, zmax=1, xgap=1, ygap=3, hoverongaps=False,
        colorscale=[[0, LIGHT["caution_soft"]], [0.5, "#9dbce0"], [1, LIGHT["accent"]]],
        colorbar={"orientation": "h", "thickness": 8, "len": 0.6, "y": 1.02, "yanchor": "bottom",
                  "x": 0, "xanchor": "left", "tickvals": [0, 0.5, 1], "outlinewidth": 0,
                  "ticktext": ["0%", "50%", "100%"],
                  "title": {"text": text("figure.there", lang), "side": "top",
                            "font": {"size": 12, "color": LIGHT["muted"]}},
                  "tickfont": {"color": LIGHT["muted"], "size": 11}},
        hovertemplate="%{y}<br>%{x}: %{z:.0%}<extra></extra>")
    step = max(1, -(-len(shown) // 2))
    figure.update_xaxes(type="category", tickvals=shown[::step], ticktext=shown[::step],
                        tickangle=0, showgrid=False, ticklen=0)
    figure.update_yaxes(autorange="reversed", automargin=True, showgrid=False, ticklen=0,
                        ticksuffix=" ")
    figure.update_layout(height=110 + 34 * len(names), margin={"l": 8, "r": 16, "t": 4, "b": 8})
    return figure

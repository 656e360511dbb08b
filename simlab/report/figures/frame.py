"""What all figures share: axes without decoration, months, bands, broken lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from textwrap import wrap
from typing import Any

import plotly.graph_objects as go

from simlab.decide.outcomes import outcome as described
from simlab.i18n import text
from simlab.report.tokens import FONT, LIGHT, translucent
from simlab.report.wording import number, outcome_name

Tree = Mapping[str, Any]

_ROW = 54
"""Height of a row with its name above it, pixels."""


def broken(sentence: str, lang: str, *, narrow: bool = False) -> str:
    """Lines short enough for a phone, or for half of one; the text escaped."""
    width = (11 if narrow else 22) if lang == "zh" else (21 if narrow else 44)
    if lang == "zh":
        lines = [sentence[i:i + width] for i in range(0, len(sentence), width)]
    else:
        lines = wrap(sentence, width)
    return "<br>".join(escape(line) for line in lines)


def row_labels(names: Sequence[str], lang: str) -> tuple[list[str], int]:
    """Names of rows down the left, in lines that leave a phone room for the chart, and the pixels
    that each row then needs."""
    width = 14 if lang == "zh" else 30
    lines = [[name[i:i + width] for i in range(0, len(name), width)] if lang == "zh"
             else wrap(name, width) for name in names]
    most = max((len(each) for each in lines), default=1)
    return ["<br>".join(escape(line) for line in each) for each in lines], 6 + 13 * most


def draw_bands(figure: go.Figure, months: list[str], columns: Tree, colour: str, label: str,
               lang: str, *, inner: bool = True, dash: str = "solid") -> None:
    """Mean line with its 90% band (and 50%, with `inner`) from `columns` ``mean, p05 .. p95``.
    `dash` tells lines apart where colours are not seen."""
    for low, high, alpha in (("p05", "p95", 0.14), ("p25", "p75", 0.22))[: 2 if inner else 1]:
        figure.add_scatter(
            x=[*months, *months[::-1]], y=[*columns[high], *list(columns[low])[::-1]],
            fill="toself", fillcolor=translucent(colour, alpha), line={"width": 0},
            mode="lines", hoverinfo="skip", showlegend=False, legendgroup=label,
        )
    notes = [text("figure.fan_note", lang, mean=number(mean, lang), lower=number(low, lang),
                  upper=number(high, lang))
             for mean, low, high in zip(columns["mean"], columns["p05"], columns["p95"],
                                        strict=True)]
    figure.add_scatter(x=months, y=list(columns["mean"]), name=label, legendgroup=label,
                       mode="lines+markers" if len(months) < 4 else "lines",
                       line={"color": colour, "width": 2.5, "dash": dash}, text=notes,
                       hovertemplate="%{x}: %{text}<extra>%{fullData.name}</extra>")


def month_axis(figure: go.Figure, months: list[str]) -> None:
    """Months along the bottom, named as often as there is room."""
    step = max(1, -(-len(months) // 3))  # no more than a phone has room for
    figure.update_xaxes(type="category", tickvals=months[::step], ticktext=months[::step],
                        tickangle=0, showgrid=False)


def with_unit(outcome: str, lang: str) -> str:
    """The outcome with its unit."""
    return f"{outcome_name(outcome, lang)} ({text(f'unit.{described(outcome).unit}', lang)})"


def blank(y_title: str) -> go.Figure:
    """A figure without any data, its y axis titled."""
    axis = {"gridcolor": LIGHT["line"], "linecolor": LIGHT["line"], "zeroline": False,
            "tickfont": {"color": LIGHT["muted"], "size": 12},
            "title": {"font": {"color": LIGHT["muted"], "size": 12}}}
    layout = go.Layout(
        font={"family": FONT, "color": LIGHT["ink"], "size": 13},
        paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)",
        margin={"l": 8, "r": 16, "t": 40, "b": 8}, height=340, xaxis=axis, yaxis=axis,
        hovermode="closest", hoverlabel={"font": {"family": FONT}},
        legend={"orientation": "h", "x": 0, "y": 1.02, "xanchor": "left", "yanchor": "bottom",
                "itemclick": False, "itemdoubleclick": False},
    )
    # The template is empty on purpose: plotly's own adds seven kilobytes to every figure.
    figure = go.Figure(layout=layout)
    figure.update_layout(template=go.layout.Template())
    if y_title:
        figure.update_yaxes(title_text=y_title, automargin=True)
    figure.update_xaxes(automargin=True)
    return figure


def rows(names: Sequence[str], x_title: str, lang: str) -> go.Figure:
    """A figure with a row for each name, which stands above it: long ones fit on a phone."""
    figure = blank("")
    for k, name in enumerate(names):
        figure.add_annotation(
            x=0, xref="paper", y=-k + 0.22, xanchor="left", yanchor="bottom", showarrow=False,
            align="left", text=broken(name, lang), font={"size": 12})
    most = max((len(broken(name, lang).split("<br>")) for name in names), default=1)
    figure.update_yaxes(visible=False, range=[-len(names) + 0.5, 0.9])
    figure.update_xaxes(title_text=x_title, tickangle=0)
    figure.update_layout(height=120 + (_ROW + 16 * (most - 1)) * len(names))
    return figure


def error_bars(intervals: Sequence[Tree]) -> dict[str, Any]:
    """From the lower to the upper end of each interval, along x."""
    return {"type": "data", "symmetric": False, "thickness": 1.2, "width": 4,
            "color": LIGHT["ink"],
            "array": [each["upper"] - each["mean"] for each in intervals],
            "arrayminus": [each["mean"] - each["lower"] for each in intervals]}

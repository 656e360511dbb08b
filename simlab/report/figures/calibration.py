"""Figures of a calibration, its check and its forecasts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import plotly.graph_objects as go

from simlab.i18n import text
from simlab.report.figures.frame import (
    Tree,
    blank,
    broken,
    draw_bands,
    month_axis,
    row_labels,
    with_unit,
)
from simlab.report.tokens import LIGHT, translucent
from simlab.report.wording import month, number

_INFORMED = {"estimated": LIGHT["accent"], "partly": "#9dbce0", "assumed": "#c3ccd6"}
_OUTSIDE = "#d55e00"


def observed_months(
    known: Sequence[Tree], foretold: Sequence[Tree], lang: str, *, foretold_label: str = "",
) -> go.Figure:
    """Exits of each month as observed (dots; hollow diamonds outside the 90%), over what the
    calibrated model makes of the months it `known` (grey band) and what was `foretold` of months
    that it had not seen (blue bars from 5% to 95%). Rows ``month, observed, mean, p05, p95``."""
    figure = blank(with_unit("exits", lang))
    names = {row["month"]: month(str(row["month"]), lang)
             for row in sorted([*known, *foretold], key=lambda row: str(row["month"]))}
    if known:
        columns = {key: [row[key] for row in known] for key in ("mean", "p05", "p95")}
        draw_bands(figure, [names[row["month"]] for row in known], columns, LIGHT["baseline"],
                   text("figure.simulated", lang), lang, inner=False)
    if foretold:
        figure.add_scatter(
            x=[names[row["month"]] for row in foretold], y=[row["mean"] for row in foretold],
            mode="markers", name=escape(foretold_label),
            marker={"symbol": "line-ew", "size": 12,
                    "line": {"width": 2, "color": LIGHT["accent"]}},
            error_y={"type": "data", "symmetric": False, "width": 5, "thickness": 2.5,
                     "color": LIGHT["accent"],
                     "array": [row["p95"] - row["mean"] for row in foretold],
                     "arrayminus": [row["mean"] - row["p05"] for row in foretold]},
            text=[_note(row, lang) for row in foretold],
            hovertemplate="%{x}: %{text}<extra>%{fullData.name}</extra>")
    judged = {row["month"]: row for row in [*known, *foretold]}
    for said, colour, symbol, wanted in (
            ("observed_inside", LIGHT["ink"], "circle", True),
            ("observed_outside", _OUTSIDE, "diamond-open", False)):
        rows = [row for row in judged.values()
                if (row["p05"] <= row["observed"] <= row["p95"]) == wanted]
        if rows:
            figure.add_scatter(
                x=[names[row["month"]] for row in rows], y=[row["observed"] for row in rows],
                mode="markers", name=text(f"figure.{said}", lang),
                marker={"size": 8, "color": colour, "symbol": symbol,
                        "line": {"width": 2, "color": colour}},
                hovertemplate="%{x}: %{y:.0f}<extra>%{fullData.name}</extra>")
    month_axis(figure, list(names.values()))
    figure.update_xaxes(categoryorder="array", categoryarray=list(names.values()))
    figure.update_yaxes(rangemode="tozero")
    return figure


def _note(row: Tree, lang: str) -> str:
    return text("figure.fan_note", lang, mean=number(row["mean"], lang),
                lower=number(row["p05"], lang), upper=number(row["p95"], lang))


def coverage(rows: Sequence[Tree], names: Mapping[str, str], lang: str) -> go.Figure:
    """Share of fresh truths inside the central 50, 80 and 90% of each parameter's posterior; the
    lines are where the dots should lie. Rows ``parameter, coverage50, coverage80, coverage90``,
    the first drawn on top."""
    figure = blank("")
    labels, each = row_labels([names[row["parameter"]] for row in rows][::-1], lang)
    for level, colour, symbol in ((50, "#9dbce0", "circle"), (80, "#5b8fc9", "square"),
                                  (90, LIGHT["accent"], "diamond")):
        figure.add_vline(x=level / 100, line={"color": colour, "width": 1.5, "dash": "dot"})
        figure.add_scatter(
            x=[row[f"coverage{level}"] for row in rows][::-1], y=labels, mode="markers",
            name=f"{level}%", marker={"size": 8, "color": colour, "symbol": symbol},
            hovertemplate="%{y}<br>%{x:.1%}<extra>%{fullData.name}</extra>")
    figure.update_xaxes(range=[0, 1.02], tickformat=".0%", tickvals=[0, 0.5, 1], zeroline=False,
                        title_text=broken(text("figure.coverage", lang), lang, narrow=True))
    _down_the_left(figure, len(labels), each)
    return figure


def months_fan(rows: Sequence[Tree], lang: str, label: str) -> go.Figure:
    """A forecast by month from rows with ``month, mean, p05, p25, p50, p75, p95``."""
    figure = blank(with_unit("exits", lang))
    months = [month(str(row["month"]), lang) for row in rows]
    columns = {key: [row[key] for row in rows]
               for key in ("mean", "p05", "p25", "p50", "p75", "p95")}
    draw_bands(figure, months, columns, LIGHT["accent"], escape(label), lang)
    month_axis(figure, months)
    figure.update_yaxes(rangemode="tozero")
    return figure


def contraction(parameters: Sequence[Tree], lang: str) -> go.Figure:
    """How much narrower the data made each parameter: 0 = assumed, 1 = settled by the data.

    `parameters`: rows with ``meaning`` (text), ``contraction`` (number) and ``informed``
    (estimated, partly, assumed), highest drawn on top.
    """
    rows = sorted(parameters, key=lambda row: row["contraction"])
    labels, each = row_labels([str(row["meaning"]) for row in rows], lang)
    figure = blank("")
    for informed, colour in _INFORMED.items():
        mine = [place for place, row in enumerate(rows) if row["informed"] == informed]
        if mine:
            figure.add_bar(
                y=[labels[place] for place in mine], orientation="h",
                x=[max(rows[place]["contraction"], 0.0) for place in mine],
                name=text(f"informed.{informed}", lang), marker={"color": colour},
                hovertemplate="%{x:.2f}<extra>%{fullData.name}</extra>")
    figure.update_xaxes(range=[0, 1], tickvals=[0, 0.5, 1],
                        title_text=broken(text("figure.contraction", lang), lang, narrow=True))
    figure.update_yaxes(categoryorder="array", categoryarray=labels, showgrid=False)
    figure.update_layout(bargap=0.4, barmode="overlay")
    _down_the_left(figure, len(labels), each)
    return figure


def _down_the_left(figure: go.Figure, rows: int, each: int) -> None:
    """Room for so many rows of so many pixels, named at the left, the legend above all."""
    figure.update_yaxes(automargin=True, tickfont={"size": 11})
    figure.update_layout(height=150 + each * rows)


def predictive_check(checks: Sequence[Tree], lang: str) -> go.Figure:
    """Each observed summary against the 90% of what the calibrated model makes of it.

    `checks`: rows with ``label``, ``observed``, ``lower``, ``median``, ``upper``. Each is drawn
    on its own scale, the simulated 90% interval from -1 to 1.
    """
    figure = blank("")
    labels, each = row_labels([str(row["label"]) for row in checks][::-1], lang)
    places, colours, notes = [], [], []
    for row in list(checks)[::-1]:
        half = max((row["upper"] - row["lower"]) / 2, 1e-12)
        place = (row["observed"] - (row["upper"] + row["lower"]) / 2) / half
        places.append(min(max(place, -3.0), 3.0))
        colours.append(LIGHT["accent"] if abs(place) <= 1 else _OUTSIDE)
        notes.append(text("figure.check_note", lang, observed=number(row["observed"], lang),
                          lower=number(row["lower"], lang), upper=number(row["upper"], lang)))
    figure.add_vrect(x0=-1, x1=1, fillcolor=LIGHT["accent_soft"], line_width=0, layer="below")
    figure.add_scatter(x=places, y=labels, mode="markers", showlegend=False, text=notes,
                       marker={"size": 10, "color": colours},
                       hovertemplate="%{text}<extra></extra>")
    figure.update_xaxes(range=[-3.2, 3.2], tickvals=[-1, 1], ticktext=["5%", "95%"], tickangle=0,
                        title_text=broken(text("figure.check", lang), lang, narrow=True),
                        zeroline=False)
    _down_the_left(figure, len(labels), each)
    return figure


def calibration_curve(
    curves: Sequence[tuple[str, Sequence[Tree], str]], lang: str
) -> go.Figure:
    """Forecast against what came. `curves`: (name, points, colour) with points of ``n``,
    ``forecast`` and ``observed`` (``value``, ``lower``, ``upper``; 90%)."""
    figure = blank(text("figure.came", lang))
    top = max([point["forecast"] for _, points, _ in curves for point in points]
              + [point["observed"]["upper"] or 0.0 for _, points, _ in curves for point in points])
    figure.add_scatter(x=[0, top], y=[0, top], mode="lines", showlegend=False, hoverinfo="skip",
                       line={"color": LIGHT["muted"], "width": 1, "dash": "dot"})
    for name, points, colour in curves:
        observed = [point["observed"] for point in points]
        figure.add_scatter(
            x=[point["forecast"] for point in points], y=[o["value"] for o in observed],
            mode="lines+markers", name=escape(name), line={"color": colour, "width": 1.5},
            marker={"size": 8, "color": colour},
            error_y={"type": "data", "symmetric": False, "thickness": 1.2, "width": 3,
                     "array": [(o["upper"] or o["value"]) - o["value"] for o in observed],
                     "arrayminus": [o["value"] - (o["lower"] or 0.0) for o in observed]},
            text=[text("figure.curve_note", lang, n=number(point["n"], lang)) for point in points],
            hovertemplate="%{x:.1%} → %{y:.1%} (%{text})<extra>%{fullData.name}</extra>")
    for axis in (figure.update_xaxes, figure.update_yaxes):
        axis(range=[-0.02 * top, 1.04 * top], tickformat=".0%")
    figure.update_xaxes(title_text=text("figure.foretold", lang))
    figure.update_layout(height=400)
    return figure


def recovery(plots: Tree, names: Mapping[str, str], lang: str) -> go.Figure:
    """Fresh truths (across) against posterior means with their 90% (up), a panel a parameter.

    `plots`: parameter -> equally long ``truth``, ``mean``, ``lower``, ``upper``; `names` in the
    reader's language.
    """
    columns, each = 2, 240
    rows = max(-(-len(plots) // columns), 1)
    figure = blank("")
    gap_x, gap_y = 0.12, 84 / (each * rows)
    width, height = (1 - gap_x) / columns, (1 - gap_y * (rows - 1)) / rows
    for place, (name, plot) in enumerate(plots.items()):
        row, column = divmod(place, columns)
        left, top = column * (width + gap_x), 1 - row * (height + gap_y)
        key = "" if place == 0 else str(place + 1)
        low = min(*plot["truth"], *plot["lower"])
        high = max(*plot["truth"], *plot["upper"])
        figure.add_scatter(x=[low, high], y=[low, high], mode="lines", hoverinfo="skip",
                           showlegend=False, line={"color": LIGHT["muted"], "width": 1},
                           xaxis=f"x{key}", yaxis=f"y{key}")
        figure.add_scatter(
            x=plot["truth"], y=plot["mean"], mode="markers", showlegend=False,
            marker={"size": 4, "color": LIGHT["accent"]}, xaxis=f"x{key}", yaxis=f"y{key}",
            error_y={"type": "data", "symmetric": False, "width": 0, "thickness": 1,
                     "color": translucent(LIGHT["accent"], 0.35),
                     "array": [u - m for u, m in zip(plot["upper"], plot["mean"], strict=True)],
                     "arrayminus": [m - v for v, m in
                                    zip(plot["lower"], plot["mean"], strict=True)]},
            hovertemplate="%{x:.3g}: %{y:.3g}<extra></extra>")
        axis = {"gridcolor": LIGHT["line"], "zeroline": False, "nticks": 4,
                "tickfont": {"color": LIGHT["muted"], "size": 10}}
        figure.update_layout({
            f"xaxis{key}": {**axis, "domain": [left, left + width], "anchor": f"y{key}",
                            "title": {"text": text("check.truth", lang), "standoff": 2,
                                      "font": {"size": 10, "color": LIGHT["muted"]}}},
            f"yaxis{key}": {**axis, "domain": [max(top - height, 0), top],
                            "anchor": f"x{key}"}})
        figure.add_annotation(x=left, y=top, xref="paper", yref="paper", xanchor="left",
                              yanchor="bottom", showarrow=False, font={"size": 10},
                              align="left", text=broken(names[name], lang, narrow=True))
    figure.update_layout(height=each * rows + 110,
                         margin={"l": 36, "r": 12, "t": 60, "b": 48})
    return figure

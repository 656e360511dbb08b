"""Plain data -> plotly figures. They take the dictionaries of ``Comparison.to_json()``.

Every figure names its unit, its interval and its n in the title or on an axis, reads well in
grey, and carries its texts in the language asked for (plotly itself localises nothing).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from textwrap import wrap
from typing import Any

import plotly.graph_objects as go

from simlab.decide.outcomes import outcome as described
from simlab.i18n import text
from simlab.report.tokens import FONT, LIGHT, POLICY_COLOURS, translucent
from simlab.report.wording import month, number, outcome_name, share

Tree = Mapping[str, Any]
_INFORMED = {"estimated": LIGHT["accent"], "partly": "#9dbce0", "assumed": "#c3ccd6"}


def fan(comparison: Tree, outcome: str, lang: str, titles: Mapping[str, str], *,
        running: bool = False) -> go.Figure:
    """One outcome by month under each policy: mean line and 90% band over futures (and 50%
    where there are no more than two policies, so that bands stay apart). `running` adds the
    months up; outcomes that are averaged are always shown as they are."""
    running = running and described(outcome).over_months == "sum"
    figure = _empty(_unit(outcome, lang))
    months = [month(m, lang) for m in comparison["months"]]
    inner = len(comparison["policies"]) <= 2
    for each in comparison["running" if running else "fans"]:
        if each["outcome"] == outcome:
            label = escape(titles.get(each["policy"], each["policy"]))
            _bands(figure, months, each, policy_colour(comparison, each["policy"]), label, lang,
                   inner=inner)
    _months(figure, months)
    if described(outcome).unit != "index":
        figure.update_yaxes(rangemode="tozero")
    return figure


def months_fan(rows: Sequence[Tree], lang: str, label: str) -> go.Figure:
    """A forecast by month from rows with ``month, mean, p05, p25, p50, p75, p95``."""
    figure = _empty(_unit("exits", lang))
    months = [month(str(row["month"]), lang) for row in rows]
    columns = {key: [row[key] for row in rows]
               for key in ("mean", "p05", "p25", "p50", "p75", "p95")}
    _bands(figure, months, columns, LIGHT["accent"], escape(label), lang)
    _months(figure, months)
    figure.update_yaxes(rangemode="tozero")
    return figure


def paired_difference(comparison: Tree, policy: str, against: str, outcome: str, lang: str,
                      titles: Mapping[str, str]) -> go.Figure:
    """Expected difference of one pair, added up month by month, with its 90% interval over
    draws of the parameters: luck is averaged out, what is not known about the firm is not."""
    effect = find_effect(comparison, policy, against, outcome)
    figure = _empty(_unit(outcome, lang))
    months = [month(m, lang) for m in comparison["months"]]
    figure.add_hline(y=0, line={"color": LIGHT["ink"], "width": 1})
    _bands(figure, months, effect["cumulative"], policy_colour(comparison, policy),
           escape(titles.get(policy, policy)), lang)
    _months(figure, months)
    return figure


def probability_bars(comparison: Tree, outcome: str, lang: str,
                     titles: Mapping[str, str]) -> go.Figure:
    """For each pair: P(A beats B) in expectation, and the chance that this firm will see it.

    The pair's name stands above its bars, so that long titles fit on a phone.
    """
    effects = [e for e in comparison["effects"] if e["outcome"] == outcome]
    places = [-float(place) for place in range(len(effects))]
    figure = _empty("")
    for key, colour, shift in (("beats", LIGHT["accent"], 0.0), ("sees_better", "#a9b4c1", -0.26)):
        values = [e[key] for e in effects]
        figure.add_bar(
            y=[place + shift for place in places], x=values, orientation="h", width=0.22,
            name=text(f"figure.{key}", lang), marker={"color": colour},
            text=[share(v) for v in values], textposition="outside", cliponaxis=False,
            hovertemplate="%{text}<extra>%{fullData.name}</extra>",
        )
    for place, effect in zip(places, effects, strict=True):
        figure.add_annotation(
            x=0, y=place + 0.16, xanchor="left", yanchor="bottom", showarrow=False, align="left",
            text=_broken(text("figure.pair", lang,
                              policy=titles.get(effect["policy"], effect["policy"]),
                              against=titles.get(effect["against"], effect["against"])), lang))
    figure.add_vline(x=0.5, line={"color": LIGHT["muted"], "width": 1, "dash": "dot"})
    figure.update_xaxes(range=[0, 1.1], tickvals=[0, 0.25, 0.5, 0.75, 1], tickangle=0,
                        ticktext=["0%", "25%", "50%", "75%", "100%"])
    figure.update_yaxes(visible=False, range=[places[-1] - 0.45, 0.62])
    figure.update_layout(barmode="overlay", height=110 + 110 * len(effects))
    return figure


def contraction(parameters: Sequence[Tree], lang: str) -> go.Figure:
    """How much narrower the data made each parameter: 0 = assumed, 1 = settled by the data.

    `parameters`: rows with ``meaning`` (text), ``contraction`` (number) and ``informed``
    (estimated, partly, assumed), highest drawn on top.
    """
    rows = sorted(parameters, key=lambda row: row["contraction"])
    figure = _empty("")
    figure.add_bar(
        y=[escape(str(row["meaning"])) for row in rows],
        x=[max(row["contraction"], 0.0) for row in rows], orientation="h", showlegend=False,
        marker={"color": [_INFORMED[row["informed"]] for row in rows]},
        hovertemplate="%{x:.2f}<extra></extra>",
    )
    figure.update_xaxes(range=[0, 1], title_text=text("figure.contraction", lang))
    figure.update_yaxes(automargin=True, showgrid=False)
    figure.update_layout(height=90 + 24 * len(rows), bargap=0.3)
    return figure


def predictive_check(checks: Sequence[Tree], lang: str) -> go.Figure:
    """Each observed summary against the 90% of what the calibrated model makes of it.

    `checks`: rows with ``label``, ``observed``, ``lower``, ``median``, ``upper``. Each is drawn
    on its own scale, the simulated 90% interval from -1 to 1.
    """
    figure = _empty("")
    labels, places, colours, notes = [], [], [], []
    for row in list(checks)[::-1]:
        half = max((row["upper"] - row["lower"]) / 2, 1e-12)
        place = (row["observed"] - (row["upper"] + row["lower"]) / 2) / half
        labels.append(escape(str(row["label"])))
        places.append(min(max(place, -3.0), 3.0))
        colours.append(LIGHT["accent"] if abs(place) <= 1 else "#d55e00")
        notes.append(text("figure.check_note", lang, observed=number(row["observed"], lang),
                          lower=number(row["lower"], lang), upper=number(row["upper"], lang)))
    figure.add_vrect(x0=-1, x1=1, fillcolor=LIGHT["accent_soft"], line_width=0, layer="below")
    figure.add_scatter(x=places, y=labels, mode="markers", showlegend=False, text=notes,
                       marker={"size": 10, "color": colours},
                       hovertemplate="%{text}<extra></extra>")
    figure.update_xaxes(range=[-3.2, 3.2], tickvals=[-1, 0, 1], zeroline=False,
                        ticktext=["5%", text("figure.middle", lang), "95%"],
                        title_text=text("figure.check", lang))
    figure.update_yaxes(automargin=True)
    figure.update_layout(height=110 + 24 * len(labels))
    return figure


def calibration_curve(
    curves: Sequence[tuple[str, Sequence[Tree], str]], lang: str
) -> go.Figure:
    """Forecast against what came. `curves`: (name, points, colour) with points of ``n``,
    ``forecast`` and ``observed`` (``value``, ``lower``, ``upper``; 90%)."""
    figure = _empty(text("figure.came", lang))
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
    figure = _empty("")
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
                              align="left", text=_broken(names[name], lang, narrow=True))
    figure.update_layout(height=each * rows + 110,
                         margin={"l": 36, "r": 12, "t": 60, "b": 48})
    return figure


def find_effect(comparison: Tree, policy: str, against: str, outcome: str) -> Tree:
    """One pair's effect; a KeyError where it was not compared."""
    for effect in comparison["effects"]:
        if (effect["policy"], effect["against"], effect["outcome"]) == (policy, against, outcome):
            return dict(effect)
    raise KeyError((policy, against, outcome))


def policy_colour(comparison: Tree, policy: str) -> str:
    """The same policy has the same colour in every figure of a comparison."""
    return POLICY_COLOURS[list(comparison["policies"]).index(policy) % len(POLICY_COLOURS)]


def _broken(sentence: str, lang: str, *, narrow: bool = False) -> str:
    """Lines short enough for a phone, or for half of one; the text escaped."""
    width = (11 if narrow else 22) if lang == "zh" else (21 if narrow else 44)
    if lang == "zh":
        lines = [sentence[i:i + width] for i in range(0, len(sentence), width)]
    else:
        lines = wrap(sentence, width)
    return "<br>".join(escape(line) for line in lines)


def _bands(figure: go.Figure, months: list[str], columns: Tree, colour: str, label: str,
           lang: str, *, inner: bool = True) -> None:
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
                       line={"color": colour, "width": 2.5}, text=notes,
                       hovertemplate="%{x}: %{text}<extra>%{fullData.name}</extra>")


def _months(figure: go.Figure, months: list[str]) -> None:
    step = max(1, -(-len(months) // 4))  # no more than a phone has room for
    figure.update_xaxes(type="category", tickvals=months[::step], ticktext=months[::step],
                        tickangle=0, showgrid=False)


def _unit(outcome: str, lang: str) -> str:
    return f"{outcome_name(outcome, lang)} ({text(f'unit.{described(outcome).unit}', lang)})"


def _empty(y_title: str) -> go.Figure:
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

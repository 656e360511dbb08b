"""Figures of a sensitivity study. They take plain dictionaries: rows of ``Studied.to_json()``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from simlab.i18n import text
from simlab.report.figures.frame import Tree, error_bars, rows
from simlab.report.tokens import LIGHT
from simlab.report.wording import interval, number, share

_LIGHT = "#a9b4c1"


def tornado(
    swings: Sequence[Tree], names: Mapping[str, str], x_title: str, lang: str
) -> go.Figure:
    """The expected difference with one parameter or fact at a time at its lower value (hollow) and
    its upper one (filled), the widest swing on top; thin lines are the 90% intervals of the Monte
    Carlo error. `names` names each swing."""
    figure = rows([names[swing["name"]] for swing in swings], x_title, lang)
    for k, swing in enumerate(swings):
        figure.add_scatter(
            x=[swing["at_low"]["mean"], swing["at_high"]["mean"]], y=[-k, -k], mode="lines",
            line={"color": LIGHT["accent" if not swing["fact"] else "caution"], "width": 9},
            hoverinfo="skip", showlegend=False)
    # beside each other, so that their intervals can be told apart
    for end, value, fill, shift in (("at_low", "low", LIGHT["surface"], 0.07),
                                    ("at_high", "high", LIGHT["ink"], -0.07)):
        means = [swing[end]["mean"] for swing in swings]
        figure.add_scatter(
            x=means, y=[shift - k for k in range(len(swings))], mode="markers",
            name=text(f"sensitivity.figure.{value}", lang),
            marker={"size": 9, "color": fill, "line": {"color": LIGHT["ink"], "width": 1.5}},
            error_x=error_bars([swing[end] for swing in swings]),
            text=[text("sensitivity.figure.swing_note", lang,
                       value=number(swing[value], lang),
                       difference=interval(swing[end], lang, signed=True)) for swing in swings],
            hovertemplate="%{text}<extra>%{fullData.name}</extra>")
    figure.add_vline(x=0, line={"color": LIGHT["muted"], "width": 1, "dash": "dot"})
    return figure


def sobol_bars(indices: Sequence[Tree], names: Mapping[str, str], lang: str) -> go.Figure:
    """Total index (light) and first index (dark) of each parameter, with 90% intervals over
    refitted emulators and resampled points."""
    figure = rows([names[index["name"]] for index in indices],
                   text("sensitivity.figure.share", lang), lang)
    for key, colour, width in (("total", _LIGHT, 0.34), ("first", LIGHT["accent"], 0.16)):
        figure.add_bar(
            x=[max(index[key]["mean"], 0.0) for index in indices],
            y=[-k for k in range(len(indices))],
            orientation="h", width=width, marker={"color": colour},
            name=text(f"sensitivity.figure.{key}", lang),
            error_x=error_bars([index[key] for index in indices]) if key == "total" else None,
            text=[_shares(index[key], lang) for index in indices], textposition="none",
            hovertemplate="%{text}<extra>%{fullData.name}</extra>")
    figure.update_xaxes(range=[0, 1], tickvals=[0, 0.25, 0.5, 0.75, 1],
                        ticktext=["0%", "25%", "50%", "75%", "100%"])
    figure.update_layout(barmode="overlay")
    return figure


def screen_bars(
    screen: Sequence[Tree], names: Mapping[str, str], x_title: str, lang: str
) -> go.Figure:
    """Mean size of the change that each parameter makes (Morris), with its 90% interval over
    paths, and the size that luck alone would show."""
    figure = rows([names[each["name"]] for each in screen], x_title, lang)
    places = [-k for k in range(len(screen))]
    figure.add_bar(
        x=[each["mu_star"]["mean"] for each in screen], y=places, orientation="h", width=0.3,
        marker={"color": LIGHT["accent"]}, name=text("sensitivity.column.mu_star", lang),
        error_x=error_bars([each["mu_star"] for each in screen]),
        text=[interval(each["mu_star"], lang) for each in screen], textposition="none",
        hovertemplate="%{text}<extra>%{fullData.name}</extra>")
    figure.add_scatter(
        x=[each["luck"] for each in screen], y=places, mode="markers",
        marker={"symbol": "line-ns", "size": 18, "line": {"color": LIGHT["caution"], "width": 3}},
        name=text("sensitivity.column.luck", lang),
        text=[number(each["luck"], lang) for each in screen],
        hovertemplate="%{text}<extra>%{fullData.name}</extra>")
    figure.update_xaxes(rangemode="tozero")
    return figure


def information_bars(
    worth: Sequence[Tree], names: Mapping[str, str], x_title: str, lang: str
) -> go.Figure:
    """What knowing each parameter would be worth before choosing, with 90% intervals."""
    figure = rows([names[each["name"]] for each in worth], x_title, lang)
    figure.add_bar(
        x=[each["value"]["mean"] for each in worth], y=[-k for k in range(len(worth))],
        orientation="h", width=0.3, marker={"color": LIGHT["accent"]}, showlegend=False,
        error_x=error_bars([each["value"] for each in worth]),
        text=[interval(each["value"], lang) for each in worth], textposition="none",
        hovertemplate="%{text}<extra></extra>")
    figure.update_xaxes(rangemode="tozero")
    return figure


def _shares(value: Tree, lang: str) -> str:
    return text("report.interval", lang, mean=share(value["mean"]), lower=share(value["lower"]),
                upper=share(value["upper"]))

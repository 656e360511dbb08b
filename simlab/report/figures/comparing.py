"""Figures of a comparison. They take the dictionaries of ``Comparison.to_json()``."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import plotly.graph_objects as go

from simlab.decide.outcomes import outcome as described
from simlab.i18n import text
from simlab.report.figures.frame import Tree, blank, broken, draw_bands, month_axis, with_unit
from simlab.report.tokens import LIGHT, POLICY_COLOURS
from simlab.report.wording import month, share


def fan(comparison: Tree, outcome: str, lang: str, titles: Mapping[str, str], *,
        running: bool = False) -> go.Figure:
    """One outcome by month under each policy: mean line and 90% band over futures (and 50%
    where there are no more than two policies, so that bands stay apart). `running` adds the
    months up; outcomes that are averaged are always shown as they are."""
    running = running and described(outcome).over_months == "sum"
    figure = blank(with_unit(outcome, lang))
    months = [month(m, lang) for m in comparison["months"]]
    inner = len(comparison["policies"]) <= 2
    for each in comparison["running" if running else "fans"]:
        if each["outcome"] == outcome:
            label = escape(titles.get(each["policy"], each["policy"]))
            draw_bands(figure, months, each, policy_colour(comparison, each["policy"]), label,
                       lang, inner=inner, dash=policy_dash(comparison, each["policy"]))
    month_axis(figure, months)
    if described(outcome).unit != "index":
        figure.update_yaxes(rangemode="tozero")
    return figure


def paired_difference(comparison: Tree, policy: str, against: str, outcome: str, lang: str,
                      titles: Mapping[str, str]) -> go.Figure:
    """Expected difference of one pair, added up month by month, with its 90% interval over
    draws of the parameters: luck is averaged out, what is not known about the firm is not."""
    effect = find_effect(comparison, policy, against, outcome)
    figure = blank(with_unit(outcome, lang))
    months = [month(m, lang) for m in comparison["months"]]
    figure.add_hline(y=0, line={"color": LIGHT["ink"], "width": 1})
    draw_bands(figure, months, effect["cumulative"], policy_colour(comparison, policy),
           escape(titles.get(policy, policy)), lang)
    month_axis(figure, months)
    return figure


def probability_bars(comparison: Tree, outcome: str, lang: str,
                     titles: Mapping[str, str]) -> go.Figure:
    """For each pair: P(A beats B) in expectation, and the chance that this firm will see it.

    The pair's name stands above its bars, so that long titles fit on a phone.
    """
    effects = [e for e in comparison["effects"] if e["outcome"] == outcome]
    places = [-float(place) for place in range(len(effects))]
    figure = blank("")
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
            text=broken(text("figure.pair", lang,
                              policy=titles.get(effect["policy"], effect["policy"]),
                              against=titles.get(effect["against"], effect["against"])), lang))
    figure.add_vline(x=0.5, line={"color": LIGHT["muted"], "width": 1, "dash": "dot"})
    figure.update_xaxes(range=[0, 1.1], tickvals=[0, 0.25, 0.5, 0.75, 1], tickangle=0,
                        ticktext=["0%", "25%", "50%", "75%", "100%"])
    figure.update_yaxes(visible=False, range=[places[-1] - 0.45, 0.62])
    figure.update_layout(barmode="overlay", height=110 + 110 * len(effects))
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


_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")


def policy_dash(comparison: Tree, policy: str) -> str:
    """As of its colour: a page printed in grey still tells the lines apart."""
    return _DASHES[list(comparison["policies"]).index(policy) % len(_DASHES)]

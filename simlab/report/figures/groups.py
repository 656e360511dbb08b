"""Effects of policies by group of people. Takes the dictionaries of ``Comparison.to_json()``."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import plotly.graph_objects as go

from simlab.i18n import text
from simlab.report.comparing import group_name, shown_groups
from simlab.report.figures.comparing import policy_colour
from simlab.report.figures.detail import SYMBOLS
from simlab.report.figures.frame import Tree, blank, broken
from simlab.report.tokens import LIGHT
from simlab.report.wording import interval


def group_effects(
    comparison: Tree, division: str, titles: Mapping[str, str], lang: str,
    figure: str = "regretted",
) -> go.Figure:
    """The change of the exit rate (exits per 100 people and year) against the baseline in every
    group of `division`, a mark with its 90% interval over draws for each policy."""
    policies = [name for name in comparison["policies"] if name != comparison["baseline"]]
    found = {name: {each["group"]: each for each in shown_groups(
        comparison, name, figure, (division,))} for name in policies}
    groups = list(dict.fromkeys(group for each in found.values() for group in each))
    made, step = blank(""), 0.6 / len(policies)
    for place, name in enumerate(policies):
        here = [row for row, group in enumerate(groups) if group in found[name]]
        values = [found[name][groups[row]]["rate_difference"] for row in here]
        made.add_scatter(
            x=[value["mean"] for value in values],
            y=[-row + 0.3 - step * (place + 0.5) for row in here], mode="markers",
            name=escape(titles.get(name, name)),
            marker={"size": 9, "color": policy_colour(comparison, name),
                    "symbol": SYMBOLS[place % len(SYMBOLS)]},
            error_x={"type": "data", "symmetric": False, "thickness": 1.4, "width": 4,
                     "array": [max(value["upper"] - value["mean"], 0.0) for value in values],
                     "arrayminus": [max(value["mean"] - value["lower"], 0.0)
                                    for value in values]},
            text=[interval(value, lang, signed=True) for value in values],
            hovertemplate="%{text}<extra>%{fullData.name}</extra>")
    made.add_vline(x=0, line={"color": LIGHT["ink"], "width": 1})
    made.update_yaxes(
        tickvals=[-row for row in range(len(groups))], showgrid=False, automargin=True,
        ticktext=[broken(group_name(division, group, lang), lang, narrow=True)
                  for group in groups], range=[-len(groups) + 0.4, 0.6])
    made.update_xaxes(title_text=broken(text("comparing.groups.axis", lang), lang))
    made.update_layout(showlegend=True, height=130 + (26 + 14 * len(policies)) * len(groups))
    return made

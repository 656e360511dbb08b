"""Why people leave: voluntary exits by the largest contribution to their hazard.

Takes the dictionaries of ``Comparison.to_json()``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import plotly.graph_objects as go

from simlab.i18n import text
from simlab.report.figures.comparing import policy_colour
from simlab.report.figures.frame import Tree, blank
from simlab.report.tokens import LIGHT
from simlab.report.wording import interval, number

_STEM = "reason_"
_PATTERNS = ("", "/")
"""Of the two policies, so that they are told apart in grey."""


def causes(comparison: Tree, policy: str) -> dict[str, dict[str, float]]:
    """Cause (a key of the texts ``story.cause``) -> expected voluntary exits of the period under
    `policy` of which it was the largest contribution above neutral, with the 90% interval over
    futures; the most first. Empty where exits were not counted by cause."""
    found = {each["outcome"].removeprefix(_STEM): dict(each["value"])
             for each in comparison["totals"]
             if each["policy"] == policy and each["outcome"].startswith(_STEM)}
    named = {"level" if name == "none" else name: value for name, value in found.items()}
    return dict(sorted(named.items(), key=lambda item: -item[1]["mean"]))


def largest_cause(comparison: Tree, policy: str) -> dict[str, Any] | None:
    """The ``cause`` with the most expected voluntary exits under `policy`: its ``count`` over
    futures, its ``share`` of them over ``draws`` (90% intervals). None where exits were not
    counted by cause, or nobody left."""
    shares = {each["cause"]: each for each in comparison.get("causes") or ()
              if each["policy"] == policy}
    for cause, count in causes(comparison, policy).items():
        found = shares.get("none" if cause == "level" else cause)
        if found is not None:
            return {"cause": cause, "count": count, "share": found["share"],
                    "draws": found["draws"]}
    return None


def voluntary(comparison: Tree, policy: str) -> dict[str, float]:
    """Voluntary exits of the period under `policy`, with the 90% interval over futures."""
    return next(dict(each["value"]) for each in comparison["totals"]
                if (each["policy"], each["outcome"]) == (policy, "voluntary"))


def cause_waterfall(
    comparison: Tree, policies: Sequence[str], lang: str, titles: Mapping[str, str]
) -> go.Figure:
    """Expected voluntary exits by cause, each bar beginning where the one above it ends, down to
    all of them with their 90% interval; in the first policy's order. Causes that were never the
    largest under any of the `policies` (at most two) are left out."""
    split = {policy: causes(comparison, policy) for policy in policies}
    shown = [cause for cause in split[policies[0]]
             if any(split[policy][cause]["mean"] > 0 for policy in policies)]
    figure = blank("")
    height = 0.8 / len(policies)
    for place, policy in enumerate(policies):
        shift = 0.4 - height * (place + 0.5)
        _steps(figure, [split[policy][cause] for cause in shown],
               voluntary(comparison, policy), shift, height, lang,
               name=escape(titles.get(policy, policy)),
               marker={"color": policy_colour(comparison, policy), "line": {
                   "width": 1, "color": policy_colour(comparison, policy)},
                   "pattern": {"shape": _PATTERNS[place], "fillmode": "overlay",
                               "fgcolor": LIGHT["surface"], "size": 6, "solidity": 0.35}})
    names = [text(f"story.cause.{cause}", lang) for cause in shown]
    figure.update_yaxes(
        tickvals=[-row for row in range(len(names) + 1)],
        ticktext=[escape(name) for name in (*names, text("figure.causes_all", lang))],
        range=[-len(names) - 0.6, 0.6], automargin=True, showgrid=False)
    figure.update_xaxes(title_text=text("figure.causes_axis", lang), rangemode="tozero")
    figure.update_layout(barmode="overlay", showlegend=True,
                         height=130 + 24 * len(policies) * (len(names) + 1))
    return figure


def _steps(
    figure: go.Figure, parts: Sequence[Mapping[str, float]], whole: Mapping[str, float],
    shift: float, height: float, lang: str, **looks: Any,
) -> None:
    """One policy's bars, the lines that lead from each to the next, the interval of the sum."""
    begins = [sum(part["mean"] for part in parts[:row]) for row in range(len(parts))] + [0.0]
    values = [*parts, whole]
    rows = [-row + shift for row in range(len(values))]
    half = 0.45 * height
    ends = [begin + value["mean"] for begin, value in zip(begins, values, strict=True)]
    figure.add_scatter(
        x=[x for end in ends[:-1] for x in (end, end, None)],
        y=[y for row in range(len(parts)) for y in (rows[row] - half, rows[row + 1] + half, None)],
        mode="lines", line={"color": LIGHT["line"], "width": 1}, hoverinfo="skip",
        showlegend=False)
    figure.add_bar(
        y=rows, x=[value["mean"] for value in values], base=begins, orientation="h",
        width=2 * half, customdata=[interval(value, lang) for value in values],
        text=[number(value["mean"], lang) for value in values[:-1]] + [""],
        textposition="outside", cliponaxis=False, constraintext="none",
        hovertemplate="%{customdata}<extra>%{fullData.name}</extra>", **looks)
    figure.add_scatter(
        x=[whole["mean"]], y=rows[-1:], mode="markers", showlegend=False, hoverinfo="skip",
        marker={"size": 1, "color": LIGHT["ink"]},
        error_x={"type": "data", "symmetric": False, "thickness": 1.2, "width": 4,
                 "color": LIGHT["ink"], "array": [max(whole["upper"] - whole["mean"], 0.0)],
                 "arrayminus": [max(whole["mean"] - whole["lower"], 0.0)]})

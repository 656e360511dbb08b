"""Figures of a stress test. They take the dictionary of ``Stressed.to_json()``."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from simlab.decide.outcomes import outcome as described
from simlab.i18n import text
from simlab.report import stress, wording
from simlab.report.figures.frame import Tree, blank, broken
from simlab.report.tokens import LIGHT

_SHADES = [[0.0, "#f3f6fa"], [0.25, "#c3d6ea"], [0.5, "#82a9d0"], [0.75, "#3d75b0"],
           [1.0, "#0b2f5c"]]
"""One hue whose lightness falls evenly: the same in grey, and for every reader of colours."""
_DARK = 0.6
"""Share of the scale from which figures on it are white."""


def loss_map(tree: Tree, lang: str) -> go.Figure:
    """Decision loss of each policy in each future; futures in the order of what the best policy
    of each comes to."""
    loss = np.array(tree["stress"]["loss"])
    aim = np.array(tree["values"][tree["stress"]["objective"]])
    lower = stress.lower_is_better(tree)
    best = aim.min(axis=1) if lower else -aim.max(axis=1)
    loss = loss[np.argsort(best, kind="stable")]
    titles = stress.titles(tree, lang)
    notes = [[text("figure.loss_note", lang, policy=title, loss=wording.number(value, lang))
              for value in loss[:, p].tolist()] for p, title in enumerate(titles)]
    figure = _map(tree, loss.T, titles, lang)
    figure.update_traces(colorbar={"y": 1.03, "yanchor": "bottom"})
    figure.update_layout(margin={"t": 78, "b": 58})
    figure.update_traces(customdata=notes, hovertemplate="%{customdata}<extra></extra>")
    said = broken(text("figure.futures_sorted", lang, futures=len(loss)), lang)
    figure.add_annotation(text=said, x=1, xref="paper", xanchor="right", y=0, yref="paper",
                          yanchor="top", yshift=-6, align="right", showarrow=False,
                          font={"size": 12, "color": LIGHT["muted"]})
    figure.update_xaxes(tickvals=[], showgrid=False)
    return figure


def named_loss_map(tree: Tree, lang: str) -> go.Figure:
    """Decision loss of each policy in each named future; a column a policy, a row a future."""
    aim = tree["stress"]["objective"]
    loss = [stress.losses(tree, [policy[aim]["mean"] for policy in future["policies"]])
            for future in tree["named"]]
    rows = stress.named_titles(tree, lang)
    figure = _map(tree, np.array(loss), rows, lang)
    titles = [broken(title, lang, narrow=True) for title in stress.titles(tree, lang)]
    largest = max(max(row) for row in loss) or 1.0
    for y, row in enumerate(loss):
        for x, value in enumerate(row):
            dark = value > _DARK * largest
            figure.add_annotation(x=x, y=y, text=wording.number(value, lang), showarrow=False,
                                  font={"color": "#ffffff" if dark else LIGHT["ink"]})
    figure.update_traces(hoverinfo="skip")
    figure.update_xaxes(tickvals=list(range(len(titles))), ticktext=titles, side="top",
                        showgrid=False)
    return figure


def box_figure(tree: Tree, found: Tree, lang: str) -> go.Figure:
    """The boxes of one discovery: on each limited uncertainty the range of the box against all
    futures tried."""
    known = {each["name"]: each for each in tree["uncertainties"]}
    figure, place = blank(""), 0
    labels: list[tuple[int, str]] = []
    for number, box in enumerate(found["boxes"], start=1):
        figure.add_annotation(
            x=0, xref="paper", y=place, text=broken(_box_title(box, number, lang), lang),
            showarrow=False, xanchor="left", align="left", yanchor="middle")
        place -= 1
        for limits in box["restrictions"]:
            each = known[limits["name"]]
            _range(figure, each, limits, place, tree, lang, legend=not labels)
            labels.append((place, broken(wording.pick(each["title"], lang), lang, narrow=True)))
            place -= 1
    figure.update_yaxes(tickvals=[at for at, _ in labels], ticktext=[said for _, said in labels],
                        range=[place + 0.3, 0.6], showgrid=False, automargin=True)
    figure.update_xaxes(range=[-0.08, 1.08], showticklabels=False, showgrid=False)
    figure.update_layout(height=90 + 52 * -place)
    return figure


def _range(
    figure: go.Figure, uncertainty: Tree, limits: Tree, place: int, tree: Tree, lang: str, *,
    legend: bool,
) -> None:
    """One uncertainty's line: all futures thin and grey, the box thick, its limits written out."""
    least, most = _tried(tree, uncertainty)
    ends = [least if limits["lower"] is None else limits["lower"],
            most if limits["upper"] is None else limits["upper"]]
    shares = [(end - least) / (most - least) for end in ends]
    figure.add_scatter(x=[0, 1], y=[place, place], mode="lines", hoverinfo="skip",
                       line={"color": "#c8cfd8", "width": 4}, showlegend=legend,
                       name=text("figure.full_range", lang))
    figure.add_scatter(x=shares, y=[place, place], mode="lines", hoverinfo="skip",
                       line={"color": LIGHT["accent"], "width": 14}, showlegend=legend,
                       name=text("figure.box_range", lang))
    for share, end in zip(shares, ends, strict=True):
        figure.add_annotation(x=share, y=place, yshift=17, showarrow=False,
                              text=stress.value(uncertainty, end, lang),
                              font={"size": 12, "color": LIGHT["muted"]})


def _tried(tree: Tree, uncertainty: Tree) -> tuple[float, float]:
    values = [future[uncertainty["name"]] for future in tree["futures"]]
    least, most = uncertainty["range"] or (min(values), max(values))
    return float(least), float(most)


def _box_title(box: Tree, number: int, lang: str) -> str:
    return text("figure.box_title", lang, number=number, n=box["futures"],
                **{part: wording.share(box[part]["mean"]) for part in ("coverage", "density")})


def _map(tree: Tree, loss: Any, rows: list[str], lang: str) -> go.Figure:
    """A heat map with a row each, the first on top."""
    unit = text(f"unit.{described(tree['stress']['objective']).unit}", lang)
    figure = blank("")
    figure.add_heatmap(
        z=loss, colorscale=_SHADES, zmin=0, zmax=float(loss.max()) or 1.0, xgap=0, ygap=3,
        colorbar={"title": {"text": text("figure.decision_loss", lang, unit=unit), "side": "top"},
                  "orientation": "h", "y": -0.04, "yanchor": "top", "thickness": 12,
                  "outlinewidth": 0})
    figure.update_yaxes(tickvals=list(range(len(rows))),
                        ticktext=[broken(row, lang, narrow=True) for row in rows],
                        autorange="reversed", showgrid=False, automargin=True)
    figure.update_layout(height=170 + 52 * len(rows))
    return figure

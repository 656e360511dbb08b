"""The figure of a replayed change."""

from __future__ import annotations

import plotly.graph_objects as go

from simlab.i18n import text
from simlab.report.figures.frame import Tree, blank, draw_bands, month_axis, with_unit
from simlab.report.tokens import LIGHT
from simlab.report.wording import month


def replayed(group: Tree, lang: str) -> go.Figure:
    """Exits that happened by month in a group of a replayed change, over the 90% of the forecast
    without the change and, where it was made, with it."""
    figure = blank(with_unit("exits", lang))
    rows = group["months"]
    months = [month(row["month"], lang) for row in rows]
    for part, colour in (("without", LIGHT["baseline"]), ("under", LIGHT["accent"])):
        if part == "under" and not group["changed"]:
            continue
        columns = {key: [row[part][name] for row in rows]
                   for key, name in (("mean", "mean"), ("p05", "lower"), ("p95", "upper"))}
        draw_bands(figure, months, columns, colour, text(f"event.column.{part}", lang), lang,
                   inner=False)
    figure.add_scatter(
        x=months, y=[row["observed"] for row in rows], mode="markers",
        name=text("event.column.observed", lang),
        marker={"size": 9, "color": LIGHT["ink"], "symbol": "diamond"},
        hovertemplate="%{x}: %{y}<extra>%{fullData.name}</extra>")
    month_axis(figure, months)
    figure.update_yaxes(rangemode="tozero")
    return figure

"""What comes if nothing changes, as a reader sees it: a table, sentences, the fan after the months
recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from simlab.decide.outcomes import outcome as described
from simlab.i18n import text
from simlab.report import wording
from simlab.report.figures.frame import blank, draw_bands, month_axis, with_unit
from simlab.report.tokens import LIGHT

Tree = Mapping[str, Any]
"""An outlook as plain data (``Outlook.to_json()``)."""


def table(tree: Tree, lang: str) -> tuple[list[str], list[list[str]]]:
    """Header and rows: each outcome over the whole period, mean with its 90% interval."""
    header = [text(f"outlook.column.{name}", lang) for name in ("outcome", "value", "unit")]
    return header, [
        [wording.outcome_name(name, lang), wording.interval(value, lang),
         f"{text(f'outlook.over_{described(name).over_months}', lang)}, "
         f"{text(f'unit.{described(name).unit}', lang)}"]
        for name, value in tree["totals"].items()]


def costs(tree: Tree, lang: str) -> str:
    """What doing nothing costs, as a sentence."""
    return text("outlook.idle", lang, months=len(tree["months"]),
                replacing=wording.interval(tree["idle"]["replacement_cost"], lang),
                lost=wording.interval(tree["idle"]["lost_business"], lang))


def fan_of(tree: Tree, outcome: str) -> Tree:
    """The months of one outcome: ``mean``, ``p05`` .. ``p95``."""
    return next(each for each in tree["fans"] if each["outcome"] == outcome)


def course(
    months: Sequence[str], values: Sequence[float], tree: Tree | None, outcome: str, lang: str
) -> go.Figure:
    """What was recorded of `outcome` by month, then the fan of what comes (none where `tree` is
    None)."""
    figure = blank(with_unit(outcome, lang))
    coming = list(tree["months"]) if tree is not None else []
    named = [wording.month(m, lang) for m in (*months, *coming)]
    past = named[:len(months)]
    figure.add_bar(x=past, y=list(values), name=text("outlook.recorded", lang),
                   marker={"color": LIGHT["baseline"]}, hovertemplate="%{x}: %{y}<extra></extra>")
    if tree is not None:
        draw_bands(figure, named[len(months):], fan_of(tree, outcome), LIGHT["accent"],
                   text("outlook.foretold", lang), lang)
    month_axis(figure, named)
    figure.update_yaxes(rangemode="tozero")
    figure.update_layout(bargap=0.35)
    return figure

"""The grid: which questions the data answer, and the column that would lift each answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import dash_mantine_components as dmc
from dash import html

from simlab.jobs.standing import comparison_changes
from simlab.jobs.stored import stored_answers
from simlab.report import grid
from simlab.ui.components import card, stale_badge, start_button, table
from simlab.ui.pages.data.history import say
from simlab.ui.visit import Visit

VERDICTS = ("tested", "partly", "assumed", "cannot")


def answered(visit: Visit) -> Any:
    """The grid of questions, and the way to ask them."""
    tree, lang = stored_answers(visit.lab), visit.lang
    ask = start_button("data", "answers", say(visit, "ask" if tree is None else "ask_again"),
                       variant="light", size="xs", w="fit-content")
    if tree is None:
        return card(visit.text("grid.title"), visit.text("grid.line"), ask)
    rows = grid.rows(tree, lang)
    count = Counter(row["badge"] for row in rows)
    shown = dict(zip(grid.COLUMNS, grid.header(lang), strict=True))
    return card(
        visit.text("grid.title"), " ".join(grid.notes(tree, lang)),
        *stale_badge(comparison_changes(visit.lab, tree), lang),
        dmc.Text(say(visit, "answered_counts", questions=len(rows),
                     **{name: count[name] for name in VERDICTS}), fw=600),
        ask,
        html.Div(table(
            [shown["question"], *(visit.text(f"grid.verdict.{name}") for name in VERDICTS),
             shown["lifts"]],
            [[_question(row, shown["owed"], visit), *(_place(row, name) for name in VERDICTS),
              row["lifts"]] for row in rows]), className="lab-wrapped lab-grid"),
        name="data-grid")


def _question(row: Mapping[str, str], owed: str, visit: Visit) -> Any:
    """The question, and how much of its answer is left to assumptions."""
    return [html.Div(row["question"]), dmc.Text(visit.text(
        "ui.chart.stamp", what=owed, value=row["owed"]), size="xs", c="dimmed")]


def _place(row: Mapping[str, str], verdict: str) -> Any:
    """The mark in the column of the row's verdict: where it stands says it, not its colour."""
    if row["badge"] != verdict:
        return ""
    named: dict[str, Any] = {"aria-label": row["verdict"]}
    return html.Span("●", className="lab-verdict", role="img", **named)

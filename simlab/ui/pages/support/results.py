"""Requests on the page: the share past the SLA, how long they wait, what waiting costs, what each
lever does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash_mantine_components as dmc

from simlab.report import figures, support, wording
from simlab.ui.components import (
    Source,
    card,
    chart_card,
    number_card,
    table,
    warrant_badge,
    zero,
)
from simlab.ui.pages.one_policy import Question, period
from simlab.ui.visit import Visit

Tree = Mapping[str, Any]


def view(visit: Visit, tree: Tree) -> Any:
    """The whole answer (``Support.to_json()``)."""
    lang = visit.lang
    if not tree["waiting"]:
        return dmc.Stack([zero(visit, _say(visit, "requests"), period(visit, tree)),
                          dmc.Text(support.observed(tree, lang), size="sm", c="dimmed")], gap="md")
    return dmc.Stack([
        _numbers(visit, tree),
        _chart(visit, tree),
        card(_say(visit, "cost"), _say(visit, "cost_note"),
             table(*support.cost_of_waiting(tree, lang), narrow=True),
             badge=warrant_badge(tree["warrant"], lang), name="support-cost"),
        card(_say(visit, "levers"), _say(visit, "levers_note", draws=tree["options"]["draws"]),
             table(*support.levers(tree, lang)),
             badge=warrant_badge(tree["warrant"], lang), name="support-levers"),
        card(_say(visit, "rests"), "", dmc.Text(support.rests(tree, lang), size="sm"),
             dmc.Text(support.observed(tree, lang), size="sm"),
             dmc.Text(_say(visit, "counted"), size="sm", c="dimmed")),
    ], gap="md")


def _numbers(visit: Visit, tree: Tree) -> Any:
    """The share past the SLA, and what is never answered because its owner leaves."""
    lang, whole = visit.lang, tree["waiting"][0]
    past = whole["late"]
    shown = None if past is None else {name: 100 * past[name] for name in past}
    n = _n(visit, tree)
    return dmc.SimpleGrid([
        number_card(
            visit, _say(visit, "late"),
            wording.MISSING if shown is None else wording.number(shown["mean"], lang), unit="%",
            interval=shown, n=n, period=period(visit, tree), term="request", name="support-late",
            formula=_say(visit, "late_formula", sla=tree["sla"]),
            badge=warrant_badge(tree["warrant"], lang)),
        number_card(
            visit, _say(visit, "dropped"), wording.number(tree["dropped"]["mean"], lang),
            unit=_say(visit, "unit"), interval=tree["dropped"], n=n, period=period(visit, tree),
            formula=_say(visit, "dropped_formula"), name="support-dropped"),
    ], cols={"base": 1, "sm": 2}, spacing="md")


def _chart(visit: Visit, tree: Tree) -> Any:
    lang = visit.lang
    header, rows = support.by_department(tree, lang)
    data = [{"department": each["department"], "recorded": each["recorded"], "month_ends": end,
             **{name: each[name][end] for name in ("mean", "lower", "upper")}}
            for each in (*tree["waiting"], *tree["observed"]) for end in range(len(each["mean"]))]
    return chart_card(
        visit, "support-open", _say(visit, "open"), _say(visit, "open_note"),
        figures.still_open(tree, lang), header=header, rows=rows, data=data,
        badge=warrant_badge(tree["warrant"], lang),
        source=Source.of(
            tree, formula=_say(visit, "open_formula"), n=_n(visit, tree),
            period=period(visit, tree), unit=_say(visit, "unit_open"),
            interval=visit.text("ui.one_policy.over_draws")))


def _n(visit: Visit, tree: Tree) -> str:
    options = tree["options"]
    return _say(visit, "n", requests=wording.number(tree["waiting"][0]["requests"], visit.lang),
                draws=options["draws"], replicates=options["replicates"],
                people=options["people"])


def _say(visit: Visit, key: str, **values: Any) -> str:
    return visit.text(f"page.support.{key}", **values)


QUESTION = Question("support", "support", view)

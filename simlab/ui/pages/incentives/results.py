"""A pay plan on the page: months below expectation, weights beside effort, the pay gap, the bonus
curve, what pay is made of, and what is left unrewarded."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import dash_mantine_components as dmc

from simlab.report import figures, incentives, wording
from simlab.ui.components import Source, card, chart_card, number_card, table
from simlab.ui.pages.one_policy import Question, period
from simlab.ui.visit import Visit

Tree = Mapping[str, Any]


def view(visit: Visit, tree: Tree) -> Any:
    """The whole answer (``Incentives.to_json()``)."""
    return dmc.Stack([
        _numbers(visit, tree), _effort(visit, tree), _gap(visit, tree), _kpis(visit, tree),
        _paid(visit, tree), _curve(visit, tree),
    ], gap="md")


def _numbers(visit: Visit, tree: Tree) -> Any:
    """The median months below the expected income: of everybody, and by work."""
    lang, found = visit.lang, tree["below"]
    number = partial(number_card, visit, n=_n(visit, tree), period=period(visit, tree),
                     unit=_say(visit, "unit", months=len(tree["months"])))
    cards = [number(_say(visit, key), wording.number(found[who]["mean"], lang),
                    interval=found[who], name=f"incentives-{who}",
                    term="expected_income" if who == "all" else None,
                    formula=_say(visit, "below_formula") if who == "all" else "")
             for who, key in (("all", "below"), ("standard", "below_standard"),
                              ("key", "below_key")) if found[who] is not None]
    return dmc.SimpleGrid(cards, cols={"base": 1, "sm": len(cards)}, spacing="md")


def _effort(visit: Visit, tree: Tree) -> Any:
    header, rows = incentives.efforts(tree, visit.lang)
    return chart_card(
        visit, "incentives-effort", visit.text("incentives.effort"),
        visit.text("incentives.effort_note"),
        figures.weights_and_effort(tree, visit.lang), header=header, rows=rows,
        data=[{"stage": place + 1, "first": stage["months"][0], "last": stage["months"][1],
               "people": who, "name": name, **value}
              for place, stage in enumerate(tree["stages"])
              for who, shares in (("weights", {kpi: {"mean": weight} for kpi, weight
                                               in stage["weights"].items()}),
                                  *stage["effort"].items())
              for name, value in (shares or {}).items()],
        source=_source(visit, tree, "effort_formula", "unit_share"))


def _gap(visit: Visit, tree: Tree) -> Any:
    lang = visit.lang
    data = [{"month": tree["months"][place], "people": segment,
             **{key: gap["fan"][key][k] for key in ("mean", "p05", "p95")}}
            for segment, gap in tree["gaps"].items() if gap is not None
            for k, place in enumerate(gap["months"])]
    rows = [[wording.month(each["month"], lang),
             visit.text(f"incentives.segment.{each['people']}"),
             figures.percent({"mean": each["mean"], "lower": each["p05"], "upper": each["p95"]},
                             lang, signed=True)] for each in data]
    note = " ".join([visit.text("incentives.gap_note"), *incentives.few(tree, lang)])
    return chart_card(
        visit, "incentives-gap", visit.text("incentives.gap"), note, figures.pay_gap(tree, lang),
        header=[_say(visit, f"column.{name}") for name in ("month", "segment", "mean")],
        rows=rows, data=data, source=_source(visit, tree, "gap_formula", "unit_gap"))


def _kpis(visit: Visit, tree: Tree) -> Any:
    return card(
        visit.text("incentives.kpis"), visit.text("incentives.kpis_note"),
        dmc.Text(incentives.rewarded(tree, visit.lang), id="incentives-unrewarded"),
        table(*incentives.kpis(tree, visit.lang)), name="incentives-kpis")


def _paid(visit: Visit, tree: Tree) -> Any:
    return card(visit.text("incentives.pay"), visit.text("incentives.pay_note", unit=visit.money),
                table(*incentives.paid(tree, visit.lang)), name="incentives-paid")


def _curve(visit: Visit, tree: Tree) -> Any:
    rows = [[wording.number(score, visit.lang), f"{100 * share:.1f}"]
            for score, share in tree["curve"][::5]]
    return chart_card(
        visit, "incentives-curve", _say(visit, "curve"), _say(visit, "curve_note"),
        figures.bonus_curve(tree, visit.lang),
        header=[_say(visit, f"column.{name}") for name in ("score", "bonus")], rows=rows,
        data=[{"score": score, "bonus": share} for score, share in tree["curve"]],
        source=_source(visit, tree, "curve_formula", "unit_bonus"))


def _source(visit: Visit, tree: Tree, formula: str, unit: str) -> Source:
    return Source.of(
        tree, formula=_say(visit, formula), n=_n(visit, tree), period=period(visit, tree),
        interval=visit.text("ui.one_policy.futures"), unit=_say(visit, unit))


def _n(visit: Visit, tree: Tree) -> str:
    options = tree["options"]
    return visit.text("ui.one_policy.n", people=options["people"], histories=wording.number(
        options["draws"] * options["replicates"], visit.lang))


def _say(visit: Visit, key: str, **values: Any) -> str:
    return visit.text(f"page.incentives.{key}", **values)


QUESTION = Question("incentives", "incentives", view)

"""Courses on the page: what the best one avoids for the money, cost against exits, course by
course, and what is learnt by month."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import dash_mantine_components as dmc
from dash import html

from simlab.report import courses, figures, wording
from simlab.ui.components import (
    Source,
    card,
    chart_card,
    no_data,
    number_card,
    table,
    warrant_badge,
)
from simlab.ui.pages.one_policy import Question, period
from simlab.ui.visit import Visit

Tree = Mapping[str, Any]


def view(visit: Visit, tree: Tree) -> Any:
    """The whole answer (``Courses.to_json()``)."""
    best = courses.best(tree)
    return dmc.Stack([
        no_data(_say(visit, "none"), courses.answer(tree, visit.lang, visit.money))
        if best is None else _numbers(visit, tree, best),
        _scatter(visit, tree),
        card(visit.text("courses.table"), visit.text("courses.table_note"),
             *([] if best is None else [
                 dmc.Text(courses.answer(tree, visit.lang, visit.money))]),
             table(*courses.effects(tree, visit.lang, visit.money)),
             *[dmc.Text(line, size="sm", c="dimmed") for line in courses.free(tree, visit.lang)],
             name="training-courses"),
        html.Div(learnt(visit, tree, best or tree["courses"][0]), id="training-learnt-of"),
        card(visit.text("courses.learning"), visit.text("courses.learning_note"),
             table(*courses.learning(tree, visit.lang)), name="training-learning"),
        card(visit.text("courses.behind"), visit.text("courses.behind_note", money=visit.money),
             table(*courses.behind(tree, visit.lang)), name="training-behind"),
    ], gap="md")


def _numbers(visit: Visit, tree: Tree, best: Tree) -> Any:
    """What the best course avoids for the money, and how sure that is."""
    lang, found = visit.lang, best["per_money"]
    saves = found["mean"] is None
    value = figures.avoided(best) if saves else found
    number = partial(number_card, visit, n=_n(visit, tree), period=period(visit, tree))
    return dmc.SimpleGrid([
        number(
            _say(visit, "best", course=figures.course_name(tree, best, lang)),
            wording.number(value["mean"], lang, signed=True),
            unit=_say(visit, "unit_saves") if saves else _say(
                visit, "unit", amount=courses.amount(lang), money=visit.money),
            interval=value, signed=True, name="training-best",
            formula=_say(visit, "saves_formula" if saves else "best_formula"),
            badge=warrant_badge(best["warrant"], lang)),
        number(_say(visit, "sure"), wording.share(best["beats"]), unit="", name="training-sure",
               term="regretted",
               formula=_say(visit, "sure_formula")),
    ], cols={"base": 1, "sm": 2}, spacing="md")


def _scatter(visit: Visit, tree: Tree) -> Any:
    header, rows = courses.effects(tree, visit.lang, visit.money)
    return chart_card(
        visit, "training-scatter", visit.text("courses.scatter"),
        visit.text("courses.scatter_note"),
        figures.cost_and_exits(tree, visit.lang), header=header, rows=rows,
        data=[{"course": course["name"], "offered": course["offered"],
               "warrant": course["warrant"], "beats": course["beats"],
               **{f"{name}_{part}": value for name, effect in course["effects"].items()
                  for part, value in effect.items()}} for course in tree["courses"]],
        badge=warrant_badge(_least(tree), visit.lang),
        source=_source(visit, tree, "formula", f"{visit.text('unit.people')}; {visit.money}"))


def _least(tree: Tree) -> str:
    """What the courses rest on, at least."""
    order = ("unknown", "assumed", "partly", "tested")
    return min((str(course["warrant"]) for course in tree["courses"]), key=order.index)


def learnt(visit: Visit, tree: Tree, course: Tree) -> Any:
    """The chart of what one course teaches, month by month."""
    lang = visit.lang

    def said(fan: Tree, place: int) -> str:
        return wording.interval({"mean": fan["mean"][place], "lower": fan["p05"][place],
                                 "upper": fan["p95"][place]}, lang)

    data = [{"month": month, "course": course["name"],
             **{f"{key}_{part}": course[key][part][place]
                for key in ("with_it", "without_it", "gained")
                for part in ("mean", "p05", "p95")}}
            for place, month in enumerate(tree["months"])]
    return chart_card(
        visit, "training-learnt", _say(visit, "learnt"), _say(visit, "learnt_note"),
        figures.learnt(tree, course, lang),
        header=[_say(visit, f"column.{name}") for name in ("month", "with_it", "without_it")],
        rows=[[wording.month(month, lang), said(course["with_it"], place),
               said(course["without_it"], place)] for place, month in enumerate(tree["months"])],
        data=data, source=_source(visit, tree, "learnt_formula", _say(visit, "unit_learnt")),
        controls=dmc.Select(
            id="training-course", value=course["name"], allowDeselect=False, size="xs", w=230,
            data=[{"value": each["name"], "label": figures.course_name(tree, each, lang)}
                  for each in tree["courses"]], **{"aria-label": _say(visit, "course")}))


def _source(visit: Visit, tree: Tree, formula: str, unit: str) -> Source:
    return Source.of(
        tree, formula=_say(visit, formula), n=_n(visit, tree), period=period(visit, tree),
        interval=visit.text("ui.one_policy.over_draws"), unit=unit)


def _n(visit: Visit, tree: Tree) -> str:
    options = tree["options"]
    return visit.text("ui.one_policy.draws", people=options["people"], draws=options["draws"],
                      replicates=options["replicates"])


def _say(visit: Visit, key: str, **values: Any) -> str:
    return visit.text(f"page.training.{key}", **values)


QUESTION = Question("training", "courses", view)

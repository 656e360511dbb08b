"""Courses and coaching as a reader sees them: tables and sentences.

Trees are ``Courses.to_json()`` of `simlab.jobs.courses`: plain data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from simlab.decide.courses import COST_ITEMS, PER
from simlab.i18n import text
from simlab.report import checks, figures, wording
from simlab.report.figures import avoided, course_name

Tree = Mapping[str, Any]
Table = tuple[list[str], list[list[str]]]


def section(tree: Tree, lang: str, embedded: Callable[[Any, str], Any]) -> dict[str, Any]:
    """What the report's section shows; `embedded` turns a figure and its name into a part of the
    page."""
    money = text("unit.money", lang)
    said = {name: (text(f"courses.{name}", lang), text(f"courses.{name}_note", lang, money=money))
            for name in ("scatter", "table", "learning", "behind")}
    return {
        "title": text("courses.title", lang),
        "caution": checks.caution(tree, lang),
        "lines": [wording.pick(tree["titles"][tree["policy"]], lang), answer(tree, lang, money)],
        "figures": [(*said["scatter"], embedded(figures.cost_and_exits(tree, lang), "courses"))],
        "tables": [(*said["table"], *effects(tree, lang, money)),
                   (*said["learning"], *learning(tree, lang)),
                   (*said["behind"], *behind(tree, lang))],
        "notes": free(tree, lang),
    }


def best(tree: Tree) -> Tree | None:
    """The course that pays best; None where none avoids an exit in expectation."""
    return next((course for course in tree["courses"] if course["name"] == tree["best"]), None)


def answer(tree: Tree, lang: str, money: str) -> str:
    """Which course pays, in a sentence; `money` is what amounts are in."""
    course = best(tree)
    if course is None:
        return text("courses.none_pays", lang)
    said = {"course": course_name(tree, course, lang), "money": money,
            "avoided": wording.interval(avoided(course), lang, signed=True),
            "beats": wording.share(course["beats"])}
    if course["per_money"]["mean"] is None:
        return text("courses.saves", lang, **said)
    return text("courses.pays", lang, per=per_money(course, lang), amount=amount(lang), **said)


def amount(lang: str) -> str:
    """The money that exits avoided are stated for."""
    return wording.number(PER, lang) if lang == "zh" else f"{PER:,}"


def per_money(course: Tree, lang: str) -> str:
    """Exits avoided for `PER` of cost with its interval; that it saves where it costs nothing
    more."""
    found = course["per_money"]
    if found["mean"] is None:
        return text("courses.saving", lang)
    return wording.interval(found, lang, signed=True)


def effects(tree: Tree, lang: str, money: str) -> Table:
    """Every course: exits avoided, cost, exits avoided for the money, how sure, what it rests
    on."""
    header = [text(f"courses.column.{name}", lang, money=money, amount=amount(lang)) for name in (
        "course", "avoided", "cost", "per_money", "beats", "rests")]
    return header, [
        [_named(tree, course, lang), wording.interval(avoided(course), lang, signed=True),
         wording.interval(course["effects"]["cost"], lang, signed=True), per_money(course, lang),
         wording.share(course["beats"]),
         text(f"report.warrant_short_{course['warrant']}", lang)] for course in tree["courses"]]


def learning(tree: Tree, lang: str) -> Table:
    """Every course: its hours, exams, what is learnt and how much of it stays."""
    header = [text(f"courses.column.{name}", lang) for name in (
        "course", "amount", "kept", "passed", "hours", "before", "after")]
    return header, [
        [_named(tree, course, lang), _amount(course, lang),
         kept(course, lang), wording.share(course["passed"]),
         wording.interval(course["hours"], lang, signed=True),
         wording.number(course["with_it"]["mean"][0], lang),
         text("courses.after", lang, with_it=wording.number(course["with_it"]["mean"][-1], lang),
              without=wording.number(course["without_it"]["mean"][-1], lang))]
        for course in tree["courses"]]


def behind(tree: Tree, lang: str) -> Table:
    """Every course: what its cost is made of (items that no course moves are left out), and the
    business that it brings or takes."""
    effects = [course["effects"] for course in tree["courses"]]
    names = [*(item for item in COST_ITEMS if any(any(each[item].values()) for each in effects)),
             "business"]
    header = [text("courses.column.course", lang),
              *(wording.outcome_name(name, lang) for name in names)]
    return header, [
        [_named(tree, course, lang), *(wording.interval(each[name], lang, signed=True)
                                       for name in names)]
        for course, each in zip(tree["courses"], effects, strict=True)]


def kept(course: Tree, lang: str) -> str:
    """What of the highest gain is left at the end: the rest is forgotten, or went with leavers."""
    gained = course["gained"]["mean"]
    highest = max(gained)
    if highest < 0.005:  # nothing to be seen at two places behind the point
        return wording.MISSING
    return text("courses.kept", lang, highest=wording.number(highest, lang, signed=True),
                end=wording.number(gained[-1], lang, signed=True))


def free(tree: Tree, lang: str) -> list[str]:
    """Courses that may cost nothing more, and in how many draws."""
    return [text("courses.free", lang, course=course_name(tree, course, lang),
                 share=wording.share(course["per_money"]["free"]))
            for course in tree["courses"]
            if course["per_money"]["free"] > 0 and course["per_money"]["mean"] is not None]


def _named(tree: Tree, course: Tree, lang: str) -> str:
    name = course_name(tree, course, lang)
    return name if course["offered"] else text("courses.not_offered", lang, course=name)


def _amount(course: Tree, lang: str) -> str:
    if course["kind"] == "coaching":
        return f"{100 * course['amount']:.0f}%"
    return text("courses.length", lang, hours=f"{course['amount']:g}")

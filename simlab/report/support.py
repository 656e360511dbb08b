"""Requests to other departments as a reader sees them: tables and sentences.

Trees are ``Support.to_json()`` of `simlab.jobs.support`: plain data.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simlab.i18n import text
from simlab.parameters import INDEX, REGISTRY
from simlab.report import wording
from simlab.report.figures.frame import with_unit
from simlab.report.figures.support import department

Tree = Mapping[str, Any]
Table = tuple[list[str], list[list[str]]]
LATER = ("complaints", "key_customers", "renewed", "key_business", "belonging", "stress",
         "voluntary", "regretted")
"""What waiting does, in the order in which it does it."""
LEVERS = ("regretted", "complaints", "cost")


def late(tree: Tree, lang: str) -> str:
    """The share past the SLA, in a sentence."""
    if not tree["waiting"]:
        return text("support.none", lang)
    found = tree["waiting"][0]
    if found["late"] is None:
        return text("support.none_late", lang, sla=tree["sla"])
    return text("support.late", lang, share=percent(found["late"], lang), sla=tree["sla"],
                requests=wording.number(found["requests"], lang),
                dropped=wording.interval(tree["dropped"], lang))


def percent(value: Tree, lang: str, *, signed: bool = False) -> str:
    """A share with its interval, in per cent."""
    return wording.interval({name: 100 * value[name] for name in ("mean", "lower", "upper")}, lang,
                            signed=signed)


def by_department(tree: Tree, lang: str) -> Table:
    """Every department: requests, and the share still open after each month end."""
    rows = [*tree["waiting"], *tree["observed"]]
    ends = min(max((len(each["mean"]) for each in rows), default=1), tree["sla"] + 5)
    header = [text("support.column.department", lang), text("support.column.requests", lang),
              *(text("support.column.end", lang, end=end) for end in range(1, ends))]
    return header, [
        [_named(tree, each, lang), wording.number(each["requests"], lang),
         *(percent({"mean": each["mean"][end], "lower": each["lower"][end],
                    "upper": each["upper"][end]}, lang) if end < len(each["mean"])
           else wording.MISSING for end in range(1, ends))] for each in rows]


def levers(tree: Tree, lang: str) -> Table:
    """The policy against itself with each lever moved, and against the baseline."""
    header = [text("support.column.change", lang), text("support.column.late", lang),
              *(with_unit(name, lang) for name in LEVERS)]
    shown = [each for each in tree["changes"] if each["name"] != "at_once"]
    return header, [
        [change(tree, each, lang), percent(each["late"], lang, signed=True),
         *(wording.interval(each["effects"][name], lang, signed=True) for name in LEVERS)]
        for each in shown]


def cost_of_waiting(tree: Tree, lang: str) -> Table:
    """What comes of waiting: as it is, less with departments that answer at once."""
    whole = next(each for each in tree["changes"] if each["name"] == "at_once")
    rows = [[with_unit(name, lang), wording.interval(_reversed(whole["effects"][name]), lang,
                                                     signed=True)] for name in LATER]
    rows += [[text("support.through", lang, outcome=with_unit(name, lang)),
              wording.interval(tree["channel"][name], lang, signed=True)]
             for name in ("voluntary", "regretted")]
    return [text("support.column.what", lang), text("support.column.waiting", lang)], rows


def rests(tree: Tree, lang: str) -> str:
    """What of the answer is estimated from the records, and what is assumed."""
    return text("support.rests" if tree["estimated"] else "support.rests_on_none", lang,
                estimated=text("support.and", lang).join(
                    REGISTRY[INDEX[name]].meaning(lang) for name in tree["estimated"]))


def observed(tree: Tree, lang: str) -> str:
    """That the records hold requests, and from when; or that they do not."""
    if not tree["observed"]:
        return text("support.not_recorded", lang)
    first, last = (wording.month(name, lang) for name in tree["observed_from"])
    return text("support.is_recorded", lang, first=first, last=last,
                requests=wording.number(tree["observed"][0]["requests"], lang))


def change(tree: Tree, each: Tree, lang: str) -> str:
    """What is other than in the policy."""
    if each["name"] == "baseline":
        title = wording.pick(tree["titles"][tree["baseline"]], lang)
        return text("support.change.baseline", lang, policy=title)
    return text(f"support.change.{each['name']}", lang, before=f"{each['before']:g}",
                after=f"{each['after']:g}")


def _named(tree: Tree, each: Tree, lang: str) -> str:
    name = department(tree, each, lang)
    return text("support.recorded", lang, department=name) if each["recorded"] else name


def _reversed(value: Tree) -> dict[str, float]:
    return {"mean": -value["mean"], "lower": -value["upper"], "upper": -value["lower"]}

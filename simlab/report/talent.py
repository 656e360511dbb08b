"""The staff against the profile of key work, as a reader sees it: tables and sentences.

Trees are ``Talent.to_json()`` of `simlab.jobs.talent`: plain data.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simlab.engine.groups import REST
from simlab.i18n import catalogue, text
from simlab.report import wording
from simlab.report.figures.talent import skill_title

Tree = Mapping[str, Any]
Table = tuple[list[str], list[list[str]]]


def at(fan: Tree, place: int) -> dict[str, float]:
    """A month of a fan, in per cent."""
    return {"mean": 100 * fan["mean"][place], "lower": 100 * fan["p05"][place],
            "upper": 100 * fan["p95"][place]}


def answer(tree: Tree, lang: str) -> str:
    """How many meet the profile, now and at the end, in a sentence."""
    gained = {name: 100 * value for name, value in tree["gained"].items()}
    return text("talent.answer", lang, now=wording.interval(at(tree["share"], 0), lang),
                later=wording.interval(at(tree["share"], -1), lang),
                months=len(tree["months"]),
                gained=wording.interval(gained, lang, signed=True),
                baseline=wording.pick(tree["titles"][tree["baseline"]], lang))


def gaps(tree: Tree, lang: str) -> Table:
    """Every skill: weight, level now and at the end, what it leaves missing of the profile."""
    header = [text(f"talent.column.{name}", lang) for name in (
        "skill", "weight", "now", "later", "gap")]
    rows = sorted(tree["skills"], key=lambda each: -float(each["gap"]["mean"]))
    return header, [
        [skill_title(tree, each["name"], lang), wording.share(each["weight"]),
         wording.interval(each["now"], lang), wording.interval(each["later"], lang),
         wording.interval(each["gap"], lang, signed=True)] for each in rows]


def fits(tree: Tree, lang: str) -> Table:
    """Share of people by step of fit, now and at the end; empty steps are left out."""
    header = [text(f"talent.column.{name}", lang) for name in ("fit", "now_share", "later_share")]
    now, later = tree["fits"]["now"], tree["fits"]["later"]
    return header, [
        [text("ui.between", lang, lower=f"{k / len(now):.2f}", upper=f"{(k + 1) / len(now):.2f}"),
         *(wording.interval({key: 100 * value for key, value in each.items()}, lang)
           for each in (now[k], later[k]))]
        for k in range(len(now)) if now[k]["upper"] or later[k]["upper"]]


def groups(tree: Tree, lang: str) -> Table:
    """Share meeting the profile now, by group of at least ten people."""
    header = [text(f"talent.column.{name}", lang) for name in (
        "division", "group", "people", "share")]
    return header, [
        [text(f"talent.by.{each['division']}", lang), _group(each["group"], lang),
         wording.number(each["people"], lang),
         wording.interval({key: 100 * value for key, value in each["share"].items()}, lang)]
        for each in tree["groups"]]


def listed(tree: Tree, lang: str) -> Table:
    """The short list: pseudonymous seats, how likely each meets the profile, and why."""
    header = [text(f"talent.column.{name}", lang) for name in (
        "seat", "chance", "fit", "strong", "missing", "signs")]
    return header, [
        [f"P{each['seat']}", wording.share(each["chance"]), wording.interval(each["fit"], lang),
         _joined([skill_title(tree, name, lang) for name in each["strong"]], lang),
         skill_title(tree, each["missing"], lang),
         _joined([text(f"talent.sign.{name}", lang) for name in each["signs"]], lang)]
        for each in tree["listed"]]


def refused(tree: Tree, lang: str) -> list[str]:
    """Why nobody is named, a sentence each."""
    return [text(f"talent.refused.{why}", lang) for why in tree["refused"]]


def sources(tree: Tree, lang: str) -> Table:
    """What a person's skills are told from, and of how many people it is on record."""
    people = tree["options"]["people"]
    on_record = tree["options"]["people_from"] == "records"
    rows = [[text("talent.sign.results", lang),
             wording.number(people if on_record else 0, lang), text("talent.rests.replay", lang)]]
    rows += [[text(f"talent.sign.{name}", lang), wording.number(count, lang),
              text("talent.rests.course" if name == "courses" else "talent.rests.sign", lang)]
             for name, count in tree["signs"].items()]
    rows.append([text("talent.sign.rest", lang), wording.MISSING,
                 text("talent.rests.assumed", lang)])
    return [text(f"talent.column.{name}", lang) for name in ("sign", "people", "rests")], rows


def known(tree: Tree, lang: str) -> str:
    """How much of the differences between people the records tell."""
    if tree["told_apart"] is None:
        return text("talent.known_none", lang)
    return text("talent.known", lang, share=wording.share(tree["told_apart"]))


def _group(name: str, lang: str) -> str:
    return text("talent.rest", lang) if name == REST else catalogue(lang).get(f"group.{name}", name)


def _joined(parts: list[str], lang: str) -> str:
    return text("talent.and", lang).join(parts) or wording.MISSING

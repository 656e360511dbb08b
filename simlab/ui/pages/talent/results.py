"""Talent on the page: the share meeting the profile, skill gaps, fit, groups, and the short list
where the check allows one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash_mantine_components as dmc

from simlab.jobs.standing import policy_changes
from simlab.jobs.talent import expired
from simlab.report import figures, talent, wording
from simlab.ui.components import Source, card, chart_card, number_card, table, warrant_badge
from simlab.ui.pages.one_policy import Question, period
from simlab.ui.visit import Visit

Tree = Mapping[str, Any]
WARRANT = "assumed"
"""How skills grow, and what signs of them are worth, no record of a firm has tested yet."""


def view(visit: Visit, tree: Tree) -> Any:
    """The whole answer (``Talent.to_json()``)."""
    lang = visit.lang
    return dmc.Stack([
        _numbers(visit, tree),
        _gaps(visit, tree),
        _fits(visit, tree),
        _short_list(visit, tree),
        *([card(_say(visit, "groups"), _say(visit, "groups_note"),
                table(*talent.groups(tree, lang)), badge=warrant_badge(WARRANT, lang),
                name="talent-groups")] if tree["groups"] else []),
        card(_say(visit, "sources"), _say(visit, "sources_note"),
             table(*talent.sources(tree, lang)),
             dmc.Text(talent.known(tree, lang), size="sm"), name="talent-sources"),
    ], gap="md")


def _numbers(visit: Visit, tree: Tree) -> Any:
    """The share meeting the profile now, and what the policy makes of it."""
    lang, n = visit.lang, _n(visit, tree)
    now = talent.at(tree["share"], 0)
    later = {name: 100 * value for name, value in tree["gained"].items()}
    first, last = (wording.month(tree["months"][k], lang) for k in (0, -1))
    return dmc.SimpleGrid([
        number_card(
            visit, _say(visit, "share"), wording.number(now["mean"], lang), unit="%",
            interval=now, n=n, period=first, name="talent-share",
            formula=_say(visit, "share_formula", profile=wording.number(tree["profile"], lang)),
            badge=warrant_badge(WARRANT, lang)),
        number_card(
            visit, _say(visit, "gained"), wording.number(later["mean"], lang, signed=True),
            unit=_say(visit, "points"), interval=later, signed=True, n=n, period=last,
            name="talent-gained", formula=_say(visit, "gained_formula", baseline=wording.pick(
                tree["titles"][tree["baseline"]], lang)),
            badge=warrant_badge(WARRANT, lang)),
    ], cols={"base": 1, "sm": 2}, spacing="md")


def _gaps(visit: Visit, tree: Tree) -> Any:
    header, rows = talent.gaps(tree, visit.lang)
    data = [{"skill": each["name"], "weight": each["weight"],
             **{f"{when}_{part}": value for when in ("now", "later", "gap")
                for part, value in each[when].items()}} for each in tree["skills"]]
    return chart_card(
        visit, "talent-gaps", _say(visit, "gaps"), _say(visit, "gaps_note"),
        figures.skill_gaps(tree, visit.lang), header=header, rows=rows, data=data,
        badge=warrant_badge(WARRANT, visit.lang),
        source=_source(visit, tree, "gaps_formula", _say(visit, "unit_level")))


def _fits(visit: Visit, tree: Tree) -> Any:
    header, rows = talent.fits(tree, visit.lang)
    steps = len(tree["fits"]["now"])
    data = [{"fit_from": step / steps, "fit_to": (step + 1) / steps,
             **{f"{when}_{part}": value for when in ("now", "later")
                for part, value in tree["fits"][when][step].items()}} for step in range(steps)]
    return chart_card(
        visit, "talent-fit", _say(visit, "fit"), _say(visit, "fit_note"),
        figures.fit_distribution(tree, visit.lang), header=header, rows=rows, data=data,
        badge=warrant_badge(WARRANT, visit.lang),
        source=_source(visit, tree, "fit_formula", _say(visit, "unit_people")))


def _short_list(visit: Visit, tree: Tree) -> Any:
    """People by pseudonym with reasons; or why there are no names."""
    why = talent.refused(tree, visit.lang)
    if not why and visit.choices.role == "manager":
        why = [_say(visit, "not_for_managers")]
    if not why and policy_changes(visit.lab, tree):
        why = [_say(visit, "is_stale")]
    if not why and expired(tree):
        why = [_say(visit, "is_expired", expires=tree["expires"])]
    if why:
        return card(_say(visit, "no_names"), _say(visit, "no_names_note"),
                    dmc.List([dmc.ListItem(line) for line in why], size="sm", spacing=4),
                    name="talent-no-names")
    return card(_say(visit, "list"), _say(visit, "list_note", expires=tree["expires"]),
                table(*talent.listed(tree, visit.lang)), badge=warrant_badge(WARRANT, visit.lang),
                name="talent-list")


def _source(visit: Visit, tree: Tree, formula: str, unit: str) -> Source:
    return Source.of(
        tree, formula=_say(visit, formula), n=_n(visit, tree), period=period(visit, tree),
        interval=visit.text("ui.one_policy.over_draws"), unit=unit)


def _n(visit: Visit, tree: Tree) -> str:
    options = tree["options"]
    return visit.text("ui.one_policy.draws", people=options["people"], draws=options["draws"],
                      replicates=options["replicates"])


def _say(visit: Visit, key: str, **values: Any) -> str:
    return visit.text(f"page.talent.{key}", **values)


QUESTION = Question("talent", "talent", view)

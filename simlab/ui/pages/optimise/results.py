"""A search on the page: what the budget buys, the front, the policy picked, and all options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import dash_mantine_components as dmc

import scenarios
from simlab.decide.outcomes import HEADLINE
from simlab.errors import LabError
from simlab.jobs.standing import search_changes
from simlab.policy import Policy, field_of, parse_policy
from simlab.policy.form import Entry, form
from simlab.report import optimising, wording
from simlab.report.figures.frame import with_unit
from simlab.ui.components import (
    Source,
    calibrated_badge,
    card,
    chart_card,
    check_badge,
    failed,
    no_data,
    number_card,
    stale_badge,
    table,
    warrant_badge,
)
from simlab.ui.pages.scenario.address import Tried, differing_fields
from simlab.ui.pages.scenario.results import share_line
from simlab.ui.visit import Visit

Tree = Mapping[str, Any]


def view(visit: Visit, tree: Tree | None) -> Any:
    """The whole answer of a stored search (``Found.to_json()``); None = there is none yet."""
    if tree is None:
        return no_data(_say(visit, "empty_title"), _say(visit, "empty"))
    option = _picked(tree)
    return dmc.Stack([
        _heading(visit, tree),
        *([_none_picked(visit, tree)] if option is None else [_numbers(visit, tree, option)]),
        _front(visit, tree),
        *([] if option is None else [_policy(visit, tree, option)]),
        _options(visit, tree),
        _constraints(visit, tree),
        card(_say(visit, "how"), "", *[dmc.Text(line, size="sm") for line in (
            *optimising.heading(tree, visit.lang), *optimising.notes(tree, visit.lang))]),
    ], gap="md")


def picked_policy(tree: Tree) -> Policy:
    """The policy of the front that was picked, as it was searched."""
    return parse_policy(tree["definitions"][tree["picked"]], tree["picked"])


def _picked(tree: Tree) -> Tree | None:
    return next((each for each in tree["optimisation"]["options"]
                 if each["policy"] == tree["picked"]), None)


def _heading(visit: Visit, tree: Tree) -> Any:
    lang, options = visit.lang, tree["options"]

    def plain(said: str) -> Any:
        return dmc.Badge(said, tt="none", color="gray", variant="light")

    return dmc.Stack([
        dmc.Title(wording.pick(tree["title"], lang), order=2, size="h3"),
        dmc.Group([
            calibrated_badge(bool(tree["calibrated"]), lang),
            *check_badge(tree.get("check"), lang),
            *stale_badge(search_changes(visit.lab, tree), lang),
            plain(visit.text(f"page.compare.badge_people_{options['people_from']}",
                             people=options["people"])),
            plain(_say(visit, "badge_tried",
                       tried=wording.number(tree["optimisation"]["tried"], lang),
                       months=options["months"])),
        ], gap="xs"),
    ], gap=6, px=4)


def _none_picked(visit: Visit, tree: Tree) -> Any:
    """Nothing on the front is within the budget, or no budget was named."""
    if tree["budget"] is None:
        return no_data(_say(visit, "no_budget_title"), _say(visit, "no_budget"))
    cheapest = min(optimising.front(tree), key=lambda each: float(each["effects"]["cost"]["mean"]))
    return failed(visit, LabError(
        "budget_below_front", budget=wording.number(tree["budget"], visit.lang),
        policy=optimising.title(tree, cheapest["policy"], visit.lang),
        cost=wording.number(cheapest["effects"]["cost"]["mean"], visit.lang, signed=True)))


def _numbers(visit: Visit, tree: Tree, option: Tree) -> Any:
    lang, exits, cost = visit.lang, option["effects"][HEADLINE], option["effects"]["cost"]
    number = partial(number_card, visit, n=_futures(visit, tree, option),
                     period=_months(visit, tree), signed=True)
    avoided = {"mean": -exits["mean"], "lower": -exits["upper"], "upper": -exits["lower"]}
    return dmc.SimpleGrid([
        number(
            _say(visit, "avoided"), wording.number(avoided["mean"], lang, signed=True),
            unit=visit.text("unit.people"), interval=avoided, term=HEADLINE,
            formula=_say(visit, "avoided_formula"), name="optimise-avoided",
            badge=warrant_badge(option["warrant"], lang)),
        number(
            _say(visit, "cost"), wording.number(cost["mean"], lang, signed=True),
            unit=visit.money, interval=cost, name="optimise-cost",
            formula=_say(visit, "cost_formula",
                         budget=wording.number(tree["budget"], lang))),
    ], cols={"base": 1, "sm": 2}, spacing="md")


def _front(visit: Visit, tree: Tree) -> Any:
    """The Pareto front: cost against the first objective."""
    lang, first = visit.lang, tree["optimisation"]["objectives"][0]
    shown = [each for each in tree["optimisation"]["options"]
             if each["standing"] in ("front", "dominated")]
    return chart_card(
        visit, "optimise-front", visit.text("optimise.front"), visit.text("optimise.size"),
        optimising.figure(tree, lang),
        header=[visit.text("optimise.column.policy"), _say(visit, "standing"),
                _units(visit, with_unit("cost", lang)), _units(visit, with_unit(first, lang)),
                visit.text("optimise.column.on_front")],
        rows=[[optimising.title(tree, each["policy"], lang),
               visit.text(f"optimise.standing.{each['standing']}"),
               *(wording.interval(each["effects"][name], lang, signed=True)
                 for name in ("cost", first)),
               wording.share(each["on_front"])] for each in shown],
        data=[{"policy": each["policy"], "standing": each["standing"],
               "on_front": each["on_front"],
               **{f"{name}_{part}": value for name, effect in each["effects"].items()
                  for part, value in effect.items()}} for each in shown],
        badge=_badge(visit, tree), source=Source.of(
            tree, formula=_say(visit, "front_formula"), period=_months(visit, tree),
            n=_futures(visit, tree, shown[0]), interval=visit.text("page.compare.interval_draws"),
            unit="; ".join(_units(visit, with_unit(name, lang)) for name in ("cost", first))))


def _badge(visit: Visit, tree: Tree) -> Any:
    """What the picked policy rests on, else the first of the front."""
    return warrant_badge((_picked(tree) or optimising.front(tree)[0])["warrant"], visit.lang)


def _policy(visit: Visit, tree: Tree, option: Tree) -> Any:
    """The policy picked: what it does, what it rests on, how it is set, and where it goes."""
    study, policy = scenarios.load(tree["scenario"]), picked_policy(tree)
    known = study.policies.get(policy.name)
    start = known or study.policies[str(study.search.start if study.search else study.baseline)]
    tried = Tried(study.name, start.name, differing_fields(policy, start))
    lines = [_changed(visit, entry, start, policy)
             for section in form(policy.practice, visit.lang) for entry in section.entries
             if entry.path in tried.fields]
    return card(
        _say(visit, "picked", policy=wording.pick(policy.title, visit.lang)), "",
        *[dmc.Text(line, size="sm") for line in optimising.picked(tree, visit.lang)],
        *([dmc.Text(_say(visit, "began", policy=wording.pick(start.title, visit.lang)), size="sm",
                    c="dimmed"),
           dmc.List([dmc.ListItem(line) for line in lines], size="sm", spacing=4)]
          if lines else []),
        dmc.Group([
            dmc.Anchor(_say(visit, "open"), href=visit.link("scenario") + tried.address(),
                       id="optimise-open"),
            dmc.Button(_say(visit, "download"), id="optimise-download", variant="default",
                       size="xs"),
        ], gap="md"),
        badge=warrant_badge(option["warrant"], visit.lang), name="optimise-picked")


def _changed(visit: Visit, entry: Entry, start: Policy, policy: Policy) -> str:
    """A field in which the policy differs from where the search began."""
    before, now = (_value(visit, entry, field_of(each, entry.path)) for each in (start, policy))
    return _say(visit, "changed", meaning=f"{entry.meaning[:1].upper()}{entry.meaning[1:]}",
                unit=entry.unit, before=before, now=now)


def _value(visit: Visit, entry: Entry, value: Any) -> str:
    """A field's value as it is read."""
    names = dict(entry.choices)
    if value is None or value == {} or value == []:
        return wording.MISSING
    if entry.kind == "switch":
        return visit.text(f"page.scenario.{'on' if value else 'off'}")
    if entry.kind == "stages":
        return "; ".join(share_line(stage["weights"], names) for stage in value)
    if entry.kind == "amounts":
        return " · ".join(f"{names[key]} {wording.number(amount, visit.lang)}"
                          for key, amount in value.items())
    return names[value] if entry.kind == "choice" else wording.number(value, visit.lang)


def _options(visit: Visit, tree: Tree) -> Any:
    """The policies of the front: how surely each is on it, what it keeps to, what it does."""
    header, rows = optimising.table(tree, visit.lang)
    rows = [_sure_first([_marked(visit, tree, option, row[0]), *row[1:]],
                        _say(visit, "kept_of", met=sum(held["met"] for held in option["held"]),
                             all=len(option["held"])))
            for row, option in zip(rows, optimising.front(tree), strict=True)]
    header = _sure_first([_units(visit, each) for each in header], _say(visit, "kept"))
    return card(_say(visit, "options"), _say(visit, "options_note"), table(header, rows),
                name="optimise-options")


def _marked(visit: Visit, tree: Tree, option: Tree, title: str) -> str:
    """The policy's title, and whether it is the one picked."""
    picked = option["policy"] == tree["picked"]
    return _say(visit, "is_picked", policy=title) if picked else title


def _sure_first(row: Sequence[Any], kept: str) -> list[Any]:
    """A row with the policy, P(on the front), constraints met and warrant before the effects."""
    policy, *effects, on_front, warrant = row
    return [policy, on_front, kept, warrant, *effects]


def _constraints(visit: Visit, tree: Tree) -> Any:
    return card(visit.text("optimise.held"), _say(visit, "held_note"),
                table(*optimising.held(tree, visit.lang)))


def _units(visit: Visit, said: str) -> str:
    """In the reader's currency."""
    return said.replace(visit.text("unit.money"), visit.money)


def _months(visit: Visit, tree: Tree) -> str:
    return visit.text("page.scenario.months", months=tree["options"]["months"])


def _futures(visit: Visit, tree: Tree, option: Tree) -> str:
    return _say(visit, "n", histories=wording.number(option["histories"], visit.lang),
                people=tree["options"]["people"])


def _say(visit: Visit, key: str, **values: Any) -> str:
    return visit.text(f"page.optimise.{key}", **values)

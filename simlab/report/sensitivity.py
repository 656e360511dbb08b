"""A sensitivity study as a reader sees it: sentences, tables, figures.

Trees are ``Studied.to_json()`` of `simlab.jobs.sensitivity`: plain data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from simlab.decide.outcomes import HEADLINE
from simlab.i18n import text
from simlab.report import checks, wording
from simlab.report.figures.frame import with_unit
from simlab.report.figures.sensitivity import (
    information_bars,
    screen_bars,
    sobol_bars,
    tornado,
)

Tree = Mapping[str, Any]
Table = tuple[list[str], list[list[str]]]
"""Header and rows."""

SCREENED, WORTH, SWINGS = 12, 8, 12
"""Rows shown of a screen, of a list of what to measure, of a tornado."""


def section(
    tree: Tree, lang: str, embed: Callable[[go.Figure, str], Any]
) -> dict[str, Any]:
    """What the report's section shows; `embed` puts a figure of some name into a page."""
    single = information_figure(tree, lang)
    policies = []
    for place, one in enumerate(tree["study"]["policies"]):
        indices = sobol_figure(tree, one, lang)
        policies.append({
            "heading": policy_heading(tree, one, lang),
            "tornado": embed(tornado_figure(tree, one, lang), f"tornado-{place}"),
            "sobol": None if indices is None else embed(indices, f"sobol-{place}"),
            "emulator": emulator_lines(tree, one, lang), "screen": screen(tree, one, lang),
            "turning": turning(tree, one, lang), "prices": prices(tree, one, lang)})
    return {
        "t": {name: text(f"sensitivity.{name}", lang) for name in (
            "title", "measure_first", "first_line", "single", "screen", "screen_line", "tornado",
            "tornado_line", "sobol", "turning", "turning_line", "prices")},
        "heading": heading(tree, lang), "first": first(tree, lang),
        "nothing": nothing_to_measure(tree, lang),
        "single": None if single is None else embed(single, "information"),
        "mark": checks.verdict(tree["check"], lang)
        if tree["check"] and tree["check"]["verdict"] != "passed" else None,
        "policies": policies}


def heading(tree: Tree, lang: str) -> list[str]:
    """What was asked, over what, and what knowing everything would be worth."""
    study, options = tree["study"], tree["options"]
    said = [
        text("sensitivity.asked", lang, outcome=with_unit(study["outcome"], lang),
             baseline=_policy(tree, study["baseline"], lang), months=options["months"],
             people=wording.number(options["people"], lang)),
        text("sensitivity.posterior" if tree["calibrated"] else "sensitivity.prior", lang,
             draws=study["draws"], replicates=study["replicates"]),
    ]
    if study["benefit"] == "net_value":
        said.append(text("sensitivity.net_value", lang,
                         margin=f"{100 * study['valued']['margin']:.0f}%",
                         person=wording.number(study["valued"]["person"], lang)))
    said.append(text("sensitivity.evpi", lang, chosen=_policy(tree, study["chosen"], lang),
                     value=wording.interval(study["evpi"], lang), unit=unit(tree, lang)))
    return said


def first(tree: Tree, lang: str) -> Table:
    """What to measure first: each record or study by what knowing it would be worth."""
    header = _header(("measure", "lift", "shows", "value", "changes"), lang, unit=unit(tree, lang))
    return header, [
        [label(tree, each["name"], lang),
         text(f"sensitivity.lift.{tree['lifts'][each['name']]}", lang),
         wording.number(len(each["parameters"]), lang),
         wording.interval(each["value"], lang), wording.share(each["changes"])]
        for each in tree["study"]["evidence"][:WORTH] if each["value"]["mean"] > 0]


def single(tree: Tree, lang: str) -> Table:
    """What knowing one parameter would be worth."""
    header = _header(("parameter", "value", "changes"), lang, unit=unit(tree, lang))
    return header, [
        [label(tree, each["name"], lang), wording.interval(each["value"], lang),
         wording.share(each["changes"])]
        for each in tree["study"]["evppi"][:WORTH] if each["value"]["mean"] > 0]


def nothing_to_measure(tree: Tree, lang: str) -> str:
    """What to say where no record or study would change the choice."""
    return text("sensitivity.nothing", lang, chosen=_policy(tree, tree["study"]["chosen"], lang))


def policy_heading(tree: Tree, one: Tree, lang: str) -> str:
    """Whose difference it is, and what it comes to."""
    return text("sensitivity.policy", lang, policy=_policy(tree, one["policy"], lang),
                baseline=_policy(tree, tree["study"]["baseline"], lang),
                difference=wording.interval(one["difference"], lang, signed=True),
                beats=wording.share(one["beats"]))


def emulator_lines(tree: Tree, one: Tree, lang: str) -> list[str]:
    """How good the emulator is, what its indices stand for, and what they do not."""
    emulator, together = one["emulator"], tree["study"]["together"]
    values = {"kind": text(f"sensitivity.kind.{emulator['kind']}", lang),
              "runs": wording.number(emulator["runs"], lang),
              "r2": wording.interval(emulator["r2"], lang),
              "least": wording.number(tree["study"]["least_r2"], lang)}
    if not emulator["indices"]:
        return [text("sensitivity.emulator_poor", lang, **values)]
    said = [text("sensitivity.emulator", lang, **values),
            text("sensitivity.held", lang, held=wording.interval(emulator["held"], lang))]
    if together is not None:
        one_, other, correlation = together
        said.append(text("sensitivity.together", lang, one=label(tree, one_, lang),
                         other=label(tree, other, lang),
                         correlation=f"{correlation:+.2f}".replace("-", "−")))
    return said


def screen(tree: Tree, one: Tree, lang: str) -> Table:
    """The parameters that matter most to one difference."""
    indices = {index["name"]: index for index in one["emulator"]["indices"]}
    names = ["parameter", "mu", "mu_star", "luck", "sigma"]
    rows = []
    for each in one["screen"][:SCREENED]:
        row = [label(tree, each["name"], lang), wording.number(each["mu"], lang, signed=True),
               wording.interval(each["mu_star"], lang), wording.number(each["luck"], lang),
               wording.number(each["sigma"], lang)]
        if indices:
            index = indices.get(each["name"])
            row += [wording.MISSING if index is None else percent(index[key], lang)
                    for key in ("first", "total")]
        rows.append(row)
    return _header([*names, *(("first", "total") if indices else ())], lang), rows


def turning(tree: Tree, one: Tree, lang: str) -> Table:
    """Where the better policy changes, for the parameters that matter most."""
    return _header(("parameter", "better", "low", "high"), lang), [
        [_with_unit(tree, each["name"], lang),
         _better(each, lang), _at(each["low"], each["beats_low"], lang),
         _at(each["high"], each["beats_high"], lang)] for each in one["thresholds"]]


def prices(tree: Tree, one: Tree, lang: str) -> list[str]:
    """Up to which price the policy is worth it."""
    policy, months = _policy(tree, one["policy"], lang), tree["options"]["months"]
    said = []
    for each in one["break_even"]:
        limit = each["limit"]
        kind = "lump" if not each["field"] else "price"
        never = "" if limit["mean"] > 0 else "_never"
        shown = limit if limit["mean"] > 0 or kind == "price" else {
            "mean": -limit["mean"], "lower": -limit["upper"], "upper": -limit["lower"]}
        said.append(text(
            f"sensitivity.{kind}{never}", lang, policy=policy, months=months,
            field=_field(each["field"], lang), price=wording.number(each["price"], lang),
            limit=wording.interval(shown, lang), pays=wording.share(each["pays"])))
    person = one["per_person"]
    if person is not None:
        sense = "person" if person["mean"] > 0 else "person_anyway"
        said.append(text(f"sensitivity.{sense}", lang, policy=policy,
                         price=wording.interval(person, lang)))
    return said


def tornado_figure(tree: Tree, one: Tree, lang: str) -> go.Figure:
    """The tornado of one difference."""
    return tornado(one["tornado"][:SWINGS], _names(tree, lang),
                   text("sensitivity.figure.difference", lang,
                        outcome=with_unit(tree["study"]["outcome"], lang)), lang)


def sobol_figure(tree: Tree, one: Tree, lang: str) -> go.Figure | None:
    """Sobol bars of one difference; None where the emulator was not good enough."""
    indices = one["emulator"]["indices"]
    return sobol_bars(indices, _names(tree, lang), lang) if indices else None


def top_share(one: Tree) -> Tree | None:
    """The index of the parameter that by itself holds most of the variance of one difference
    (Sobol, first order); None where the emulator was not good enough to say."""
    indices: list[Tree] = one["emulator"]["indices"]
    return max(indices, key=lambda index: float(index["first"]["mean"]), default=None)


def screen_figure(tree: Tree, one: Tree, lang: str) -> go.Figure:
    """The screen of one difference."""
    return screen_bars(one["screen"][:SCREENED], _names(tree, lang),
                       text("sensitivity.figure.size", lang,
                            outcome=with_unit(tree["study"]["outcome"], lang)), lang)


def evidence_figure(tree: Tree, lang: str) -> go.Figure | None:
    """EVPPI of records and studies; None where none is worth anything."""
    return _worth_figure(tree, tree["study"]["evidence"], lang)


def information_figure(tree: Tree, lang: str) -> go.Figure | None:
    """EVPPI of single parameters; None where none is worth anything."""
    return _worth_figure(tree, tree["study"]["evppi"], lang)


def _worth_figure(tree: Tree, known: Sequence[Tree], lang: str) -> go.Figure | None:
    worth = [each for each in known if each["value"]["mean"] > 0][:WORTH]
    if not worth:
        return None
    return information_bars(worth, _names(tree, lang),
                            text("sensitivity.figure.worth", lang, unit=unit(tree, lang)), lang)


def unit(tree: Tree, lang: str) -> str:
    """What the value of information is counted in."""
    study = tree["study"]
    if study["benefit"] == "net_value":
        return text("unit.money", lang)
    if study["outcome"] == HEADLINE:
        return text("sensitivity.exits_avoided", lang)
    return with_unit(study["outcome"], lang)


def _with_unit(tree: Tree, parameter: str, lang: str) -> str:
    return text("sensitivity.field", lang, meaning=label(tree, parameter, lang),
                unit=wording.parameter_unit(tree["units"][parameter], lang))


def _names(tree: Tree, lang: str) -> dict[str, str]:
    facts = {swing["name"]: text(f"sensitivity.fact.{swing['name']}", lang)
             for one in tree["study"]["policies"] for swing in one["tornado"] if swing["fact"]}
    return wording.strings(tree["labels"], lang) | facts


def label(tree: Tree, name: str, lang: str) -> str:
    """What a parameter, a record or a fact of the firm is called."""
    return _names(tree, lang).get(name, name)


def _policy(tree: Tree, name: str, lang: str) -> str:
    return wording.pick(tree["titles"].get(name, name), lang)


def _header(names: tuple[str, ...] | list[str], lang: str, **values: str) -> list[str]:
    return [text(f"sensitivity.column.{name}", lang, **values) for name in names]


def _field(path: str, lang: str) -> str:
    """What a policy's field means, with its unit; nothing for no field."""
    lever, _, name = path.partition(".")
    said = f"field.{lever.title()}.{name}"
    return text("sensitivity.field", lang, meaning=text(f"{said}.meaning", lang),
                unit=text(f"{said}.unit", lang)) if path else ""


def percent(value: Tree, lang: str) -> str:
    """A share of the variance with its interval."""
    return text("report.interval", lang, **{
        key: wording.share(max(value[key], 0.0)) for key in ("mean", "lower", "upper")})


def _better(each: Tree, lang: str) -> str:
    if each["at"] is None:
        return text("sensitivity.always" if each["beats_low"] + each["beats_high"] > 1
                    else "sensitivity.never", lang)
    sense = "above" if each["better_above"] else "below"
    return text(f"sensitivity.{sense}", lang, at=wording.interval(each["at"], lang))


def _at(value: float, beats: float, lang: str) -> str:
    return text("sensitivity.at", lang, value=wording.number(value, lang),
                beats=wording.share(beats))

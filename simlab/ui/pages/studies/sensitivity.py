"""What moves the difference between policies, where the choice turns, what to measure first."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import html

import scenarios
from simlab.jobs.sensitivity import DRAWS, REPLICATES, TRAJECTORIES
from simlab.jobs.standing import comparison_changes
from simlab.jobs.stored import latest_sensitivity
from simlab.report import sensitivity as told
from simlab.report import wording
from simlab.report.figures.frame import with_unit
from simlab.ui.components import Source, card, chart_card, no_data, number_card, table
from simlab.ui.pages.studies import results
from simlab.ui.pages.studies.asking import Given, Part, field
from simlab.ui.pages.studies.results import Tree, say
from simlab.ui.visit import Visit

_KEPT = ("outcome", "draws", "replicates", "trajectories", "months", "baseline", "margin",
         "value", "prior", "seed")
"""Options that give the same study again, beside its policies."""


def view(visit: Visit, tree: Tree) -> Any:
    """The whole answer of a stored study (``Studied.to_json()``)."""
    study, options = tree["study"], tree["options"]
    names = [one["policy"] for one in study["policies"]]
    shown = study["chosen"] if study["chosen"] in names else names[0]
    one = of_policy(tree, shown)
    assert one is not None
    return dmc.Stack([
        results.heading(
            visit, tree, comparison_changes(visit.lab, tree),
            say(visit, "badge_policies", policies=len(options["policies"])),
            say(visit, "badge_draws", draws=wording.number(options["draws"], visit.lang),
                replicates=options["replicates"]), results.months(visit, tree)),
        dmc.Select(
            id="studies-policy", label=say(visit, "sensitivity.difference"), value=shown,
            allowDeselect=False, maw=420, comboboxProps={"shadow": "md"}, px=4,
            data=[{"value": name, "label": wording.pick(tree["titles"][name], visit.lang)}
                  for name in names]),
        html.Div(difference(visit, tree, one), id="studies-difference"),
        _first(visit, tree),
        card(say(visit, "how"), "", *results.lines(
            results.in_money(visit, line) for line in told.heading(tree, visit.lang))),
        results.again(visit, "sensitivity", tree["source"], {
            "policies": options["policies"], **{name: options[name] for name in _KEPT}}),
    ], gap="md")


def of_policy(tree: Tree, policy: str) -> Tree | None:
    """What the study says of one policy's difference; None where it says nothing."""
    return next((one for one in tree["study"]["policies"] if one["policy"] == policy), None)


def difference(visit: Visit, tree: Tree, one: Tree) -> Any:
    """What moves the difference between one policy and the baseline."""
    lang = visit.lang
    asked = [results.in_money(visit, line) for line in told.prices(tree, one, lang)]
    return dmc.Stack([
        dmc.Text(told.policy_heading(tree, one, lang), fw=600, px=4),
        _numbers(visit, tree, one),
        _sobol(visit, tree, one),
        _screen(visit, tree, one),
        _tornado(visit, tree, one),
        card(visit.text("sensitivity.turning"), visit.text("sensitivity.turning_line"),
             html.Div(table(*told.turning(tree, one, lang)), className="lab-wrapped"),
             name="studies-turning"),
        *([card(visit.text("sensitivity.prices"), "", dmc.List(
            [dmc.ListItem(line) for line in asked], size="sm", spacing=6))] if asked else []),
    ], gap="md")


def _numbers(visit: Visit, tree: Tree, one: Tree) -> Any:
    """The largest share of the variance, and what knowing everything would be worth."""
    lang, study = visit.lang, tree["study"]
    top, period = told.top_share(one), results.months(visit, tree)
    shown = say(visit, "sensitivity.refused") if top is None else wording.number(
        100 * top["first"]["mean"], lang)
    return dmc.SimpleGrid([
        number_card(
            visit, say(visit, "sensitivity.top"), shown,
            unit="" if top is None else say(visit, "sensitivity.top_unit", parameter=told.label(
                tree, top["name"], lang)),
            interval=None if top is None else {
                key: 100 * max(top["first"][key], 0.0) for key in ("lower", "upper")},
            n=say(visit, "runs", n=wording.number(one["emulator"]["runs"], lang)), period=period,
            formula=say(visit, "sensitivity.top_refused", r2=wording.interval(
                one["emulator"]["r2"], lang), least=wording.number(study["least_r2"], lang))
            if top is None else say(visit, "sensitivity.top_formula"), name="studies-top",
            term="variance_share"),
        number_card(
            visit, say(visit, "sensitivity.evpi"), wording.number(study["evpi"]["mean"], lang),
            unit=results.in_money(visit, told.unit(tree, lang)), interval=study["evpi"],
            n=_draws(visit, tree), period=period, formula=say(visit, "sensitivity.evpi_formula"),
            name="studies-evpi", term="information"),
    ], cols={"base": 1, "sm": 2}, spacing="md")


def _sobol(visit: Visit, tree: Tree, one: Tree) -> Any:
    """The division of the variance, or plainly why there is none."""
    lang, figure = visit.lang, told.sobol_figure(tree, one, visit.lang)
    title, said = visit.text("sensitivity.sobol"), told.emulator_lines(tree, one, lang)
    if figure is None:
        return card(title, "", *results.lines(said), name="studies-no-sobol")
    indices = one["emulator"]["indices"]
    return chart_card(
        visit, "studies-sobol", title, " ".join(said), figure,
        header=[visit.text(f"sensitivity.column.{key}") for key in ("parameter", "first", "total")],
        rows=[[told.label(tree, each["name"], lang),
               *(told.percent(each[key], lang) for key in ("first", "total"))]
              for each in indices],
        data=[{"parameter": each["name"], **_flat("first", each["first"]),
               **_flat("total", each["total"])} for each in indices],
        source=Source.of(
            tree, formula=say(visit, "sensitivity.sobol_formula"), unit="%",
            n=say(visit, "runs", n=wording.number(one["emulator"]["runs"], lang)),
            period=results.months(visit, tree), interval=say(visit, "sensitivity.sobol_interval")))


def _screen(visit: Visit, tree: Tree, one: Tree) -> Any:
    header, rows = told.screen(tree, one, visit.lang)
    return chart_card(
        visit, "studies-screen", visit.text("sensitivity.screen"),
        visit.text("sensitivity.screen_line"), told.screen_figure(tree, one, visit.lang),
        header=header, rows=rows,
        data=[{"parameter": each["name"], "mu": each["mu"], "sigma": each["sigma"],
               "luck": each["luck"], **_flat("mu_star", each["mu_star"])}
              for each in one["screen"]],
        source=Source.of(
            tree, formula=say(visit, "sensitivity.screen_formula"), unit=_outcome(visit, tree),
            n=say(visit, "sensitivity.paths", n=tree["options"]["trajectories"]),
            period=results.months(visit, tree), interval=say(visit, "sensitivity.over_paths")))


def _tornado(visit: Visit, tree: Tree, one: Tree) -> Any:
    lang, swings = visit.lang, one["tornado"]
    return chart_card(
        visit, "studies-tornado", visit.text("sensitivity.tornado"),
        visit.text("sensitivity.tornado_line"), told.tornado_figure(tree, one, lang),
        header=[visit.text("sensitivity.column.parameter"), *(
            visit.text(f"sensitivity.figure.{end}") for end in ("low", "high"))],
        rows=[[told.label(tree, each["name"], lang), *(
            visit.text("sensitivity.figure.swing_note", value=wording.number(each[end], lang),
                       difference=wording.interval(each[f"at_{end}"], lang, signed=True))
            for end in ("low", "high"))] for each in swings],
        data=[{"name": each["name"], "fact": each["fact"], "low": each["low"],
               "high": each["high"], **_flat("at_low", each["at_low"]),
               **_flat("at_high", each["at_high"])} for each in swings],
        source=Source.of(
            tree, formula=say(visit, "sensitivity.tornado_formula"), unit=_outcome(visit, tree),
            n=say(visit, "sensitivity.histories", n=4 * tree["options"]["replicates"]),
            period=results.months(visit, tree), interval=say(visit, "sensitivity.monte_carlo")))


def _first(visit: Visit, tree: Tree) -> Any:
    """What to measure first: by record or study, then by parameter."""
    lang = visit.lang
    header, rows = told.first(tree, lang)
    title = visit.text("sensitivity.measure_first")
    by_record, by_parameter = told.evidence_figure(tree, lang), told.information_figure(tree, lang)
    unpriced = tree["study"]["benefit"] != "net_value"
    note = visit.text("sensitivity.first_line") + (
        " " + say(visit, "sensitivity.unpriced") if unpriced else "")
    if by_record is None and by_parameter is None:
        return no_data(title, told.nothing_to_measure(tree, lang))
    shared = {"formula": say(visit, "sensitivity.worth_formula"),
              "unit": results.in_money(visit, told.unit(tree, lang)), "n": _draws(visit, tree),
              "period": results.months(visit, tree),
              "interval": visit.text("page.compare.interval_draws")}
    cards = []
    for key, figure, known, named, cells in (
            ("evidence", by_record, "evidence", title, (header, rows)),
            ("single", by_parameter, "evppi", visit.text("sensitivity.single"),
             told.single(tree, lang))):
        if figure is not None:
            cards.append(chart_card(
                visit, f"studies-{key}", named, note if key == "evidence" else "", figure,
                header=[results.in_money(visit, cell) for cell in cells[0]], rows=cells[1],
                data=[{"name": each["name"], "changes": each["changes"],
                       **_flat("value", each["value"])} for each in tree["study"][known]],
                source=Source.of(tree, **shared)))
    return dmc.Stack(cards, gap="md")


def _flat(name: str, value: Tree) -> dict[str, float]:
    return {f"{name}_{part}": value[part] for part in ("mean", "lower", "upper")}


def _draws(visit: Visit, tree: Tree) -> str:
    return say(visit, "badge_draws", draws=wording.number(tree["study"]["draws"], visit.lang),
               replicates=tree["study"]["replicates"])


def _outcome(visit: Visit, tree: Tree) -> str:
    return results.in_money(visit, with_unit(tree["study"]["outcome"], visit.lang))


def _fields(visit: Visit, study: scenarios.Scenario) -> list[Any]:
    """What makes an answer one in money."""
    margin = study.terms.margin
    return [dmc.SimpleGrid([
        dmc.NumberInput(
            id=field("sensitivity", "margin"), label=say(visit, "sensitivity.margin"), min=0,
            max=100, value="" if margin is None else 100 * margin, suffix="%"),
        dmc.NumberInput(
            id=field("sensitivity", "value"), min=0, value="", thousandSeparator=",",
            label=say(visit, "sensitivity.value", unit=visit.money)),
    ], cols={"base": 1, "xs": 2}, spacing="sm"),
        dmc.Text(say(visit, "sensitivity.money_note"), size="xs", c="dimmed")]


def _own(given: Given) -> dict[str, Any]:
    asked = {name: given[name] for name in ("margin", "value") if given[name] not in ("", None)}
    return {**asked, **({"margin": asked["margin"] / 100} if "margin" in asked else {})}


PART = Part(
    name="sensitivity", outcome="outcome",
    efforts={
        "quick": {"draws": 200, "replicates": 4, "trajectories": 4},
        "usual": {"draws": DRAWS, "replicates": REPLICATES, "trajectories": TRAJECTORIES},
        "thorough": {"draws": 2000, "replicates": 16, "trajectories": 20},
    },
    latest=latest_sensitivity, fields=_fields, own=_own, view=view)

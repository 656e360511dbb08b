"""What each policy loses where things turn out otherwise, and where it fails."""

from __future__ import annotations

from functools import partial
from typing import Any

import dash_mantine_components as dmc
from dash import html

import scenarios
from simlab.jobs.standing import stress_changes
from simlab.jobs.stored import latest_stress
from simlab.jobs.stressing import DRAWS, FUTURES, REPLICATES
from simlab.policy import Threshold
from simlab.report import figures, wording
from simlab.report import stress as told
from simlab.report.figures.frame import with_unit
from simlab.ui.components import Source, card, chart_card, number_card, table
from simlab.ui.pages.studies import results
from simlab.ui.pages.studies.asking import Given, Part, field
from simlab.ui.pages.studies.results import Tree, say
from simlab.ui.visit import Visit


def view(visit: Visit, tree: Tree) -> Any:
    """The whole answer of a stored stress test (``Stressed.to_json()``)."""
    lang, options = visit.lang, tree["options"]
    return dmc.Stack([
        results.heading(
            visit, tree, stress_changes(visit.lab, tree),
            say(visit, "badge_policies", policies=len(options["policies"])),
            say(visit, "stress.badge_futures", futures=options["futures"]),
            say(visit, "badge_draws", draws=options["draws"], replicates=options["replicates"]),
            results.months(visit, tree)),
        _numbers(visit, tree),
        _losses(visit, tree),
        _standing(visit, tree),
        _named(visit, tree),
        *_fails(visit, tree),
        _ranges(visit, tree),
        card(say(visit, "how"), "", *results.lines([told.heading(tree, lang),
                                                     *told.notes(tree, lang)])),
        results.again(visit, "stress", tree["source"], _again(tree)),
    ], gap="md")


def _numbers(visit: Visit, tree: Tree) -> Any:
    """Of the policy that loses least on average: how often another one is better, and by how
    much."""
    lang = visit.lang
    chosen = next(each for each in tree["stress"]["choices"] if each["rule"] == "expected")
    loss = next(each for each in tree["stress"]["losses"] if each["policy"] == chosen["policy"])
    futures = say(visit, "stress.badge_futures", futures=tree["options"]["futures"])
    number = partial(number_card, visit, n=futures, period=results.months(visit, tree))
    best, policy = loss["best"], wording.pick(tree["titles"][chosen["policy"]], lang)
    return dmc.SimpleGrid([
        number(
            say(visit, "stress.p_loss", policy=policy),
            wording.number(100 * (1 - best["mean"]), lang), unit="%",
            interval={"lower": 100 * (1 - best["upper"]), "upper": 100 * (1 - best["lower"])},
            formula=say(visit, "stress.p_loss_formula"), name="studies-p-loss"),
        number(
            say(visit, "stress.expected", policy=policy),
            wording.number(loss["expected"]["mean"], lang), unit=_unit(visit, tree),
            interval=loss["expected"], formula=say(visit, "stress.loss_formula"),
            name="studies-loss", term="decision_loss"),
    ], cols={"base": 1, "sm": 2}, spacing="md")


def _losses(visit: Visit, tree: Tree) -> Any:
    """Decision loss of every policy in every future."""
    lang, policies = visit.lang, tree["stress"]["policies"]
    rows = [[str(number), *(wording.number(value, lang) for value in row)]
            for number, row in enumerate(tree["stress"]["loss"], start=1)]
    return chart_card(
        visit, "studies-losses", say(visit, "stress.losses"), " ".join(told.choices(tree, lang)),
        figures.loss_map(tree, lang),
        header=[visit.text("stress.column.future"), *told.titles(tree, lang)], rows=rows,
        data=[{"future": number, "policy": policy, "decision_loss": value, **future}
              for number, (future, row) in enumerate(
                  zip(tree["futures"], tree["stress"]["loss"], strict=True), start=1)
              for policy, value in zip(policies, row, strict=True)],
        source=_source(visit, tree, say(visit, "stress.loss_formula"), None))


def _standing(visit: Visit, tree: Tree) -> Any:
    """Every rule, and P(loss), for every policy."""
    header, rows = told.standing(tree, visit.lang)
    p_loss = [told.shares({"mean": 1 - loss["best"]["mean"], "lower": 1 - loss["best"]["upper"],
                           "upper": 1 - loss["best"]["lower"]}, visit.lang)
              for loss in tree["stress"]["losses"]]
    return card(
        visit.text("stress.standing_title"), told.thresholds(tree, visit.lang),
        html.Div(table([*header, say(visit, "stress.column_p_loss")],
                       [[*row, said] for row, said in zip(rows, p_loss, strict=True)]),
                 className="lab-on-one-line"),
        name="studies-standing")


def _named(visit: Visit, tree: Tree) -> Any:
    lang = visit.lang
    header, rows = told.named(tree, lang)
    aim, policies = tree["stress"]["objective"], tree["stress"]["policies"]
    return chart_card(
        visit, "studies-named", visit.text("stress.named_title", objective=told.objective(
            tree, lang)), visit.text("stress.best_note"), figures.named_loss_map(tree, lang),
        header=header, rows=rows,
        data=[{"future": title, "policy": policy, **figure[aim]}
              for title, each in zip(told.named_titles(tree, lang), tree["named"], strict=True)
              for policy, figure in zip(policies, each["policies"], strict=True)],
        source=_source(visit, tree, say(visit, "stress.named_formula"),
                       visit.text("page.compare.interval_draws")))


def _fails(visit: Visit, tree: Tree) -> list[Any]:
    """Of each policy: where it misses a threshold, in words and drawn."""
    return [
        _boxes(visit, tree, place, title, said, found) if found["boxes"]
        else card(say(visit, "stress.fails", policy=title), "", *results.lines(said))
        for place, ((title, said), found) in enumerate(zip(
            told.fails(tree, visit.lang), tree["stress"]["fails"], strict=True))]


def _boxes(
    visit: Visit, tree: Tree, place: int, title: str, said: list[str], found: Tree
) -> Any:
    """The boxes that PRIM found for one policy."""
    lang = visit.lang
    known = {each["name"]: each for each in tree["uncertainties"]}
    data = [{"box": number, "uncertainty": limits["name"], "lower": limits["lower"],
             "upper": limits["upper"], **{
                 f"{part}_{end}": box[part][end] for part in ("coverage", "density")
                 for end in ("mean", "lower", "upper")}}
            for number, box in enumerate(found["boxes"], start=1)
            for limits in box["restrictions"]]
    rows = [[str(row["box"]), wording.pick(known[row["uncertainty"]]["title"], lang), *(
        wording.MISSING if row[end] is None else told.value(
            known[row["uncertainty"]], row[end], lang) for end in ("lower", "upper"))]
        for row in data]
    return chart_card(
        visit, f"studies-box-{place}", say(visit, "stress.fails", policy=title), " ".join(said),
        figures.box_figure(tree, found, lang),
        header=[say(visit, f"stress.column.{key}")
                for key in ("box", "uncertainty", "lower", "upper")],
        rows=rows, data=data, source=_source(
            visit, tree, say(visit, "stress.box_formula"), say(visit, "stress.box_interval")))


def _ranges(visit: Visit, tree: Tree) -> Any:
    """What may turn out otherwise; what that moves is named as a scenario's file names it."""
    header, rows = told.ranges(tree, visit.lang)
    return card(visit.text("stress.ranges_title"), "", html.Div(table(
        header, [[title, html.Span(moved, lang="x-target"), span] for title, moved, span in rows]),
        className="lab-wrapped"))


def _source(visit: Visit, tree: Tree, formula: str, interval: str | None) -> Source:
    options = tree["options"]
    return Source.of(
        tree, formula=formula, unit=_unit(visit, tree), interval=interval,
        period=results.months(visit, tree), n=say(
            visit, "stress.n", futures=options["futures"], draws=options["draws"],
            replicates=options["replicates"]))


def _unit(visit: Visit, tree: Tree) -> str:
    return results.in_money(visit, with_unit(tree["stress"]["objective"], visit.lang))


def _fields(visit: Visit, study: scenarios.Scenario) -> list[Any]:
    """What may turn out otherwise, and what a policy is to keep to."""
    return [
        dmc.CheckboxGroup(
            dmc.Stack([dmc.Checkbox(value=each.name, label=wording.pick(each.title, visit.lang),
                                    size="sm") for each in study.uncertainties], gap=6, mt=6),
            id=field("stress", "uncertainties"), label=visit.text("stress.ranges_title"),
            value=[each.name for each in study.uncertainties]),
        dmc.TextInput(
            id=field("stress", "thresholds"), label=say(visit, "stress.thresholds"),
            description=say(visit, "stress.thresholds_note"),
            value="; ".join(map(written, study.thresholds))),
    ]


def written(threshold: Threshold) -> str:
    """A threshold as it is typed."""
    if threshold.at_most is not None:
        return f"{threshold.outcome}<={threshold.at_most:.12g}"
    return f"{threshold.outcome}>={threshold.at_least:.12g}"


def _own(given: Given) -> dict[str, Any]:
    parts = [each.strip() for each in (given["thresholds"] or "").replace("；", ";").split(";")]
    return {"uncertainties": list(given["uncertainties"] or ()),
            "thresholds": [each for each in parts if each]}


def _again(tree: Tree) -> dict[str, Any]:
    stress, options = tree["stress"], tree["options"]
    return {
        "policies": stress["policies"], "objective": stress["objective"],
        "uncertainties": [each["name"] for each in tree["uncertainties"]],
        "thresholds": [written(Threshold.model_validate(each)) for each in stress["thresholds"]]
        if stress["thresholds_given"] else [],
        **{name: options[name] for name in ("futures", "draws", "replicates", "months", "prior",
                                            "seed")}}


PART = Part(
    name="stress", outcome="objective",
    efforts={
        "quick": {"futures": 60, "draws": 8, "replicates": 2},
        "usual": {"futures": FUTURES, "draws": DRAWS, "replicates": REPLICATES},
        "thorough": {"futures": 500, "draws": 50, "replicates": 2},
    },
    latest=latest_stress, fields=_fields, own=_own, view=view)

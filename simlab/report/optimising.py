"""A search's answer as a reader sees it: tables and sentences.

Trees are ``Found.to_json()`` of `simlab.jobs.optimising`: plain data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from simlab.i18n import text
from simlab.report import wording
from simlab.report.figures import pareto
from simlab.report.figures.frame import with_unit

Tree = Mapping[str, Any]


def front(tree: Tree) -> list[Tree]:
    """The options that nothing beats, by cost."""
    return [option for option in tree["optimisation"]["options"] if option["standing"] == "front"]


def heading(tree: Tree, lang: str) -> list[str]:
    """What was tried, against what, and what the baseline itself comes to."""
    found, options = tree["optimisation"], tree["options"]
    baseline = title(tree, found["baseline"], lang)
    return [
        text("optimise.searched", lang, tried=wording.number(found["tried"], lang),
             feasible=wording.number(found["feasible"], lang),
             **{key: wording.number(options[key], lang)
                for key in ("draws", "finalists", "fresh_draws", "replicates")}),
        text("optimise.against", lang, baseline=baseline, months=options["months"],
             people=wording.number(options["people"], lang)),
        text("optimise.reference", lang, baseline=baseline, figures=_listed([
            text("optimise.figure", lang, outcome=with_unit(name, lang),
                 value=wording.interval(figure, lang))
            for name, figure in found["reference"].items() if name in shown(tree)], lang)),
    ]


def shown(tree: Tree) -> list[str]:
    """Outcomes of the table: the objectives, cost, and involuntary exits."""
    return list(dict.fromkeys(
        [*tree["optimisation"]["objectives"], "cost", "involuntary"]))


def table(tree: Tree, lang: str) -> tuple[list[str], list[list[str]]]:
    """Header and rows of the front."""
    names = shown(tree)
    header = [text("optimise.column.policy", lang), *(with_unit(name, lang) for name in names),
              text("optimise.column.on_front", lang), text("report.table_rests", lang)]
    return header, [
        [title(tree, each["policy"], lang),
         *(wording.interval(each["effects"][name], lang, signed=True) for name in names),
         wording.share(each["on_front"]),
         text(f"report.warrant_short_{each['warrant']}", lang)]
        for each in front(tree)]


def levers(tree: Tree, lang: str) -> tuple[list[str], list[list[str]]]:
    """Header and rows: how the policies of the front that the search made are set."""
    made = [each for each in front(tree) if each["values"]]
    paths = list(made[0]["values"]) if made else []
    return ([text("optimise.column.policy", lang), *(path.replace(".", " ") for path in paths)],
            [[title(tree, each["policy"], lang),
              *(_value(each["values"][path], lang) for path in paths)] for each in made])


def held(tree: Tree, lang: str) -> tuple[list[str], list[list[str]]]:
    """Header and rows: each constraint, what the policies of the front come to, and the one that
    was picked."""
    options = front(tree)
    chosen = [each for each in options if each["policy"] == tree["picked"]]
    header = [text(f"optimise.column.{name}", lang) for name in ("constraint", "limit", "span")]
    rows = []
    for k, constraint in enumerate(tree["optimisation"]["constraints"]):
        figures = [each["held"][k]["figure"] for each in options]
        rows.append([
            text(f"optimise.constraint.{constraint['name']}", lang), _limit(constraint, lang),
            text("optimise.span", lang, lower=wording.number(min(figures), lang),
                 upper=wording.number(max(figures), lang)),
            *(text("optimise.held_at", lang, figure=wording.number(each["held"][k]["figure"], lang),
                   share=wording.share(each["held"][k]["probability"])) for each in chosen)])
    return [*header, *(title(tree, each["policy"], lang) for each in chosen)], rows


def picked(tree: Tree, lang: str) -> list[str]:
    """The best on the front within the budget, and what it rests on."""
    if tree["picked"] is None:
        return [text("optimise.picked_not", lang)] if tree["budget"] is None else []
    option = next(each for each in front(tree) if each["policy"] == tree["picked"])
    first = tree["optimisation"]["objectives"][0]
    return [
        text("optimise.picked", lang, budget=wording.number(tree["budget"], lang),
             policy=title(tree, option["policy"], lang), outcome=with_unit(first, lang),
             effect=wording.interval(option["effects"][first], lang, signed=True),
             cost=wording.interval(option["effects"]["cost"], lang, signed=True)),
        _rests(option, lang),
    ]


def notes(tree: Tree, lang: str) -> list[str]:
    """The winner's curse as measured, and the finalists that are not on the front."""
    found = tree["optimisation"]
    said = [text("optimise.late", lang, late=found["late"], front=len(front(tree)))]
    for name, gap in found["optimism"].items():
        if gap["lower"] < gap["upper"]:
            sure = "optimism" if gap["lower"] > 0 else "optimism_open"
            said.append(text(f"optimise.{sure}", lang, outcome=with_unit(name, lang),
                             gap=wording.interval(gap, lang)))
    beaten = [_beaten(tree, each, lang) for each in found["options"]
              if each["standing"] != "front"]
    if beaten:
        said.append(text("optimise.beaten", lang, list=_listed(beaten, lang)))
    return said


def title(tree: Tree, policy: str, lang: str) -> str:
    """A policy's title."""
    return wording.pick(tree["titles"].get(policy, policy), lang)


def _rests(option: Tree, lang: str) -> str:
    if option["warrant"] == "assumed":
        return text("optimise.pilot", lang)
    if option["warrant"] == "unknown":
        return text("optimise.unknown", lang)
    return text("optimise.partly", lang, owed=wording.share(option["owed"]["mean"]))


def _beaten(tree: Tree, option: Tree, lang: str) -> str:
    name = title(tree, option["policy"], lang)
    if option["standing"] == "unmet":
        missed = [text(f"optimise.constraint.{each['constraint']}", lang)
                  for each in option["held"] if not each["met"]]
        return text("optimise.beaten_unmet", lang, policy=name, constraints=_listed(missed, lang))
    return text("optimise.beaten_by", lang, policy=name, by=title(tree, option["by"], lang))


def _limit(constraint: Tree, lang: str) -> str:
    likely = constraint["probability"]
    return text(
        "optimise.limit_at", lang, limit=wording.number(constraint["limit"], lang),
        bound=text(f"optimise.{'at_least' if constraint['at_least'] else 'at_most'}", lang),
        form=text("optimise.in_expectation", lang) if likely is None
        else text("optimise.with_probability", lang, share=wording.share(likely)))


def _value(value: Any, lang: str) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_value(part, lang)}" for key, part in value.items())
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return wording.number(value, lang)


def _listed(parts: Sequence[str], lang: str) -> str:
    return ("、" if lang == "zh" else ", ").join(parts)


def figure(tree: Tree, lang: str) -> go.Figure:
    """Cost against the first objective."""
    found = tree["optimisation"]
    options = [each for each in found["options"] if each["effects"]]
    return pareto(options, found["objectives"][0], lang, wording.strings(tree["titles"], lang),
                  budget=tree["budget"], picked=tree["picked"])

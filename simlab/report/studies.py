"""A study of many points as a reader sees it: what policies and factors come to, in tables.

Trees are ``StudyState.to_json()`` of `simlab.jobs.batching`: plain data.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go

from simlab.decide.outcomes import HEADLINE
from simlab.decide.outcomes import outcome as described
from simlab.i18n import catalogue, text
from simlab.report import wording
from simlab.report.figures.frame import with_unit
from simlab.report.figures.studies import level_dots

Tree = Mapping[str, Any]
Table = tuple[list[str], list[list[str]]]
"""Header and rows."""
BESIDE = (HEADLINE, "voluntary", "exits", "business", "cost")
"""Outcomes of a table of several, where the study kept them."""


def progress(tree: Tree, lang: str) -> str:
    """How far it is, and in which folder."""
    return text("cli.study.done" if tree["complete"] else "cli.study.half", lang,
                path=tree["path"], size=f"{tree['bytes'] / 1e6:,.1f}", blocks=tree["blocks"],
                blocks_done=tree["blocks_done"],
                **{name: f"{tree[name]:,}" for name in ("runs", "done", "failed")})


def extent(tree: Tree, lang: str) -> str:
    """Points, policies, draws, replicates, runs."""
    return text("cli.study.points", lang, policies=text("cli.comma", lang).join(
        _policy(tree, name, lang) for name in tree["policies"]),
        **{name: f"{tree[name]:,}" for name in ("points", "draws", "replicates", "runs")})


def first_failure(tree: Tree, lang: str) -> str | None:
    """What went wrong first; None where nothing did."""
    found = tree["first_failure"]
    return None if found is None else text("cli.study.first", lang, **found)


def estimated(tree: Tree, lang: str) -> str:
    """What a study will take (``StudyEstimate.to_json()``)."""
    return text("study.estimate", lang, size=wording.number(tree["megabytes"], lang),
                minutes=wording.number(tree["minutes"], lang), threads=tree["threads"],
                **{name: f"{tree[name]:,}"
                   for name in ("runs", "points", "draws", "replicates", "sample")})


def policies(tree: Tree, lang: str) -> Table:
    """What each policy comes to in the first outcomes kept."""
    kept = tree["summary"]["outcomes"]
    names = [name for name in BESIDE if name in kept] or kept[:len(BESIDE)]
    header = [text("study.column.level", lang), *(with_unit(name, lang) for name in names)]
    return header, [
        [_policy(tree, level["level"], lang),
         *(wording.interval(level["outcomes"][name], lang) for name in names)]
        for level in tree["summary"]["factors"][0]["levels"]]


def levels(tree: Tree, outcome: str, lang: str) -> Table:
    """What every level of the policies and factors comes to in one outcome, beside the first
    level of its factor."""
    header = [text(f"study.column.{name}", lang)
              for name in ("factor", "level", "points", "expected", "difference", "better")]
    rows = []
    for factor in tree["summary"]["factors"]:
        for level in factor["levels"]:
            found = level["differences"].get(outcome)
            rows.append([
                factor_name(factor["name"], lang), _level(tree, factor, level, lang),
                wording.number(level["points"], lang),
                wording.interval(level["outcomes"][outcome], lang),
                wording.interval(found, lang, signed=True),
                wording.MISSING if found is None else _better(found, outcome)])
    return header, rows


def figure(tree: Tree, outcome: str, lang: str) -> go.Figure:
    """How every level differs in one outcome from the first of its factor; where nothing differs,
    what there is comes to."""
    known = []
    for factor in tree["summary"]["factors"]:
        first, *others = factor["levels"]
        known += [(text("study.against", lang, factor=factor_name(factor["name"], lang),
                        level=_level(tree, factor, level, lang),
                        first=_level(tree, factor, first, lang)), level["differences"][outcome])
                  for level in others if level["differences"][outcome] is not None]
    if known:
        return level_dots(known, text("sensitivity.figure.difference", lang,
                                      outcome=with_unit(outcome, lang)), lang, signed=True)
    only = tree["summary"]["factors"][0]["levels"][0]
    return level_dots([(_policy(tree, only["level"], lang), only["outcomes"][outcome])],
                      text("study.expected", lang, outcome=with_unit(outcome, lang)), lang)


def factor_name(name: str, lang: str) -> str:
    """What a factor of the design means; its path where it lies deeper than a field."""
    if name == "policy":
        return text("study.column.policy", lang)
    lever, _, field = name.partition(".")
    model = {"firm": "FirmFacts"}.get(lever, lever.title())
    key = "field.StudyFile.months" if name == "months" else f"field.{model}.{field}"
    return catalogue(lang).get(f"{key}.meaning", name)


def _level(tree: Tree, factor: Tree, level: Tree, lang: str) -> str:
    return _policy(tree, level["level"], lang) if factor["name"] == "policy" else level["level"]


def _policy(tree: Tree, name: str, lang: str) -> str:
    return wording.pick(tree["titles"].get(name, name), lang)


def _better(difference: Tree, outcome: str) -> str:
    side = {"lower": "below", "higher": "above"}.get(described(outcome).better)
    return wording.MISSING if side is None else wording.share(difference[side])

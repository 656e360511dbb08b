"""Chances: P(best), P(harm), the target and the budget, and every outcome of every pair."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc

from simlab.report import comparing, figures, wording
from simlab.report.page import TABLE
from simlab.ui.components import chart_card, warrant_badge
from simlab.ui.pages.compare.asked import Look
from simlab.ui.pages.compare.reading import Reading


def section(reading: Reading, _look: Look) -> list[Any]:
    """Standing of all policies, how sure each pair is, the table of outcomes."""
    return [*_standing(reading), _probability(reading),
            *(_outcomes(reading, policy) for policy in reading.policies)]


def _standing(reading: Reading) -> list[Any]:
    made = comparing.standing(reading.comparison, reading.titles, reading.lang)
    if made is None:
        return []
    title, header, rows = made
    notes = comparing.standing_notes(reading.comparison, reading.lang)
    return [chart_card(
        reading.visit, "compare-standing", title, " ".join(notes), None,
        header=header, rows=rows, data=[
            {"policy": each["policy"], "best": each["best"], "harm": each["harm"],
             **{f"{key}_{part}": each[key][part] for key in ("target", "budget") if each[key]
                for part in ("expected", "seen")},
             "advice": reading.comparison["advice"].get(each["policy"])}
            for each in reading.comparison["standings"]],
        source=reading.source(reading.say("standing_formula"), reading.say("share"), None))]


def _probability(reading: Reading) -> Any:
    comparison, visit = reading.comparison, reading.visit
    headline = comparison["headline"]
    effects = [each for each in comparison["effects"] if each["outcome"] == headline]
    return chart_card(
        visit, "compare-probability", visit.text("report.probability"),
        reading.say("probability_line"),
        figures.probability_bars(comparison, headline, reading.lang, reading.titles),
        header=[reading.say("column.pair"), visit.text("figure.beats"),
                visit.text("figure.sees_better")],
        rows=[[visit.text("figure.pair", policy=reading.titles[each["policy"]],
                          against=reading.titles[each["against"]]),
               wording.share(each["beats"]), wording.share(each["sees_better"])]
              for each in effects],
        data=[{key: each[key] for key in ("policy", "against", "beats", "sees_better")}
              for each in effects],
        source=reading.source(
            f"{wording.outcome_name(headline, reading.lang)}: "
            + reading.say("probability_formula"), reading.say("share"), None))


def _outcomes(reading: Reading, policy: str) -> Any:
    comparison, lang = reading.comparison, reading.lang
    shown = {name: reading.effect(policy, name) for name in TABLE
             if name in comparison["outcomes"]}
    return chart_card(
        reading.visit, f"compare-outcomes-{policy}", reading.visit.text(
            "report.table_caption", policy=reading.titles[policy],
            against=reading.titles[reading.against], months=len(comparison["months"])),
        "", None,
        header=[reading.visit.text(f"report.table_{name}")
                for name in ("outcome", "difference", "beats", "sees", "prior", "rests")],
        rows=[[
            dmc.Text(f"{wording.outcome_name(name, lang)} ({reading.unit(name)})", size="sm"),
            wording.interval(each["difference"], lang, signed=True),
            wording.share(each["beats"]), wording.share(each["sees_better"]),
            wording.MISSING if each["prior"] is None else wording.share(each["prior"]["beats"]),
            warrant_badge(each["warrant"], lang)] for name, each in shown.items()],
        data=[{"outcome": name, "policy": policy, "against": reading.against,
               "unit": reading.unit(name), **each["difference"], "beats": each["beats"],
               "sees_better": each["sees_better"], "warrant": each["warrant"]}
              for name, each in shown.items()],
        source=reading.source(reading.say("outcomes_formula"), reading.say("unit_each")))

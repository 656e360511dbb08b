"""What the answer rests on: what the data tested, each lever's grade, how fine the run became, and
which questions the data can answer at all."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc

from simlab.report import comparing, evidence
from simlab.report.page import answer
from simlab.ui.components import card, chart_card
from simlab.ui.pages.compare.asked import Look
from simlab.ui.pages.compare.reading import Reading


def section(reading: Reading, _look: Look) -> list[Any]:
    """The rule, then levers, draws and precision."""
    return [
        card(reading.visit.text("comparing.advice.title"), "", *[
            dmc.Text(f"{reading.titles[policy]}: {said}", size="sm")
            for policy in reading.policies
            if (said := comparing.advice(reading.comparison, policy, reading.lang))]),
        *[made for policy in reading.policies for made in _levers(reading, policy)],
        *[_tested(reading, policy) for policy in reading.policies],
        card(reading.say("precision"), "", *[
            dmc.Text(line, size="sm")
            for line in comparing.precision(reading.comparison, reading.lang)]),
    ]


def _levers(reading: Reading, policy: str) -> list[Any]:
    made = comparing.levers(reading.comparison, policy, reading.lang)
    if made is None:
        return []
    _, header, rows = made
    return [chart_card(
        reading.visit, f"compare-levers-{policy}", reading.say(
            "levers", policy=reading.titles[policy]),
        reading.visit.text("comparing.levers.note"), None, header=header,
        rows=[[lever, dmc.Text(fields, size="sm", maw=380, style={"whiteSpace": "normal"}), *rest]
              for lever, fields, *rest in rows],
        data=[{"policy": policy, "lever": each["lever"], "fields": ", ".join(each["fields"]),
               "grade": each["grade"], "parameter": name, "parameter_grade": grade}
              for each in reading.comparison["levers"] if each["policy"] == policy
              for name, grade in each["parameters"].items()],
        source=reading.source(reading.say("levers_formula"), reading.say("grade"), None))]


def _tested(reading: Reading, policy: str) -> Any:
    """The headline effect over the data and the assumptions, and over each without the other."""
    said = answer(reading.comparison, policy, reading.against, reading.titles, reading.lang)
    effect = reading.effect(policy)
    others = {"prior": effect["prior"], "zeroed": effect["zeroed"], **effect["rivals"]}
    return chart_card(
        reading.visit, f"compare-tested-{policy}",
        f"{reading.visit.text('report.tested')} {reading.pair(policy)}", said["owed"], None,
        header=evidence.header(reading.lang), rows=said["over"],
        data=[{"over": name, **each["difference"], "beats": each["beats"]}
              for name, each in {"all": effect, **others}.items() if each is not None],
        source=reading.source(reading.say("tested_formula"), reading.unit("regretted")))

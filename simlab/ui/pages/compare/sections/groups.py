"""Effects by group of people; groups of fewer than ten are part of the rest."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import html

from simlab.report import comparing, figures, wording
from simlab.ui.components import chart_card, no_data
from simlab.ui.pages.compare.asked import Look
from simlab.ui.pages.compare.reading import Reading


def section(reading: Reading, look: Look) -> list[Any]:
    """The effects by group of one division, with the choice of another."""
    divisions = divisions_of(reading)
    if not divisions:
        return [no_data(reading.say("no_groups_title"), reading.say("no_groups"))]
    return [
        dmc.Select(
            id={"compare": "division"}, label=reading.say("division"), w=260, maw="100%",
            value=look.division if look.division in divisions else divisions[0],
            allowDeselect=False, comboboxProps={"shadow": "md"}, px=4,
            data=[{"value": name, "label": reading.visit.text(f"comparing.division.{name}")}
                  for name in divisions]),
        html.Div(effects(reading, look.division), id="compare-groups")]


def divisions_of(reading: Reading) -> list[str]:
    """What the people of the comparison are divided by, in the order in which it is read."""
    there = {each["division"] for each in reading.comparison.get("groups") or ()}
    return [name for name in comparing.DETAILED if name in there]


def effects(reading: Reading, division: str) -> Any:
    """Of one division; the first there is where it names none. Among people grouped by their
    results also the exits that levers could have avoided."""
    divisions = divisions_of(reading)
    division = division if division in divisions else divisions[0]
    shown = ("regretted", "avoidable") if division == "tier" else ("regretted",)
    return dmc.Stack([_effects(reading, division, figure) for figure in shown], gap="md")


def _effects(reading: Reading, division: str, figure: str) -> Any:
    comparison, lang = reading.comparison, reading.lang
    rows, data = [], []
    header: list[str] = []
    for policy in reading.policies:
        made = comparing.groups(comparison, policy, reading.titles, lang, figure, (division,))
        if made is None:
            continue
        header = [reading.say("column.policy"), *made[1][1:]]
        rows += [[reading.titles[policy], *row[1:]] for row in made[2]]
        data += [{"policy": policy, "division": division, "group": each["group"],
                  "people": each["people"], "heads": each["heads"], "figure": figure,
                  **{f"{part}_{end}": value for part in ("rate", "rate_difference")
                     for end, value in each[part].items()},
                  "beats": each["beats"], "harm": each["harm"]}
                 for each in comparing.shown_groups(comparison, policy, figure, (division,))]
    fair = division in ("gender", "age")
    return chart_card(
        reading.visit, f"compare-groups-{division}-{figure}",
        f"{wording.outcome_name(figure, lang)}: "
        + reading.visit.text(f"comparing.division.{division}"),
        reading.say("groups_fairness" if fair else "groups_note"),
        figures.group_effects(comparison, division, reading.titles, lang, figure),
        header=header, rows=rows, data=data,
        source=reading.source(reading.say("groups_formula"),
                              reading.visit.text("comparing.groups.axis")))

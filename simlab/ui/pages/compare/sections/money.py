"""Money: net value and payback, what doing nothing costs, what newcomers do not bring yet."""

from __future__ import annotations

from functools import partial
from typing import Any

import dash_mantine_components as dmc

from simlab.report import comparing, figures, wording
from simlab.ui.components import chart_card, number_card
from simlab.ui.pages.compare.asked import Look
from simlab.ui.pages.compare.reading import Reading
from simlab.ui.pages.compare.sections.months import QUANTILES


def section(reading: Reading, _look: Look) -> list[Any]:
    """Worth of every policy, the cost of doing nothing, ramp-up losses."""
    return [*_worth(reading), *_idle(reading), *_ramp_up(reading)]


def _worth(reading: Reading) -> list[Any]:
    """Net value by month and the table of payback: one is a course, the other its end."""
    made = comparing.worth(reading.comparison, reading.titles, reading.lang)
    if made is None:
        return []
    title, header, rows = made
    counted, money = comparing.worth_notes(reading.comparison, reading.lang)
    worths, months = reading.comparison["worths"], reading.comparison["months"]
    net = reading.visit.text("comparing.worth.net")
    source = reading.source(counted, _currency(reading))
    return [
        chart_card(
            reading.visit, "compare-worth", title, f"{counted} {money}", None, header=header,
            rows=rows, source=source,
            data=[{"policy": each["policy"], "against": each["against"],
                   **{f"net_{end}": value for end, value in each["net"].items()},
                   "positive": each["positive"], "paid_back": each["paid_back"],
                   **{f"payback_{end}": value for end, value in (each["payback"] or {}).items()}}
                  for each in worths]),
        chart_card(
            reading.visit, "compare-net-value", reading.visit.text(
                "comparing.worth.figure", against=reading.titles[reading.against]),
            reading.say("interval_draws"),
            figures.net_value(reading.comparison, reading.titles, reading.lang),
            header=[reading.say("column.month"), reading.say("column.policy"), net,
                    reading.say("column.interval")],
            rows=[[wording.month(month, reading.lang), reading.titles[each["policy"]],
                   wording.number(each["running"]["mean"][place], reading.lang, signed=True),
                   reading.visit.text("ui.between", **{
                       end: wording.number(each["running"][key][place], reading.lang, signed=True)
                       for end, key in (("lower", "p05"), ("upper", "p95"))})]
                  for each in worths for place, month in enumerate(months)],
            data=[{"month": month, "policy": each["policy"],
                   **{key: each["running"][key][place] for key in QUANTILES}}
                  for each in worths for place, month in enumerate(months)], source=source)]


def _currency(reading: Reading) -> str:
    return str(reading.comparison["terms"]["currency"] or reading.visit.money)


def _idle(reading: Reading) -> list[Any]:
    """Numbers of the baseline: what goes on costing where nothing is done."""
    found, lang = reading.comparison.get("idle"), reading.lang
    if found is None:
        return []
    number = partial(number_card, reading.visit, period=reading.period,
                     n=reading.say("draws_n", n=reading.comparison["draws"]))
    shown = [name for name in ("replacement_cost", "lost_business", "total")
             if found[name] is not None]
    margin = reading.comparison["terms"]["margin"]
    share = "" if margin is None else f"{100 * margin:g}%"
    return [
        dmc.Title(reading.visit.text("comparing.idle.title"), order=2, size="h4", px=4),
        dmc.SimpleGrid([number(
            reading.say(f"idle.{name}"), wording.number(found[name]["mean"], lang),
            unit=_currency(reading), interval=found[name], name=f"compare-idle-{name}",
            formula=reading.say(f"idle.{name}_formula", margin=share,
                                policy=reading.titles[found["policy"]])) for name in shown],
            cols={"base": 1, "sm": min(2, len(shown)), "lg": len(shown)}, spacing="md")]


def _ramp_up(reading: Reading) -> list[Any]:
    found = reading.comparison.get("ramp_up")
    if not found:
        return []
    return [chart_card(
        reading.visit, "compare-ramp-up", reading.say("ramp_up"), reading.say("ramp_up_note"),
        None, header=[reading.say("column.policy"), reading.say("column.loss"),
                      reading.visit.text("report.table_difference")],
        rows=[[reading.titles[each["policy"]], wording.interval(each["loss"], reading.lang),
               wording.interval(each["difference"], reading.lang, signed=True)]
              for each in found],
        data=[{"policy": each["policy"],
               **{f"{part}_{end}": value for part in ("loss", "difference")
                  for end, value in (each[part] or {}).items()}} for each in found],
        source=reading.source(reading.say("ramp_up_formula"), _currency(reading),
                              n=_apart(reading)))]


def _apart(reading: Reading) -> str:
    """Histories with something switched off are run over fewer draws."""
    return reading.say("draws_n", n=reading.comparison["channels"][0]["draws"])

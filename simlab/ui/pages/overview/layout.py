"""Recorded months beside what comes if nothing changes: exits first, then staff and cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash_mantine_components as dmc
from dash import html

from simlab.decide.outcomes import outcome as described
from simlab.errors import LabError
from simlab.i18n import catalogue
from simlab.jobs.outlook import Recorded, recorded, stored_outlook
from simlab.jobs.records import panel_or_none
from simlab.jobs.standing import comparison_changes
from simlab.report import outlook, wording
from simlab.ui.components import (
    Source,
    address,
    answered_badge,
    calibrated_badge,
    chart_card,
    check_badge,
    heading,
    job_card,
    no_data,
    number_card,
    stale_badge,
    start_button,
    zero,
)
from simlab.ui.pinned import place
from simlab.ui.visit import Visit

Tree = Mapping[str, Any]
EVERYBODY = "everybody"
KINDS = ("outlook",)
_COURSES = ("headcount", "vacancies", "cost")


def page(visit: Visit) -> Any:
    """The numbers, the fan, staff and cost by month."""
    known = panel_or_none(visit.lab) is not None
    return html.Div([
        heading(visit, "overview", *([start_button(
            "overview", "outlook", _say(visit, "look_ahead"), variant="light")] if known else [])),
        place(),
        job_card(visit, "overview", KINDS),
        address("overview"),
        html.Div(view(visit, visit.query.get("group", EVERYBODY)) if known else no_data(
            _say(visit, "no_records_title"), _say(visit, "no_records")), id="overview-view"),
    ])


def view(visit: Visit, asked: str = EVERYBODY) -> Any:
    """All below the heading. `asked` is ``division:group`` or `EVERYBODY`."""
    tree = stored_outlook(visit.lab)
    by, _, group = asked.partition(":")
    try:
        whole, shown = recorded(visit.lab), recorded(visit.lab, by, group or None)
    except LabError as error:
        return no_data(_say(visit, "no_records_title"), error.explain(visit.lang))
    everybody = group not in whole.groups.get(by, ())
    asked = EVERYBODY if everybody else asked
    return dmc.Stack([
        *_filter(visit, whole, asked),
        *_whose_future(visit, tree if everybody else None),
        _numbers(visit, shown, tree if everybody else None),
        _exits(visit, shown, tree if everybody else None),
        *([] if everybody else [dmc.Text(_say(visit, "whole_firm"), size="sm", c="dimmed")]),
        *([no_data(_say(visit, "no_outlook_title"), _say(visit, "no_outlook"))]
          if tree is None else _coming(visit, shown, tree) if everybody else []),
    ], gap="md")


def _whose_future(visit: Visit, tree: Tree | None) -> list[Any]:
    """Said where the people foretold are not those of the records."""
    if tree is None or tree["options"]["people_from"] == "records":
        return []
    said = _say(visit, "drawn", people=wording.number(tree["options"]["people"], visit.lang))
    return [dmc.Alert(said, color="caution", variant="light", p="sm")]


def _filter(visit: Visit, whole: Recorded, asked: str) -> list[Any]:
    if not whole.groups:
        return []
    data = [{"value": EVERYBODY, "label": _say(visit, "everybody")}] + [
        {"group": visit.text(f"page.overview.by_{name}"),
         "items": [{"value": f"{name}:{each}", "label": _group(visit, each)} for each in groups]}
        for name, groups in whole.groups.items()]
    return [dmc.Group([
        dmc.Select(id="overview-group", data=data, value=asked, allowDeselect=False, w=240,
                   label=_say(visit, "whose")),
        dmc.Text(_say(visit, "rolled_up"), size="sm", c="dimmed", className="lab-grow"),
    ], align="flex-end")]


def _group(visit: Visit, name: str) -> str:
    return _say(visit, "rest") if name == "rest" else catalogue(visit.lang).get(
        f"group.{name}", name)


def _numbers(visit: Visit, shown: Recorded, tree: Tree | None) -> Any:
    lang, formula = visit.lang, visit.choices.turnover
    rate, last = shown.turnover(formula), shown.months[-12:]
    cards = [number_card(
        visit, _say(visit, "turnover"), wording.MISSING if rate is None else f"{100 * rate:.1f}%",
        unit="", n=_say(visit, "exits_n", n=sum(shown.exits[-12:]), people=shown.people),
        period=_period(visit, last), formula=visit.text(f"ui.choice.turnover.{formula}"),
        term="turnover", name="overview-turnover")]
    if tree is not None:
        value = tree["totals"]["regretted"]
        n = _say(visit, "futures", n=tree["draws"] * tree["replicates"])
        period = _period(visit, tree["months"])
        cards.insert(0, number_card(
            visit, wording.outcome_name("regretted", lang), wording.number(value["mean"], lang),
            unit=visit.text("unit.people"), interval=value, n=n, period=period,
            formula=_say(visit, "regretted_formula"), term="regretted",
            name="overview-regretted"))
        cost = tree["idle"]["replacement_cost"]
        cards.append(number_card(
            visit, _say(visit, "idle"), wording.number(cost["mean"], lang), unit=visit.money,
            interval=cost, n=_say(visit, "draws", n=tree["draws"]), period=period,
            formula=_say(visit, "idle_formula"), name="overview-idle"))
    badges = [] if tree is None else [dmc.Group([
        calibrated_badge(bool(tree["calibrated"]), lang),
        *check_badge(tree["check"], lang),
        *stale_badge(comparison_changes(visit.lab, tree), lang)], gap="xs")]
    return dmc.Stack([*badges, dmc.SimpleGrid(
        cards, cols={"base": 1, "sm": min(2, len(cards)), "lg": len(cards)}, spacing="md")],
        gap="sm")


def _exits(visit: Visit, shown: Recorded, tree: Tree | None) -> Any:
    if not sum(shown.exits) and tree is None:
        return zero(visit, _say(visit, "exits"), _period(visit, shown.months))
    return _course(visit, "exits", _say(visit, "exits_title"), _say(visit, "exits_note"),
                   shown, shown.exits, tree)


def _coming(visit: Visit, shown: Recorded, tree: Tree) -> list[Any]:
    plan = _say(visit, "plan", plan=tree["plan"])
    return [dmc.SimpleGrid([
        _course(visit, name, wording.outcome_name(name, visit.lang),
                plan if name != "cost" else _say(visit, "cost_note"), shown,
                shown.headcount if name == "headcount" else (), tree)
        for name in _COURSES], cols={"base": 1, "lg": 2}, spacing="md")]


def _course(visit: Visit, name: str, title: str, note: str, shown: Recorded, values: Any,
            tree: Tree | None) -> Any:
    lang = visit.lang
    months = shown.months if len(values) else ()
    data: list[dict[str, Any]] = [{"month": month, "recorded": value}
                                  for month, value in zip(months, values, strict=True)]
    if tree is not None:
        fan = outlook.fan_of(tree, name)
        data += [{"month": month} | {key: fan[key][place] for key in (
            "mean", "p05", "p25", "p50", "p75", "p95")}
            for place, month in enumerate(tree["months"])]
    unit = described(name).unit
    return chart_card(
        visit, f"overview-{name}", title, note,
        outlook.course(months, values, tree, name, lang),
        header=[_say(visit, f"column.{key}") for key in ("month", "recorded", "mean", "interval")],
        rows=[_row(visit, row) for row in data], data=data,
        badge=None if tree is None else answered_badge(visit, name),
        source=Source.of(
            tree or {}, formula=f"{wording.outcome_name(name, lang)}: "
            + _say(visit, "formula" if tree is not None else "formula_recorded"),
            n=_say(visit, "people", n=shown.people) + ("" if tree is None else "; " + _say(
                visit, "futures", n=tree["draws"] * tree["replicates"])),
            period=_period(visit, [row["month"] for row in data]),
            unit=visit.money if unit == "money" else visit.text(f"unit.{unit}"),
            interval=None if tree is None else _say(visit, "interval")))


def _row(visit: Visit, row: Tree) -> list[str]:
    lang = visit.lang
    month = wording.month(row["month"], lang)
    if "recorded" in row:
        return [month, wording.number(row["recorded"], lang), "", ""]
    return [month, "", wording.number(row["mean"], lang), visit.text(
        "ui.between", lower=wording.number(row["p05"], lang),
        upper=wording.number(row["p95"], lang))]


def _period(visit: Visit, months: Any) -> str:
    return f"{wording.month(months[0], visit.lang)} – {wording.month(months[-1], visit.lang)}"


def _say(visit: Visit, key: str, **values: Any) -> str:
    return visit.text(f"page.overview.{key}", **values)

"""A calibration on the page: in plain words first, then gate by gate and chart by chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc

from simlab.jobs.checking import load_check, mark
from simlab.jobs.standing import calibration_changes, rolling_changes
from simlab.jobs.stored import latest_rolling
from simlab.panel import month_number
from simlab.practice import pack
from simlab.records import data_hash
from simlab.report import checks, past, totals, wording
from simlab.report.contents import DataUsed, Fit
from simlab.report.past import Past
from simlab.ui.components import (
    calibrated_badge,
    card,
    check_badge,
    number_card,
    stale_badge,
    table,
)
from simlab.ui.pages.calibration import charts
from simlab.ui.pages.calibration.charts import say
from simlab.ui.visit import Visit

Tree = Mapping[str, Any]


def view(visit: Visit, fit: Fit, made: Tree, used: DataUsed | None) -> list[Any]:
    """All of a calibration on records: `fit` with the description it is kept with (`made`), and
    the records as they are now."""
    lab = visit.lab
    check, rolled = load_check(lab), latest_rolling(lab)
    tests = [each for each in (
        None if rolled is None else past.rolling(rolled),
        None if check is None else past.held_out(check)) if each is not None]
    changed = calibration_changes(made, None if used is None else data_hash(lab))
    shown = charts.Shown(visit, fit, made, used, mark(lab))
    return [
        _heading(visit, changed),
        _numbers(visit, fit, check, tests),
        _plain(visit, fit, made, used, check, tests, changed),
        charts.months(shown, tests, rolled),
        _title(visit, "detail"),
        *([] if check is None else [_gates(visit, check)]),
        *charts.summaries(shown),
        *([] if check is None else charts.coverage(shown, check)),
        charts.parameters(shown),
        *([] if rolled is None else [charts.rolled(
            shown, rolled, rolling_changes(lab, rolled))]),
        *([] if fit.drift is None else [charts.drifted(shown, fit.drift)]),
        _rests(visit, fit, made, used),
        *([] if check is None else charts.recovery(shown, check)),  # the longest comes last
    ]


def _title(visit: Visit, key: str) -> Any:
    return dmc.Title(say(visit, key), order=2, size="h3", mt="sm", px=4)


def _heading(visit: Visit, changed: Sequence[str]) -> Any:
    return dmc.Group([
        calibrated_badge(True, visit.lang), *check_badge(mark(visit.lab), visit.lang),
        *stale_badge(changed, visit.lang),
    ], gap="xs", px=4)


def _numbers(visit: Visit, fit: Fit, check: Tree | None, tests: Sequence[Past]) -> Any:
    return dmc.SimpleGrid([
        _coverage(visit, tests), _skill(visit, check),
        number_card(
            visit, say(visit, "summaries"), f"{fit.inside} / {len(fit.checks)}", unit="",
            n=say(visit, "summaries_n", n=len(fit.checks)), formula=say(visit, "summaries_formula"),
            period=wording.month(fit.until, visit.lang), name="calibration-summaries-number"),
    ], cols={"base": 1, "sm": 3}, spacing="md")


def _coverage(visit: Visit, tests: Sequence[Past]) -> Any:
    """Of the past months that were forecast, how many the forecast held."""
    if not tests:
        return number_card(
            visit, say(visit, "inside"), wording.MISSING, unit="", n=say(visit, "months_n", n=0),
            period=say(visit, "untested"), formula=say(visit, "untested_formula"),
            name="calibration-inside")
    first = tests[0]
    low, high = first.usual
    return number_card(
        visit, say(visit, "inside"), say(visit, "inside_value", inside=first.inside,
                                         months=len(first.months)),
        unit=say(visit, "inside_usual", low=low, high=high), formula=say(visit, "inside_formula"),
        n=say(visit, "months_n", n=len(first.months)), period=charts.period(visit, first.months),
        name="calibration-inside")


def _skill(visit: Visit, check: Tree | None) -> Any:
    """How much better than the base rate persons were forecast."""
    held = None if check is None else check["holdout"]
    if held is None:
        reason = say(visit, "untested_formula") if check is None else wording.pick(
            next(gate["said"] for gate in check["gates"] if gate["name"] == "holdout"), visit.lang)
        return number_card(
            visit, say(visit, "skill"), wording.MISSING, unit="", n=say(visit, "months_n", n=0),
            period=say(visit, "untested"), formula=reason, name="calibration-skill")
    return number_card(
        visit, say(visit, "skill"), wording.number(held["skill"], visit.lang, signed=True),
        unit="", signed=True, formula=say(visit, "skill_formula"),
        interval={"lower": held["skill_lower"], "upper": held["skill_upper"]},
        n=say(visit, "skill_n", people=wording.number(held["people"], visit.lang),
              exits=wording.number(held["exits"], visit.lang)),
        period=charts.period(visit, held["counts"]), name="calibration-skill")


def _plain(
    visit: Visit, fit: Fit, made: Tree, used: DataUsed | None, check: Tree | None,
    tests: Sequence[Past], changed: Sequence[str],
) -> Any:
    """What a reader who knows no statistics should take along."""
    lang = visit.lang
    moved = [row for row in fit.parameters if row.calibrated]
    told = {name: sum(row.informed == name for row in moved)
            for name in ("estimated", "partly", "assumed")}
    verdict = say(visit, "unchecked" if check is None else check["verdict"])
    bad = check is not None and check["verdict"] == "failed"
    warnings = [*([verdict] if bad else []), *([say(visit, "stale")] if changed else []),
                *(wording.pick(each, lang) for each in fit.cautions)]
    lines = [*(past.sentence(each, lang) for each in tests),
             *([past.sentence(past.known(fit.months), lang)] if fit.months else []),
             *([] if bad else [verdict]),
             say(visit, "informed", total=len(moved), **told),
             *([say(visit, "since", months=unseen)] if (unseen := _unseen(made, used)) else [])]
    return card(
        say(visit, "plain"), "",
        dmc.List([dmc.ListItem(dmc.Text(line)) for line in lines], spacing="xs"),
        *(dmc.Alert(line, color="caution", variant="light", p="sm") for line in warnings),
        name="calibration-plain")


def _unseen(made: Tree, used: DataUsed | None) -> int:
    """Months that the records hold beyond those calibrated on."""
    if used is None:
        return 0
    return max(month_number(used.last_month) - month_number(made["until"]), 0)


def _gates(visit: Visit, check: Tree) -> Any:
    """Every gate with its result, why, and what follows."""
    rows = [dmc.Stack([
        dmc.Group([dmc.Text(name, fw=600), _state(gate["state"], state)], gap="xs"),
        dmc.Text(reason, size="sm"),
        dmc.Text(say(visit, "forbids", what=say(visit, forbids(gate))), size="sm", c="dimmed"),
    ], gap=2) for gate, (name, state, reason) in zip(
        check["gates"], checks.gates(check, visit.lang), strict=True)]
    return card(say(visit, "gates"), say(visit, "gates_note"), *rows,
                dmc.Text(visit.text("check.holds_for"), size="xs", c="dimmed"),
                name="calibration-gates")


def _state(state: str, said: str) -> Any:
    return dmc.Badge(said, tt="none", variant="filled" if state == "failed" else "light",
                     color={"passed": "lab", "failed": "caution"}.get(state, "gray"),
                     className="lab-badge")


def forbids(gate: Tree) -> str:
    """What the result of a gate forbids, as a text of this page."""
    if gate["state"] == "untested":
        return "forbids_holdout_untested" if gate["name"] == "holdout" else "forbids_untested"
    return "forbids_failed" if gate["state"] == "failed" else "forbids_nothing"


def _rests(visit: Visit, fit: Fit, made: Tree, used: DataUsed | None) -> Any:
    """Which kind of calibration this is, from what, and what rests on priors for want of what."""
    lang, provenance = visit.lang, made["provenance"]
    lines = [
        *([] if used is None else [say(
            visit, "records", people=wording.number(used.people, lang),
            person_months=wording.number(used.person_months, lang),
            exits=wording.number(used.exits, lang), first=wording.month(used.first_month, lang),
            last=wording.month(used.last_month, lang), until=wording.month(fit.until, lang))]),
        say(visit, "how", simulations=wording.number(fit.simulations, lang), seed=made["seed"],
            prior=visit.text(f"prior.{provenance.get('prior', 'registry')}")),
        *([] if fit.continued_from is None else [say(
            visit, "continued", month=wording.month(fit.continued_from, lang))]),
        *(wording.pick(line, lang) for line in fit.resting),
        say(visit, "made", made=charts.moment(made["made"]), code=made["code"],
            data=made["data"][:16]),
    ]
    return card(say(visit, "rests_title"), "",
                *(dmc.Text(line, size="sm") for line in lines), name="calibration-rests")


def on_totals(visit: Visit, tree: Tree) -> Any:
    """A calibration on totals of a staff of whom the lab holds no records."""
    return dmc.Stack([
        card(say(visit, "totals", practice=wording.pick(
            pack(tree["practice"])["name"], visit.lang)),
             totals.line(tree, visit.lang), table(*totals.parameters(tree, visit.lang))),
        charts.totals_chart(visit, tree),
    ], gap="md")


"""The charts of a calibration: what was observed beside what it makes of it, and its checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dash_mantine_components as dmc

from calibration.calibrate import CHECK_PANELS
from calibration.rounds import DRAWS
from simlab.jobs.calibrating import posterior_fingerprint
from simlab.report import checks, drift, figures, past, rolling, totals, wording
from simlab.report.contents import DataUsed, Fit
from simlab.report.past import Past
from simlab.ui.components import Source, card, chart_card, stale_badge, table
from simlab.ui.visit import Visit

Tree = Mapping[str, Any]


@dataclass(frozen=True)
class Shown:
    """A calibration on records that charts are drawn of."""

    visit: Visit
    fit: Fit
    made: Tree
    """The description that it is kept with."""
    used: DataUsed | None
    """The records as they are now."""
    mark: Tree
    """Of the check of the calibration."""

    def source(self, tree: Tree | None = None, **said: Any) -> Source:
        """Of a chart about the calibration itself, or about a result made with it (`tree`)."""
        mark = {"calibrated": True, "check": self.mark}
        if tree is not None:  # the check says nothing of another calibration
            now = posterior_fingerprint(self.visit.lab)
            same = tree["inputs"].get("calibration") == now
            return Source.of({**tree, **mark, **({} if same else {"check": None})}, **said)
        return Source.of({
            "made": self.made["made"], "inputs": {"code": self.made["code"],
                                                  "data": self.made["data"]},
            "options": {"seed": self.made["seed"]}, **mark}, **said)


def months(shown: Shown, tests: Sequence[Past], rolled: Tree | None) -> Any:
    """Exits by month: observed, simulated where they were known, forecast where not."""
    visit, known = shown.visit, past.known(shown.fit.months)
    test = tests[0] if tests else None
    told = [known, *([] if test is None else [test])]
    data = [{**row, "kind": each.kind} for each in told for row in each.months]
    if not data:
        return None
    data.sort(key=lambda row: (row["month"], row["kind"]))
    people = None if shown.used is None else shown.used.people
    rests = rolled if test is not None and test.kind == "rolling" else None
    return chart_card(
        visit, "calibration-months", say(visit, "months"), say(visit, "months_note"),
        figures.observed_months(
            known.months, () if test is None else test.months, visit.lang,
            foretold_label="" if test is None else say(visit, f"foretold_{test.kind}")),
        header=_columns(visit, "month", "kind", "observed", "mean", "interval", "inside"),
        rows=[_month(visit, row) for row in data], data=data,
        source=shown.source(
            rests, formula=say(visit, "months_formula"), period=period(visit, data),
            n=say(visit, "months_sim", people=wording.number(people, visit.lang),
                  records=CHECK_PANELS),
            unit=visit.text("unit.people"), interval=say(visit, "interval_records")))


def _month(visit: Visit, row: Tree) -> list[str]:
    lang = visit.lang
    inside = row["p05"] <= row["observed"] <= row["p95"]
    return [wording.month(row["month"], lang), say(visit, f"kind_{row['kind']}"),
            wording.number(round(row["observed"]), lang), wording.number(row["mean"], lang),
            visit.text("ui.between", lower=wording.number(row["p05"], lang),
                       upper=wording.number(row["p95"], lang)), _yes(visit, inside)]


def summaries(shown: Shown) -> list[Any]:
    """The posterior predictive check: each summary of the record beside the simulated 90%."""
    visit, fit, lang = shown.visit, shown.fit, shown.visit.lang
    if not fit.checks:
        return []
    rows: list[dict[str, Any]] = [
        {"label": wording.pick(c.label, lang), "observed": c.observed, "lower": c.lower,
         "median": c.median, "upper": c.upper} for c in fit.checks]
    return [chart_card(
        visit, "calibration-summaries", say(visit, "summaries_title"),
        say(visit, "summaries_note"), figures.predictive_check(rows, lang),
        header=_columns(visit, "summary", "observed", "interval", "inside"),
        rows=[[row["label"], wording.number(row["observed"], lang), visit.text(
            "ui.between", lower=wording.number(row["lower"], lang),
            upper=wording.number(row["upper"], lang)), _yes(visit, c.inside)]
            for row, c in zip(rows, fit.checks, strict=True)],
        data=rows, source=shown.source(
            formula=say(visit, "summaries_formula"), period=_known(shown),
            n=say(visit, "summaries_n", n=len(rows)), unit=say(visit, "no_unit"),
            interval=say(visit, "interval_records")))]


def coverage(shown: Shown, check: Tree) -> list[Any]:
    """Simulation-based calibration: how often intervals hold fresh truths."""
    visit, lang = shown.visit, shown.visit.lang
    known = sorted((row for row in check["coverage"] if row["identified"]),
                   key=lambda row: -row["contraction"])
    if not known:
        return [card(say(visit, "coverage"), say(visit, "coverage_none"))]
    names = {row["parameter"]: checks.name_of(row["parameter"], lang) for row in known}
    return [chart_card(
        visit, "calibration-coverage", say(visit, "coverage"),
        say(visit, "coverage_note", truths=check["truths"]),
        figures.coverage(known, names, lang),
        header=checks.header(lang), rows=checks.coverage(check, lang), data=check["coverage"],
        source=_checked(shown, check, formula=say(visit, "coverage_formula"),
                        n=say(visit, "coverage_n", truths=check["truths"]),
                        unit=visit.text("figure.coverage"),
                        interval=say(visit, "interval_truths")))]


def recovery(shown: Shown, check: Tree) -> list[Any]:
    """Fresh truths against what the posterior says of them."""
    visit, lang, plots = shown.visit, shown.visit.lang, check["recovery"]
    if not plots:
        return []
    names = {name: checks.name_of(name, lang) for name in plots}
    data = [{"parameter": name, **{key: plot[key][k] for key in plot}}
            for name, plot in plots.items() for k in range(len(plot["truth"]))]
    return [chart_card(
        visit, "calibration-recovery", visit.text("check.recovery"),
        visit.text("check.recovery_line"), figures.recovery(plots, names, lang),
        header=[say(visit, "parameter"), visit.text("check.truth"), visit.text("check.estimate")],
        rows=[[names[row["parameter"]], wording.number(row["truth"], lang),
               wording.interval(row, lang)] for row in data], data=data,
        source=_checked(shown, check, formula=say(visit, "recovery_formula"),
                        n=say(visit, "recovery_n", truths=len(data) // len(plots)),
                        unit=say(visit, "no_unit"), interval=visit.text("check.estimate")))]


def _checked(shown: Shown, check: Tree, **said: Any) -> Source:
    return shown.source({"made": check["made"], "inputs": check["inputs"],
                         "options": {"seed": check["seed"]}}, period=_known(shown), **said)


def parameters(shown: Shown) -> Any:
    """How far the data narrowed each parameter that records can move."""
    visit, lang = shown.visit, shown.visit.lang
    moved = sorted((p for p in shown.fit.parameters if p.calibrated),
                   key=lambda p: -p.contraction)
    rows = [{"meaning": wording.pick(p.meaning, lang), "contraction": p.contraction,
             "informed": p.informed} for p in moved]
    return dmc.Stack([chart_card(
        visit, "calibration-parameters", say(visit, "parameters"),
        say(visit, "parameters_note"), figures.contraction(rows, lang),
        header=[say(visit, key) for key in
                ("parameter", "prior", "posterior", "contraction", "rests")],
        rows=[[wording.pick(p.meaning, lang), wording.interval(p.prior, lang),
               wording.interval(p.posterior, lang), f"{p.contraction:.2f}",
               visit.text("report.from_source", source=p.source) if p.informed == "assumed"
               else visit.text(f"informed.{p.informed}")] for p in moved],
        data=[{"parameter": p.name, "unit": p.unit, "contraction": p.contraction,
               "informed": p.informed, "source": p.source,
               **{f"prior_{key}": value for key, value in p.prior.items()},
               **{f"posterior_{key}": value for key, value in p.posterior.items()}}
              for p in moved],
        source=shown.source(
            formula=say(visit, "parameters_formula"), period=_known(shown),
            n=say(visit, "parameters_n", draws=wording.number(DRAWS, lang)),
            unit=say(visit, "no_unit"), interval="90%")),
        dmc.Text(say(visit, "fixed", count=len(shown.fit.parameters) - len(moved)), size="xs",
                 c="dimmed", px=4)], gap=6)


def rolled(shown: Shown, tree: Tree, changed: Sequence[str]) -> Any:
    """Forecasts of past months scored beside plain baselines, with the calibration curve."""
    visit, lang = shown.visit, shown.visit.lang
    header, rows = rolling.counts(tree, lang)
    return dmc.Stack([
        card(visit.text("rolling.title"), rolling.heading(tree, lang),
             *stale_badge(changed, lang),
             dmc.List([dmc.ListItem(dmc.Text(line, size="sm"))
                       for line in rolling.sentences(tree, lang)], spacing=4),
             dmc.Text(visit.text("rolling.counts"), fw=600, size="sm"), table(header, rows),
             dmc.Text(visit.text("rolling.intervals"), size="xs", c="dimmed"),
             name="calibration-rolled"),
        _curve(shown, tree)], gap="md")


def _curve(shown: Shown, tree: Tree) -> Any:
    visit, lang = shown.visit, shown.visit.lang
    header, rows = rolling.people(tree, lang)
    data = [{"method": name, "n": point["n"], "forecast": point["forecast"],
             **{f"observed_{key}": value for key, value in point["observed"].items()}}
            for name, points in tree["curves"].items() for point in points]
    return chart_card(
        visit, "calibration-curve", visit.text("rolling.curve"), visit.text("rolling.curve_line"),
        rolling.curve(tree, lang), header=header, rows=rows, data=data,
        source=shown.source(
            tree, formula=visit.text("rolling.curve_line"), unit="%",
            n=wording.number(tree["people"], lang), interval=visit.text("rolling.intervals"),
            period=f"{wording.month(tree['start'], lang)} – {wording.month(tree['last'], lang)}"))


def drifted(shown: Shown, found: Tree) -> Any:
    """What the calibration before foretold of the months since, and what came."""
    visit, lang = shown.visit, shown.visit.lang
    data = [{"month": row["month"], "observed": row["all"]["observed"],
             "mean": row["all"]["mean"], "p05": row["all"]["lower"], "p95": row["all"]["upper"]}
            for row in found["months"]]
    return dmc.Stack([chart_card(
        visit, "calibration-drift", say(visit, "drift_chart"), drift.line(found, lang),
        figures.observed_months((), data, lang, foretold_label=say(visit, "foretold_drift")),
        header=drift.header(lang), rows=drift.rows(found, lang), data=data,
        source=shown.source(
            formula=drift.title(found, lang), period=period(visit, data),
            n=say(visit, "months_n", n=len(data)), unit=visit.text("unit.people"),
            interval=say(visit, "interval_records"))),
        *(dmc.Text(line, size="xs", c="dimmed", px=4) for line in drift.outside(found, lang))],
        gap=6)


def totals_chart(visit: Visit, tree: Tree) -> Any:
    """Totals of a staff beside what the model makes of them."""
    lang = visit.lang
    rows = [{"label": totals.name(row, lang), **{
        key: row[key] for key in ("observed", "lower", "median", "upper")}}
        for row in tree["totals"]]
    header, cells = totals.reproduced(tree, lang)
    return chart_card(
        visit, f"calibration-totals-{tree['practice']}", say(visit, "totals_chart"),
        say(visit, "summaries_note"), figures.predictive_check(rows, lang),
        header=header, rows=cells, data=rows, source=Source(
            formula=say(visit, "summaries_formula"), period=wording.MISSING, unit="%",
            n=say(visit, "summaries_n", n=len(rows)), made=tree["made"], code=tree["code"],
            seed=tree["seed"], rests="totals", interval=say(visit, "interval_records")))


def moment(iso: str) -> str:
    """A moment in UTC, to the minute."""
    return f"{iso[:16].replace('T', ' ')} UTC"


def period(visit: Visit, rows: Sequence[Tree]) -> str:
    """From the first to the last ``month`` of rows."""
    return " – ".join(wording.month(rows[place]["month"], visit.lang) for place in (0, -1))


def _known(shown: Shown) -> str:
    """The months calibrated on, as far as they are known."""
    lang, until = shown.visit.lang, wording.month(shown.fit.until, shown.visit.lang)
    if shown.used is None:
        return until
    return f"{wording.month(shown.used.first_month, lang)} – {until}"


def _columns(visit: Visit, *names: str) -> list[str]:
    return [say(visit, f"column.{name}") for name in names]


def _yes(visit: Visit, truth: bool) -> str:
    return say(visit, "yes" if truth else "no")


def say(visit: Visit, key: str, **values: Any) -> str:
    """A sentence of this page."""
    return visit.text(f"page.calibration.{key}", **values)

"""One self-contained HTML page: what was asked, on what data, with what answer, how sure.

It takes plain data (`simlab.report.contents`), inlines plotly and
loads nothing from anywhere; a content security policy in the page holds it to that.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from importlib import resources
from typing import Any

import plotly.graph_objects as go
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from simlab.i18n import text
from simlab.report import (
    checks,
    comparing,
    courses,
    detail,
    event,
    evidence,
    figures,
    grid,
    incentives,
    optimising,
    past,
    rolling,
    sensitivity,
    stress,
    wording,
)
from simlab.report.contents import Contents, Fit
from simlab.report.tokens import FONT, LIGHT

TABLE = ("regretted", "voluntary", "exits", "involuntary", "business", "complaints", "cost",
         "morale", "stress")
"""Outcomes of the comparison table, the headline first."""


def render(contents: Contents, lang: str, *, paper: bool = False) -> str:
    """The page as one HTML text in `lang`; everything not ours in it is escaped. For `paper` it is
    laid out in the width of a sheet from the start, so that figures are drawn for it."""
    titles = wording.strings(contents.titles, lang)
    template = _environment().get_template("page.html.j2")
    comparison = contents.comparison
    return template.render(
        lang=lang, contents=contents, titles=titles, colours=LIGHT, font=FONT, paper=paper,
        running_head=_css_text(contents.client.name or _sentence(lang, "title")),
        plotly_js=Markup(_inline_script()),
        t=functools.partial(_sentence, lang), w=_Wording(lang),
        over_header=evidence.header(lang), grid_title=text("grid.title", lang),
        grid_header=grid.header(lang), grid_columns=grid.COLUMNS[2:],
        grid_rows=[] if contents.answers is None else grid.rows(contents.answers, lang),
        grid_notes=[] if contents.answers is None else grid.notes(contents.answers, lang),
        answers=[] if comparison is None else _answers(comparison, titles, lang),
        tables=[] if comparison is None else _tables(comparison, titles, lang),
        informed=[] if contents.fit is None else [p for p in contents.fit.parameters
                                                      if p.informed == "estimated"],
        figures={} if comparison is None else _comparison_figures(comparison, titles, lang),
        marks=marks(contents, lang),
        verdict=_verdict(contents, lang), check=_check(contents.check, lang),
        fit_figures={} if contents.fit is None else _fit_figures(contents.fit, lang),
        forecast_figure=None if contents.forecast is None else _embedded(figures.months_fan(
            contents.forecast.rows, lang, text("report.forecast_label", lang)), "forecast"),
        rolled=None if contents.rolling is None else _rolled(contents.rolling, lang),
        searched=None if contents.optimisation is None else _searched(contents.optimisation, lang),
        detail=[] if comparison is None else detail.blocks(comparison, titles, lang, _embedded),
        precision=[] if comparison is None else [
            *comparing.precision(comparison, lang),
            *([] if contents.forecast is None else [text("comparing.levels", lang)])],
        moved=None if contents.sensitivity is None else sensitivity.section(
            contents.sensitivity, lang, _embedded),
        stressed=None if contents.stress is None else stress.section(
            contents.stress, lang, _embedded),
        event=None if contents.event is None else event.section(contents.event, lang),
        policies=[looked.section(tree, lang, _embedded) for looked, tree in (
            (incentives, contents.incentives), (courses, contents.courses)) if tree is not None],
    )


def marks(contents: Contents, lang: str) -> list[str]:
    """What must be borne in mind before anything else: that nothing was calibrated, that a check
    failed or is missing, what is out of date. Sentences; none where there is nothing to say."""
    said, verdict = [], _verdict(contents, lang)
    if contents.over_prior or (verdict is None and contents.totals is None):
        said.append(text("cli.on_prior", lang))
    elif contents.totals is not None:
        said.append(text("cli.posterior_of_totals", lang, source=contents.totals))
    elif verdict is not None and verdict["code"] != "passed":
        said.append(verdict["said"])
    comma = text("cli.comma", lang)
    stale = [_sentence(lang, "stale_part", what=text(f"cli.kind.{kind}", lang),
                       causes=comma.join(text(f"cli.cause.{cause}", lang) for cause in causes))
             for kind, causes in contents.stale.items()]
    return [*said, _sentence(lang, "stale", parts=comma.join(stale))] if stale else said


def _css_text(said: str) -> Markup:
    """A text as a CSS string, every character of it escaped."""
    return Markup('"' + "".join(f"\\{ord(each):x} " for each in said) + '"')


def _verdict(contents: Contents, lang: str) -> dict[str, str] | None:
    """Whether the calibration was checked and how it did; None without a calibration."""
    if contents.fit is None:
        return None
    mark = checks.marked(contents.check)
    return {"code": mark["verdict"], "said": checks.verdict(mark, lang)}


def _check(check: Mapping[str, Any] | None, lang: str) -> dict[str, Any] | None:
    if check is None:
        return None
    names = {name: checks.name_of(name, lang) for name in check["recovery"]}
    return {
        "gates": checks.gates(check, lang), "header": checks.header(lang),
        "gate_header": [text(f"check.column.{c}", lang) for c in ("gate", "state", "reason")],
        "coverage": checks.coverage(check, lang),
        "figure": _embedded(figures.recovery(check["recovery"], names, lang), "recovery")
        if check["recovery"] else None,
        **{key: text(f"check.{key}", lang) for key in
           ("heading", "holds_for", "recovery", "recovery_line", "coverage_table")},
    }


class _Wording:
    """`wording` bound to one language, for the template."""

    def __init__(self, lang: str) -> None:
        self.lang = lang

    def number(self, value: float | None) -> str:
        return wording.number(value, self.lang)

    def interval(self, value: Mapping[str, float] | None) -> str:
        return wording.interval(value, self.lang)

    def month(self, name: str) -> str:
        return wording.month(name, self.lang)

    def pick(self, title: Mapping[str, str] | str | None) -> str:
        return wording.pick(title, self.lang)


def _sentence(lang: str, key: str, **values: Any) -> str:
    return text(f"report.{key}", lang, **values)


@functools.cache
def _environment() -> Environment:
    return Environment(loader=PackageLoader("simlab.report", "."), autoescape=True,
                       undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


@functools.cache
def _inline_script() -> str:
    # Of plotly only what draws along axes: a third of the whole, and all that the figures use. A
    # closing tag inside the library's own strings would end the script element early.
    held = resources.files("simlab.report") / "vendored" / "plotly-cartesian.min.js"
    script = held.read_text(encoding="utf-8")
    return script.replace("</script", "<\\/script")


def _embedded(figure: go.Figure, name: str) -> Markup:
    height = figure.layout.height
    html: str = figure.to_html(
        full_html=False, include_plotlyjs=False, div_id=f"figure-{name}",
        default_height=f"{height}px",
        config={"displayModeBar": False, "responsive": True, "scrollZoom": False},
    )
    return Markup(html)  # plotly escapes its own JSON; labels are escaped before


def _pairs(comparison: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Each policy against the baseline."""
    return [(policy, comparison["baseline"]) for policy in comparison["policies"]
            if policy != comparison["baseline"]]


def _comparison_figures(
    comparison: Mapping[str, Any], titles: Mapping[str, str], lang: str
) -> dict[str, Any]:
    headline = comparison["headline"]
    return {
        "running": _embedded(
            figures.fan(comparison, headline, lang, titles, running=True), "running"),
        "fan": _embedded(figures.fan(comparison, headline, lang, titles), "fan"),
        "probability": _embedded(
            figures.probability_bars(comparison, headline, lang, titles), "probability"),
        "differences": [
            (titles.get(a, a), titles.get(b, b), _embedded(
                figures.paired_difference(comparison, a, b, headline, lang, titles),
                f"difference-{i}"))
            for i, (a, b) in enumerate(_pairs(comparison))
        ],
    }


def _fit_figures(fit: Fit, lang: str) -> dict[str, Any]:
    checks = [{"label": wording.pick(c.label, lang), "observed": c.observed, "lower": c.lower,
               "median": c.median, "upper": c.upper} for c in fit.checks]
    shown = [p for p in fit.parameters if p.calibrated]
    rows = [{"meaning": wording.pick(p.meaning, lang), "contraction": p.contraction,
             "informed": p.informed} for p in shown]
    return {
        "check": _embedded(figures.predictive_check(checks, lang), "check") if checks else None,
        "months": _embedded(figures.observed_months(fit.months, (), lang), "months")
        if fit.months else None,
        "months_line": past.sentence(past.known(fit.months), lang) if fit.months else None,
        "contraction": _embedded(figures.contraction(rows, lang), "contraction") if rows else None,
    }


def _rolled(tree: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """What the section on forecasts of past months shows."""
    said = functools.partial(text, lang=lang)
    return {
        "title": said("rolling.title"), "heading": rolling.heading(tree, lang),
        "sentences": [past.sentence(past.rolling(tree), lang), *rolling.sentences(tree, lang)],
        "note": said("rolling.intervals"),
        "curve_title": said("rolling.curve"), "curve_line": said("rolling.curve_line"),
        "curve": _embedded(rolling.curve(tree, lang), "curve"),
        "tables": [(said(f"rolling.{name}"), *table(tree, lang)) for name, table in (
            ("people", rolling.people), ("counts", rolling.counts), ("months", rolling.months))],
    }


def _searched(tree: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """What the section on a search shows."""
    said = functools.partial(text, lang=lang)
    return {
        "title": f"{said('optimise.title')}: {wording.pick(tree['title'], lang)}",
        "heading": optimising.heading(tree, lang), "picked": optimising.picked(tree, lang),
        "caution": None if tree["calibrated"] else said("cli.on_prior"),
        "size": said("optimise.size"),
        "figure": _embedded(optimising.figure(tree, lang), "pareto"),
        "tables": [(said(f"optimise.{name}"), *table(tree, lang)) for name, table in (
            ("front", optimising.table), ("levers", optimising.levers),
            ("held", optimising.held))],
        "notes": optimising.notes(tree, lang),
    }


def _answers(
    comparison: Mapping[str, Any], titles: Mapping[str, str], lang: str
) -> list[dict[str, Any]]:
    """For each policy against the baseline: the headline sentence, luck, and the warrant."""
    return [answer(comparison, policy, against, titles, lang)
            for policy, against in _pairs(comparison)]


def answer(
    comparison: Mapping[str, Any], policy: str, against: str, titles: Mapping[str, str], lang: str
) -> dict[str, Any]:
    """The sentences about one pair in the headline outcome: ``line``, ``luck``, ``noise`` (or
    None), ``warrant`` (its code), ``rests``, ``advice``, ``owed`` and ``retained``; ``over`` holds
    the rows of the effect over rival draws."""
    headline = comparison["headline"]
    effect = figures.find_effect(comparison, policy, against, headline)
    line = _sentence(
        lang, "answer_line", policy=titles.get(policy, policy),
        against=titles.get(against, against), months=len(comparison["months"]),
        outcome=wording.lowered(wording.outcome_name(headline, lang), lang),
        difference=wording.interval(effect["difference"], lang, signed=True),
        beats=wording.share(effect["beats"]))
    luck = (_sentence(lang, "answer_luck", sees=wording.share(effect["sees_better"]))
            if comparison["luck_apart"] else _sentence(lang, "answer_luck_mixed"))
    return {
        "policy": policy, "line": line, "luck": luck, "noise": _noise(effect, lang),
        "warrant": effect["warrant"], "rests": _sentence(lang, f"warrant_{effect['warrant']}"),
        "retained": _price(comparison, policy, against, titles, lang),
        "advice": comparing.advice(comparison, policy, lang),
        "owed": evidence.owed(comparison, policy, against, lang),
        "over": evidence.rows(comparison, policy, against, lang),
    }


def _noise(effect: Mapping[str, Any], lang: str) -> str | None:
    error, spread = effect["monte_carlo_error"], effect["posterior_sd"]
    if error is None or error <= 0 or error**2 < 0.1 * (error**2 + spread**2):
        return None
    return _sentence(lang, "answer_noise", noise=wording.share(error**2 / (error**2 + spread**2)))


def _price(
    comparison: Mapping[str, Any], policy: str, against: str, titles: Mapping[str, str], lang: str
) -> str | None:
    for row in comparison["retained"]:
        if (row["policy"], row["against"]) != (policy, against):
            continue
        title = titles.get(policy, policy)
        if row["per_person"] is None:
            return _sentence(lang, "retained_none", policy=title)
        line = _sentence(lang, "retained", policy=title, nobody=wording.share(row["nobody"]),
                         price=wording.interval(row["per_person"], lang))
        saves = row["per_person"]["mean"] < 0
        return f"{line} {_sentence(lang, 'retained_saves')}" if saves else line
    return None


def _tables(
    comparison: Mapping[str, Any], titles: Mapping[str, str], lang: str
) -> list[dict[str, Any]]:
    tables = []
    for policy, against in _pairs(comparison):
        rows = []
        for name in (n for n in TABLE if n in comparison["outcomes"]):
            effect = figures.find_effect(comparison, policy, against, name)
            prior = effect["prior"]
            ratio = effect["ratio"]
            rows.append({
                "outcome": wording.outcome_name(name, lang),
                "difference": wording.interval(effect["difference"], lang, signed=True),
                "ratio": wording.MISSING if ratio is None else _sentence(
                    lang, "interval", mean=wording.change(ratio["mean"]),
                    lower=wording.change(ratio["lower"]), upper=wording.change(ratio["upper"])),
                "beats": wording.share(effect["beats"]),
                "sees": wording.share(effect["sees_better"]),
                "prior": wording.MISSING if prior is None else wording.share(prior["beats"]),
                "warrant": effect["warrant"],
                "rests": _sentence(lang, f"warrant_short_{effect['warrant']}"),
            })
        tables.append({"rows": rows, "caption": _sentence(
            lang, "table_caption", policy=titles.get(policy, policy),
            against=titles.get(against, against), months=len(comparison["months"]))})
    return tables

"""How forecasts of past months turned out, as a reader sees it: tables, figures, sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go

from simlab.i18n import text
from simlab.report import figures, wording
from simlab.report.tokens import LIGHT

Tree = Mapping[str, Any]
"""Scored forecasts as plain data (``Rolled.to_json()``)."""

LEVELS = ("50", "80", "90")


def heading(tree: Tree, lang: str) -> str:
    """Which months were forecast, and from what."""
    learnt = "recalibrated" if tree["recalibrated"] else "fixed"
    return text(f"rolling.{learnt}", lang, start=wording.month(tree["start"], lang),
                last=wording.month(tree["last"], lang), until=wording.month(tree["until"], lang))


def people(tree: Tree, lang: str) -> tuple[list[str], list[list[str]]]:
    """Header and rows: each method's scores of people, by how far ahead."""
    header = [text(f"rolling.column.{name}", lang) for name in (
        "method", "within", "n", "forecast", "observed", "auc", "brier", "log_score", "slope")]
    return header, [
        [_method(s["method"], lang), _within(s["horizon"], lang), wording.number(s["n"], lang),
         f"{100 * s['mean']:.1f}%", f"{100 * s['exits'] / s['n']:.1f}%", _cell(s["auc"], 3, lang),
         _cell(s["brier"], 4, lang), _cell(s["log_score"], 3, lang), _cell(s["slope"], 2, lang)]
        for s in tree["scores"]]


def counts(tree: Tree, lang: str) -> tuple[list[str], list[list[str]]]:
    """Header and rows: each method's scores of the number of exits."""
    header = [text(f"rolling.column.{name}", lang) for name in (
        "method", "within", "group", "counts", "forecast", "observed", "crps")]
    header += [text("rolling.column.coverage", lang, level=level) for level in LEVELS]
    return header, [
        [_method(c["method"], lang), _within(c["horizon"], lang),
         text(f"rolling.group.{c['group']}", lang), str(c["origins"]), f"{c['forecast']:.1f}",
         f"{c['observed']:.1f}", _cell(c["crps"], 2, lang),
         *(_cell(c["coverage"][level], 2, lang) for level in LEVELS)]
        for c in tree["counts"]]


def months(tree: Tree, lang: str) -> tuple[list[str], list[list[str]]]:
    """Header and rows: exits of each month beside what was forecast a month before."""
    header = [text("rolling.column.month", lang)]
    header += [text(f"rolling.{part}", lang, group=text(f"rolling.group.{group}", lang))
               for group in ("present", "all") for part in ("came", "foretold")]
    return header, [
        [wording.month(row["month"], lang),
         *(cell for group in ("present", "all") for cell in (
             f"{row[f'{group}_observed']:.0f}",
             wording.interval({"mean": row[f"{group}_mean"], "lower": row[f"{group}_p05"],
                               "upper": row[f"{group}_p95"]}, lang)))]
        for row in tree["rows"]]


def sentences(tree: Tree, lang: str) -> list[str]:
    """The lab against the best baseline, score by score, and how bold its forecasts were."""
    said = []
    for gap in tree["differences"]:
        if gap["best"]:
            figure = gap["figure"]
            good = -1.0 if gap["measure"] == "auc" else 1.0
            worst, least = sorted((good * figure["upper"], good * figure["lower"]), reverse=True)
            verdict = "better" if worst < 0 else "worse" if least > 0 else "open"
            digits = 2 if gap["measure"] == "crps" else 4
            said.append(text(
                f"rolling.verdict.{verdict}", lang,
                measure=text(f"rolling.column.{gap['measure']}", lang),
                of=text(f"rolling.group.{gap['group']}", lang),
                within=_within(gap["horizon"], lang), best=_method(gap["against"], lang),
                difference=_cell(figure, digits, lang)))
    first = tree["scores"][0]
    slope = first["slope"]
    if slope["value"] is not None:
        bold = "right" if slope["lower"] <= 1 <= slope["upper"] else (
            "bold" if slope["value"] < 1 else "timid")
        said.append(text(f"rolling.slope.{bold}", lang, slope=_cell(slope, 2, lang)))
    steepness = sum(tree["steepness"]) / len(tree["steepness"])
    said.append(text("rolling.hindsight", lang, steepness=f"{steepness:.2f}"))
    return said


def curve(tree: Tree, lang: str) -> go.Figure:
    """Calibration curve: tenths of the lab's forecasts against what came, and those of the
    baseline with the best Brier score."""
    shown = {"simlab": tree["curves"]["simlab"]}
    best = [d["against"] for d in tree["differences"]
            if d["best"] and d["measure"] == "brier" and d["horizon"] == 1]
    shown |= {name: tree["curves"][name] for name in best}
    colours = (LIGHT["accent"], LIGHT["muted"])
    return figures.calibration_curve(
        [(_method(name, lang), points, colour)
         for (name, points), colour in zip(shown.items(), colours, strict=False)], lang)


def _method(name: str, lang: str) -> str:
    return text(f"rolling.method.{name}", lang)


def _within(horizon: int, lang: str) -> str:
    return text("rolling.within_one" if horizon == 1 else "rolling.within", lang, months=horizon)


def _cell(figure: Mapping[str, float | None], digits: int, lang: str) -> str:
    value, lower, upper = figure["value"], figure["lower"], figure["upper"]
    if value is None:
        return wording.MISSING
    if lower is None or upper is None:
        return f"{value:.{digits}f}"
    return text("report.interval", lang, mean=f"{value:.{digits}f}", lower=f"{lower:.{digits}f}",
                upper=f"{upper:.{digits}f}")

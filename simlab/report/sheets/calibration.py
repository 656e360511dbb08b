"""Sheets of a calibration: what it reproduces, what it learnt, what the check of it found."""

from __future__ import annotations

from simlab.i18n import text
from simlab.report import checks, wording
from simlab.report.contents import Fit
from simlab.report.sheets.sheet import Cell, Sheet, Tree, figures, numbers, spread, texts


def sheets(fit: Fit | None, check: Tree | None, lang: str) -> list[Sheet]:
    """Those that there are."""
    found = [] if fit is None else [_fit(fit, lang), _parameters(fit, lang)]
    return found if check is None else [*found, _gates(check, lang), _coverage(check, lang)]


def _fit(fit: Fit, lang: str) -> Sheet:
    rows: list[list[Cell]] = [
        [wording.pick(c.label, lang), fit.until, fit.simulations, c.observed, c.lower,
         c.median, c.upper, text(f"workbook.{'inside' if c.inside else 'outside'}", lang)]
        for c in fit.checks]
    return Sheet("fit", [*texts(lang, "summary", "until"), *numbers(
        lang, "simulations", "observed", "simulated_lower", "simulated_median",
        "simulated_upper"), *texts(lang, "inside")], rows,
        [text("report.fit_line", lang, inside=fit.inside, total=len(fit.checks)),
         *(wording.pick(caution, lang) for caution in fit.cautions)])


def _parameters(fit: Fit, lang: str) -> Sheet:
    rows = []
    for each in fit.parameters:
        source = text(f"report.from_{each.informed}", lang) if each.informed != "assumed" \
            else text("report.from_source", lang, source=each.source)
        posterior = each.posterior if each.calibrated else None
        rows.append([wording.pick(each.meaning, lang), wording.parameter_unit(each.unit, lang),
                     *figures(each.prior), *figures(posterior),
                     each.contraction if each.calibrated else None, source])
    return Sheet("parameters", [
        *texts(lang, "parameter", "unit"), *spread(lang, "prior"), *spread(lang, "posterior"),
        *numbers(lang, "contraction"), *texts(lang, "source")], rows,
        [text("report.parameters_line", lang)])


def _gates(check: Tree, lang: str) -> Sheet:
    return Sheet("gates", [(text(f"check.column.{name}", lang), "text")
                           for name in ("gate", "state", "reason")], checks.gates(check, lang),
                 [checks.verdict(checks.marked(check), lang), text("check.holds_for", lang)])


def _coverage(check: Tree, lang: str) -> Sheet:
    header = checks.header(lang)
    rows = [[checks.name_of(row["parameter"], lang),
             text(f"check.identified.{'true' if row['identified'] else 'false'}", lang),
             *(row[name] for name in checks.COLUMNS[2:]), check["truths"]]
            for row in check["coverage"]]
    return Sheet("coverage", [(header[0], "text"), (header[1], "text"), (header[2], "number"),
                              *((name, "share") for name in header[3:]),
                              *numbers(lang, "truths")], rows)

"""The sheets of a workbook: a report's answers as tables of numbers."""

from __future__ import annotations

from simlab.report import wording
from simlab.report.contents import Contents
from simlab.report.sheets import calibration, comparing, studies
from simlab.report.sheets.sheet import Sheet
from simlab.report.sheets.summary import provenance, summary

__all__ = ["Sheet", "sheets"]


def sheets(contents: Contents, lang: str, shown: tuple[str, ...]) -> list[Sheet]:
    """One for each answer that there is, the summary first; `shown` are the outcomes listed by
    month."""
    found = [summary(contents, lang)]
    if contents.comparison is not None:
        found += comparing.sheets(contents.comparison, wording.strings(contents.titles, lang),
                                  shown, lang)
    found += [make(tree, lang) for tree, make in (
        (contents.optimisation, studies.searched), (contents.stress, studies.stressed),
        (contents.sensitivity, studies.moved), (contents.answers, studies.questions),
        (contents.event, studies.past_change), (contents.rolling, studies.rolled),
    ) if tree is not None]
    if contents.forecast is not None:
        found.append(studies.forecast(contents.forecast, lang))
    return [*found, *calibration.sheets(contents.fit, contents.check, lang),
            provenance(contents, lang)]

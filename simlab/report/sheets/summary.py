"""The first sheet and the last: what was asked and answered, and what it all rests on."""

from __future__ import annotations

from simlab.i18n import text
from simlab.report import page, wording
from simlab.report.contents import Contents
from simlab.report.sheets.sheet import Cell, Sheet, texts


def summary(contents: Contents, lang: str) -> Sheet:
    """The marks before anything else, then the answer of each policy in sentences."""
    rows: list[list[Cell]] = []
    if contents.client.name:
        rows.append([text("workbook.client", lang), contents.client.name])
    rows += [[text("workbook.mark", lang), mark] for mark in page.marks(contents, lang)]
    rows.append([text("report.asked", lang), wording.pick(contents.question, lang)])
    comparison = contents.comparison
    if comparison is None:
        rows.append([text("report.answer", lang), text("report.no_comparison", lang)])
    else:
        titles = wording.strings(contents.titles, lang)
        for policy in comparison["policies"]:
            if policy != comparison["baseline"]:
                rows += _answer(contents, policy, titles, lang)
    rows += _data(contents, lang)
    return Sheet("summary", texts(lang, "what", "said"), rows, [
        text(f"report.limit_{name}", lang) for name in ("model", "cause", "people",
                                                        "pseudonymised")])


def provenance(contents: Contents, lang: str) -> Sheet:
    """Versions, hashes, options and seeds."""
    rows: list[list[Cell]] = [
        [key, value if isinstance(value, int | float | str) else str(value)]
        for key, value in contents.provenance.items()]
    return Sheet("provenance", texts(lang, "what", "said"), rows)


def _answer(contents: Contents, policy: str, titles: dict[str, str], lang: str
            ) -> list[list[Cell]]:
    comparison = contents.comparison
    assert comparison is not None, "asked of a comparison"
    said = page.answer(comparison, policy, comparison["baseline"], titles, lang)
    rows: list[list[Cell]] = [
        [text("report.answer", lang), f"{said['line']} {said['luck']}"],
        [text("report.warrant", lang), said["rests"]]]
    if said["advice"]:
        rows.append([text("comparing.advice.title", lang), said["advice"]])
    return rows


def _data(contents: Contents, lang: str) -> list[list[Cell]]:
    data = contents.data
    if data is None:
        return [[text("report.data", lang), text("report.data_none", lang)]]
    source = wording.pick(data.source, lang)
    rows: list[list[Cell]] = [[text("report.data", lang), source]] if source else []
    rows += [
        [text("report.data_people", lang), data.people],
        [text("report.data_person_months", lang), data.person_months],
        [text("report.data_exits", lang), data.exits],
        [text("report.data_months", lang),
         text("ui.between", lang, lower=data.first_month, upper=data.last_month)]]
    if contents.fit is not None:
        rows.append([text("report.data_until", lang), contents.fit.until])
    return [*rows, [text("report.data_hash", lang), data.fingerprint]]

"""Does the workbook hold every answer as numbers, say what to bear in mind, and run nothing?"""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from openpyxl import load_workbook

from simlab.i18n import LANGUAGES, text
from simlab.report.contents import Client, Contents
from simlab.report.workbook import workbook
from tests.report.test_page import contents, rolled


def opened(shown: Contents, lang: str = "en") -> Any:
    return load_workbook(io.BytesIO(workbook(shown, lang)))


def column(page: Any, title: str) -> list[Any]:
    (place,) = [cell.column for cell in page[1] if cell.value == title]
    return [page.cell(row, place).value for row in range(2, page.max_row + 1)]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_answer_has_a_sheet_in_the_readers_language(lang: str) -> None:
    book = opened(contents(rolling=rolled()), lang)
    expected = ["summary", "policies", "months", "chances", "rolling", "forecast", "fit",
                "parameters", "provenance"]
    names = [text(f"workbook.sheet.{name}", lang) for name in expected]
    assert [name for name in book.sheetnames if name in names] == names
    for page in book:
        assert page.freeze_panes in ("A2", "B2")
        assert all(cell.value for cell in page[1])
        assert max(each.width for each in page.column_dimensions.values()) <= 100


def test_figures_are_numbers_with_unit_period_n_and_interval() -> None:
    shown = contents()
    page = opened(shown)["Policies compared"]
    effects = shown.comparison["effects"]  # type: ignore[index]
    for title, value in (("Difference: mean", "mean"), ("Difference: 90% from", "lower"),
                         ("Difference: 90% to", "upper")):
        assert column(page, title)[:len(effects)] == pytest.approx(
            [effect["difference"][value] for effect in effects])
    assert column(page, "n (draws)")[:len(effects)] == [80] * len(effects)
    assert set(column(page, "Period")[:len(effects)]) == {"2026-01 to 2026-12"}
    assert {"people", "currency of the records"} <= set(column(page, "Unit"))
    assert all(0 <= share <= 1 for share in column(page, "P(beats)")[:len(effects)])


def test_a_text_that_begins_like_a_formula_stays_a_text() -> None:
    hostile = {"plan": "=HYPERLINK(\"http://x\",\"y\")", "more": "@SUM(A1)", "now": "+1+1"}
    file = workbook(contents(titles=hostile, question="=1+1", client=Client("-2+3")), "en")
    book = load_workbook(io.BytesIO(file))
    cells = [cell for page in book for row in page for cell in row]
    assert {"=1+1", "-2+3", *hostile.values()} <= {cell.value for cell in cells}
    assert "f" not in {cell.data_type for cell in cells}
    assert all(cell.quotePrefix for cell in cells
               if isinstance(cell.value, str) and cell.value[:1] in "=+@-")
    with zipfile.ZipFile(io.BytesIO(file)) as parts:
        assert not any(b"<f>" in parts.read(name) for name in parts.namelist())


def test_signs_that_a_workbook_cannot_hold_do_not_stop_it() -> None:
    assert "a b" in column(opened(contents(question="a\x0bb"))["Summary"], "Content")


def test_the_first_sheet_says_what_to_bear_in_mind() -> None:
    marks = {"comparison": ("data", "model")}
    said = column(opened(contents(stale=marks, over_prior=True))["Summary"], "Content")
    assert text("cli.on_prior", "en") in said
    assert any("comparison (data, model)" in each for each in said if each)
    check = {"verdict": "failed", "gates": [{"name": "coverage", "state": "failed", "said": "no"}],
             "coverage": [], "recovery": {}, "truths": 20}
    failed = opened(contents(check=check), "zh")
    assert any("覆盖率" in str(each) or "未通过" in str(each)
               for each in column(failed["摘要"], "内容"))


def test_the_same_contents_give_the_same_bytes() -> None:
    assert workbook(contents(), "zh") == workbook(contents(), "zh")


def test_a_lab_with_nothing_in_it_still_makes_a_workbook() -> None:
    assert opened(Contents(created="today")).sheetnames == ["Summary", "Provenance"]

"""Does the page of claims tell every case, in the words of the verdicts, as the cases stand?"""

import re
from pathlib import Path

import pytest

from scenarios.claims import Verdict, load, names
from simlab.report.claims import verdict

PAGE = Path(__file__).resolve().parents[2] / "docs" / "validation" / "claims.md"


@pytest.fixture(scope="module")
def table():
    """Rows of the page's table as lists of cells, by case."""
    rows, case = {}, ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|") or len(cells) != 8 or cells[0] in ("case", "---"):
            continue
        case = cells[0].strip("*") or case
        rows.setdefault(case, []).append(cells)
    return rows


def test_every_case_is_on_the_page_with_all_its_figures(table):
    assert tuple(table) == names()
    for name in names():
        case = load(name)
        assert table[name][0][1] == case.title.en
        assert [row[2] for row in table[name][:-1]] == [f.says.en for f in case.figures]


def test_verdicts_are_words_of_the_rule(table):
    words = {verdict(v.value, "en") for v in Verdict}
    for rows in table.values():
        for row in rows[:-1]:
            assert row[7].removeprefix("beside: ") in words | {"beside"}
        assert rows[-1][7].strip("*") in words


def test_the_page_says_whose_numbers_they_are(table):
    text = PAGE.read_text(encoding="utf-8")
    for name in names():
        for words in load(name).ours:
            assert words.en in text, name


def test_bands_on_the_page_are_the_cases_bands(table):
    for name in names():
        for row, figure in zip(table[name][:-1], load(name).figures, strict=True):
            assert (row[3] == "–") == (figure.band is None)
            if figure.band is not None and None in figure.band:
                assert row[3].startswith(("at least", "at most"))
            if figure.claimed is not None and figure.unit == "ratio":
                assert row[3].startswith(f"{figure.claimed:.2f}")


def test_every_word_of_the_verdict_has_a_sentence_in_both_languages():
    for v in Verdict:
        assert verdict(v.value, "en") != verdict(v.value, "zh")
    said = [verdict(v.value, "zh") for v in Verdict]
    assert len(set(said)) == len(said)
    assert all(re.search("[\u4e00-\u9fff]", word) for word in said)

"""Can a reader see where the firm stands and where it goes?"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from simlab.i18n import text
from simlab.jobs.outlook import outlook
from simlab.lab import Lab
from tests.ui.test_pages import fits, foreign

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Visit = Callable[..., Any]


@pytest.mark.parametrize(("lang", "view"), [("en", "phone"), ("zh", "desktop")])
def test_look_ahead_and_read(visit: Visit, lang: str, view: str) -> None:
    page = visit(lang, view, "overview", turnover="closing", currency="EUR")
    # At first only what was recorded, by the reader's formula.
    card = page.locator("#overview-turnover")
    card.get_by_text(text("ui.choice.turnover.closing", lang)).wait_for()
    page.get_by_text(text("page.overview.no_outlook_title", lang)).wait_for()
    page.get_by_role("button", name=text("page.overview.look_ahead", lang), exact=True).click()
    regretted = page.locator("#overview-regretted")
    regretted.wait_for()
    assert "90%" in regretted.inner_text()
    assert "EUR" in page.locator("#overview-idle").inner_text()
    page.locator("#overview-cost .ytitle", has_text="EUR").wait_for()
    assert page.locator("#overview-exits .bars .point").count() == 24
    assert fits(page)
    assert foreign(page, lang) == []


def test_every_chart_has_a_table_a_source_and_downloads(visit: Visit, lab: Lab) -> None:
    outlook(lab, months=3, draws=4, replicates=2)
    page = visit("en", "desktop", "overview")
    chart = page.locator(".lab-chart").first
    chart.get_by_role("tab", name=text("ui.chart.table", "en")).click()
    chart.get_by_role("row", name="Jan 2024 3").wait_for()
    chart.get_by_role("tab", name=text("ui.chart.source", "en")).click()
    for row in ("formula", "n", "period", "unit", "interval", "code", "data", "seed"):
        assert chart.get_by_role("cell", name=text(f"ui.source.{row}", "en"), exact=True).count()
    chart.get_by_role("tab", name=text("ui.chart.download", "en")).click()
    for kind, begins in (("CSV", b"\xef\xbb\xbfmonth,recorded,mean"), ("JSON", b'{\n  "name"'),
                         ("PNG", b"\x89PNG")):
        with page.expect_download() as coming:
            chart.get_by_role("button", name=text("ui.chart.save", "en", kind=kind)).click()
        saved = coming.value.path().read_bytes()
        assert saved.startswith(begins)
        # What the numbers rest on goes with them.
        if kind == "CSV":
            assert saved.splitlines()[0].endswith(b",rests_on,code,data,seed")
            assert all(text("ui.badge_prior", "en").encode() in row
                       for row in saved.splitlines()[1:])
        if kind == "JSON":
            assert json.loads(saved)["rests_on"] == [text("ui.badge_prior", "en")]
        assert coming.value.suggested_filename == f"overview-exits.{kind.lower()}"


def test_help_explains_a_term_in_place(visit: Visit) -> None:
    page = visit("zh", "phone", "overview")
    term = text("glossary.turnover.term", "zh")
    page.get_by_role("button", name=text("ui.what_is", "zh", term=term)).click()
    page.get_by_text(text("glossary.turnover.meaning", "zh")).wait_for()

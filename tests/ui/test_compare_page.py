"""Can a reader of either language, at a desk or on a phone, get an answer from the page?"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from simlab.i18n import text
from simlab.jobs.comparing import compare
from simlab.lab import Lab
from tests.ui.test_pages import fits, foreign

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Visit = Callable[..., Any]


@pytest.fixture
def compared(lab: Lab) -> None:
    compare(lab, "sales_transition", ["move_only", "pay_bridge"], draws=4, replicates=2, months=4,
            channels=False, seed=3)


def ask(page: Any, lang: str, *, months: int = 6, draws: int = 16) -> None:
    page.get_by_label(text("page.compare.months", lang), exact=True).fill(str(months))
    page.get_by_label(text("page.compare.draws", lang), exact=True).fill(str(draws))
    page.get_by_role("button", name=text("page.compare.run", lang), exact=True).click()


@pytest.mark.parametrize(("lang", "view"), [("en", "desktop"), ("zh", "phone")])
def test_choose_run_and_read(visit: Visit, lang: str, view: str) -> None:
    page = visit(lang, view, "compare")
    page.get_by_text(text("page.compare.choose", lang)).wait_for()
    boxes = page.get_by_role("checkbox")
    assert boxes.count() >= 2
    for place in range(2, boxes.count()):
        boxes.nth(place).uncheck()
    ask(page, lang)
    badge = re.escape(text("page.compare.badge_runs", lang, draws=16, replicates="@", months=6))
    page.get_by_text(re.compile(badge.replace("@", r"\d+"))).wait_for()

    # One answer card for the one pair, with its probability and what it rests on.
    answer = page.locator(".lab-answer")
    assert answer.count() == 1
    answer.get_by_text(text("page.compare.tile_beats", lang), exact=True).wait_for()
    # Without a calibration nothing is tested; with so few draws it may be too early to tell.
    answer.locator(".lab-badge", has_text=re.compile("|".join(
        re.escape(text(f"report.warrant_short_{said}", lang)) for said in ("assumed", "unknown")
    ))).wait_for()
    page.get_by_text(text("ui.badge_prior", lang), exact=True).first.wait_for()
    # A dot a draw, in effect and in cost; then each part of the answer as it is opened.
    page.locator("#compare-dots .scatterlayer .trace").first.wait_for()
    page.locator("#compare-cost-effect .scatterlayer .trace").first.wait_for()
    page.locator("#compare-probability .bars .point").first.wait_for()
    assert page.locator("#compare-probability .bars .point").count() == 2
    for section, shown in (("months", "#compare-fan"), ("money", "#compare-net-value"),
                           ("channels", "[id^=compare-channels-]"),
                           ("groups", "[id^=compare-groups-][id$=regretted]"),
                           ("evidence", "[id^='{\"chart\":\"compare-levers-']")):
        page.get_by_role("tab", name=text(f"page.compare.section.{section}", lang)).click()
        page.locator(shown).first.wait_for(state="attached")
        assert f"section={section}" in page.evaluate("location.search") or page.wait_for_url(
            f"**section={section}**") is None
    # The address holds what was asked and what is open: a page loaded again shows the same.
    page.reload()
    page.get_by_role("tab", name=text("page.compare.section.evidence", lang),
                     selected=True).wait_for()
    page.locator("[id^='{\"chart\":\"compare-levers-']").first.wait_for(state="attached")
    assert page.get_by_label(text("page.compare.draws", lang), exact=True).input_value() == "16"
    # Nothing sticks out on a phone, nothing is left in another language.
    assert fits(page)
    assert foreign(page, lang) == []


def test_another_outcome_and_another_language(visit: Visit, compared: None) -> None:
    page = visit("en", "desktop", "compare?section=months")
    page.locator("#compare-fan .scatterlayer .trace").first.wait_for()
    page.get_by_role("textbox", name=text("page.compare.outcome", "en")).click()
    page.get_by_role("option", name=text("outcome.complaints", "en")).click()
    page.locator("#compare-fan .ytitle", has_text=text("outcome.complaints", "en")).wait_for()
    page.get_by_text("中文", exact=True).click()
    # The page loads anew in Chinese, at the same place.
    page.get_by_text(text("page.compare.choose", "zh")).wait_for()
    page.locator("#compare-fan .ytitle", has_text=text("outcome.complaints", "zh")).wait_for()
    assert page.evaluate("document.documentElement.lang") == "zh-CN"


def test_cancel_keeps_nothing(visit: Visit, lab: Lab) -> None:
    page = visit("en", "desktop", "compare")
    before = sorted(path.name for path in lab.path.glob("comparisons/*"))
    stamps = [path.stat().st_mtime_ns for path in sorted(lab.path.glob("comparisons/*"))]
    ask(page, "en", months=120, draws=5000)
    page.locator(".lab-job [role=progressbar]").wait_for()
    page.get_by_role("button", name=text("ui.cancel", "en")).click()
    page.get_by_text(text("ui.cancelled", "en")).wait_for()
    assert sorted(path.name for path in lab.path.glob("comparisons/*")) == before
    assert [p.stat().st_mtime_ns for p in sorted(lab.path.glob("comparisons/*"))] == stamps
    assert page.get_by_role("button", name=text("page.compare.run", "en"), exact=True).is_enabled()


def test_one_policy_is_refused_in_the_readers_language(visit: Visit) -> None:
    page = visit("zh", "phone", "compare")
    boxes = page.get_by_role("checkbox")
    boxes.first.wait_for()
    for place in range(1, boxes.count()):
        boxes.nth(place).uncheck()
    ask(page, "zh")
    page.get_by_text(text("error.too_few_policies", "zh", count=1)).wait_for()


def test_calibrate_then_compare_over_the_posterior(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simlab.ui.pages.compare.callbacks.QUICK_SIMULATIONS", 300)
    page = visit("zh", "desktop", "compare")
    page.get_by_role("button", name=text("page.compare.calibrate", "zh")).click()
    page.get_by_text(text("page.compare.calibration_done", "zh")).wait_for()
    page.get_by_role("button", name=text("page.compare.recalibrate", "zh")).wait_for()
    ask(page, "zh")
    page.get_by_text(text("ui.badge_calibrated", "zh"), exact=True).first.wait_for()


def test_a_job_is_found_again_and_is_its_browsers_own(visit: Visit) -> None:
    page = visit("en", "desktop", "compare")
    ask(page, "en", months=120, draws=5000)
    page.locator(".lab-job [role=progressbar]").wait_for()
    tab = page.context.new_page()  # a second tab of the same browser
    for again in (page, tab):
        again.goto(page.url)
        again.locator(".lab-job [role=progressbar]").wait_for(timeout=10_000)
        again.locator("button:disabled", has_text=text("page.compare.run", "en")).wait_for()
    other = visit("en", "desktop", "compare")  # another browser
    other.wait_for_timeout(1000)
    assert other.locator(".lab-job [role=progressbar]").count() == 0
    tab.get_by_role("button", name=text("ui.cancel", "en")).click()
    for again in (page, tab):
        again.get_by_text(text("ui.cancelled", "en")).wait_for(timeout=10_000)

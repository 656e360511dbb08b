"""The search as it is used: name a budget, search, read the front, take the picked policy along."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simlab.decide.optimise import Effort
from simlab.i18n import text
from simlab.jobs.stored import latest_search
from simlab.lab import Lab
from simlab.policy import load_policy
from simlab.report import optimising, wording
from simlab.ui.pages.optimise import layout, results

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Visit = Callable[..., Any]
SMALL = Effort(evaluations=36, population=12, draws=8, fresh_draws=24, replicates=2, finalists=6)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(layout.EFFORTS, "quick", SMALL)


def said(key: str, lang: str = "en", **values: Any) -> str:
    return text(f"page.optimise.{key}", lang, **values)


def search(page: Any, lang: str = "en") -> None:
    page.get_by_role("button", name=said("run", lang), exact=True).click()


@pytest.mark.parametrize(("lang", "view"), [("en", "desktop"), ("zh", "phone")])
def test_search_read_and_take_along(
    visit: Visit, lab: Lab, tmp_path: Path, lang: str, view: str
) -> None:
    page = visit(lang, view, "optimise?scenario=sales_transition")
    page.get_by_text(said("empty_title", lang)).wait_for()
    search(page, lang)
    page.locator("#optimise-front .scatterlayer .trace").first.wait_for()
    tree = latest_search(lab)
    assert tree is not None
    assert tree["options"]["evaluations"] == SMALL.evaluations

    # The one number is what the picked policy avoids.
    option = next(each for each in optimising.front(tree) if each["policy"] == tree["picked"])
    avoided = wording.number(-option["effects"]["regretted"]["mean"], lang, signed=True)
    assert page.locator("#optimise-avoided .lab-big").inner_text() == avoided
    # One mark on the line for each policy of the front, and one row.
    line = page.locator("#optimise-front .trace", has=page.locator("path.js-line"))
    assert line.locator(".point").count() == len(optimising.front(tree))
    assert page.locator("#optimise-options tbody tr").count() == len(optimising.front(tree))
    limits = len(tree["optimisation"]["constraints"])
    assert page.locator("#optimise-options").get_by_text(
        said("kept_of", lang, met=limits, all=limits)).count() == len(optimising.front(tree))
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]

    with page.expect_download() as coming:
        page.get_by_role("button", name=said("download", lang)).click()
    kept = tmp_path / "picked.yaml"
    coming.value.save_as(kept)
    assert load_policy(kept) == results.picked_policy(tree)
    fields = page.locator("#optimise-picked li").count()
    page.locator("#optimise-open").click()
    page.get_by_text(text("page.scenario.changed" if fields else "page.scenario.unchanged", lang,
                          count=fields)).wait_for()

    # Loaded again, the answer is still there.
    page.goto(page.url.partition("/scenario")[0] + "/optimise")
    page.locator("#optimise-front .scatterlayer .trace").first.wait_for()


def test_a_budget_that_nothing_meets_keeps_the_front_and_picks_nothing(
    visit: Visit, lab: Lab
) -> None:
    page = visit("en", "desktop", "optimise?scenario=sales_transition")
    page.get_by_label(said("budget", unit=text("unit.money", "en"))).fill("-900000000")
    search(page)
    page.locator(".lab-failed").get_by_text("Raise the budget").wait_for()
    page.locator("#optimise-front .scatterlayer .trace").first.wait_for()
    assert page.locator("#optimise-avoided, #optimise-picked").count() == 0
    tree = latest_search(lab)
    assert tree is not None
    assert tree["picked"] is None


def test_a_search_that_fails_says_so(
    visit: Visit, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layout, "arguments", lambda *_: {
        "scenario": "premium_care", "objectives": ["regretted", "luck"]})
    page = visit("zh", "desktop", "optimise?scenario=premium_care")
    search(page, "zh")
    page.locator(".lab-failed").get_by_text(text("ui.failed", "zh")).wait_for()
    page.locator(".lab-failed").get_by_text("luck").wait_for()
    assert latest_search(lab) is None


def test_an_address_of_a_scenario_that_there_is_not_says_so(visit: Visit) -> None:
    page = visit("en", "phone", "optimise?scenario=nonsense")
    page.locator(".lab-failed").get_by_text("nonsense").wait_for()
    page.get_by_role("button", name=said("run"), exact=True).wait_for()

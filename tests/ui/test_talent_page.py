"""Does Talent answer its question, and name nobody whom the reader or the check forbids?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from dash import Dash

from simlab.i18n import text
from simlab.jobs.runner import Runner
from simlab.jobs.stored import stored_of_policy
from simlab.jobs.talent import talent
from simlab.lab import Lab
from simlab.report import wording
from simlab.report.talent import at
from simlab.ui.choices import Choices
from simlab.ui.pages import one_policy
from simlab.ui.pages.talent import results
from simlab.ui.visit import Served, Visit

Visitor = Callable[..., Any]
FINE = {"draws": 10, "replicates": 2, "months": 8}


@pytest.mark.browser
@pytest.mark.slow
def test_who_or_what_is_missing(
    visit: Visitor, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(one_policy, "FULL", FINE)
    page = visit("zh", "phone", "talent")
    page.get_by_text(text("page.talent.empty_title", "zh")).wait_for()
    page.get_by_role("button", name=text("page.talent.run", "zh"), exact=True).click()
    page.locator("#talent-gaps .scatterlayer .trace").first.wait_for()
    tree = stored_of_policy(lab, "talent", "sales_transition", "train_and_help")
    assert tree is not None
    assert page.locator("#talent-share .lab-big").inner_text() == wording.number(
        at(tree["share"], 0)["mean"], "zh")
    # Not calibrated: no names, and why; what is known stands by group.
    page.locator("#talent-no-names").get_by_text(
        text("talent.refused.uncalibrated", "zh")).wait_for()
    assert page.locator("#talent-list").count() == 0
    assert page.locator("#talent-groups tbody tr").count() == len(tree["groups"])
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


@pytest.mark.slow
def test_a_list_is_for_no_manager_and_expires(lab: Lab) -> None:
    talent(lab, "sales_transition", "train_and_help", **FINE)
    stored = stored_of_policy(lab, "talent", "sales_transition", "train_and_help")
    assert stored is not None
    one = {"person": "8f0c", "seat": 12, "chance": 0.6, "strong": ["closing"], "signs": [],
           "fit": {"mean": 0.5, "lower": 0.4, "upper": 0.6}, "missing": "industry_insight"}
    tree = {**stored, "refused": [], "listed": [one], "expires": "2999-01-01"}

    def shown(role: str, **other: Any) -> str:
        seen = Visit(Served(lab, Runner(lab)), "en", Choices(role, "light", "average", "CNY"))
        with Dash(__name__).server.test_request_context("/"):
            return str(results.view(seen, {**tree, **other}))

    assert "P12" in shown("strategist")
    for hidden in (shown("manager"), shown("strategist", expires="2020-01-01"),
                   shown("strategist", refused=["check_failed"]),
                   shown("strategist", inputs={**tree["inputs"], "model": "older"})):
        assert "P12" not in hidden
        assert "talent-no-names" in hidden

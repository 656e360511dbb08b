"""Do Incentives and Training answer their question, from the page's own button to the figure?"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from dash import dcc

from simlab.i18n import text
from simlab.jobs.courses import courses
from simlab.jobs.incentives import incentives
from simlab.jobs.stored import stored_of_policy
from simlab.lab import Lab
from simlab.report import figures, wording
from simlab.ui.choices import Choices
from simlab.ui.pages import one_policy
from simlab.ui.pages.incentives import results as incentives_results
from simlab.ui.pages.training import results as training_results
from simlab.ui.visit import Served, Visit

Visitor = Callable[..., Any]
FINE = {"draws": 10, "replicates": 2, "months": 14}
PLAN = ("sales_transition", "train_and_help")
browser_test = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(one_policy, "FULL", FINE)


def begin(page: Any, name: str, lang: str) -> None:
    page.get_by_text(text(f"page.{name}.empty_title", lang)).wait_for()
    page.get_by_role("button", name=text(f"page.{name}.run", lang), exact=True).click()


class TestInBrowser:
    pytestmark = browser_test

    def test_what_a_plan_rewards(self, visit: Visitor, lab: Lab) -> None:
        page = visit("en", "desktop", "incentives")
        begin(page, "incentives", "en")
        page.locator("#incentives-gap .scatterlayer .trace").first.wait_for()
        tree = stored_of_policy(lab, "incentives", *PLAN)
        assert tree is not None
        assert page.locator("#incentives-all .lab-big").inner_text() == wording.number(
            tree["below"]["all"]["mean"], "en")
        bars = sum(len([w for w in stage["weights"].values() if w]) + sum(
            share["mean"] > 0 for who in ("standard", "key")
            for share in (stage["effort"][who] or {}).values()) for stage in tree["stages"])
        assert page.locator("#incentives-effort .barlayer .point").count() == bars
        # Another policy has not been looked into yet; the way to its levers goes along.
        page.get_by_role("textbox", name=text("ui.one_policy.policy", "en")).click()
        page.get_by_role("option", name="Move people, change nothing else").click()
        page.get_by_text(text("page.incentives.empty_title", "en")).wait_for()
        page.locator("#incentives-open[href*=move_only]").click()
        page.get_by_role("heading", name=text("page.scenario.title", "en"), level=1).wait_for()

    def test_which_course_pays_on_a_phone_in_chinese(self, visit: Visitor, lab: Lab) -> None:
        page = visit("zh", "phone", "training", currency="CNY")
        begin(page, "training", "zh")
        page.locator("#training-scatter .scatterlayer .trace").first.wait_for()
        tree = stored_of_policy(lab, "courses", *PLAN)
        assert tree is not None
        assert page.locator("#training-scatter .scatterlayer .trace").count() == len(
            tree["courses"])
        rows = page.locator("#training-courses tbody tr")
        assert rows.count() == len(tree["courses"])
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.get_by_role("textbox", name=text("page.training.course", "zh")).click()
        page.get_by_role("option", name="高层沟通").click()
        shown = next(each for each in tree["courses"] if each["name"] == "executive_communication")
        page.wait_for_timeout(300)
        drawn = page.locator("#training-learnt").evaluate(
            "each => each.querySelector('.js-plotly-plot').data.filter("
            "trace => trace.name === '开设')[0].y")
        assert list(drawn) == pytest.approx(shown["with_it"]["mean"])

    def test_an_address_of_a_policy_that_there_is_not_says_so(self, visit: Visitor) -> None:
        page = visit("en", "phone", "training?policy=nonsense")
        page.locator(".lab-failed").get_by_text("nonsense").wait_for()


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """A lab without records, so that the hospital's and the sales staff's people are drawn."""
    lab = Lab.create(tmp_path_factory.mktemp("answered") / "lab")
    for scenario, policy in (("sales_transition", "move_only"),
                             ("premium_care", "premium_trained")):
        incentives(lab, scenario, policy, **FINE)
        courses(lab, scenario, policy, **FINE)
    return lab


def reader(lang: str, lab: Any = None) -> Visit:
    return Visit(Served(lab, None), lang, Choices("strategist", "light", "average", "CNY"))


def words(component: Any) -> str:
    """All that a component says to its reader."""
    said: list[str] = []

    def walk(value: Any, key: str = "") -> None:
        if isinstance(value, dcc.Store):  # for downloads, which name outcomes by their keys
            return
        if hasattr(value, "to_plotly_json"):
            value = value.to_plotly_json()
        if isinstance(value, dict):
            for name, part in value.items():
                if name != "customdata":
                    walk(part, name)
        elif isinstance(value, list | tuple):
            for part in value:
                walk(part, key)
        elif isinstance(value, str) and key in ("children", "text", "name", "label"):
            said.append(value)

    walk(component)
    return "\n".join(said)


@pytest.mark.slow
@pytest.mark.parametrize(("scenario", "policy"), [
    ("sales_transition", "move_only"), ("premium_care", "premium_trained")])
def test_answers_read_in_both_languages(answered: Lab, scenario: str, policy: str) -> None:
    for view, kind in ((incentives_results.view, "incentives"),
                       (training_results.view, "courses")):
        tree = stored_of_policy(answered, kind, scenario, policy)
        chinese = words(view(reader("zh", answered), tree))
        assert re.findall(r"[a-z]{3,}", re.sub(r"<\w+>|%\{\w+\}", "", chinese)) == []
        english = words(view(reader("en", answered), tree))
        assert re.findall(r"[\u4e00-\u9fff]", english) == []
        assert not re.search(r"\b(page|courses|incentives)\.\w+", english)


@pytest.mark.slow
def test_the_figures_hold_what_was_computed(answered: Lab) -> None:
    tree = stored_of_policy(answered, "courses", "sales_transition", "move_only")
    assert tree is not None
    for trace, course in zip(figures.cost_and_exits(tree, "en").data, tree["courses"], strict=True):
        cost, exits = course["effects"]["cost"], course["effects"]["regretted"]
        assert trace.x[0] - trace.error_x.arrayminus[0] == pytest.approx(cost["lower"])
        assert trace.y[0] + trace.error_y.array[0] == pytest.approx(-exits["lower"])
        assert trace.marker.symbol.endswith("-open")  # this policy offers none of them
    plan = stored_of_policy(answered, "incentives", "sales_transition", "move_only")
    assert plan is not None
    stacked: dict[float, float] = {}
    for bar in figures.weights_and_effort(plan, "en").data:
        assert bar.base[0] == pytest.approx(stacked.get(bar.y[0], 0.0))
        stacked[bar.y[0]] = bar.base[0] + bar.x[0]
    assert list(stacked.values()) == pytest.approx([1.0] * len(stacked))
    curve = figures.bonus_curve(plan, "en").data[0]
    assert max(curve.y) == pytest.approx(100 * 0.2 * 1.2)

"""Can a reader see why people leave, and one life beside its twin?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from simlab.i18n import text
from simlab.jobs.comparing import compare
from simlab.jobs.telling import story
from simlab.lab import Lab
from simlab.report import figures, stories, wording
from tests.ui.test_pages import fits, foreign

Visit = Callable[..., Any]
DRAWS, REPLICATES, MONTHS = 6, 4, 6


@pytest.fixture
def compared(lab: Lab) -> dict[str, Any]:
    compare(lab, "sales_transition", ["move_only", "train_and_help", "pay_bridge"], draws=DRAWS,
            replicates=REPLICATES, months=MONTHS, seed=3)
    return dict(lab.read_json("comparisons/sales_transition.json"))


def said(key: str, lang: str, **values: Any) -> str:
    return text(f"page.explain.{key}", lang, **values)


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize(("lang", "view"), [("en", "desktop"), ("zh", "phone")])
def test_see_the_causes_and_have_a_life_told(
    visit: Visit, lab: Lab, compared: dict[str, Any], lang: str, view: str
) -> None:
    page = visit(lang, view, "explain")
    split = figures.causes(compared["comparison"], "move_only")
    cause = text(f"story.cause.{next(iter(split))}", lang)
    top = page.locator("#explain-top")
    top.get_by_text(said("top", lang, cause=cause)).wait_for()
    # The share of this cause with the interval of its shares draw by draw.
    share = figures.largest_cause(compared["comparison"], "move_only")["share"]
    ends = {end: wording.number(100 * share[end], lang) for end in ("lower", "upper")}
    top.get_by_text(text("ui.range", lang, **ends)).wait_for()
    # A bar for each cause that was ever the largest and one for all, under both policies.
    shown = sum(any(figures.causes(compared["comparison"], p)[c]["mean"] > 0
                    for p in ("move_only", "train_and_help")) for c in split)
    page.locator("#explain-waterfall .bars .point").first.wait_for()
    assert page.locator("#explain-waterfall .bars .point").count() == 2 * (shown + 1)
    page.locator("#explain-policy").click()
    other = compared["titles"]["pay_bridge"][lang]
    page.get_by_role("option", name=other).click()
    page.locator("#explain-waterfall .legendtext", has_text=other).wait_for()
    # A person and a history that there are not are refused; then a life is told.
    tell = page.get_by_role("button", name=said("tell", lang), exact=True)
    page.get_by_label(said("person", lang), exact=True).fill("P9999")
    tell.click()
    page.get_by_text(said("wrong_person", lang, person="P9999",
                          people=compared["options"]["people"])).wait_for()
    page.get_by_label(said("person", lang), exact=True).fill("P12")
    page.get_by_label(said("history", lang), exact=True).fill(str(DRAWS * REPLICATES))
    tell.click()
    page.get_by_text(said("wrong_history", lang, last=DRAWS * REPLICATES - 1)).wait_for()
    page.get_by_label(said("history", lang), exact=True).fill("7")
    tell.click()
    page.locator("#explain-lives").wait_for()
    told = story(lab, "P12", 7, policy="pay_bridge").to_json()
    for sentence in stories.endings(told, lang):
        assert sentence in page.locator("#explain-lives").inner_text()
    assert page.locator("#explain-lives tbody tr").count() == max(
        len(life["months"]) for life in told["stories"])
    assert fits(page)
    assert foreign(page, lang) == []


@pytest.mark.browser
@pytest.mark.slow
def test_a_stale_comparison_is_not_explained(
    visit: Visit, lab: Lab, compared: dict[str, Any]
) -> None:
    compared["inputs"]["model"] = "another"
    with lab.writing():
        lab.write_json("comparisons/sales_transition.json", compared)
    page = visit("zh", "desktop", "explain")
    page.locator(".lab-failed").get_by_text(text("error.comparison_stale", "zh",
        name="sales_transition", causes=text("cli.cause.model", "zh"))).wait_for()
    assert page.locator("#explain-waterfall").count() == 0
    page.get_by_role("link", name=said("to_compare", "zh")).click()
    page.get_by_role("heading", name=text("page.compare.title", "zh"), level=1).wait_for()


def test_the_bars_add_up_to_all_voluntary_exits() -> None:
    def total(policy: str, outcome: str, mean: float) -> dict[str, Any]:
        return {"policy": policy, "outcome": outcome,
                "value": {"mean": mean, "lower": 0.0, "upper": 2 * mean}}

    comparison = {"policies": ["now", "plan"], "totals": [
        total(policy, name, mean) for policy, means in (
            ("now", (1.0, 0.0, 4.0)), ("plan", (2.0, 0.0, 1.0)))
        for name, mean in zip(("reason_none", "reason_market", "reason_pay", "voluntary"),
                              (*means, sum(means)), strict=True)]}
    assert list(figures.causes(comparison, "now")) == ["pay", "level", "market"]
    drawn = figures.cause_waterfall(comparison, ("now", "plan"), "en", {})
    bars = [trace for trace in drawn.data if trace.type == "bar"]
    assert [(list(bar.base), list(bar.x)) for bar in bars] == [
        ([0, 4, 0], [4, 1, 5]), ([0, 1, 0], [1, 2, 3])]
    assert list(drawn.layout.yaxis.ticktext) == [
        "base pay", "nothing above neutral", "all voluntary exits"]
    assert len({bar.marker.pattern.shape for bar in bars}) == 2  # told apart in grey

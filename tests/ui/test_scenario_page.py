"""The scenario lab as it is used: move a lever, see the answer, keep it, compare it in full."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import scenarios
from simlab.i18n import text
from simlab.jobs.saving import saved_policies
from simlab.jobs.stored import latest_comparison
from simlab.lab import Lab
from simlab.policy import load_policy, with_fields
from simlab.ui.pages.scenario import callbacks
from simlab.ui.pages.scenario.address import Tried, differing_fields, read
from simlab.ui.pages.scenario.levers import control, gathered, shares
from simlab.ui.pages.scenario.results import snippet

Visit = Callable[..., Any]
ASKED = "scenario?scenario=premium_care&start=premium_trained"
COACHING = '[id*="training/coaching"] [role=slider]'


def said(key: str, lang: str = "en", **values: Any) -> str:
    return text(f"page.scenario.{key}", lang, **values)


def answered(page: Any) -> None:
    page.wait_for_selector("#scenario-difference")
    page.wait_for_selector("#scenario-results:not(.lab-stale)")


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize(("lang", "view"), [("en", "desktop"), ("zh", "phone")])
def test_a_moved_lever_is_answered_and_kept_in_the_address_and_in_the_lab(
    visit: Visit, lab: Lab, lang: str, view: str
) -> None:
    page = visit(lang, view, ASKED)
    answered(page)
    assert text("ui.badge_prior", lang) in page.inner_text("#scenario-numbers")
    assert said("unchanged", lang) in page.inner_text("#scenario-changes")
    before = page.inner_text("#scenario-cost")

    slider = page.locator(COACHING)
    slider.focus()
    for _ in range(20):
        slider.press("ArrowLeft")
    page.wait_for_selector("#scenario-results.lab-stale")
    page.get_by_text(said("changed", lang, count=1)).wait_for()
    answered(page)
    assert page.inner_text("#scenario-cost") != before
    assert "training.coaching" in page.url

    page.reload()
    page.get_by_text(said("changed", lang, count=1)).wait_for()

    page.get_by_label(said("name", lang), exact=True).fill("ours")
    page.get_by_label(said("saved_title", lang), exact=True).fill("Ours")
    page.get_by_role("button", name=said("save", lang), exact=True).click()
    page.get_by_text(said("saved", lang, name="ours")).wait_for()
    kept = saved_policies(lab)["ours"].policy
    start = scenarios.policy("premium_trained")
    assert set(differing_fields(kept, start)) == {"training.coaching"}


@pytest.mark.browser
@pytest.mark.slow
def test_what_is_kept_can_be_compared_in_full(
    visit: Visit, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callbacks, "FULL", {"draws": 12, "replicates": 2})
    page = visit("en", "desktop", ASKED)
    answered(page)
    page.get_by_label(said("name"), exact=True).fill("ours")
    page.get_by_role("button", name=said("compare")).click()
    page.get_by_role("link", name=said("compared")).wait_for(timeout=400_000)
    tree = latest_comparison(lab, "premium_care")
    assert tree is not None
    assert tree["options"]["policies"] == ["premium_move_only", "ours"]


@pytest.mark.browser
@pytest.mark.slow
def test_a_policy_goes_out_as_yaml_and_comes_in_again(visit: Visit, tmp_path: Path) -> None:
    page = visit("en", "desktop", ASKED + "&training.coaching=0.25")
    answered(page)
    with page.expect_download() as saving:
        page.get_by_role("button", name=said("download"), exact=True).click()
    path = tmp_path / "out.yaml"
    saving.value.save_as(path)
    assert load_policy(path).training.coaching == 0.25

    page.goto(page.url.partition("?")[0] + ASKED.removeprefix("scenario"))
    answered(page)
    page.set_input_files("#scenario-upload input", str(path))
    page.get_by_text(said("changed", count=1)).wait_for()

    wrong = tmp_path / "wrong.yaml"
    wrong.write_bytes(b"\xff\xfe not yaml")
    page.set_input_files("#scenario-upload input", str(wrong))
    page.get_by_text(said("file_kind")).wait_for()


@pytest.mark.browser
@pytest.mark.slow
def test_of_two_tabs_the_second_is_told_and_loses_nothing(visit: Visit, lab: Lab) -> None:
    pages = [visit("en", "desktop", ASKED + f"&training.coaching={c}") for c in (0.2, 0.3)]
    for page in pages:
        answered(page)
        page.get_by_label(said("name"), exact=True).fill("ours")
        page.get_by_role("button", name=said("save"), exact=True).click()
        page.locator("#scenario-notice [role=alert]").wait_for()
    assert "another policy named ours" in pages[1].inner_text("#scenario-notice")
    assert saved_policies(lab)["ours"].policy.training.coaching == 0.2
    assert "0.3" in pages[1].url


@pytest.mark.browser
@pytest.mark.slow
def test_an_address_that_nobody_can_follow_says_what_is_wrong(visit: Visit) -> None:
    page = visit("en", "phone", ASKED + "&training.coaching=7")
    page.get_by_text("7 is too high; expected at most 1").wait_for()
    answered(page)


@pytest.fixture
def empty(tmp_path: Path) -> Lab:
    return Lab.create(tmp_path / "lab")


def test_an_address_says_all_that_was_changed(empty: Lab) -> None:
    fields = {"training.coaching": 0.25, "support.history": True, "incentive.bonus_cap": None,
              "training.course_hours": {"closing": 3.0},
              "incentive.stages": [{"from_month": 0, "weights": {"sales_amount": 1.0}}]}
    tried = Tried("sales_transition", "train_and_help", fields)
    from urllib.parse import parse_qsl

    assert read(dict(parse_qsl(tried.address()[1:])), empty) == tried


@pytest.mark.parametrize("name", scenarios.policies())
def test_the_form_gives_back_the_policy_that_it_was_made_from(name: str) -> None:
    from simlab.ui.choices import Choices
    from simlab.ui.pages.scenario.levers import levers
    from simlab.ui.visit import Served
    from simlab.ui.visit import Visit as Reader

    policy = scenarios.policy(name)
    reader = Reader(Served(None, None), "en", Choices("strategist", "light", "average", "records"))
    controls = [
        {"id": part.id, "value": part.value}
        for part in levers(reader, policy, policy)._traverse()
        if isinstance(getattr(part, "id", None), dict) and "scenario" in part.id]
    found = with_fields(policy, gathered(controls, policy.practice))
    assert differing_fields(found, policy) == {}


def test_a_stage_is_told_its_own_shares_also_where_one_before_it_is_off() -> None:
    path = "incentive.stages"
    held = {"0/sales_amount": 3, "0/complaint_rate": 1, "1/on": "off", "1/sales_amount": 5,
            "2/on": "on", "2/from": 12, "2/customer_retention": 2}
    controls = [{"id": control(path, key), "value": value} for key, value in held.items()]
    assert shares(controls, "sales") == {
        0: {"sales_amount": 0.75, "complaint_rate": 0.25}, 2: {"customer_retention": 1.0}}
    assert [stage["from_month"] for stage in gathered(controls, "sales")[path]] == [0, 12]


def test_the_lines_for_python_compute_the_same(empty: Lab, monkeypatch: Any) -> None:
    monkeypatch.chdir(empty.path.parent)
    tried = Tried("premium_care", "premium_trained", {"training.coaching": 0.1})
    code = snippet(tried, "lab", "ours").replace("draws=200", "draws=4")
    shown: dict[str, Any] = {}
    exec(code, shown)
    assert shown["made"].comparison.policies == ("premium_move_only", "ours")
    assert saved_policies(empty)["ours"].policy == with_fields(
        scenarios.policy("premium_trained"), {"training.coaching": 0.1}, name="ours")

"""Can readers keep views and cards of their own, and does nobody else ever see them?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from dash import html
from flask import Flask

from simlab.errors import LabError
from simlab.i18n import text
from simlab.jobs.comparing import compare
from simlab.jobs.runner import Runner
from simlab.lab import Lab
from simlab.readers import Desk, Pin
from simlab.ui import pinned
from simlab.ui.choices import Choices
from simlab.ui.components import Source, calibrated_badge, chart_card, number_card, stale_badge
from simlab.ui.visit import Served, Visit
from tests.ui.test_pages import fits, foreign


@pytest.fixture
def reader(lab: Lab) -> Iterator[Visit]:
    runner = Runner(lab)
    yield Visit(Served(lab, runner), "en", Choices("strategist", "light", "average", "records"))
    runner.close()


def number(visit: Visit, name: str, badge: Any = None) -> Any:
    return number_card(visit, "n", "1", unit="", n="", period="", formula="", name=name,
                       badge=badge)


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize(("lang", "view"), [("en", "desktop"), ("zh", "phone")])
def test_pin_a_card_and_keep_a_view(
    visit: Callable[..., Any], lab: Lab, lang: str, view: str
) -> None:
    compare(lab, "sales_transition", ["move_only", "pay_bridge"], draws=4, replicates=2, months=4,
            channels=False, seed=3)
    page = visit(lang, view, "compare?section=months&outcome=complaints")
    page.locator("#compare-fan .scatterlayer .trace").first.wait_for()
    page.locator("[data-card=compare-fan]").get_by_role("button", name=text("ui.pin", lang)).click()
    page.locator("#pin-said").get_by_text(text("ui.pinned_now", lang)).wait_for()
    page.get_by_role("button", name=text("ui.views", lang)).click()
    page.get_by_label(text("ui.view_name", lang)).fill("投诉 complaints <b>")
    page.get_by_role("button", name=text("ui.view_keep", lang), exact=True).click()
    kept = page.get_by_role("link", name="投诉 complaints <b>")
    kept.wait_for()
    # On the Overview the card is as it was pinned, and says what it rests on.
    page.goto(page.url.split("compare")[0] + "overview")
    here = page.locator(".lab-pinned")
    here.locator(".ytitle", has_text=text("outcome.complaints", lang)).wait_for()
    here.get_by_text(text("ui.badge_prior", lang), exact=True).first.wait_for()
    assert fits(page)
    assert foreign(page, lang) == []
    # Another browser has neither; this one opens the view, gives it another name, deletes it.
    other = visit(lang, view, "overview")
    other.get_by_role("button", name=text("ui.views", lang)).click()
    other.get_by_text(text("ui.views_none", lang)).wait_for()
    assert other.locator(".lab-pinned").count() == 0
    page.get_by_role("button", name=text("ui.views", lang)).click()
    kept.click()
    page.locator("#compare-fan .ytitle", has_text=text("outcome.complaints", lang)).wait_for()
    page.get_by_role("button", name=text("ui.views", lang)).click()
    page.locator("#views-kept button").first.click()
    page.locator("#views-kept input").fill("two")
    page.locator("#views-kept button").first.click()
    page.get_by_role("link", name="two").wait_for()
    page.get_by_role("button", name=text("ui.view_delete_one", lang, name="two")).click()
    page.get_by_text(text("ui.views_none", lang)).wait_for()
    page.goto(page.url.split("compare")[0] + "overview")
    here.get_by_role("button", name=text("ui.unpin", lang)).click()
    here.wait_for(state="detached")


def test_a_card_takes_the_marks_of_its_nearest_surroundings(reader: Visit) -> None:
    stale, fresh = stale_badge(["model"], "en")[0], calibrated_badge(True, "en")
    page = html.Div([
        html.Div([html.Div([stale]), html.Div([number(reader, "old")])]),
        html.Div([html.Div(fresh), number(reader, "new"),
                  number(reader, "same", badge=calibrated_badge(True, "en")),
                  number(reader, "own", badge=stale_badge(["data"], "en")[0])])])
    for name, marks in (("old", [stale]), ("new", [fresh]), ("own", [fresh]), ("same", [])):
        found = pinned.find(page, name)
        assert found is not None
        assert getattr(found[0], "data-card") == name
        assert found[1] == marks  # those of other cards are theirs alone, its own not told twice
    assert pinned.find(page, "none") is None


def test_a_pinned_card_has_ids_of_its_own_and_no_controls(reader: Visit) -> None:
    def drawn(visit: Visit) -> Any:
        return chart_card(visit, "chart", "t", "", None, header=["a"], rows=[["1"]], data=[],
                          source=Source(formula="", n="", period="", unit=""),
                          controls=html.Div(id="choice"))

    def ids(card: Any) -> set[str]:
        return {str(each.id) for each in card._traverse() if getattr(each, "id", None)}

    here, there = drawn(reader), drawn(replace(reader, pinned="pinned-0-"))
    assert not ids(here) & ids(there)
    assert "choice" in ids(here)
    assert all("pinned-0-chart" in each for each in ids(there))


def test_what_is_gone_says_so_and_what_fails_does_not_take_the_rest(
    reader: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    pins = [Pin("1", "compare", "", "compare-dots"), Pin("2", "nowhere", "", "x"),
            Pin("3", "explain", "", "explain-top")]

    def broken(_visit: Visit) -> Any:
        raise LabError("view_address")

    monkeypatch.setattr("simlab.ui.pages.explain.layout.page", broken)
    with Flask("a request").test_request_context():
        shown = str(pinned.section(reader, pins))
    assert shown.count(text("ui.pin_gone_title", "en")) == 2
    assert shown.count(text("ui.failed", "en")) == 1
    assert pinned.section(reader, []) is None


@pytest.mark.parametrize("asked", [
    {"path": "/nowhere"}, {"path": "//evil.example/compare"}, {"path": "/compare/../../etc"},
    {"path": "javascript:alert(1)"}, {},
    {"path": "/compare", "search": "?" + "&".join(f"a{k}=1" for k in range(200))}])
def test_only_a_page_of_this_lab_can_be_kept(reader: Visit, asked: dict[str, str]) -> None:
    with pytest.raises(LabError) as refused:
        pinned.where(reader, asked)
    assert refused.value.code == "view_address"


def test_an_address_is_kept_of_its_lab_alone(reader: Visit) -> None:
    clinic = replace(reader, served=replace(reader.served, prefix="/clinic/"))
    assert pinned.where(clinic, {"path": "/clinic/compare", "search": "?a=<b>&c"}) == (
        "compare", "a=%3Cb%3E&c=")
    with pytest.raises(LabError):
        pinned.where(clinic, {"path": "/firm/compare"})


def test_two_labs_of_a_server_share_nothing(tmp_path: Any) -> None:
    one, other = (Desk(Lab.create(tmp_path / name)) for name in ("one", "other"))
    one.pin("ann", "compare", "", "compare-dots")
    one.save_view("ann", "mine", "compare", "")
    assert (other.pins("ann"), other.views("ann")) == ([], [])

"""Does a first visit offer the tour, lead through the main job, and leave everybody else alone?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from simlab.i18n import text
from simlab.lab import Lab
from simlab.ui import create
from simlab.ui.tour import COOKIE, stops
from tests.ui.test_pages import fits, foreign

Visit = Callable[..., Any]


@pytest.mark.parametrize(("kept", "shown"), [
    (None, "New here?"), ("1", "Step 1 of"), ("off", None), ("99", None), ("<b>", None)])
def test_what_is_shown_depends_on_how_far_a_browser_is(
    lab: Lab, kept: str | None, shown: str | None
) -> None:
    client = create(lab).server.test_client()
    if kept is not None:
        client.set_cookie(COOKIE, kept)
    layout = client.get("/_dash-layout").text
    assert ("lab-tour" in layout) == (shown is not None)
    assert shown is None or shown in layout


def test_it_goes_through_the_main_job() -> None:
    assert 5 <= len(stops()) <= 7
    assert stops()[0] == "data"


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize(("lang", "view"), [("zh", "phone")])
def test_from_the_offer_to_the_end_by_keyboard(visit: Visit, lang: str, view: str) -> None:
    page = visit(lang, view, "settings", tour="")
    page.context.clear_cookies(name=COOKIE)
    page.reload()
    tour = page.locator("#tour")
    page.get_by_text(text("tour.offer", lang)).wait_for()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "lab-skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    for place, name in enumerate(stops(), 1):
        title = text(f"page.{name}.title", lang)
        tour.get_by_text(text(
            "tour.step", lang, step=place, of=len(stops()), page=title)).wait_for()
        page.get_by_role("heading", name=title, level=1).wait_for()
        assert fits(page)
        assert foreign(page, lang) == []
        if place < len(stops()):
            tour.locator(".lab-onward").focus()
            page.keyboard.press("Enter")
    tour.get_by_role("button").click()
    tour.wait_for(state="hidden")
    page.reload()
    page.get_by_role("heading", level=1).wait_for()
    assert not tour.is_visible()

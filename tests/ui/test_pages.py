"""Does every page speak both languages at a desk and on a phone, in light and in dark?

A page joins by its line in `simlab.ui.pages.PAGES`; what is done on it has a test of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from simlab.i18n import text
from simlab.jobs.demo import sample_lab
from simlab.lab import Lab
from simlab.ui.pages import PAGES

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Visit = Callable[..., Any]

INTERNATIONAL = {"English", "Python", "simlab", "CSV", "JSON", "PNG", "HTML", "KPI", "SLA", "YAML",
                 "XLSX", "PDF", "JPEG", "Parquet", "Sobol", "Morris", "EVPPI", "EVPI", "lab",
                 "cookie", "CNY", "USD", "EUR", "HKD", "UTF", "UTC"}
"""Latin words that a Chinese page may hold."""


@pytest.fixture(scope="module")
def address(
    tmp_path_factory: pytest.TempPathFactory,
    served: Callable[[Lab], AbstractContextManager[str]],
) -> Iterator[str]:
    """One lab for all pages: here they are only looked at."""
    with served(sample_lab(tmp_path_factory.mktemp("pages") / "lab")[0]) as address:
        yield address


def foreign(page: Any, lang: str) -> list[str]:
    """Words of the other language, and keys that found no text."""
    shown = page.evaluate("""() => {
        const copy = document.body.cloneNode(true);
        copy.querySelectorAll("[lang], script, style, footer").forEach((each) => each.remove());
        document.body.append(copy);
        const text = copy.innerText;
        copy.remove();
        return text;
    }""")
    keys = re.findall(r"\b(?:ui|page|report|error|glossary)\.[a-z_]+\b", shown)
    if lang == "en":
        return keys + [word for word in re.findall(r"[\u4e00-\u9fff]+", shown) if word != "中文"]
    words = re.findall(r"[A-Za-z]{3,}", re.sub(r"\b[0-9a-f]{12,}\b", "", shown))
    return keys + [word for word in words if word not in INTERNATIONAL]


def fits(page: Any) -> bool:
    """Nothing sticks out to the side."""
    return bool(page.evaluate("document.documentElement.scrollWidth")
                <= page.viewport_size["width"])


@pytest.mark.parametrize(("lang", "view", "theme"), [
    ("en", "desktop", "light"), ("zh", "phone", "dark"), ("zh", "desktop", "light"),
    ("en", "phone", "dark")])
@pytest.mark.parametrize("name", [page.name for page in PAGES])
def test_a_page_reads_and_fits(visit: Visit, name: str, lang: str, view: str, theme: str) -> None:
    page = visit(lang, view, name, theme=theme)
    page.get_by_role("heading", level=1).get_by_text(
        text(f"page.{name}.title", lang), exact=True).wait_for()
    page.get_by_text(text(f"page.{name}.question", lang)).wait_for()
    assert page.evaluate("document.documentElement.dataset.mantineColorScheme") == theme
    assert fits(page)
    assert foreign(page, lang) == []
    unnamed = page.evaluate("""() => [...document.querySelectorAll("button, a, input")].filter(
        (each) => each.offsetParent && each.tabIndex >= 0 && !each.innerText
            && !each.ariaLabel && !each.title
            && !each.labels?.length && !each.closest("label")).map((each) => each.outerHTML)""")
    assert unnamed == []


def test_the_navigation_on_a_phone_opens_and_leads_on(visit: Visit) -> None:
    page = visit("zh", "phone", "settings")
    link = page.get_by_role("link", name=text("page.glossary.title", "zh"), exact=True)
    page.get_by_role("button", name=text("ui.navigation", "zh")).click()
    link.click()
    page.get_by_role("heading", name=text("page.glossary.title", "zh"), level=1).wait_for()
    from playwright.sync_api import expect

    expect(page.locator(".lab-navbar")).not_to_be_in_viewport()


def test_a_choice_holds_on_every_page(visit: Visit) -> None:
    page = visit("en", "desktop", "settings")
    page.get_by_label(text("ui.choice.theme.dark", "en"), exact=True).click()
    page.locator("html[data-mantine-color-scheme=dark]").wait_for()
    page.locator(".lab-card").get_by_label("中文", exact=True).click()
    page.get_by_role("heading", name=text("page.settings.title", "zh"), level=1).wait_for()
    page.get_by_role("link", name=text("page.glossary.title", "zh"), exact=True).click()
    page.get_by_role("heading", name=text("page.glossary.title", "zh"), level=1).wait_for()
    assert page.evaluate("document.documentElement.dataset.mantineColorScheme") == "dark"


def test_an_address_that_leads_nowhere_says_so(visit: Visit) -> None:
    page = visit("zh", "desktop", "settings")
    page.evaluate("history.pushState({}, '', '/nonsense'); dispatchEvent(new Event('popstate'))")
    page.evaluate("window.dispatchEvent(new CustomEvent('_dashprivate_pushstate'))")
    page.get_by_text(text("ui.missing.title", "zh")).wait_for()
    page.locator(".lab-empty a").click()
    page.get_by_role("heading", level=1).wait_for()

"""What a browser meets: first loads with an empty and a filled cache, and a slider being moved."""

from __future__ import annotations

import os
import shutil
import statistics
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from paging.clients import Times
from paging.serving import Served
from simlab.ui.pages import PAGES

FIRST = "overview"
"""The page that a strategist comes to, with its charts."""
TRIED = "scenario?scenario=sales_transition&start=train_and_help&training.coaching=0.4"
SLIDER = '[id*="training/coaching"] [role=slider]'
_CALL = "/_dash-update-component"
_IDLE = "() => new Promise((done) => requestIdleCallback(() => done(performance.now() / 1000)))"
_WATCH = """() => {
    // From the key to the moment when the chart is drawn anew and no longer marked as stale.
    window.answered = [];
    let began = null, drawn = false;
    const results = document.getElementById("scenario-results");
    const look = () => {
        if (began === null || !drawn || results.classList.contains("lab-stale")) return;
        window.answered.push((performance.now() - began) / 1000);
        began = null;
    };
    document.addEventListener("keydown", () => { began = performance.now(); drawn = false; }, true);
    document.querySelector("#scenario-fan .js-plotly-plot").on("plotly_afterplot", () => {
        drawn = began !== null;
        look();
    });
    new MutationObserver(look).observe(results, { attributes: true });
}"""


@dataclass
class Seen:
    """What was measured, and what the browser sent."""

    cold_kb: float = 0.0
    """Kilobytes (1024 bytes) that came over the wire for the first page, compressed."""
    cold_s: float = 0.0
    """Until the first page is drawn with its charts and the browser is idle; median."""
    warm_kb: float = 0.0
    warm_s: float = 0.0
    slider: Times = field(default_factory=Times)
    calls: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """Output -> body of one call of each callback that any page made."""
    what_if: list[Mapping[str, Any]] = field(default_factory=list)
    """Bodies of the calls of one move of the slider; the one that draws comes first."""
    errors: list[str] = field(default_factory=list)


def browse(server: Served, *, loads: int, moves: int) -> Seen:
    """Load the first page `loads` times with an empty cache and with a filled one, walk over all
    pages, move a slider `moves` times."""
    seen = Seen()
    found = os.environ.get("SIMLAB_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=found, args=["--no-sandbox"])
        rounds = [_loads(browser, server, seen) for _ in range(loads)]
        (seen.cold_kb, seen.cold_s), (seen.warm_kb, seen.warm_s) = (
            (max(one[which][0] for one in rounds),
             round(statistics.median(one[which][1] for one in rounds), 3)) for which in (0, 1))
        page = _page(browser, seen)
        for each in PAGES:
            page.goto(server.address + each.name, wait_until="networkidle")
        seen.slider = _slide(page, server, seen, moves)
        browser.close()
    return seen


def _page(browser: Browser, seen: Seen) -> Page:
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.on("console", lambda said: seen.errors.append(said.text)
            if said.type == "error" else None)
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.on("request", lambda request: _note(seen, request))
    return page


def _note(seen: Seen, request: Any) -> None:
    if _CALL in request.url:
        body = request.post_data_json
        seen.calls.setdefault(body["output"], body)


def _loads(browser: Browser, server: Served, seen: Seen) -> list[tuple[float, float]]:
    """(kilobytes, seconds) of a first load, and of a second one in the same browser."""
    page = _page(browser, seen)
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    received: list[float] = []
    wire.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    found = []
    for _ in range(2):
        received.clear()
        page.goto(server.address + FIRST)
        page.locator("h1").wait_for()
        page.locator(".lab-figure .main-svg").first.wait_for()
        seconds = page.evaluate(_IDLE)
        page.wait_for_load_state("networkidle")
        found.append((round(sum(received) / 1024, 1), seconds))
    page.context.close()
    return found


def _slide(page: Page, server: Served, seen: Seen, moves: int) -> Times:
    """Seconds from a key on the slider to the chart that answers, one move after the other."""
    page.goto(server.address + TRIED)
    page.locator("#scenario-difference").wait_for()
    page.wait_for_load_state("networkidle")
    page.evaluate(_WATCH)
    slider = page.locator(SLIDER)
    slider.focus()
    sent: list[Mapping[str, Any]] = []
    page.on("request", lambda request: sent.append(request.post_data_json)
            if _CALL in request.url else None)
    for move in range(moves):
        slider.press("ArrowRight" if move % 8 < 4 else "ArrowLeft")
        for _ in range(600):
            page.wait_for_timeout(20)
            if len(page.evaluate("window.answered")) > move:
                break
        if move == 0:
            page.wait_for_load_state("networkidle")
            seen.what_if = sorted(sent, key=lambda body: "scenario-fan" not in body["output"])
    return Times(page.evaluate("window.answered"))

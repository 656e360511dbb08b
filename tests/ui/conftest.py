"""A served lab and a real browser, each test with its own empty profile."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server

from simlab.jobs.demo import sample_lab
from simlab.jobs.runner import Runner
from simlab.lab import Lab
from simlab.ui import create
from simlab.ui.choices import cookie

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync"]
LOCALES = {"en": "en-GB", "zh": "zh-CN"}
VIEWS = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}


def chromium() -> str | None:
    found = os.environ.get("SIMLAB_CHROMIUM")
    return found or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which(
        "google-chrome")


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """The sample firm's records, not calibrated: its answers rest on the prior."""
    return sample_lab(tmp_path / "lab")[0]


@contextmanager
def _served(lab: Lab) -> Iterator[str]:
    runner = Runner(lab, with_worker=True)
    server = make_server("127.0.0.1", 0, create(lab, runner).server, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join(5)
    runner.close()


@pytest.fixture(scope="session")
def served() -> Callable[[Lab], AbstractContextManager[str]]:
    """Serves a lab, with a worker of its own; its address."""
    return _served


@pytest.fixture
def address(lab: Lab) -> Iterator[str]:
    with _served(lab) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    path = chromium()
    if path is None:
        reason = "no Chromium on this machine (set SIMLAB_CHROMIUM to one)"
        if os.environ.get("SIMLAB_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=path, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def visit(browser: Any, address: str) -> Iterator[Callable[..., Any]]:
    """Opens a page in a language and a view, with choices such as ``theme="dark"``; the test fails
    on any error in the console."""
    complaints: list[str] = []
    contexts: list[Any] = []

    def go(lang: str, view: str, path: str = "", **chosen: str) -> Any:
        context = browser.new_context(viewport=VIEWS[view], locale=LOCALES[lang])
        contexts.append(context)
        context.add_cookies([{"name": cookie(name), "value": value, "url": address}
                             for name, value in {"tour": "off", **chosen}.items()])
        page = context.new_page()
        page.set_default_timeout(120_000)
        page.on("console", lambda message: complaints.append(message.text)
                if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: complaints.append(f"asked for {request.url}")
                if not request.url.startswith((address, "data:", "blob:")) else None)
        page.goto(address + path)
        return page

    yield go
    shots = os.environ.get("SIMLAB_SCREENSHOTS")
    for place, context in enumerate(contexts):
        for page in context.pages:
            if shots:
                page.screenshot(path=str(Path(shots) / f"page-{place}.png"), full_page=True)
        context.close()
    assert complaints == []

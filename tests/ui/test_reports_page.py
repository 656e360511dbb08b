"""Reports as they are used: name the client, look at the report, make it, have it again later."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image

from simlab.i18n import text
from simlab.jobs.clients import client_of
from simlab.jobs.reporting import report
from simlab.lab import Lab
from simlab.ui import create
from tests.jobs.test_reporting import keep_comparison

Visit = Callable[..., Any]


def said(key: str, lang: str = "en") -> str:
    return text(f"page.reports.{key}", lang)


@pytest.fixture
def client(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    monkeypatch.setattr("simlab.jobs.runner._Child.start", lambda _: None)
    return create(lab).server.test_client()


def test_the_preview_is_the_report_shut_in_its_frame(client: FlaskClient) -> None:
    shown = client.get("/report.html?lang=zh")
    assert shown.status_code == 200
    assert "人力资源模拟报告" in shown.text
    policy = shown.headers["Content-Security-Policy"]
    for rule in ("default-src 'none'", "frame-ancestors 'self'", "sandbox allow-scripts"):
        assert rule in policy
    assert "allow-same-origin" not in policy
    assert "HR simulation report" in client.get("/report.html?lang=xx").text


def test_a_preview_of_what_is_not_there_says_so(client: FlaskClient) -> None:
    refused = client.get("/report.html?scenario=<script>&lang=en")
    assert refused.status_code == 409
    assert refused.mimetype == "text/plain"
    assert "no comparison" in refused.text


def test_reports_made_can_be_had_and_nothing_else(client: FlaskClient, lab: Lab) -> None:
    report(lab, "en")
    report(lab, "zh", file_format="xlsx")
    page = client.get("/reports/report-en.html")
    assert page.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in page.headers["Content-Security-Policy"]
    assert client.get("/reports/report-zh.xlsx").data[:2] == b"PK"
    for name in ("report-en.html.json", "..%2flab.json", "../lab.json", "report-xx.pdf"):
        assert client.get(f"/reports/{name}").status_code == 404, name


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize(("lang", "view"), [("en", "desktop"), ("zh", "phone")])
def test_a_report_is_made_for_a_client_in_one_click(
    visit: Visit, lab: Lab, tmp_path: Path, lang: str, view: str
) -> None:
    keep_comparison(lab)
    picture = tmp_path / "logo.png"
    Image.new("RGB", (300, 100), "#1f5fa8").save(picture)

    page = visit(lang, view, "reports")
    page.frame_locator("iframe").locator(".plotly-graph-div svg").first.wait_for()
    page.get_by_label(said("client", lang)).fill("Acme & Co")
    page.get_by_label(said("client", lang)).press("Enter")
    page.frame_locator("iframe").get_by_text("Acme & Co", exact=True).wait_for()
    page.locator("#reports-upload input").set_input_files(picture)
    page.get_by_alt_text(said("logo", lang)).wait_for()
    page.locator("#reports-format").get_by_text("HTML", exact=True).click()
    with page.expect_download() as coming:
        page.get_by_role("button", name=said("make", lang)).click()
    coming.value.save_as(tmp_path / "made.html")
    assert client_of(lab).logo in (tmp_path / "made.html").read_text()

    row = page.locator("#reports-made tbody tr")
    row.get_by_text("Acme & Co").wait_for()
    row.get_by_text(text("cli.current", lang)).wait_for()
    with page.expect_download() as again:
        row.get_by_role("link", name=said("download", lang)).click()
    assert Path(again.value.path()).read_bytes() == (tmp_path / "made.html").read_bytes()
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


@pytest.mark.browser
@pytest.mark.slow
def test_a_logo_that_is_none_is_refused_and_nothing_compared_is_said(
    visit: Visit, lab: Lab, tmp_path: Path
) -> None:
    fake = tmp_path / "logo.png"
    fake.write_bytes(b"<svg><script>alert(1)</script></svg>")
    page = visit("en", "desktop", "reports")
    page.locator(".lab-no-data").get_by_text(said("empty_title")).wait_for()
    page.locator("#reports-none").get_by_text(said("none_made")).wait_for()
    page.locator("#reports-upload input").set_input_files(fake)
    page.locator("#reports-client-notice").get_by_text("SVG").wait_for()
    assert client_of(lab).logo == ""
    page.goto(page.url + "?scenario=nonsense")
    page.locator(".lab-failed").get_by_text("nonsense").wait_for()

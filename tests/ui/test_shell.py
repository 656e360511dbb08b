"""Does the frame answer in the right language, and keep to its own files?"""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from simlab.lab import Lab
from simlab.ui import create

pytestmark = pytest.mark.smoke


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    return create(Lab.create(tmp_path_factory.mktemp("shell") / "lab")).server.test_client()


def test_the_language_is_the_cookies_then_the_browsers(client: FlaskClient) -> None:
    assert b'lang="en"' in client.get("/").data
    assert b'lang="zh-CN"' in client.get("/", headers={"Accept-Language": "zh-CN,zh"}).data
    client.set_cookie("simlab_lang", "zh")
    assert b'lang="zh-CN"' in client.get("/").data
    client.delete_cookie("simlab_lang")


def test_an_invented_language_in_the_cookie_is_ignored(client: FlaskClient) -> None:
    client.set_cookie("simlab_lang", '"><script>')
    assert b'lang="en"' in client.get("/").data
    client.delete_cookie("simlab_lang")


def test_the_page_keeps_to_its_own_files(client: FlaskClient) -> None:
    response = client.get("/")
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-eval" not in policy
    script = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "unsafe-inline" not in script
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert b"//cdn" not in response.data
    assert b"https://" not in response.data


def test_a_lab_without_records_says_so(client: FlaskClient) -> None:
    layout = client.get("/_dash-layout").data.decode()
    assert "This lab holds no records" in layout


def test_assets_are_part_of_the_package() -> None:
    import simlab.ui

    assets = Path(simlab.ui.__file__).parent / "assets"
    assert {path.suffix for path in assets.iterdir()} >= {".css", ".js", ".svg"}


def test_the_report_is_a_file_in_the_readers_language(client: FlaskClient) -> None:
    response = client.get("/report.html", headers={"Accept-Language": "zh-CN"})
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert "人力资源模拟报告" in response.data.decode()

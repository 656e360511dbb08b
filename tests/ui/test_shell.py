"""Does the frame answer in the right language, and keep to its own files?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from simlab.lab import Lab
from simlab.ui import create
from simlab.ui.pages import GROUPS, PAGES

pytestmark = pytest.mark.smoke


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    return create(Lab.create(tmp_path_factory.mktemp("shell") / "lab")).server.test_client()


def parts(tree: Any) -> Iterator[dict[str, Any]]:
    """Every component of a layout as it is sent."""
    if isinstance(tree, list):
        for each in tree:
            yield from parts(each)
    elif isinstance(tree, dict) and "props" in tree:
        yield tree
        yield from parts(tree["props"].get("children"))


def test_the_language_is_the_cookies_then_the_browsers(client: FlaskClient) -> None:
    assert b'lang="en"' in client.get("/settings").data
    assert b'lang="zh-CN"' in client.get("/settings", headers={"Accept-Language": "zh-CN,zh"}).data
    client.set_cookie("simlab_lang", "zh")
    assert b'lang="zh-CN"' in client.get("/settings").data
    client.delete_cookie("simlab_lang")


def test_an_invented_language_in_the_cookie_is_ignored(client: FlaskClient) -> None:
    client.set_cookie("simlab_lang", '"><script>')
    assert b'lang="en"' in client.get("/settings").data
    client.delete_cookie("simlab_lang")


def test_the_page_keeps_to_its_own_files(client: FlaskClient) -> None:
    response = client.get("/settings")
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-eval" not in policy
    script = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "unsafe-inline" not in script
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert b"//cdn" not in response.data
    assert b"https://" not in response.data


def test_the_way_in_leads_to_the_page_of_ones_role(client: FlaskClient) -> None:
    client.set_cookie("simlab_role", "manager")
    assert client.get("/").headers["Location"] == "/compare"
    client.set_cookie("simlab_role", "researcher")
    assert client.get("/").headers["Location"] == "/studies"
    client.set_cookie("simlab_role", "king")  # nobody offered that: as if not chosen
    assert client.get("/").status_code == 302
    client.delete_cookie("simlab_role")


def test_the_navigation_holds_the_pages_there_are_in_the_order_of_the_role(
    client: FlaskClient
) -> None:
    links = [each["props"]["href"] for each in parts(client.get("/_dash-layout").json)
             if each["type"] == "NavLink"]
    for page in PAGES:
        assert f"/{page.name}" in links
        assert find_spec(f"simlab.ui.pages.{page.name}.layout") is not None
    for role, groups in GROUPS.items():
        assert {page.group for page in PAGES} <= set(groups), role


def test_a_hand_edited_address_says_so_and_gives_nothing_away(client: FlaskClient) -> None:
    for address in ("/nonsense", "/compare/../../etc", "/compare/deeper"):
        assert client.get(address).status_code == 404, address
    assert client.get("/compare?lab=/etc/passwd&__class__=x").status_code == 200


def test_a_call_from_elsewhere_is_refused(client: FlaskClient) -> None:
    call = {"output": "compare-question.children", "inputs": [], "changedPropIds": []}
    assert client.post("/_dash-update-component", json=call).status_code == 403
    client.get("/settings")
    token = client.get_cookie("_csrf_token")
    assert token is not None
    assert token.same_site == "Strict"
    refused = client.post("/_dash-update-component", json=call,
                          headers={"X-CSRFToken": token.value[:-1] + "~"})
    assert refused.status_code == 403
    assert "did not come from" in refused.data.decode()


def test_a_call_too_large_is_refused_before_it_is_read(client: FlaskClient) -> None:
    client.get("/settings")
    token = client.get_cookie("_csrf_token")
    assert token is not None
    answer = client.post("/_dash-update-component", headers={
        "X-CSRFToken": token.value}, environ_overrides={"CONTENT_LENGTH": str(2 * 2**30)})
    assert answer.status_code == 413


def test_what_is_sent_is_small(client: FlaskClient) -> None:
    """A first page with charts is under 1 MB, compressed; of plotly, by far the largest part, only
    what draws along axes is sent."""
    plotly = "/_dash-component-suites/plotly/package_data/plotly.min.js"
    named = re.findall(r'(?:src|href)="(/[^"]+)"', client.get("/settings").text)
    asked = ("/settings", *named, "/_dash-layout", "/_dash-dependencies", plotly,
             "/_dash-component-suites/dash/dcc/async-graph.js",
             "/_dash-component-suites/dash/dcc/async-upload.js")
    sent = {address: client.get(address, headers={"Accept-Encoding": "br"}, buffered=True)
            for address in asked}
    assert len(named) > 10
    assert sent[plotly].headers["Content-Encoding"] == "br"
    assert sum(len(each.data) for each in sent.values()) < 1_000_000


def test_a_browser_keeps_what_it_was_sent(client: FlaskClient) -> None:
    for address in re.findall(r'(?:src|href)="(/[^"]+)"', client.get("/settings").text):
        assert (client.get(address, buffered=True).cache_control.max_age or 0) >= 86_400, address


def test_the_part_of_plotly_is_of_the_version_that_draws() -> None:
    from importlib import resources

    from plotly.offline import get_plotlyjs_version

    held = resources.files("simlab.report") / "vendored" / "plotly-cartesian.min.js"
    assert f"v{get_plotlyjs_version()}" in held.read_text(encoding="utf-8")[:200]


def test_assets_are_part_of_the_package() -> None:
    import simlab.ui

    assets = Path(simlab.ui.__file__).parent / "assets"
    assert {path.suffix for path in assets.iterdir()} >= {".css", ".js", ".svg"}

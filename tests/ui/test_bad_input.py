"""Does the page say what happened, and keep a user's work, when things go wrong?"""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import dash
import pytest
from flask import Flask
from flask.testing import FlaskClient
from plotly.utils import PlotlyJSONEncoder

from simlab.errors import LabError
from simlab.i18n import text
from simlab.jobs.runner import Runner
from simlab.jobs.saving import saved_policies
from simlab.lab import Lab
from simlab.ui import create
from simlab.ui.components.jobs import begin
from simlab.ui.owner import COOKIE as OWNER
from simlab.ui.pages import PAGES
from simlab.ui.pages.scenario import results
from simlab.ui.security import TOKEN_COOKIE, TOKEN_HEADER

QUERIES: tuple[dict[str, Any], ...] = (
    {"scenario": ["premium_care", "sales_transition"]}, {"start": ["move_only", "x"]},
    {"scenario": "../../etc/passwd", "start": "\x00"},
    {"scenario": "premium_care", "start": "train_and_help"},
    {"start": "nobody", "policy": "[]", "view": "\U0001f600" * 3000},
    {"training.coaching": "NaN"}, {"training.coaching": "1e999"}, {"training.": "1", ".": "{}"},
    {"incentive.stages": "5"}, {"selection.__class__": '"x"'}, {"training.course_hours": "[1]"},
    {"self": "1", "visit": "2", "lang": "xx", "": ""},
)


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab.create(tmp_path / "lab")


@pytest.fixture
def server(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Flask:
    # No job is to be done here: what the page says of it is looked at.
    monkeypatch.setattr("simlab.jobs.runner._Child.start", lambda _: None)
    server: Flask = create(lab).server
    return server


@pytest.fixture
def client(server: Flask) -> FlaskClient:
    made = server.test_client()
    made.set_cookie(TOKEN_COOKIE, "t")
    made.set_cookie(OWNER, "a" * 22)
    made.get("/settings", buffered=True)
    return made


def call(client: FlaskClient, output: str, **values: Any) -> Any:
    """The answer to the page's own call of the callback with that output. `values` are by id and
    property, with _ for the signs between; what is not among them is empty."""
    found = next(each for each in client.get("/_dash-dependencies").json
                 if output in each["output"])

    def part(named: dict[str, Any]) -> Any:
        if named["id"].startswith("{"):
            return []  # of the controls, none
        key = f"{named['id']}_{named['property']}".replace("-", "_")
        return {**named, "value": values.get(key)}

    outputs = [dict(zip(("id", "property"), each.rsplit(".", 1), strict=True))
               for each in found["output"].strip(".").split("...")]
    changed = found["inputs"][0]
    return client.post("/_dash-update-component", headers={TOKEN_HEADER: "t"}, json={
        "output": found["output"], "outputs": outputs,
        "inputs": [part(each) for each in found["inputs"]],
        "state": [part(each) for each in found["state"]],
        "changedPropIds": [f"{changed['id']}.{changed['property']}"]})


@pytest.mark.parametrize("page", [page.name for page in PAGES])
def test_no_hand_edited_address_breaks_a_page(server: Flask, page: str) -> None:
    layout = dash.page_registry[page]["layout"]
    fault = text("error.unexpected", "en", detail="@").partition("@")[0]
    for query in QUERIES:
        with server.test_request_context(f"/{page}"):
            shown = json.dumps(layout(**query), cls=PlotlyJSONEncoder)
        assert fault not in shown, query


def test_an_address_cannot_name_a_file_of_the_server(server: Flask, tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text("password: hunter2\n", encoding="utf-8")
    layout = dash.page_registry["scenario"]["layout"]
    for query in ({"scenario": str(tmp_path / "secret.yaml")},
                  {"start": str(tmp_path / "secret.yaml")}):
        with server.test_request_context("/scenario"):
            said = str(layout(**query))
        assert "scenario-wrong" in said
        assert "hunter2" not in said
        assert "is no" in said or "There is no" in said


def save(client: FlaskClient, **values: Any) -> Any:
    return call(client, "scenario-version.data", scenario_save_n_clicks=1, **{
        "scenario_saved_name_value": "ours", "scenario_saved_title_value": "Ours",
        "scenario_tried_data": {"scenario": "premium_care", "start": "premium_trained"},
        "scenario_version_data": {}, **values})


def test_a_policy_is_saved_by_the_call_that_the_other_tests_disturb(
    client: FlaskClient, lab: Lab
) -> None:
    assert save(client).status_code == 200
    assert list(saved_policies(lab)) == ["ours"]


def test_a_full_disk_is_told_and_leaves_nothing_half_written(
    client: FlaskClient, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(client, scenario_saved_title_value="Before")
    before = {path: path.read_bytes() for path in lab.path.rglob("*.yaml")}

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    for name in ("ours", "others"):
        answer = save(client, scenario_saved_name_value=name, scenario_version_data={
            "name": "ours", "version": saved_policies(lab)["ours"].version})
        assert answer.status_code == 507
        assert "No space left" in answer.text
        assert "still on this page" in answer.text
    assert {path: path.read_bytes() for path in lab.path.rglob("*.yaml")} == before
    assert not list(lab.path.rglob("*.tmp*"))
    client.set_cookie("simlab_lang", "zh")
    assert "磁盘" in save(client, scenario_saved_name_value="new").text


def test_what_nobody_foresaw_is_told_in_words_and_logged(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_args: Any, **_named: Any) -> None:
        raise RuntimeError("of a kind of its own")

    monkeypatch.setattr("simlab.ui.pages.scenario.callbacks.save_policy", broken)
    answer = save(client)
    assert (answer.status_code, answer.mimetype) == (500, "text/plain")
    assert "of a kind of its own" in answer.text
    assert "Traceback" not in answer.text
    assert "of a kind of its own" in caplog.text


def test_a_call_cannot_name_a_file_of_the_server(client: FlaskClient, tmp_path: Path) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text("password: hunter2\n", encoding="utf-8")
    for tried in ({"scenario": str(secret), "start": "premium_trained"},
                  {"scenario": "premium_care", "start": str(secret)}):
        assert "There is no" in save(client, scenario_tried_data=tried).text
    with pytest.raises(LabError, match="names a file"):
        begin(Runner(Lab.create(tmp_path / "other")), "compare", {
            "scenario": "premium_care", "policies": ["premium_trained", str(secret)]})


def test_a_job_that_this_browser_no_longer_knows_is_told(client: FlaskClient) -> None:
    def part(of: str, name: str, **value: Any) -> dict[str, Any]:
        return {"id": {"job": "compare", "part": of}, "property": name, **value}

    output = next(each["output"] for each in client.get("/_dash-dependencies").json
                  if '"progress"' in each["output"])
    answer = client.post("/_dash-update-component", headers={TOKEN_HEADER: "t"}, json={
        "output": output, "changedPropIds": [],
        "outputs": [part("progress", "children"), part("tick", "disabled"),
                    part("cancel", "display"), part("cancel", "disabled"), [],
                    part("ended", "data"), part("id", "data")],
        "inputs": [part("tick", "n_intervals", value=1), part("id", "data", value="gone")]})
    assert "no longer known" in answer.text


@pytest.mark.browser
@pytest.mark.slow
def test_a_session_that_ends_and_a_server_that_is_away_lose_nothing(
    browser: Any, lab: Lab, address: str
) -> None:
    context = browser.new_context(locale="en-GB")  # not `visit`: that what fails is logged is right
    page = context.new_page()
    page.goto(f"{address}scenario?scenario=premium_care&start=premium_trained")
    page.wait_for_selector("#scenario-difference")
    page.get_by_label(text("page.scenario.name", "en"), exact=True).fill("ours")
    context.clear_cookies()  # the proof of where a call comes from is gone, and the owner
    page.get_by_role("button", name=text("page.scenario.save", "en"), exact=True).click()
    page.get_by_text(text("page.scenario.saved", "en", name="ours")).wait_for()
    assert list(saved_policies(lab)) == ["ours"]

    page.route("**/_dash-update-component*", lambda route: route.abort())
    page.get_by_role("button", name=text("page.scenario.save", "en"), exact=True).click()
    trouble = page.locator("#trouble-said")
    trouble.get_by_text(text("ui.offline", "en")).wait_for()
    assert page.get_by_label(text("page.scenario.name", "en"), exact=True).input_value() == "ours"
    page.unroute("**/_dash-update-component*")
    page.get_by_role("button", name=text("page.scenario.save", "en"), exact=True).click()
    page.wait_for_selector("#trouble", state="hidden")
    context.close()


@pytest.mark.browser
@pytest.mark.slow
def test_a_file_of_another_kind_or_size_never_leaves_the_browser(
    visit: Any, tmp_path: Path
) -> None:
    page = visit("en", "desktop", "scenario")
    page.wait_for_selector("#scenario-results:not(.lab-stale) #scenario-difference")
    page.wait_for_selector("#scenario-upload input", state="attached")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    refused = page.locator(".lab-limit.lab-refused[role=alert]")
    for name, size in (("large.yaml", results.LARGEST + 1), ("picture.png", 10)):
        (tmp_path / name).write_bytes(b"x" * size)
        with page.expect_file_chooser() as chooser:
            page.locator("label:has(#scenario-upload)").press("Enter")
        chooser.value.set_files(str(tmp_path / name))
        refused.wait_for()
    assert sent == []
    (tmp_path / "list.yaml").write_text("- 1\n", encoding="utf-8")
    page.set_input_files("#scenario-upload input", str(tmp_path / "list.yaml"))
    page.get_by_text(text("page.scenario.file_kind", "en")).wait_for()
    assert refused.count() == 0

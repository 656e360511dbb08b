"""Does the API do what the command line and the page do, for who has a token and nobody else?"""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from werkzeug.test import Client

from simlab.api.tokens import forget_token, make_token, owner_of, tokens
from simlab.background import Worker
from simlab.errors import LabError
from simlab.jobs.demo import sample_lab
from simlab.jobs.kinds import KINDS
from simlab.jobs.reporting import report
from simlab.jobs.runner import Runner
from simlab.lab import Lab
from simlab.ui import application, create
from simlab.ui.owner import COOKIE
from simlab.ui.security import TOKEN_COOKIE, TOKEN_HEADER
from tests.jobs.test_reporting import keep_comparison

Call = Callable[..., Any]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Lab, FlaskClient]]:
    """The sample firm's lab with a comparison; jobs wait until a test does them."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("simlab.jobs.runner._Child.start", lambda _: None)
        lab = keep_comparison(sample_lab(tmp_path_factory.mktemp("api") / "lab")[0])
        yield lab, create(lab).server.test_client(use_cookies=False)


@pytest.fixture
def call(served: tuple[Lab, FlaskClient]) -> Call:
    """Calls as the token ``ann``, or as another's."""
    lab, client = served
    made = {name: make_token(lab, name) for name in ("ann", "bob")}

    def ask(method: str, path: str, *, by: str = "ann", lang: str = "en", **sent: Any) -> Any:
        headers = {"Authorization": f"Bearer {made[by]}", "Accept-Language": lang}
        return client.open(f"/api/{path}", method=method, headers=headers, **sent)

    return ask


def test_nobody_is_let_in_without_a_token(served: tuple[Lab, FlaskClient]) -> None:
    lab, client = served
    token = make_token(lab, "once")
    for header in ({}, {"Authorization": "Bearer"}, {"Authorization": f"Basic {token}"},
                   {"Authorization": f"Bearer {token}x"}, {"Authorization": "Bearer ü"}):
        for method, path in (("GET", "jobs"), ("POST", "jobs"), ("GET", "status"),
                             ("PUT", "files/a.csv"), ("GET", "elsewhere")):
            refused = client.open(f"/api/{path}", method=method, headers=header)
            assert refused.status_code == 401, (header, path)
            assert refused.headers["WWW-Authenticate"] == "Bearer"
            assert refused.json["error"]["code"] in ("token_needed", "token_refused")
    forget_token(lab, "once")
    late = client.get("/api/jobs", headers={"Authorization": f"Bearer {token}"})
    assert late.status_code == 401


def test_a_readers_browser_cannot_be_made_to_call(served: tuple[Lab, FlaskClient]) -> None:
    """All that a browser sends by itself, and even the page's own proof, is not enough."""
    lab, _ = served
    browser = Client(create(lab).server)
    browser.set_cookie(TOKEN_COOKIE, "t")
    browser.set_cookie(COOKIE, "a" * 22)
    for headers in ({}, {TOKEN_HEADER: "t"}):
        refused = browser.post("/api/jobs", json={"kind": "report"}, headers=headers)
        assert refused.status_code == 401
    assert "Access-Control-Allow-Origin" not in refused.headers


def test_tokens_are_kept_as_hashes_and_never_logged(
    served: tuple[Lab, FlaskClient], caplog: pytest.LogCaptureFixture
) -> None:
    lab, client = served
    token = make_token(lab, "kept")
    caplog.set_level(logging.DEBUG)
    client.get("/api/kinds", headers={"Authorization": f"Bearer {token}"})
    client.get("/api/kinds", headers={"Authorization": f"Bearer {token}wrong"})
    assert token not in caplog.text
    held = lab.path / "tokens.json"
    assert token not in held.read_text()
    assert held.stat().st_mode & 0o077 == 0
    assert owner_of(lab, token) == "token:kept"
    make_token(lab, "kept")
    assert owner_of(lab, token) is None
    assert "kept" in tokens(lab)
    with pytest.raises(LabError, match="letters"):
        make_token(lab, "../x")


def test_a_job_is_started_followed_and_its_result_had(
    served: tuple[Lab, FlaskClient], call: Call
) -> None:
    lab, _ = served
    started = call("POST", "jobs", json={"kind": "report", "arguments": {
        "lang": "en", "file_format": "xlsx"}})
    assert started.status_code == 202
    name = started.json["id"]
    assert started.headers["Location"] == f"/api/jobs/{name}"
    assert (started.json["state"], started.json["owner"]) == ("queued", "token:ann")
    early = call("GET", f"jobs/{name}/result")
    assert (early.status_code, early.json["error"]["code"]) == (409, "job_not_done")
    Worker(lab, KINDS).work(name)
    assert call("GET", f"jobs/{name}").json["state"] == "done"
    assert call("GET", f"jobs/{name}/result").json.endswith("report-en.xlsx")
    assert call("GET", "reports/report-en.xlsx").data[:2] == b"PK"


def test_a_job_is_seen_and_stopped_by_its_owner(call: Call, served: tuple[Lab, FlaskClient]
                                                ) -> None:
    name = call("POST", "jobs", json={"kind": "report", "arguments": {"lang": "en"}}).json["id"]
    for method, path in (("GET", ""), ("POST", "/cancel"), ("GET", "/result")):
        assert call(method, f"jobs/{name}{path}", by="bob").status_code == 404
    assert name not in [job["id"] for job in call("GET", "jobs", by="bob").json]
    assert call("POST", f"jobs/{name}/cancel").json["state"] == "cancelled"
    assert call("GET", f"jobs/{name}", lang="zh").json["error"]["code"] == "cancelled"
    runner = Runner(served[0])
    everybodys = runner.start("report", {"lang": "en"})
    assert call("GET", f"jobs/{everybodys}", by="bob").status_code == 200
    runner.close()


def test_what_is_wrong_is_said_in_the_callers_language(call: Call) -> None:
    wrong = {"kind": "compare", "arguments": {"scenario": "sales_transition", "draws": "many"}}
    english, chinese = (call("POST", "jobs", json=wrong, lang=lang) for lang in ("en", "zh-CN"))
    assert english.status_code == chinese.status_code == 422
    assert english.json["error"]["code"] == "job_arguments"
    assert "many is not a number" in english.json["error"]["problems"][0]["message"]
    assert "compare" in chinese.json["error"]["message"]
    assert chinese.json["error"]["message"] != english.json["error"]["message"]
    assert call("POST", "jobs", json={"kind": "guess"}).json["error"]["code"] == "unknown_kind"


@pytest.mark.parametrize(("sent", "status"), [
    ({"data": "kind=report"}, 415), ({"data": "{", "content_type": "application/json"}, 422),
    ({"json": ["report"]}, 422), ({"json": {"kind": 3}}, 422),
    ({"data": b" " * (2**20 + 1), "content_type": "application/json"}, 413),
    ({"input_stream": io.BytesIO(b" " * (2**20 + 1)), "content_type": "application/json",
      "environ_overrides": {"wsgi.input_terminated": True}}, 413),
])
def test_a_call_that_is_none_is_refused(call: Call, sent: dict[str, Any], status: int) -> None:
    refused = call("POST", "jobs", **sent)
    assert refused.status_code == status
    assert refused.json["error"]["message"]


@pytest.mark.parametrize("path", ["nothing", "jobs/x", "jobs/x/result", "results/x/y",
                                  "results/comparison/x", "reports/report-xx.pdf", "check",
                                  "reports/..%2f..%2flab.json", "reports/report-en.html.json"])
def test_what_is_not_there_is_said_as_json(call: Call, path: str) -> None:
    missing = call("GET", path)
    assert missing.status_code == 404
    assert missing.json["error"]["message"]


def test_files_are_sent_before_they_are_named(
    served: tuple[Lab, FlaskClient], call: Call, tmp_path: Path
) -> None:
    lab, _ = served
    secret = tmp_path / "totals.yaml"
    secret.write_text("secret: 1", encoding="utf-8")
    for name in (str(secret), "totals.yaml", "../../lab.json", "C:\\x"):
        refused = call("POST", "jobs", json={"kind": "totals", "arguments": {"file": name}})
        assert (refused.status_code, refused.json["error"]["code"]) == (422, "file_not_sent")
    policies = call("POST", "jobs", json={"kind": "compare", "arguments": {
        "scenario": "sales_transition", "policies": ["move_only", str(secret)]}})
    assert policies.json["error"]["code"] == "file_not_sent"

    assert call("PUT", "files/totals.yaml", data=b"x: 1").json == ["totals.yaml"]
    assert call("GET", "files").json == ["totals.yaml"]
    assert call("GET", "files", by="bob").json == []
    asked = {"kind": "totals", "arguments": {"file": "totals.yaml"}}
    assert call("POST", "jobs", json=asked, by="bob").status_code == 422
    started = call("POST", "jobs", json=asked)
    assert started.json["arguments"]["file"].startswith(str(lab.path / "uploads"))
    call("POST", f"jobs/{started.json['id']}/cancel")
    assert call("PUT", "files/run.exe", data=b"x").json["error"]["code"] == "upload_kind"
    assert call("DELETE", "files").status_code == 204
    assert call("GET", "files").json == []


def test_what_the_lab_holds_is_read(served: tuple[Lab, FlaskClient], call: Call) -> None:
    lab, _ = served
    report(lab, "zh")
    held = call("GET", "status")
    assert held.json["records"]["people"] > 100
    assert "path" not in held.json
    kinds = {(item["kind"], item["name"]) for item in held.json["items"]}
    assert {("comparison", "sales_transition"), ("report", "report-zh.html")} <= kinds
    stored = call("GET", "results/comparison/sales_transition")
    assert stored.json == lab.read_json("comparisons/sales_transition.json")
    assert stored.headers["Cache-Control"] == "no-store"
    lab.write_json("courses/x.json", {"made": "now", "name": "s: p"})
    assert call("GET", "results/courses/s: p").json["name"] == "s: p"
    (lab.path / "courses" / "x.json").unlink()


def test_each_lab_has_an_api_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simlab.jobs.runner._Child.start", lambda _: None)
    acme, zenith = Lab.create(tmp_path / "acme"), Lab.create(tmp_path / "zenith")
    client = Client(application([acme, zenith]))
    headers = {"Authorization": f"Bearer {make_token(acme, 'ann')}"}
    assert client.get("/acme/api/jobs", headers=headers).status_code == 200
    assert client.get("/zenith/api/jobs", headers=headers).status_code == 401
    assert client.get("/acme/api/openapi.json").json["servers"] == [{"url": "/acme/api"}]


def schema_of(document: dict[str, Any], path: str, method: str = "get") -> Draft202012Validator:
    """Of the answer to a call."""
    answers = document["paths"][path][method]["responses"]
    success = next(answer for code, answer in answers.items() if code.startswith("2"))
    schema = success["content"]["application/json"]["schema"]
    return Draft202012Validator({**schema, "components": document["components"]})


def test_the_description_tells_of_every_call(served: tuple[Lab, FlaskClient]) -> None:
    lab, client = served
    document = client.get("/api/openapi.json").json  # no token: it tells nothing of the lab
    rules = {rule.rule for rule in create(lab).server.url_map.iter_rules()
             if rule.endpoint.startswith("api.")} - {"/api/openapi.json", "/api/<path:rest>"}
    told = {f"/api{path}".replace("{", "<").replace("}", ">") for path in document["paths"]}
    assert told == rules
    for calls in document["paths"].values():
        for each in calls.values():
            assert each["summary"]
            assert "default" in each["responses"]
    assert set(KINDS) == {name.removeprefix("start_") for name in document["components"]["schemas"]
                          if name.startswith("start_")}


def test_what_the_description_refers_to_is_in_it(served: tuple[Lab, FlaskClient]) -> None:
    document = served[1].get("/api/openapi.json").json
    schemas = document["components"]["schemas"]
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    said = json.dumps(document)
    for reference in said.split('"$ref": "')[1:]:
        name = reference.partition('"')[0].removeprefix("#/components/schemas/")
        assert name in schemas, name


def test_answers_are_as_described(served: tuple[Lab, FlaskClient], call: Call) -> None:
    document = served[1].get("/api/openapi.json").json
    asked = {"kind": "optimise", "arguments": {
        "scenario": "sales_transition", "effort": {"evaluations": 80}}}
    body = document["paths"]["/jobs"]["post"]["requestBody"]["content"]["application/json"]
    judged = Draft202012Validator({**body["schema"], "components": document["components"]})
    judged.validate(asked)
    assert not judged.is_valid({"kind": "optimise", "arguments": {"scenario": 3}})
    assert not judged.is_valid({"kind": "guess"})
    started = call("POST", "jobs", json=asked)
    schema_of(document, "/jobs", "post").validate(started.json)
    schema_of(document, "/jobs/{name}").validate(call("GET", f"jobs/{started.json['id']}").json)
    schema_of(document, "/jobs").validate(call("GET", "jobs").json)
    schema_of(document, "/kinds").validate(call("GET", "kinds").json)
    refusal = {"$ref": "#/components/schemas/Refusal", "components": document["components"]}
    Draft202012Validator(refusal).validate(call("GET", "jobs/x").json)
    call("POST", f"jobs/{started.json['id']}/cancel")

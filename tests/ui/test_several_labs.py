"""Does a server of several labs answer each address from its own lab alone?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from simlab.errors import LabError
from simlab.jobs.demo import sample_lab
from simlab.jobs.runner import Runner
from simlab.lab import Lab
from simlab.ui import application
from simlab.ui.owner import COOKIE as OWNER
from simlab.ui.security import TOKEN_COOKIE, TOKEN_HEADER

ANN, BOB = "a" * 22, "b" * 22


@pytest.fixture
def labs(tmp_path: Path) -> tuple[Lab, Lab]:
    """A client's lab with records, and another's without."""
    return sample_lab(tmp_path / "acme")[0], Lab.create(tmp_path / "zenith")


@pytest.fixture
def client(labs: tuple[Lab, Lab], monkeypatch: pytest.MonkeyPatch) -> Client:
    # no job is to be done here: they are looked at while they wait
    monkeypatch.setattr("simlab.jobs.runner._Child.start", lambda _: None)
    made = Client(application(labs))
    made.set_cookie(TOKEN_COOKIE, "t")
    made.set_cookie(OWNER, ANN)
    return made


@pytest.fixture
def asked(labs: tuple[Lab, Lab]) -> Iterator[str]:
    """The id of a job of the first lab, Ann's."""
    runner = Runner(labs[0])
    yield runner.start("report", {"lang": "en"}, ANN)
    runner.close()


def look(client: Client, slug: str, job: str) -> dict[str, Any]:
    """What the page of a lab is told of a job."""
    calls = client.get(f"/{slug}/_dash-dependencies").json
    call = next(each for each in calls if '"progress"' in each["output"])

    def resolved(part: str, name: str) -> dict[str, Any]:
        return {"id": {"job": "compare", "part": part}, "property": name}

    body = {
        "output": call["output"], "changedPropIds": [],
        "outputs": [resolved("progress", "children"), resolved("tick", "disabled"),
                    resolved("cancel", "display"), resolved("cancel", "disabled"), [],
                    resolved("ended", "data"), resolved("id", "data")],
        "inputs": [{**resolved("tick", "n_intervals"), "value": 1},
                   {**resolved("id", "data"), "value": job}]}
    answer = client.post(f"/{slug}/_dash-update-component", json=body,
                         headers={TOKEN_HEADER: "t"})
    assert answer.status_code == 200, answer.text
    return dict(answer.json["response"])


def test_the_root_leads_to_the_first_and_each_names_all(client: Client) -> None:
    assert client.get("/").headers["Location"] == "/acme/"
    for slug in ("acme", "zenith"):
        layout = json.dumps(client.get(f"/{slug}/_dash-layout").json)
        assert "/acme/" in layout
        assert "/zenith/" in layout
    assert client.get("/elsewhere/").headers["Location"] == "/acme/"


def test_each_address_tells_of_its_own_records_only(client: Client) -> None:
    firm = "not a real firm"  # what the sample firm's records say of themselves
    assert firm in client.get("/acme/report.html").text
    assert firm not in client.get("/zenith/report.html").text


def test_a_job_is_reachable_in_its_lab_and_by_its_browser_only(
    client: Client, asked: str
) -> None:
    shown = "waiting for a worker"
    assert shown in json.dumps(look(client, "acme", asked))
    assert shown not in json.dumps(look(client, "zenith", asked))
    client.set_cookie(OWNER, BOB)
    assert shown not in json.dumps(look(client, "acme", asked))


def test_one_lab_twice_is_not_served(labs: tuple[Lab, Lab]) -> None:
    with pytest.raises(LabError, match="twice"):
        application([labs[0], labs[0]])

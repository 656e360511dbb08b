"""Does the command line make reports for a client, and tokens for programs?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from typer.testing import CliRunner

from simlab.api.tokens import owner_of
from simlab.cli import app
from simlab.jobs.clients import client_of
from simlab.lab import Lab


def run(*arguments: str | Path, expect: int = 0) -> Any:
    done = CliRunner().invoke(app, [str(each) for each in arguments])
    assert done.exit_code == expect, done.output
    return done


def test_a_client_is_named_once_and_taken_away(lab: Lab, tmp_path: Path) -> None:
    logo = tmp_path / "logo.jpg"
    Image.new("RGB", (30, 10), "navy").save(logo)
    made = run("report", lab.path, "--lang", "en", "--client", "Acme", "--logo", logo, "--json")
    path = Path(json.loads(made.stdout)["report"])
    assert path == lab.path / "reports" / "report-en.html"
    assert "<strong>Acme</strong><img" in path.read_text()
    run("report", lab.path, "--lang", "zh", "--format", "xlsx")
    assert client_of(lab).name == "Acme"
    run("report", lab.path, "--lang", "en", "--client", "")
    assert (client_of(lab).name, client_of(lab).logo) == ("", "")
    held = json.loads(run("status", lab.path, "--json").stdout)["items"]
    assert {item["name"] for item in held} == {"report-en.html", "report-zh.xlsx"}


@pytest.mark.parametrize(("option", "said"), [
    (("--logo", "/no/such/logo.png"), "cannot be read"), (("--client", "x" * 200), "120"),
    (("--logo", __file__), "no picture"),
])
def test_what_cannot_be_shown_is_refused_and_no_report_made(
    lab: Lab, option: tuple[str, str], said: str
) -> None:
    assert said in run("report", lab.path, "--lang", "en", *option, expect=2).stderr
    assert not (lab.path / "reports").exists()


def test_a_token_is_told_once_listed_and_taken_back(lab: Lab) -> None:
    made = json.loads(run("token", lab.path, "notebook", "--json").stdout)
    assert owner_of(lab, made["token"]) == "token:notebook"
    listed = run("token", lab.path, "--lang", "en").stdout
    assert "notebook" in listed
    assert made["token"] not in listed
    run("token", lab.path, "--forget", "notebook")
    assert owner_of(lab, made["token"]) is None
    assert "no tokens" in run("token", lab.path, "--lang", "en").stdout
    assert "notebook" in run("token", lab.path, "--forget", "notebook", "--lang", "zh",
                             expect=2).stderr

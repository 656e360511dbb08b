"""Does ``python app.py`` open the named lab, or the sample firm without one?"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from simlab.errors import LabError
from simlab.lab import Lab

APP = Path(__file__).resolve().parents[2] / "app.py"


def load() -> Any:
    spec = importlib.util.spec_from_file_location("app", APP)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_without_a_lab_it_is_the_sample_firm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SIMLAB_LAB", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    for _ in range(2):  # made at the first start, opened at the second
        page = Client(load().server).get("/_dash-layout")
        assert "sample-firm" in page.get_data(as_text=True)
    from simlab.jobs.records import data_used

    held = data_used(load().chosen_labs()[0])
    assert held is not None
    assert "not a real firm" in str(held.source)


def test_a_named_lab_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Lab.create(tmp_path / "mine")
    monkeypatch.setenv("SIMLAB_LAB", str(tmp_path / "mine"))
    assert [lab.path for lab in load().chosen_labs()] == [tmp_path / "mine"]


def test_several_labs_are_each_at_an_address_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [tmp_path / "north" / "firm", tmp_path / "south" / "firm"]
    for path in paths:
        Lab.create(path)
    monkeypatch.setenv("SIMLAB_LAB", os.pathsep.join(map(str, paths)))
    client = Client(load().server)
    assert client.get("/").headers["Location"] == "/firm/"
    for address in ("/firm/", "/firm-2/"):
        assert client.get(address).headers["Location"] == f"{address}overview"
        assert client.get(f"{address}overview").status_code == 200
    assert client.get("/other/").status_code == 302


def test_a_folder_that_is_no_lab_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIMLAB_LAB", str(tmp_path))
    with pytest.raises(LabError, match="not a lab"):
        load()


def test_as_a_program_it_says_so(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, str(APP)], env={**os.environ, "SIMLAB_LAB": str(tmp_path),
                                         "SIMLAB_LANG": "zh"},
        capture_output=True, text=True, check=False, cwd=APP.parent)
    assert ran.returncode == 2
    assert "不是实验室" in ran.stderr
    assert "Traceback" not in ran.stderr

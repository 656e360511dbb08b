"""Can a study be run, looked at and mended from the command line, in both languages?"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from typer.testing import CliRunner

from simlab.cli import app


def simlab(*arguments: str | Path, code: int = 0, lang: str = "en") -> Any:
    result = CliRunner().invoke(app, [str(a) for a in arguments], env={"SIMLAB_LANG": lang})
    assert result.exit_code == code, (result.output, result.stderr, result.exception)
    return result


@pytest.fixture
def study(tmp_path: Path) -> Path:
    file = tmp_path / "study.yaml"
    file.write_text(yaml.safe_dump({
        "name": "short", "title": {"en": "Short", "zh": "短"}, "scenario": "sales_transition",
        "months": 2, "draws": 2, "outcomes": ["regretted"]}), encoding="utf-8")
    return file


@pytest.mark.parametrize(("lang", "said"), [("en", "Complete: 6 of 6 runs"),
                                            ("zh", "已完成：6 次运行中的 6 次")])
def test_a_study_is_run_and_its_state_is_told(
    study: Path, tmp_path: Path, lang: str, said: str
) -> None:
    out = tmp_path / "out"
    ran = simlab("batch", study, "--out", out, lang=lang)
    assert said in ran.stdout
    assert said in simlab("batch", study, "--out", out, "--status", lang=lang).stdout
    # another process finds the very same chunks
    again = subprocess.run(
        [sys.executable, "-c", "from simlab.cli import app; app()", "batch", str(study), "--out",
         str(out), "--json"], capture_output=True, text=True, check=True)
    tree = json.loads(again.stdout)
    assert tree["complete"] is True
    assert tree["computed"] == 0


def test_it_says_what_it_will_take_and_leaves_as_csv(study: Path, tmp_path: Path) -> None:
    told = simlab("batch", study, "--out", tmp_path / "out", "--estimate")
    assert "3 points × 2 draws × 1 replicates = 6 histories" in told.stdout
    assert not (tmp_path / "out").exists()
    said = simlab("batch", study, "--out", tmp_path / "out", "--csv", tmp_path / "all.zip")
    assert "Regretted exits (people)" in said.stdout
    with zipfile.ZipFile(tmp_path / "all.zip") as packed:
        assert len(packed.read("out/runs.csv").splitlines()) == 1 + 6 * 2
    nowhere = simlab("batch", study, "--out", tmp_path / "out", "--status", "--csv",
                     tmp_path / "none" / "all.zip", code=2)
    assert "cannot be written" in nowhere.stderr


def test_a_first_look_works_as_it_is_shown(study: Path, tmp_path: Path) -> None:
    ran = simlab("batch", study, "--out", tmp_path / "out")
    (line,) = [line for line in ran.stdout.splitlines() if "pandas" in line]
    command = line.partition("python -c ")[2].strip().strip('"')
    shown = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True,
                           check=True).stdout
    assert "train_and_help" in shown
    assert "regretted" in shown


def test_what_is_wrong_is_a_sentence(study: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    simlab("batch", study, "--out", out)
    study.write_text(study.read_text().replace("draws: 2", "draws: 3"))
    assert "study.draws: 2 there, 3 now" in simlab("batch", study, "--out", out, code=2).stderr
    assert "原为 2，现为 3" in simlab("batch", study, "--out", out, code=2, lang="zh").stderr
    told = json.loads(simlab("batch", study, "--out", out, "--json", code=2).stderr)["error"]
    assert told["code"] == "study_changed"
    assert {p["code"] for p in told["problems"]} == {"study_difference"}
    assert "no usable study.json" in simlab(
        "batch", study, "--out", tmp_path / "none", "--status", code=2).stderr
    assert "No Dask scheduler" in simlab(
        "batch", study, "--out", tmp_path / "far", "--scheduler", "tcp://127.0.0.1:1",
        code=2).stderr


def test_the_first_failure_is_said_at_once(study: Path, tmp_path: Path) -> None:
    given = yaml.safe_load(study.read_text(encoding="utf-8"))
    costly = {"name": "costly", "title": {"en": "Costly", "zh": "昂贵"},
              "conditions": {"cost": 1e308}}
    study.write_text(yaml.safe_dump(given | {"policies": ["move_only", costly],
                                             "outcomes": ["cost"]}))
    ran = simlab("batch", study, "--out", tmp_path / "out")
    assert ran.stderr.count("A run failed: policy costly, point 1, draw 0, replicate 0") == 1
    assert "4 of 4 runs, 2 of them failed" in ran.stdout
    assert "First failure: policy costly" in ran.stdout
    noted = json.loads(simlab("batch", study, "--out", tmp_path / "again", "--json").stderr)
    assert noted["note"]["code"] == "study_run_failed"


def test_the_form_of_a_study_can_be_printed(study: Path) -> None:
    form = json.loads(simlab("schema", "study").stdout)
    jsonschema.validate(yaml.safe_load(study.read_text(encoding="utf-8")), form)


def test_ctrl_c_keeps_what_is_finished(study: Path, tmp_path: Path) -> None:
    given = yaml.safe_load(study.read_text(encoding="utf-8"))
    study.write_text(yaml.safe_dump(given | {"months": 24, "draws": 100, "replicates": 1000}))
    out = tmp_path / "out"
    running = subprocess.Popen(
        [sys.executable, "-c", "from simlab.cli import app; app()", "batch", str(study),
         "--out", str(out)],
        stderr=subprocess.PIPE, text=True, env={**os.environ, "SIMLAB_LANG": "en"})
    while not list(out.glob("runs/*/*.parquet")):
        assert running.poll() is None
        time.sleep(0.1)
    running.send_signal(signal.SIGINT)
    said = running.communicate(timeout=30)[1]
    assert running.returncode == 130
    assert "the same command goes on from there" in said
    assert "Not complete" in simlab("batch", study, "--out", out, "--status").stdout

"""Can long work be given away, followed and stopped from the command line?"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from simlab.background import at_work
from simlab.cli import app
from simlab.lab import Lab

ROOT = Path(__file__).resolve().parents[2]


def simlab(*arguments: object, code: int = 0, lang: str = "en") -> Any:
    result = CliRunner().invoke(app, [str(a) for a in arguments], env={"SIMLAB_LANG": lang})
    assert result.exit_code == code, (result.output, result.stderr, result.exception)
    return result


def test_submit_list_show_cancel(lab: Lab) -> None:
    said = simlab("submit", lab.path, "report", "lang=zh").output
    assert f"simlab worker {lab.path}" in said  # nobody is at work
    name = json.loads(simlab("submit", lab.path, "answers", "draws=50", "--json").output)["job"]
    assert len(json.loads(simlab("jobs", lab.path, "--json").output)) == 2
    assert "等待中" in simlab("jobs", lab.path, lang="zh").output
    shown = json.loads(simlab("jobs", lab.path, "--show", name, "--json").output)
    assert (shown["kind"], shown["arguments"], shown["owner"]) == (
        "answers", {"draws": 50}, "everybody")
    assert "cancelled" in simlab("jobs", lab.path, "--cancel", name).output


@pytest.mark.parametrize(("arguments", "code"), [
    (["guess"], "unknown_kind"), (["report"], "job_arguments"),
    (["report", "lang"], "not_an_argument"), (["answers", "draws=[1"], "not_an_argument"),
    (["answers", "speed=1"], "job_arguments")])
def test_what_cannot_be_run_is_refused_before_it_is_queued(
    lab: Lab, arguments: list[str], code: str
) -> None:
    refused = simlab("submit", lab.path, *arguments, "--json", code=2)
    assert json.loads(refused.stderr)["error"]["code"] == code
    assert json.loads(simlab("jobs", lab.path, "--json").output) == []


def test_an_unknown_job(lab: Lab) -> None:
    assert "no job absent" in simlab("jobs", lab.path, "--show", "absent", code=2).stderr


def test_a_file_is_passed_on_by_its_whole_path(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "people.csv").write_text("employee_no,hire_date\n1,2020-01-01\n")
    monkeypatch.chdir(tmp_path)
    simlab("submit", lab.path, "import", "files=[people.csv]", "profile=canonical")
    (job,) = json.loads(simlab("jobs", lab.path, "--json").output)
    assert job["arguments"]["files"] == [str(tmp_path / "people.csv")]


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_worker_works_until_it_is_stopped(lab: Lab, stop: signal.Signals) -> None:
    name = json.loads(simlab("submit", lab.path, "report", "lang=en", "--json").output)["job"]
    worker = subprocess.Popen(
        [sys.executable, "-m", "simlab", "worker", str(lab.path)], cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True)
    end = time.monotonic() + 60
    while json.loads(simlab("jobs", lab.path, "--show", name, "--json").output)["state"] != "done":
        assert time.monotonic() < end
        time.sleep(0.2)
    worker.send_signal(stop)
    out, err = worker.communicate(timeout=20)
    assert (worker.returncode, err) == (0, "")
    assert str(lab.path) in out
    assert not at_work(lab)
    assert "Result in the lab" in simlab("jobs", lab.path, "--show", name).output


@pytest.mark.slow
def test_a_job_outlives_the_server_that_began_it(tmp_path: Path) -> None:
    """Killed outright, the server takes its worker along, which hands the job back on the way."""
    lab = Lab.create(tmp_path / "lab")

    def serve() -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "simlab", "serve", str(lab.path), "--port", "0"], cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL, text=True)

    def job() -> dict[str, Any]:
        return dict(json.loads(simlab("jobs", lab.path, "--show", name, "--json").output))

    def reach(wanted: Any) -> None:
        end = time.monotonic() + 180
        while not wanted(job()):
            assert time.monotonic() < end, job()
            time.sleep(0.1)

    server = serve()
    submitted = simlab("submit", lab.path, "compare", "scenario=sales_transition", "draws=4000",
                       "months=120", "--json")
    name = json.loads(submitted.output)["job"]
    try:
        reach(lambda now: now["stage"] == "simulate")
        server.kill()
        server.wait()
        reach(lambda now: now["state"] == "queued")
        assert job()["attempts"] == 0
        assert not at_work(lab)
        server = serve()
        reach(lambda now: now["stage"] == "simulate")
        asked = time.monotonic()
        simlab("jobs", lab.path, "--cancel", name)
        reach(lambda now: now["state"] == "cancelled")
        assert time.monotonic() - asked < 5
    finally:
        server.terminate()
        server.wait()

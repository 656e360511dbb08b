"""Does a Dask cluster compute what one machine does, bit for bit, whatever happens to it?"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import simlab
from simlab.engine import cluster
from simlab.errors import Cancelled, LabError
from simlab.jobs.batching import batch, study_state
from simlab.progress import Progress

pytest.importorskip("distributed")

Start = Callable[..., subprocess.Popen[bytes]]
FACTORS = {"training.coaching": {"lower": 0, "upper": 1, "step": 0.25},
           "firm.market": {"choices": [-0.5, 0.0, 0.5]}}
ROOM = Path(simlab.__file__).parents[1]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a program of Dask; all are ended with the test."""
    running = []

    def begin(program: str, *arguments: str, code: Path = ROOM) -> subprocess.Popen[bytes]:
        # as a user would, from nowhere near the lab
        process = subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.dask_{program}", *arguments],
            cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(code)},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        running.append(process)
        return process

    yield begin
    for process in running:
        process.kill()
        process.wait()


@pytest.fixture
def scheduler(start: Start, tmp_path: Path) -> tuple[str, subprocess.Popen[bytes]]:
    file = tmp_path / "scheduler.json"
    process = start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
                    "--scheduler-file", str(file))
    while True:
        try:
            return json.loads(file.read_text())["address"], process
        except (OSError, ValueError):
            time.sleep(0.1)


@pytest.fixture
def work(start: Start, scheduler: tuple[str, Any], tmp_path: Path) -> Start:
    """Starts a worker of that name."""
    def begin(name: str, code: Path = ROOM) -> subprocess.Popen[bytes]:
        return start("worker", scheduler[0], "--name", name, "--nthreads", "1", "--no-nanny",
                     "--no-dashboard", "--local-directory", str(tmp_path / "dask"), code=code)

    return begin


def at(done: float, act: Callable[[], Any]) -> Progress:
    """Acts once when a share of the study is done."""
    acted = []

    def report(stage: str, runs: int, total: int) -> None:
        if stage == "study" and runs >= done * total and not acted:
            acted.append(act())

    return Progress(report)


@pytest.mark.slow
def test_a_worker_that_dies_loses_nothing(
    written: Any, tmp_path: Path, files: Any, work: Start, scheduler: tuple[str, Any]
) -> None:
    study = written(design="factorial", factors=FACTORS, draws=20, replicates=20)
    batch(None, study, out=tmp_path / "here")
    first = work("first")
    work("second")
    state = batch(None, study, out=tmp_path / "there", scheduler=scheduler[0],
                  progress=at(0.3, first.kill))
    assert first.wait() != 0
    assert state.complete
    assert state.failed == 0
    assert files(tmp_path / "there") == files(tmp_path / "here")
    assert len(list((tmp_path / "here").glob("runs/*/*"))) > 30


@pytest.mark.slow
def test_a_worker_that_comes_after_the_last_one_died_goes_on(
    written: Any, tmp_path: Path, files: Any, work: Start, scheduler: tuple[str, Any]
) -> None:
    study = written(design="factorial", factors=FACTORS, draws=20, replicates=20)
    only = work("only")

    def replace() -> None:
        only.kill()
        work("next")

    state = batch(None, study, out=tmp_path / "there", scheduler=scheduler[0],
                  progress=at(0.3, replace))
    assert state.complete
    assert state.failed == 0
    batch(None, study, out=tmp_path / "here")
    assert files(tmp_path / "there") == files(tmp_path / "here")


@pytest.mark.slow
def test_a_scheduler_that_dies_leaves_what_was_finished(
    written: Any, tmp_path: Path, files: Any, work: Start, scheduler: tuple[str, Any]
) -> None:
    study = written(design="factorial", factors=FACTORS, draws=20, replicates=20)
    work("first")
    address, process = scheduler
    with pytest.raises(LabError) as error:
        batch(None, study, out=tmp_path / "there", scheduler=address,
              progress=at(0.3, process.kill))
    assert error.value.code == "cluster_lost"
    half = study_state(tmp_path / "there")
    assert 0 < half.done < half.runs
    # what is missing is computed here
    assert batch(None, study, out=tmp_path / "there").computed == half.runs - half.done
    batch(None, study, out=tmp_path / "here")
    assert files(tmp_path / "there") == files(tmp_path / "here")


@pytest.mark.slow
def test_a_worker_of_other_code_is_refused_by_name(
    written: Any, tmp_path: Path, work: Start, scheduler: tuple[str, Any]
) -> None:
    other = tmp_path / "other"
    for room in ("simlab", "scenarios", "calibration"):
        shutil.copytree(ROOM / room, other / room, ignore=shutil.ignore_patterns("__pycache__"))
    init = other / "simlab" / "__init__.py"
    init.write_text(init.read_text().replace(f'"{simlab.__version__}"', '"0.0.9"'))
    work("old", code=other)
    with pytest.raises(LabError) as error:
        batch(None, written(), out=tmp_path / "out", scheduler=scheduler[0])
    assert error.value.code == "cluster_workers"
    assert "Worker old (tcp://127.0.0.1:" in str(error.value)
    assert f"code 0.0.9 (here {simlab.__version__})" in str(error.value)

    work("new")
    noted: list[LabError] = []
    state = None
    while state is None:
        noted.clear()
        with contextlib.suppress(LabError):  # until the new worker has come
            state = batch(None, written(), out=tmp_path / "out", scheduler=scheduler[0],
                          progress=Progress(note=noted.append))
    assert state.complete
    assert [note.values["name"] for note in noted] == ["old"]


def test_no_worker_is_not_waited_for_forever(
    written: Any, tmp_path: Path, scheduler: tuple[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "PATIENCE_SECONDS", 0.5)
    with pytest.raises(LabError) as error:
        batch(None, written(), out=tmp_path / "out", scheduler=scheduler[0])
    assert error.value.code == "cluster_idle"
    assert "dask worker tcp://" in str(error.value)


def test_waiting_for_workers_can_be_stopped(
    written: Any, tmp_path: Path, scheduler: tuple[str, Any]
) -> None:
    progress = Progress(lambda stage, *_: progress.cancel() if stage == "workers" else None)
    with pytest.raises(Cancelled):
        batch(None, written(), out=tmp_path / "out", scheduler=scheduler[0], progress=progress)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:{free}", "nonsense", "tcp://[::"])
def test_a_scheduler_that_is_not_there_is_said_soon(
    written: Any, tmp_path: Path, address: str
) -> None:
    with socket.socket() as port:
        port.bind(("127.0.0.1", 0))
        free = port.getsockname()[1]
    begin = time.monotonic()
    with pytest.raises(LabError) as error:
        batch(None, written(), out=tmp_path / "out", scheduler=address.format(free=free))
    assert error.value.code == "cluster_missing"
    assert "dask scheduler" in str(error.value)
    assert time.monotonic() - begin < cluster.CONNECT_SECONDS + 2


def test_the_known_answer_is_of_this_code_and_arithmetic() -> None:
    answer = cluster.known_answer()
    assert answer["code"] == simlab.__version__
    cluster.known_answer.cache_clear()
    assert cluster.known_answer() == answer

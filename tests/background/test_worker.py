"""Do jobs survive what happens to workers: killed, stopped, locked out, out of disk?"""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from simlab.background import Job, JobTable, Queue, Worker, at_work, take_up
from simlab.background import table as table_module
from simlab.errors import LabError
from simlab.lab import Lab
from tests.background.work import KINDS

ROOT = Path(__file__).resolve().parents[2]


def until(true: Callable[[], Any], seconds: float = 20.0) -> Any:
    """What `true` gives once it gives something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := true():
            return found
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds} s")


@pytest.fixture
def start(lab: Lab) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts a worker of the lab in a process of its own, and returns once it is at work."""
    started: list[subprocess.Popen[bytes]] = []

    def go() -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.background.work", str(lab.path)], cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)})
        started.append(process)
        until(lambda: at_work(lab))
        return process

    yield go
    for process in started:
        process.kill()
        process.wait()


def ask(lab: Lab, kind: str, **arguments: Any) -> str:
    table, queue = JobTable(lab), Queue(lab)
    name = table.add(kind, arguments, "ann").id
    queue.put(name)
    queue.close()
    return name


def now(lab: Lab, name: str) -> Job:
    job = JobTable(lab).get(name)
    assert job is not None
    return job


def running(lab: Lab, name: str) -> Callable[[], bool]:
    return lambda: now(lab, name).state == "running" and now(lab, name).done > 3


def at_once(lab: Lab, name: str) -> Job:
    """The job after a worker of this process has run it."""
    Worker(lab, KINDS).work(name)
    return now(lab, name)


def notice(lab: Lab, name: str, monkeypatch: pytest.MonkeyPatch) -> Job:
    """The job once somebody who looks at the table has noticed its worker's silence."""
    monkeypatch.setattr(table_module, "SILENT", 1.0)

    def looked() -> Job | None:
        take_up(JobTable(lab), KINDS)
        job = now(lab, name)
        return None if job.state == "running" else job

    return until(looked)


def test_work_on_either_database(any_lab: Lab) -> None:
    job = at_once(any_lab, ask(any_lab, "count", to=2))
    assert job.state == "done"
    assert any_lab.read_json(str(job.result)) == {"counted": 2, "begun": 0}


def test_a_worker_is_killed_and_the_next_goes_on(
    lab: Lab, start: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = ask(lab, "count", to=100)
    first = start()
    until(running(lab, name))
    first.kill()
    first.wait()
    assert not at_work(lab)
    assert notice(lab, name, monkeypatch).state == "queued"
    start()
    done = until(lambda: now(lab, name) if not now(lab, name).open else None)
    assert (done.state, done.attempts) == ("done", 2)
    result = lab.read_json(done.result)
    assert result["counted"] == 100
    assert result["begun"] > 3  # not from the start


def test_what_must_not_run_twice_is_lost_in_words(
    lab: Lab, start: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = ask(lab, "once", to=100)
    worker = start()
    until(running(lab, name))
    worker.kill()
    lost = notice(lab, name, monkeypatch)
    assert lost.state == "lost"
    assert lost.error is not None
    assert "not run again" in lost.error.explain("en")
    assert "没有重新执行" in lost.error.explain("zh")


def test_a_job_that_kills_its_workers_is_not_tried_for_ever(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_module, "SILENT", 0.0)
    table, name = JobTable(lab), ask(lab, "count", to=3)
    for attempt in (1, 2, 3):
        assert table.claim(name, f"w{attempt}", "0.1") is not None
        time.sleep(0.01)
        take_up(table, KINDS)
    job = now(lab, name)
    assert (job.state, job.error and job.error.code) == ("lost", "job_died")


def test_a_dead_workers_job_that_was_to_stop_is_cancelled(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_module, "SILENT", 0.0)
    table, name = JobTable(lab), ask(lab, "count", to=3)
    table.claim(name, "w1", "0.1")
    table.cancel(name)
    time.sleep(0.01)
    take_up(table, KINDS)
    assert now(lab, name).state == "cancelled"


def test_a_worker_told_to_stop_hands_its_job_back(lab: Lab) -> None:
    worker, name = Worker(lab, KINDS), ask(lab, "count", to=1000)
    thread = threading.Thread(target=worker.run)
    thread.start()
    until(running(lab, name))
    worker.stop()
    thread.join(10)
    job = now(lab, name)
    assert (job.state, job.attempts) == ("queued", 0)
    assert not at_work(lab)


def test_a_job_taken_from_a_worker_is_let_go(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine slept, and another worker has the job when it wakes: nothing is written twice."""
    name = ask(lab, "count", to=1000)
    thread = threading.Thread(target=Worker(lab, KINDS).work, args=(name,))
    thread.start()
    until(running(lab, name))
    table = JobTable(lab)
    with monkeypatch.context() as patch:
        patch.setattr(table_module, "SILENT", -5.0)
        until(lambda: any(table.take_away(job, "queued") for job in table.silent()))
    assert table.claim(name, "another", "0.1") is not None
    thread.join(10)
    assert not thread.is_alive()
    job = now(lab, name)
    assert (job.state, job.attempts) == ("running", 2)


def test_cancel_is_heard_within_a_second(lab: Lab) -> None:
    name = ask(lab, "count", to=10_000)
    thread = threading.Thread(target=Worker(lab, KINDS).work, args=(name,))
    thread.start()
    until(running(lab, name))
    asked = time.monotonic()
    JobTable(lab).cancel(name)
    thread.join(10)
    assert time.monotonic() - asked < 1.0
    job = now(lab, name)
    assert (job.state, job.result) == ("cancelled", None)


def test_what_the_queue_lost_is_found_in_the_table(lab: Lab) -> None:
    name = JobTable(lab).add("count", {"to": 2}, "ann").id
    worker = Worker(lab, KINDS)
    thread = threading.Thread(target=worker.run)
    thread.start()
    until(lambda: now(lab, name).state == "done")
    worker.stop()
    thread.join(10)


def test_two_run_at_once_and_a_short_one_need_not_wait(lab: Lab) -> None:
    long, short = ask(lab, "once", to=10_000), ask(lab, "write", name="short.txt")
    worker = Worker(lab, KINDS)
    thread = threading.Thread(target=worker.run)
    thread.start()
    until(lambda: now(lab, short).state == "done")
    assert now(lab, long).state == "running"
    worker.stop()
    thread.join(10)
    assert now(lab, long).state == "lost"


def test_a_second_worker_learns_who_is_there(lab: Lab, start: Any) -> None:
    process = start()
    with pytest.raises(LabError) as caught:
        Worker(lab, KINDS).run()
    assert caught.value.code == "worker_there"
    assert f"pid {process.pid}" in str(caught.value)


@pytest.mark.parametrize(("kind", "code"), [
    ("refuse", "policy_missing"), ("fail", "unexpected"), ("absent", "unknown_kind")])
def test_an_error_for_people_stays_one_and_a_fault_becomes_one(
    lab: Lab, kind: str, code: str
) -> None:
    job = at_once(lab, ask(lab, kind))
    assert (job.state, job.error and job.error.code, job.result) == ("failed", code, None)


def test_a_full_disk_is_said(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    job = at_once(lab, ask(lab, "count", to=2))
    assert job.state == "failed"
    assert job.error is not None
    assert job.error.code == "job_disk"
    assert os.strerror(errno.ENOSPC) in job.error.explain("zh")
    assert [path.name for path in (lab.path / "jobs").glob("*.json")] == []


def test_a_job_waits_for_another_writer_and_then_gives_up(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [ask(lab, "write", name=f"{each}.txt") for each in ("first", "second")]
    held = Lab.open(lab.path)
    with held.writing():
        thread = threading.Thread(target=Worker(lab, KINDS).work, args=(names[0],))
        thread.start()
        time.sleep(0.5)
        assert now(lab, names[0]).state == "running"
    thread.join(10)
    assert now(lab, names[0]).state == "done"
    monkeypatch.setattr("simlab.background.worker._PATIENCE", 0.1)
    with held.writing():
        job = at_once(lab, names[1])
    assert (job.state, job.error and job.error.code) == ("failed", "lab_locked")


def test_how_a_job_ended_is_written_once_it_can_be(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    finish = JobTable.finish

    def full(self: JobTable, *given: Any, **named: Any) -> bool:
        calls.append("finish")
        if len(calls) == 1:
            raise LabError("jobs_unreachable", url="jobs.sqlite", why="disk is full")
        return finish(self, *given, **named)

    monkeypatch.setattr(JobTable, "finish", full)
    assert at_once(lab, ask(lab, "count", to=2)).state == "done"
    assert len(calls) == 2

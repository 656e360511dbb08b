"""Does the table say the truth about jobs, on either database, whoever asks at the same time?"""

from __future__ import annotations

import threading
import time

import pytest

from simlab.background import table as module
from simlab.background.table import EVERYBODY, JobTable
from simlab.errors import LabError
from simlab.lab import Lab


@pytest.fixture
def table(any_lab: Lab) -> JobTable:
    return JobTable(any_lab)


def test_a_job_goes_its_way(table: JobTable) -> None:
    asked = table.add("count", {"to": 3, "名": "值"}, "ann")
    assert (asked.state, asked.owner, asked.arguments) == ("queued", "ann", {"to": 3, "名": "值"})
    taken = table.claim(asked.id, "w1", "0.1")
    assert taken is not None
    assert (taken.state, taken.attempts, taken.code) == ("running", 1, "0.1")
    assert table.beat(asked.id, "w1", "simulate", 3 * 10**9, 4 * 10**9) == "go on"
    seen = JobTable.get(table, asked.id)
    assert seen is not None
    assert (seen.stage, seen.share) == ("simulate", 0.75)
    assert table.finish(asked.id, "w1", "done", result="jobs/x.json")
    ended = table.get(asked.id)
    assert ended is not None
    assert (ended.state, ended.result, ended.open) == ("done", "jobs/x.json", False)
    assert ended.created <= ended.started <= ended.heartbeat <= ended.finished  # type: ignore[operator]


def test_one_of_many_workers_gets_a_job(table: JobTable) -> None:
    name = table.add("count", {}, EVERYBODY).id
    got: list[str] = []
    together = threading.Barrier(6)

    def claim(worker: str) -> None:
        together.wait()
        if table.claim(name, worker, "0.1") is not None:
            got.append(worker)

    threads = [threading.Thread(target=claim, args=(f"w{k}",)) for k in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 1
    # nobody else may report on it or end it
    assert table.beat(name, "another", "simulate", 1, 2) == "taken"
    assert not table.finish(name, "another", "done")
    assert table.get(name).state == "running"  # type: ignore[union-attr]


def test_a_waiting_job_is_cancelled_at_once_and_a_running_one_is_told(table: JobTable) -> None:
    waiting, running = table.add("count", {}, "ann").id, table.add("count", {}, "ann").id
    table.claim(running, "w1", "0.1")
    for name in (waiting, running):
        table.cancel(name)
    assert table.get(waiting).state == "cancelled"  # type: ignore[union-attr]
    assert table.claim(waiting, "w1", "0.1") is None
    assert table.beat(running, "w1", "simulate", 1, 2) == "cancel"
    table.finish(running, "w1", "done", result="x")
    table.cancel(running)
    assert table.get(running).state == "done"  # type: ignore[union-attr]


def test_who_may_see_what(table: JobTable) -> None:
    for owner in ("ann", "bob", EVERYBODY):
        table.add("count", {}, owner)
    assert {job.owner for job in table.jobs("ann")} == {"ann", EVERYBODY}
    assert {job.owner for job in table.jobs("nobody else")} == {EVERYBODY}
    assert {job.owner for job in table.jobs()} == {"ann", "bob", EVERYBODY}


def test_an_error_comes_back_in_any_language(table: JobTable) -> None:
    error = LabError("import_refused", count=2, problems=(
        LabError("unknown_kind", kind="x", known="a, b"), LabError("job_memory")))
    name = table.add("count", {}, "ann").id
    table.claim(name, "w1", "0.1")
    table.finish(name, "w1", "failed", error=error)
    found = table.get(name)
    assert found is not None
    assert found.error is not None
    for lang in ("en", "zh"):
        assert found.error.explain(lang) == error.explain(lang)


def test_silence_is_noticed_and_a_sign_of_life_outruns_it(
    table: JobTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = table.add("count", {}, "ann").id
    table.claim(name, "w1", "0.1")
    assert table.silent() == []
    monkeypatch.setattr(module, "SILENT", 0.05)
    time.sleep(0.1)
    (silent,) = table.silent()
    assert table.beat(name, "w1", "simulate", 1, 2) == "go on"
    assert not table.take_away(silent, "queued")  # it spoke in between
    time.sleep(0.1)
    (silent,) = table.silent()
    assert table.take_away(silent, "queued")
    assert table.beat(name, "w1", "simulate", 1, 2) == "taken"
    assert table.get(name).state == "queued"  # type: ignore[union-attr]


def test_old_jobs_are_forgotten(table: JobTable, monkeypatch: pytest.MonkeyPatch) -> None:
    ended, waiting = table.add("count", {}, "ann").id, table.add("count", {}, "ann").id
    table.cancel(ended)
    monkeypatch.setattr(module, "KEPT", -1.0)
    assert [job.id for job in table.forget()] == [ended]
    assert table.get(ended) is None
    assert table.get(waiting) is not None


def test_a_table_out_of_reach_is_said(lab: Lab) -> None:
    (lab.path / "jobs").mkdir()
    (lab.path / "jobs" / "jobs.sqlite").write_bytes(b"this is not a database, not at all" * 9)
    with pytest.raises(LabError) as caught:
        JobTable(lab)
    assert caught.value.code == "jobs_unreachable"

"""Does a job report, stop when asked, and end in one clear state?"""

from __future__ import annotations

import threading
from typing import Any

from simlab.errors import LabError
from simlab.jobs.runner import KEPT, Runner
from simlab.progress import Progress


def test_a_job_reports_and_gives_its_result() -> None:
    runner = Runner()
    reported, go_on = threading.Event(), threading.Event()

    def work(progress: Progress) -> int:
        progress.advance("simulate", 3, 4)
        reported.set()
        go_on.wait(5)
        return 42

    name = runner.start(work)
    assert reported.wait(5)
    job = runner.job(name)
    assert job is not None
    assert (job.state, job.stage, job.share) == ("running", "simulate", 0.75)
    go_on.set()
    finished = runner.wait(name, 5)
    assert finished is not None
    assert (finished.state, finished.result) == ("done", 42)


def test_a_cancelled_job_stops_and_has_no_result() -> None:
    runner = Runner()
    started = threading.Event()

    def work(progress: Progress) -> None:
        started.set()
        for step in range(10_000):
            threading.Event().wait(0.001)
            progress.advance("simulate", step, 10_000)

    name = runner.start(work)
    assert started.wait(5)
    runner.cancel(name)
    job = runner.wait(name, 5)
    assert job is not None
    assert (job.state, job.result) == ("cancelled", None)


def test_an_error_for_people_stays_one_and_a_fault_becomes_one() -> None:
    runner = Runner()

    def refuse(_: Progress) -> Any:
        raise LabError("too_few_policies", count=1)

    def fail(_: Progress) -> Any:
        raise ZeroDivisionError("x")

    refused, failed = runner.wait(runner.start(refuse), 5), runner.wait(runner.start(fail), 5)
    assert refused is not None
    assert refused.error is not None
    assert refused.error.code == "too_few_policies"
    assert failed is not None
    assert failed.error is not None
    assert "ZeroDivisionError" in failed.error.explain("zh")


def test_jobs_do_not_share_anything() -> None:
    runner = Runner()
    names = [runner.start(lambda _, value=value: value) for value in range(8)]
    results = [job.result for job in (runner.wait(name, 5) for name in names) if job]
    assert results == list(range(8))


def test_old_jobs_are_forgotten() -> None:
    now = [0.0]
    runner = Runner(clock=lambda: now[0])
    name = runner.start(lambda _: 1)
    runner.wait(name, 5)
    now[0] = KEPT + 1
    runner.start(lambda _: 2)
    assert runner.job(name) is None


def test_an_unknown_job_is_none() -> None:
    runner = Runner()
    runner.cancel("absent")
    assert runner.job("absent") is None

"""Is long work asked for, seen and stopped by those it belongs to, and does a worker come?"""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from simlab.background import EVERYBODY, Worker, at_work
from simlab.errors import LabError
from simlab.i18n import LANGUAGES, catalogue
from simlab.jobs.kinds import KINDS
from simlab.jobs.runner import Runner
from simlab.lab import Lab


@pytest.fixture
def runner(lab: Lab) -> Iterator[Runner]:
    made = Runner(lab)
    yield made
    made.close()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_function_with_arguments_and_a_name(kind: str) -> None:
    with pytest.raises(LabError) as caught:
        KINDS[kind].checked(kind, {"no such argument": 1})
    assert caught.value.code == "job_arguments"
    assert "progress" not in caught.value.values["known"]
    for lang in LANGUAGES:
        assert f"job.kind.{kind}" in catalogue(lang)


def test_arguments_are_read_before_anything_is_queued(runner: Runner) -> None:
    with pytest.raises(LabError) as caught:
        runner.start("compare", {"scenario": "sales_transition", "draws": "many", "speed": 3})
    assert "draws: many is not a number" in caught.value.explain("en")
    assert "speed" in caught.value.explain("zh")
    with pytest.raises(LabError) as caught:
        runner.start("guess")
    assert caught.value.code == "unknown_kind"
    assert runner.jobs(owner=None) == []


def test_a_job_cannot_be_made_to_write_outside_the_lab(runner: Runner) -> None:
    with pytest.raises(LabError, match="out"):
        runner.start("report", {"lang": "en", "out": "/tmp"})


def test_a_job_is_its_owners(runner: Runner) -> None:
    name = runner.start("report", {"lang": "en"}, "ann")
    assert runner.job(name, "bob") is None
    assert runner.job(name) is None
    assert runner.jobs("bob") == []
    assert runner.cancel(name, "bob") is None
    assert runner.job(name, "ann").state == "queued"  # type: ignore[union-attr]
    # two tabs of one browser, and the folder's own command line
    assert [job.id for job in runner.jobs("ann")] == [name]
    assert [job.id for job in runner.jobs(owner=None)] == [name]
    assert runner.cancel(name, "ann").state == "cancelled"  # type: ignore[union-attr]
    everybodys = runner.start("report", {"lang": "en"})
    assert runner.job(everybodys, "bob").owner == EVERYBODY  # type: ignore[union-attr]


def test_jobs_are_known_in_their_lab_only(lab: Lab, tmp_path) -> None:
    ours, theirs = Runner(lab), Runner(Lab.create(tmp_path / "other"))
    name = ours.start("report", {"lang": "en"})
    assert theirs.job(name, None) is None
    assert theirs.cancel(name, None) is None
    assert ours.job(name).state == "queued"  # type: ignore[union-attr]
    ours.close()
    theirs.close()


def test_a_page_that_comes_back_finds_its_job(lab: Lab, runner: Runner) -> None:
    name = runner.start("report", {"lang": "en"}, "ann")
    again = Runner(Lab.open(lab.path))  # the server was started anew
    assert [job.id for job in again.jobs("ann", only_open=True)] == [name]
    Worker(lab, KINDS).work(name)
    done = again.wait(name, 5, "ann")
    assert done is not None
    assert done.state == "done"
    assert again.result(done) == str(lab.path / "reports" / "report-en.html")
    assert again.jobs("ann", only_open=True) == []
    again.close()


def test_waiting_ends_when_told(runner: Runner) -> None:
    name = runner.start("report", {"lang": "en"})
    began = time.monotonic()
    assert runner.wait(name, 0.3).state == "queued"  # type: ignore[union-attr]
    assert 0.3 <= time.monotonic() - began < 3
    assert runner.wait("absent", 5) is None


def test_a_server_that_starts_goes_on_with_what_was_left(lab: Lab, runner: Runner) -> None:
    left = runner.start("report", {"lang": "en"}, "ann")
    server = Runner(lab, with_worker=True)  # nobody has asked it for anything
    assert runner.wait(left, 60, "ann").state == "done"  # type: ignore[union-attr]
    server.close()
    assert not at_work(lab)


def test_a_worker_comes_with_the_first_job_and_goes_with_the_runner(lab: Lab) -> None:
    runner = Runner(lab, with_worker=True)
    assert not at_work(lab)
    done = runner.wait(runner.start("report", {"lang": "zh"}), 60)
    assert done is not None
    assert done.state == "done", done.error
    assert at_work(lab)
    runner.close()
    assert not at_work(lab)


def test_arguments_of_several_parts_come_as_they_went() -> None:
    checked = KINDS["optimise"].checked("optimise", {
        "scenario": "sales_transition", "effort": {"evaluations": 80}, "objectives": ["exits"]})
    assert checked["effort"]["evaluations"] == 80
    assert checked["objectives"] == ["exits"]

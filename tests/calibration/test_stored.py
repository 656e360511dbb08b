"""Does a stopped calibration go on where it was, and is a table never taken for another?"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from calibration import reference, stored
from calibration.calibrate import calibrate
from calibration.stored import Origin, StoredTables
from simlab.engine.panels import simulated_panel
from simlab.errors import Cancelled
from simlab.panel import Panel
from simlab.parameters import prior_mean
from simlab.progress import Progress

Invent = Callable[..., Panel]
ORIGIN = Origin(data="d", until="2016-12", seed=1, purpose="round 1", bounds=((0.0, 1.0),))


@pytest.fixture(scope="module")
def firm(invented: Invent) -> Panel:
    return simulated_panel(invented(1, people=120), prior_mean(), seed=4)


@pytest.fixture
def simulated(firm: Panel, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Rows of every call that simulates panels, as they come: parts have 50."""
    made: list[int] = []
    real = reference.simulate_panels

    def counted(panel: Panel, theta: np.ndarray, *args: object, **options: object) -> None:
        made.append(len(theta))
        real(panel, theta, *args, **options)

    monkeypatch.setattr(reference, "simulate_panels", counted)
    monkeypatch.setattr(reference, "PART_PERSON_MONTHS", 50 * int(firm.employed.sum()))
    return made


def rows(first: int, last: int) -> tuple[np.ndarray, np.ndarray]:
    numbers = np.arange(first, last, dtype=float)[:, None]
    return numbers, 10 * numbers


def stop_after(reports: int) -> Progress:
    told = []

    def tell(stage: str, done: int, total: int) -> None:
        told.append(done)
        if stage == "reference" and len(told) == reports:
            progress.cancel()

    progress = Progress(tell)
    return progress


@pytest.mark.parametrize("simulations", [400, 1200])
def test_a_stopped_calibration_goes_on_where_it_was(
    firm: Panel, tmp_path: Path, simulated: list[int], simulations: int
) -> None:
    """Stopped in the middle of its only round, or of the first of two."""
    undisturbed = calibrate(firm, simulations=simulations, seed=1, threads=1)
    simulated.clear()
    with pytest.raises(Cancelled):
        calibrate(firm, simulations=simulations, seed=1, threads=1, cache=tmp_path,
                  progress=stop_after(simulations // 4))
    spared = sum(StoredTables(tmp_path).held(place.name) for place in tmp_path.iterdir())
    assert 50 <= spared < simulations / 2
    simulated.clear()
    resumed = calibrate(firm, simulations=simulations, seed=1, threads=2, cache=tmp_path)
    assert sum(simulated) == simulations - spared + 100  # and the predictive check
    np.testing.assert_array_equal(undisturbed.posterior.draws, resumed.posterior.draws)
    assert undisturbed.parameters == resumed.parameters
    assert undisturbed.posterior.provenance == resumed.posterior.provenance


def test_a_calibration_stopped_in_its_second_round_keeps_the_first(
    firm: Panel, tmp_path: Path, simulated: list[int]
) -> None:
    undisturbed = calibrate(firm, simulations=1200, seed=1, threads=1)
    with pytest.raises(Cancelled):
        calibrate(firm, simulations=1200, seed=1, threads=1, cache=tmp_path,
                  progress=stop_after(900))
    assert len(list(tmp_path.iterdir())) == 2
    simulated.clear()
    resumed = calibrate(firm, simulations=1200, seed=1, threads=1, cache=tmp_path)
    assert sum(simulated) < 600
    np.testing.assert_array_equal(undisturbed.posterior.draws, resumed.posterior.draws)


def test_the_same_call_again_reads_the_table(
    firm: Panel, tmp_path: Path, simulated: list[int]
) -> None:
    first = calibrate(firm, simulations=200, seed=1, threads=1, cache=tmp_path)
    simulated.clear()
    again = calibrate(firm, simulations=200, seed=1, threads=1, cache=tmp_path)
    assert simulated == [100]  # only the predictive check
    np.testing.assert_array_equal(first.posterior.draws, again.posterior.draws)
    next(tmp_path.glob("*/rows-00000050-*.npz")).write_bytes(b"broken")
    simulated.clear()
    mended = calibrate(firm, simulations=200, seed=1, threads=1, cache=tmp_path)
    assert simulated == [50, 100]
    np.testing.assert_array_equal(first.posterior.draws, mended.posterior.draws)


def test_a_longer_table_continues_a_shorter_one(
    firm: Panel, tmp_path: Path, simulated: list[int]
) -> None:
    calibrate(firm, simulations=220, seed=1, threads=1, cache=tmp_path)
    simulated.clear()
    longer = calibrate(firm, simulations=300, seed=1, threads=1, cache=tmp_path)
    assert simulated == [30, 50, 100]
    afresh = calibrate(firm, simulations=300, seed=1, threads=1)
    np.testing.assert_array_equal(afresh.posterior.draws, longer.posterior.draws)


@pytest.mark.parametrize("change", [
    {"data": "e"}, {"seed": 2}, {"purpose": "round 2"}, {"bounds": ((0.0, 0.5),)},
    {"code": "other"}, {"until": "2017-01"},
])
def test_another_origin_is_another_table(tmp_path: Path, change: dict[str, object]) -> None:
    tables = StoredTables(tmp_path)
    tables.rows(ORIGIN, 10, 4, rows)
    other = Origin(**{**{name: getattr(ORIGIN, name) for name in Origin.__dataclass_fields__},
                      **change})
    asked = []
    tables.rows(other, 10, 4, lambda first, last: (asked.append((first, last)),
                                                   rows(first, last))[1])
    assert asked == [(0, 4), (4, 8), (8, 10)]


def test_rows_come_back_as_written_whatever_the_parts(tmp_path: Path) -> None:
    def never(first: int, last: int) -> tuple[np.ndarray, np.ndarray]:
        raise AssertionError(f"rows {first} to {last} simulated again")

    tables = StoredTables(tmp_path)
    tables.rows(ORIGIN, 10, 4, rows)
    theta, summaries = StoredTables(tmp_path).rows(ORIGIN, 9, 4, never)
    np.testing.assert_array_equal(theta[:, 0], np.arange(9))
    np.testing.assert_array_equal(summaries, 10 * theta)
    assert tables.held(ORIGIN.address) == 10
    assert tables.kept == 10


def test_a_failure_while_writing_leaves_no_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = StoredTables(tmp_path)
    tables.rows(ORIGIN, 4, 4, rows)
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        tables.rows(ORIGIN, 8, 4, rows)
    monkeypatch.undo()
    assert sorted(f.name for f in (tmp_path / ORIGIN.address).iterdir()) == [
        "rows-00000000-00000004.npz", "table.json"]


def test_two_at_once_give_the_same_rows(tmp_path: Path) -> None:
    found = []
    threads = [threading.Thread(target=lambda: found.append(
        StoredTables(tmp_path).rows(ORIGIN, 100, 7, rows)[1])) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    for one in found:
        np.testing.assert_array_equal(one[:, 0], 10 * np.arange(100))


def test_tables_of_other_code_or_changed_records_are_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = StoredTables(tmp_path)
    old = Origin(data="d", until="2016-12", seed=1, purpose="round 1", bounds=(), code="older")
    changed = Origin(data="before", until="2016-12", seed=1, purpose="round 1", bounds=())
    for origin in (ORIGIN, old, changed):
        tables.rows(origin, 4, 4, rows)
    (tmp_path / "nothing").mkdir()
    assert tables.prune(lambda about: about["data"] == "d") == 3
    assert [place.name for place in tmp_path.iterdir()] == [ORIGIN.address]

    recent = Origin(data="d", until="2016-11", seed=1, purpose="round 1", bounds=())
    tables.rows(recent, 4, 4, rows)
    os.utime(tmp_path / ORIGIN.address / "table.json", (1, 1))
    monkeypatch.setattr(stored, "LARGEST", 1000)
    assert tables.prune(lambda about: True) == 1
    assert [place.name for place in tmp_path.iterdir()] == [recent.address]


def test_the_code_of_a_table_is_all_that_makes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    found: dict[str, Path] = {}
    for root in stored._ROOTS:
        stored._follow(root, found)
    assert {"calibration.summaries", "simlab.engine.panels", "simlab.panel",
            "simlab.rules.leave", "simlab.practice", "simlab.world"} <= set(found)
    assert not any(name.split(".")[1] in ("ui", "cli", "jobs", "report") for name in found
                   if "." in name)
    before = stored.code_fingerprint()
    read = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda self: (
        b"# edited\n" if self.name == "summaries.py" else b"") + read(self))
    stored.code_fingerprint.cache_clear()
    try:
        assert stored.code_fingerprint() != before
    finally:
        stored.code_fingerprint.cache_clear()

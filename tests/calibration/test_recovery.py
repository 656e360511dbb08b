"""Are known truths found back, and is a posterior that is too sure of itself found out?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from calibration import reference
from calibration.calibrate import Calibration, calibrate
from calibration.gates import BAND
from calibration.packed import packed, unpacked
from calibration.recovery import Recovered, outlying, recover, uniformity
from calibration.rounds import Learnt
from calibration.stored import StoredTables
from simlab.engine.panels import simulated_panel
from simlab.errors import Cancelled
from simlab.panel import Panel
from simlab.parameters import INDEX, prior_mean
from simlab.progress import Progress

Invent = Callable[..., Panel]


@pytest.fixture(scope="module")
def firm(invented: Invent) -> Panel:
    return simulated_panel(invented(1, people=150), prior_mean(), seed=4)


@pytest.fixture(scope="module")
def found(firm: Panel) -> Calibration:
    return calibrate(firm, simulations=400, seed=2, threads=1)


@pytest.fixture(scope="module")
def recovered(firm: Panel, found: Calibration) -> Recovered:
    return recover(firm, found.learnt, truths=60, panels=2, seed=3, threads=2)


def test_truths_are_found_back_about_as_often_as_intervals_say(
    found: Calibration, recovered: Recovered
) -> None:
    rows = recovered.coverage(found.posterior.contraction())
    assert {"exit_level", "size_level"} <= {row.parameter for row in rows}
    for name, share in (("coverage50", 0.5), ("coverage80", 0.8), ("coverage90", 0.9)):
        assert np.mean([getattr(row, name) for row in rows]) == pytest.approx(share, abs=0.06)
    k = INDEX["size_level"]
    assert np.corrcoef(recovered.truth[:, k], recovered.mean[:, k])[0, 1] > 0.8
    assert (recovered.lower <= recovered.upper).all()
    assert any(row.identified for row in rows)


def test_truths_come_from_where_the_posterior_was_learnt(
    found: Calibration, recovered: Recovered
) -> None:
    assert found.learnt.box.holds(recovered.truth).all()


def test_a_posterior_too_sure_of_itself_is_found_out(
    firm: Panel, found: Calibration
) -> None:
    amortised = replace(found.learnt.amortised, _stretch=found.learnt.amortised._stretch * 0.4)
    sure = replace(found.learnt, amortised=amortised)
    rows = recover(firm, sure, truths=60, panels=1, seed=3, threads=2).coverage(
        found.posterior.contraction())
    known = [row.coverage90 for row in rows if row.identified]
    assert min(known) < np.mean(known) < BAND[0] - 0.05


def test_any_number_of_threads_gives_the_same(
    firm: Panel, found: Calibration, recovered: Recovered
) -> None:
    again = recover(firm, found.learnt, truths=60, panels=2, seed=3, threads=1)
    np.testing.assert_array_equal(again.rank, recovered.rank)
    assert again.outlying == recovered.outlying


def test_cancelling_stops_it(firm: Panel, found: Calibration) -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        recover(firm, found.learnt, truths=60, progress=progress)


def test_what_was_learnt_is_kept_as_arrays_alone(
    firm: Panel, found: Calibration, tmp_path
) -> None:
    np.savez_compressed(tmp_path / "learnt.npz", **packed(found.learnt))
    with np.load(tmp_path / "learnt.npz", allow_pickle=False) as stored:
        learnt = unpacked(Learnt, stored)
    assert learnt.box.prior == found.learnt.box.prior
    summaries = np.zeros(len(learnt.used))
    np.testing.assert_array_equal(learnt.draws(summaries, 50, 1),
                                  found.learnt.draws(summaries, 50, 1))


def test_even_ranks_are_told_from_uneven_ones() -> None:
    rng = np.random.default_rng(1)
    assert uniformity(rng.random(500)) > 0.01
    assert uniformity(rng.random(500) ** 2) < 1e-6


def test_a_record_from_elsewhere_lies_further_out_than_any() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(800, 20))
    assert outlying(rng.normal(size=20), x) < 1.2
    assert outlying(np.full(20, 6.0), x) > 3


def test_a_stopped_check_of_truths_goes_on_where_it_was(
    firm: Panel, found: Calibration, recovered: Recovered, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reference, "PART_PERSON_MONTHS", 30 * int(firm.employed.sum()))
    told: list[int] = []

    def tell(stage: str, done: int, total: int) -> None:
        if stage == "truths":
            told.append(done)
            assert total == 120
            if done >= 70:
                progress.cancel()

    progress = Progress(tell)
    with pytest.raises(Cancelled):
        recover(firm, found.learnt, truths=60, panels=2, seed=3, threads=1, progress=progress,
                cache=tmp_path)
    address = next(tmp_path.iterdir()).name
    assert StoredTables(tmp_path).held(address) == 60
    again: list[int] = []
    resumed = recover(
        firm, found.learnt, truths=60, panels=2, seed=3, threads=1, cache=tmp_path,
        progress=Progress(lambda stage, done, _: again.append(done) if stage == "truths" else None))
    assert min(again) >= 60
    np.testing.assert_array_equal(resumed.rank, recovered.rank)
    other = recover(firm, found.learnt, truths=60, panels=2, seed=4, threads=1, cache=tmp_path)
    assert (other.rank != recovered.rank).any()

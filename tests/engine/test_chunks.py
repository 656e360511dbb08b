"""Does a chunk hold the very histories of the whole, and does one bad run leave the rest alone?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import scenarios
from simlab.engine import chunks as room
from simlab.engine.chunks import Chunk, run_chunk, run_here
from simlab.engine.ensemble import Histories, simulate, state
from simlab.engine.outcomes import OUTCOMES
from simlab.errors import Cancelled
from simlab.parameters import as_records, prior_draws
from simlab.policy import compile_policies
from simlab.progress import Progress
from simlab.world import Firm

POLICIES = [scenarios.policy(name) for name in ("move_only", "pay_bridge", "train_and_help")]
ROWS = prior_draws(4, 5)
KEPT = tuple(OUTCOMES.index(name) for name in ("regretted", "headcount", "cost"))


def held(firm: Firm) -> Any:
    return {"staff": state(firm)[:2], "draws": (as_records(ROWS),)}.__getitem__


def chunk(firm: Firm, **changes: Any) -> Chunk:
    given = {
        "staff": "staff", "parameters": "draws", "around": state(firm)[2:],
        "policies": compile_policies(POLICIES), "current": compile_policies(POLICIES[:1]),
        "start": firm.start, "burn_in": firm.burn_in, "months": 4, "seed": 9,
        "draws": (0, 4), "replicates": (0, 3), "kept": KEPT, "averaged": None}
    return Chunk(**(given | changes))


@pytest.fixture(scope="module")
def whole(firm: Firm) -> np.ndarray:
    """(draw, replicate, policy, month, outcome) as `simulate` has it."""
    y = simulate(firm, POLICIES, ROWS, months=4, replicates=3, seed=9).y
    return y[..., KEPT]


def test_a_chunk_is_a_part_of_the_whole(firm: Firm, whole: np.ndarray) -> None:
    part = run_chunk(chunk(firm, draws=(1, 3), replicates=(1, 3)), held(firm))
    assert not part.failures
    np.testing.assert_array_equal(part.figures, whole[1:3, 1:3].reshape(4, 3, 4, 3))
    some = run_chunk(chunk(firm, policies=compile_policies(POLICIES[2:])), held(firm))
    np.testing.assert_array_equal(some.figures, whole[:, :, 2:].reshape(12, 1, 4, 3))


def test_totals_are_sums_and_means_over_months(firm: Firm, whole: np.ndarray) -> None:
    made = run_chunk(chunk(firm, averaged=(False, True, False)), held(firm)).figures
    months = whole.reshape(12, 3, 4, 3)
    np.testing.assert_allclose(made[:, :, 0, 0], months[..., 0].sum(axis=2))
    np.testing.assert_allclose(made[:, :, 0, 1], months[..., 1].mean(axis=2))
    assert made.shape == (12, 3, 1, 3)


def test_one_bad_run_takes_no_other_with_it(
    firm: Firm, whole: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    lived = Histories.run
    bad = compile_policies(POLICIES)[1]

    def run(self: Histories, kernel: Any, first: int, last: int, *rest: Any) -> int:
        if first <= 7 < last and bad in self.policies:
            raise ZeroDivisionError("division by zero")
        return lived(self, kernel, first, last, *rest)

    monkeypatch.setattr(Histories, "run", run)
    made = run_chunk(chunk(firm), held(firm))
    (failure,) = made.failures
    assert (failure.policy, failure.first, failure.last) == (1, 7, 8)
    assert (failure.stage, failure.type, failure.message) == (
        "simulate", "ZeroDivisionError", "division by zero")
    assert "test_chunks.py" in failure.trace
    expected = whole.reshape(12, 3, 4, 3).copy()
    expected[7, 1] = np.nan
    np.testing.assert_array_equal(made.figures, expected)


def test_figures_that_are_not_finite_are_a_failure(firm: Firm) -> None:
    costly = POLICIES[0].model_copy(update={
        "conditions": POLICIES[0].conditions.model_copy(update={"cost": 1e308})})
    made = run_chunk(chunk(firm, policies=compile_policies([POLICIES[0], costly]),
                           draws=(0, 2), replicates=(0, 1)), held(firm))
    assert [(f.policy, f.first, f.stage) for f in made.failures] == [
        (1, 0, "outcomes"), (1, 1, "outcomes")]
    assert np.isfinite(made.figures[:, 0]).all()
    assert np.isnan(made.figures[:, 1]).all()


@pytest.mark.parametrize("threads", [1, 3])
def test_chunks_come_back_under_their_names(
    firm: Firm, whole: np.ndarray, threads: int
) -> None:
    named = (((a, r), chunk(firm, draws=(a, a + 1), replicates=(r, r + 1)))
             for a in range(4) for r in range(3))
    made = dict(run_here(named, held(firm), threads=threads))
    assert len(made) == 12
    for (draw, replicate), each in made.items():
        np.testing.assert_array_equal(each.figures[0], whole[draw, replicate])


def test_few_chunks_are_under_way_at_any_time(firm: Firm) -> None:
    begun = finished = most = 0

    def counted() -> Any:
        nonlocal begun
        for draw in range(4):
            for replicate in range(3):
                begun += 1
                yield None, chunk(firm, draws=(draw, draw + 1),
                                  replicates=(replicate, replicate + 1))

    for _ in run_here(counted(), held(firm), threads=1):
        finished += 1
        most = max(most, begun - finished)
    assert finished == 12
    assert most <= room.IN_FLIGHT


def test_a_stop_is_a_stop(firm: Firm) -> None:
    progress = Progress()
    named = ((draw, chunk(firm, draws=(draw, draw + 1))) for draw in range(4))
    running = run_here(named, held(firm), threads=1, progress=progress)
    next(running)
    progress.cancel()
    with pytest.raises(Cancelled):
        next(running)

"""Is the front what nothing beats, and the probability of being on it what theory gives?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import norm

from simlab.decide.pareto import best, dominates, front, on_front, without_luck
from simlab.decide.tried import conflicts

POINTS = arrays(float, st.tuples(st.integers(1, 12), st.integers(2, 3)),
                elements=st.integers(0, 4).map(float))


@given(POINTS)
@settings(max_examples=200, deadline=None)
def test_everything_is_on_the_front_or_beaten_by_something_on_it(points) -> None:
    on = front(points)
    assert on.any()
    for each in points[~on]:
        assert dominates(points[on], each).any()
    for each in points[on]:
        assert not dominates(points, each).any()


@given(POINTS, st.integers(1, 12))
@settings(max_examples=200, deadline=None)
def test_the_best_are_as_many_as_asked_and_never_leave_out_a_better_layer(points, count) -> None:
    chosen = best(points, count)
    assert len(chosen) == len(set(chosen.tolist()))
    assert len(chosen) <= min(count, len(points))
    if len(chosen) < min(count, len(points)):
        assert count > 1  # only where evenly spaced places fall together
    beaten = [k for k in chosen if dominates(points, points[k]).any()]
    if beaten:
        assert set(np.flatnonzero(front(points)).tolist()) <= set(chosen.tolist())


@pytest.mark.parametrize(("replicates", "size"), [(2, 2.0), (8, 4.0)])
def test_luck_does_not_move_the_probability_of_being_on_the_front(
    replicates: int, size: float
) -> None:
    """B costs more than A and saves N(1, 1) exits: it is on the front with probability Phi(1)."""
    rng = np.random.default_rng(3)
    draws = 4000
    saved = 1.0 + rng.standard_normal(draws)
    luck = size * rng.standard_normal((draws, replicates, 2))
    exits = np.stack([np.zeros(draws), -saved], -1)[:, None] + luck
    costs = np.broadcast_to([0.0, 1.0], exits.shape)
    values = np.stack([exits, costs], -1).reshape(draws, replicates, 4)
    expected = without_luck(values).reshape(draws, 2, 2)
    assert on_front(expected)[1] == pytest.approx(norm.cdf(1), abs=0.03)
    assert on_front(values.mean(axis=1).reshape(draws, 2, 2))[1] < norm.cdf(1) - 0.07
    assert on_front(expected)[0] == 1.0
    assert expected.mean(axis=0) == pytest.approx(values.mean(axis=(0, 1)).reshape(2, 2))


def test_without_luck_keeps_what_is_certain() -> None:
    values = np.random.default_rng(1).standard_normal((50, 1, 3)).repeat(4, axis=1)
    assert without_luck(values) == pytest.approx(values[:, 0], abs=1e-9)


def test_figures_that_move_together_stay_together() -> None:
    """Two policies that do the same are one more column each, and change nothing."""
    rng = np.random.default_rng(5)
    gain = 2 + rng.standard_normal(2000)
    alone = -gain[:, None, None] * [0.5, 0.75, 1.0] + rng.standard_normal((2000, 8, 3))
    twice = np.concatenate([alone, alone, np.zeros((2000, 8, 2))], axis=-1)
    assert without_luck(twice)[:, :3] == pytest.approx(without_luck(alone), abs=1e-4)
    assert without_luck(twice)[:, 3:6] == pytest.approx(without_luck(alone), abs=1e-4)


def test_the_smallest_sets_that_nobody_meets_together_are_found() -> None:
    met = np.array([[1, 0, 1, 0], [0, 1, 1, 0], [1, 1, 0, 0], [1, 1, 1, 1]])
    excess = np.where(met, -1.0, [[0.5], [0.2], [0.1], [9.0]])
    found = conflicts(excess)
    assert [each.constraints for each in found] == [(0, 1, 2)]
    assert found[0].nearest == 2  # misses one of them by 0.1
    assert conflicts(excess[[0, 3]]) == ()
    impossible = np.array([[1.0, 2.0], [-1.0, -1.0]])
    assert [each.constraints for each in conflicts(impossible)] == [(0,)]

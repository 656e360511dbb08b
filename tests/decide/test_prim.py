"""Does PRIM find boxes that are known, and the ones that the EMA workbench finds?"""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from simlab.decide.prim import discover, proportion, quasi_p, trajectory

NAMES = ["market", "speed", "effects"]


def grid(n: int = 400, dimensions: int = 3, seed: int = 1) -> np.ndarray:
    """(n, dimensions) points that fill the unit cube, as a Latin hypercube does."""
    rng = np.random.default_rng(seed)
    return np.stack([(rng.permutation(n) + 0.5) / n for _ in range(dimensions)], axis=1)


@pytest.mark.smoke
def test_a_known_box_is_found() -> None:
    x = grid()
    cases = (x[:, 0] > 0.6) & (x[:, 1] < 0.5)
    (box,) = discover(x, cases, NAMES).boxes
    market, speed = box.restrictions
    assert (market.name, market.upper) == ("market", None)
    assert (speed.name, speed.lower) == ("speed", None)
    assert market.lower == pytest.approx(0.6, abs=0.03)
    assert speed.upper == pytest.approx(0.5, abs=0.03)
    assert box.coverage.mean > 0.95
    assert box.density.mean > 0.95
    assert max(p for each in box.restrictions for p in each.quasi_p if p is not None) < 1e-6


def test_a_box_in_the_middle_is_limited_on_both_sides() -> None:
    x = grid()
    (box,) = discover(x, (x[:, 2] > 0.3) & (x[:, 2] < 0.6), NAMES).boxes
    (effects,) = box.restrictions
    assert effects.name == "effects"
    assert effects.lower == pytest.approx(0.3, abs=0.02)
    assert effects.upper == pytest.approx(0.6, abs=0.02)


def test_two_boxes_are_found_one_after_the_other() -> None:
    x = grid(600)
    found = discover(x, (x[:, 0] > 0.8) | (x[:, 1] < 0.15), NAMES)
    assert {box.restrictions[0].name for box in found.boxes} == {"market", "speed"}
    assert found.held_out is not None
    assert found.held_out[0].mean > 0.9


@pytest.mark.parametrize("cases", [np.zeros(100, bool), np.ones(100, bool)])
def test_no_cases_and_only_cases_have_no_box(cases: np.ndarray) -> None:
    found = discover(grid(100), cases, NAMES)
    assert (found.cases, found.boxes, found.held_out) == (cases.sum(), (), None)


def test_pure_chance_seldom_makes_a_box() -> None:
    x, rng = grid(200), np.random.default_rng(5)
    found = [discover(x, rng.random(200) < 0.25, NAMES).boxes for _ in range(20)]
    assert sum(bool(boxes) for boxes in found) <= 2


def test_values_of_levels_are_taken_or_left_whole() -> None:
    x = grid(300)
    x[:, 0] = np.floor(x[:, 0] * 3)
    (box,) = discover(x, x[:, 0] == 2, NAMES).boxes
    assert box.restrictions[0].lower == 1.5
    assert (box.coverage.mean, box.density.mean) == (1.0, 1.0)


def test_a_quasi_p_value_is_a_binomial_tail() -> None:
    x = np.linspace(0, 1, 10)[:, None]
    cases = np.array([0, 0, 0, 0, 0, 1, 1, 0, 1, 1], bool)
    path = trajectory(x, cases)
    box = next(b for b in path if b.inside.sum() == 5)
    # 4 of 5 or more at the density of all, 4 of 10
    assert quasi_p(x, cases, box, path[0], 0, "lower") == pytest.approx(
        5 * 0.4**4 * 0.6 + 0.4**5)


def test_a_share_has_wilsons_interval() -> None:
    share = proportion(8, 10)
    z = 1.6448536269514722
    middle = (0.8 + z**2 / 20) / (1 + z**2 / 10)
    half = z / (1 + z**2 / 10) * np.sqrt(0.8 * 0.2 / 10 + z**2 / 400)
    assert (share.lower, share.upper) == pytest.approx((middle - half, middle + half))


@pytest.mark.parametrize("seed", range(4))
def test_the_trajectory_is_that_of_the_ema_workbench(seed: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own optional parts
        prim = pytest.importorskip("ema_workbench.analysis.prim")
        pandas = pytest.importorskip("pandas")
        rng = np.random.default_rng(seed)
        x = rng.random((int(rng.integers(100, 250)), 3))
        cases = ((x[:, 0] > 0.55) & (x[:, 1] < 0.6)) ^ (rng.random(len(x)) < 0.1)
        theirs = prim.Prim(pandas.DataFrame(x, columns=NAMES), cases.astype(int),
                           threshold=1e-9).find_box()
    ours = trajectory(x, cases)
    assert len(ours) == len(theirs.peeling_trajectory)
    for k, box in enumerate(ours):
        np.testing.assert_array_equal([box.lower, box.upper], theirs.box_lims[k].to_numpy())
        row = theirs.peeling_trajectory.loc[k]
        assert cases[box.inside].mean() == row["density"]
        assert cases[box.inside].sum() / cases.sum() == row["coverage"]
    for name, values in theirs.qp[-1].items():
        for side, value in zip(("lower", "upper"), values, strict=True):
            if value >= 0:
                assert quasi_p(x, cases, ours[-1], ours[0], NAMES.index(name), side) == (
                    pytest.approx(value, rel=1e-9))

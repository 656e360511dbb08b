"""Is the share of an effect owed to what the data did not inform the true one?"""

from __future__ import annotations

import math

import numpy as np
import pytest

from simlab.decide.intervals import Interval
from simlab.decide.warrant import SMALL, Parameters, drivers, judge, narrowed, owed, spread_of

DRAWS = 1500


def study(effect, *, replicates=4, noise=0.0, seed=1):
    """(draw, replicate, 2) expected exits of 100, and 100 exp(effect) under the first policy."""
    rng = np.random.default_rng(seed)
    luck = noise * rng.normal(size=(len(effect), replicates))
    b = np.full((len(effect), replicates), 100.0)
    return np.stack([100.0 * np.exp(effect[:, None] + luck), b], axis=2)


def parameters(theta, informed):
    names = tuple(f"p{k}" for k in range(theta.shape[1]))
    return Parameters(names, theta, np.array(informed))


@pytest.mark.parametrize(("slopes", "truth"), [
    ((0.1, 0.0, 0.0), 0.0), ((0.0, 0.1, 0.0), 1.0), ((0.1, 0.1, 0.0), 0.5),
    ((0.1, 0.05, 0.0), 0.2), ((0.1, 0.0, 0.1), 0.5), ((0.2, 0.1, 0.1), 1 / 3),
])
def test_a_linear_effect_with_an_interaction(slopes, truth):
    theta = np.random.default_rng(2).normal(size=(DRAWS, 4))
    effect = slopes[0] * theta[:, 0] + slopes[1] * theta[:, 1] \
        + slopes[2] * theta[:, 0] * theta[:, 1]
    share = owed(study(effect), parameters(theta, [True, False, True, False]))
    assert share.lower - 0.02 <= truth <= share.upper + 0.02
    assert share.upper - share.lower < 0.15
    assert share.mean == pytest.approx(truth, abs=0.05)


@pytest.mark.parametrize("correlation", [-0.6, 0.0, 0.8])
def test_dependent_parameters(correlation):
    # x0 + x1 with correlation r: knowing x0 leaves (1 - r^2) of a variance of 2 + 2 r
    rng = np.random.default_rng(3)
    theta = rng.multivariate_normal([0, 0], [[1, correlation], [correlation, 1]], DRAWS)
    share = owed(study(0.1 * theta.sum(axis=1)), parameters(theta, [True, False]))
    assert share.mean == pytest.approx((1 - correlation**2) / (2 + 2 * correlation), abs=0.05)


def test_simulation_noise_is_owed_to_nobody():
    theta = np.random.default_rng(4).normal(size=(DRAWS, 2))
    effect = 0.2 * theta[:, 0] + 0.1 * theta[:, 1]
    quiet = owed(study(effect), parameters(theta, [True, False]))
    noisy = owed(study(effect, replicates=8, noise=0.3), parameters(theta, [True, False]))
    assert noisy.mean == pytest.approx(quiet.mean, abs=0.07)
    assert owed(study(effect, replicates=2, noise=0.6), parameters(theta, [True, False])) is None


def test_what_the_regression_cannot_follow_counts_as_owed():
    # Ishigami's function: x0 and x1 settle .31 + .44 of its variance, the rest takes x2; a
    # quadratic cannot follow all of their part, and must not claim it
    rng = np.random.default_rng(5)
    x = rng.uniform(-np.pi, np.pi, (DRAWS, 3))
    effect = np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
    share = owed(study(0.05 * effect), parameters(x, [True, True, False]))
    assert share.mean >= 0.24 - 0.03


def test_few_draws_and_many_parameters_do_not_claim_a_test():
    theta = np.random.default_rng(6).normal(size=(150, 60))
    share = owed(study(0.1 * theta[:, 59]), parameters(theta, [True] * 59 + [False]))
    assert share.upper > 0.8


def test_a_handful_of_draws_say_nothing_of_shares():
    theta = np.random.default_rng(7).normal(size=(4, 3))
    assert owed(study(theta[:, 0]), parameters(theta, [True, False, False])) is None


def test_nothing_informed_owes_everything():
    theta = np.random.default_rng(7).normal(size=(50, 2))
    assert owed(study(0.1 * theta[:, 0]), parameters(theta, [False, False])) == Interval(1, 1, 1)


def test_drivers_are_ranked_and_the_informed_left_out():
    theta = np.random.default_rng(8).normal(size=(DRAWS, 5))
    effect = 0.3 * theta[:, 0] + 0.2 * theta[:, 3] + 0.1 * theta[:, 1]
    found = drivers(study(effect), parameters(theta, [True, False, False, False, False]))
    assert list(found)[:2] == ["p3", "p1"]
    assert found["p3"] == pytest.approx(0.04 / 0.14, abs=0.05)
    assert "p0" not in found


def test_tested_must_be_earned():
    small, large = Interval(0.1, 0.05, SMALL), Interval(0.1, 0.05, SMALL + 0.01)
    assert judge(0.9, True, small, varied=True) == "tested"
    assert judge(0.9, True, small, varied=False) == "partly"
    assert judge(0.9, True, large, varied=True) == "partly"
    assert judge(0.05, False, small, varied=True) == "assumed"
    assert judge(math.nan, False, small, varied=True) == "unknown"


def test_a_difference_where_a_ratio_has_no_meaning():
    totals = study(0.1 * np.random.default_rng(9).normal(size=200))
    assert spread_of(totals).relative
    totals[0, :, 1] = 0.0
    assert not spread_of(totals).relative
    assert math.isnan(narrowed(totals, totals)[0])

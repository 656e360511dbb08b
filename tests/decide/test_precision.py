"""Do replicates stop where noise is small, and say so; are the two questions kept apart?"""

from __future__ import annotations

import numpy as np
import pytest

from simlab.decide import compare
from simlab.decide.precision import Reduced, noise_ratio, precision
from simlab.errors import LabError
from tests.decide.test_compare import OUTCOMES, toy

NAMES = OUTCOMES


def paired(spread, luck, draws=4000, replicates=10, seed=1):
    """(draw, replicate) differences with a known SD over draws and within them."""
    rng = np.random.default_rng(seed)
    return spread * rng.standard_normal((draws, 1)) + luck * rng.standard_normal(
        (draws, replicates))


@pytest.mark.parametrize(("spread", "luck", "replicates"), [(2.0, 1.0, 10), (1.0, 3.0, 4)])
def test_the_ratio_is_the_written_down_one(spread, luck, replicates):
    truth = luck / np.sqrt(replicates) / spread
    found = noise_ratio(paired(spread, luck, replicates=replicates))
    assert found == pytest.approx(truth, rel=0.06)


def test_equal_policies_need_no_more_and_one_replicate_cannot_tell():
    assert noise_ratio(np.zeros((5, 3))) == 0.0
    assert np.isnan(noise_ratio(paired(1, 1, replicates=1)))
    assert noise_ratio(paired(0.0, 1.0, draws=3, replicates=2, seed=4)) > 0.5


def test_the_worst_policy_counts_and_the_cap_is_said():
    totals = np.zeros((4000, 10, 3, 1))
    totals[:, :, 1, 0], totals[:, :, 2, 0] = paired(2.0, 1.0), paired(1.0, 3.0, seed=2)
    found = precision(totals, 0, ("regretted",), asked=0.5, cap=10)
    assert found.ratio == pytest.approx(3 / np.sqrt(10), rel=0.06)
    assert (found.reached, found.replicates, found.cap) == (False, 10, 10)
    assert precision(totals[:, :, :2], 0, ("regretted",), asked=0.5, cap=10).reached
    with pytest.raises(LabError):
        precision(totals, 0, ("exits",), asked=0.5, cap=10)


def test_replicates_joined_are_those_of_one_run():
    whole = toy(0.9, draws=12, replicates=6)
    first, rest = (type(whole)(whole.y[:, part], whole.policies)
                   for part in (slice(0, 2), slice(2, 6)))
    one = compare(whole, outcomes=NAMES)
    two = compare(first, outcomes=NAMES, further=[Reduced.of(rest, NAMES)])
    assert two.replicates == 6
    for a, b in zip(one.effects, two.effects, strict=True):
        assert (a.beats, a.sees_better, a.difference) == (b.beats, b.sees_better, b.difference)
        np.testing.assert_allclose(a.cumulative.mean, b.cumulative.mean)
    assert one.totals == two.totals


@pytest.mark.smoke
def test_coupled_luck_is_not_the_chance_to_see_it():
    """A hazard ratio of .95: coupled histories see fewer exits far more often than a firm will."""
    ensemble = toy(0.95, draws=200, replicates=16, people=100, months=24)
    totals = ensemble.y[..., 0].sum(axis=3)
    coupled = (totals[:, :, 1] < totals[:, :, 0]).mean()
    apart = toy(0.95, draws=200, replicates=16, people=100, months=24, coupled=False, seed=9)
    own = apart.y[..., 0].sum(axis=3)
    truth = (own[:, :, 1] < own[:, :, 0]).mean()
    assert coupled > 0.8
    assert truth < 0.65
    assert compare(ensemble, outcomes=NAMES).effect("better", "now").sees_better == pytest.approx(
        truth, abs=0.03)

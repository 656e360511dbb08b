"""Do earlier forecasts say what later ones get wrong, and only that?"""

from dataclasses import replace

import numpy as np
import pytest

from scenarios.sample import SAMPLE_PARAMETERS, sample_panel
from simlab.engine.hindsight import hindsight
from simlab.engine.panels import simulated_panel
from simlab.engine.reliability import ENOUGH_EXITS, Past, Reliability, random_effects
from simlab.engine.replay import forecast
from simlab.panel import STILL_HERE
from simlab.parameters import INDEX, prior_mean


def past(rng, boldness, shift, spread=0.0, people=600, months=10, draws=6):
    """Forecasts whose log-odds are `boldness` times the true ones, and `shift` too high; they do
    not know what a month adds to everybody's (`spread`)."""
    odds = rng.normal(-2.3, 1.0, (months, people))
    true = odds + spread * rng.standard_normal((months, 1))
    left = rng.random(odds.shape) < 1 / (1 + np.exp(-true))
    said = boldness * odds + shift + rng.normal(0, 0.3, (draws, 1, 1))
    chance = 1 / (1 + np.exp(-said.reshape(draws, -1)))
    return Past(chance.astype(np.float32), left.ravel(), np.repeat(np.arange(months), people))


def test_boldness_and_level_are_put_right():
    rng = np.random.default_rng(1)
    learnt = Reliability.of([past(rng, 1.6, 2.0)], 6, 1)
    assert learnt.estimate[0] == pytest.approx(1 / 1.6, rel=0.12)
    fresh = past(rng, 1.6, 2.0)
    fixed = learnt.corrected(fresh.chance[:, :, None])[:, :, 0].mean(axis=0)
    assert fixed.mean() == pytest.approx(fresh.left.mean(), rel=0.1)
    assert fresh.chance.mean() > 1.3 * fresh.left.mean()


def test_right_forecasts_stay_as_they_are():
    rng = np.random.default_rng(2)
    learnt = Reliability.of([past(rng, 1.0, 0.0)], 6, 1)
    assert learnt.estimate[0] == pytest.approx(1.0, abs=0.12)
    assert learnt.spread < 0.12


def test_months_that_differ_more_than_luck_are_seen():
    rng = np.random.default_rng(3)
    learnt = Reliability.of([past(rng, 1.0, 0.0, spread=0.5, months=40)], 6, 1)
    assert learnt.spread == pytest.approx(0.5, abs=0.15)


def test_too_few_exits_correct_nothing():
    rng = np.random.default_rng(4)
    few = past(rng, 1.6, 2.0, people=20, months=5)
    few = replace(few, left=few.left & (np.cumsum(few.left) < ENOUGH_EXITS))
    learnt = Reliability.of([few], 6, 1)
    chances = few.chance[:, :, None]
    np.testing.assert_allclose(learnt.corrected(chances), chances, atol=1e-6)


def test_who_is_sure_to_leave_or_stay_still_is():
    learnt = Reliability.of([past(np.random.default_rng(5), 1.6, 2.0)], 6, 1)
    sure = np.zeros((6, 2, 3), np.float32)
    sure[:, 0, 1:] = 1.0
    np.testing.assert_array_equal(learnt.corrected(sure), sure)


def test_random_effects_by_hand():
    """Two-sided check of DerSimonian and Laird on four values: equal variances v, so that the
    mean is plain, tau squared is the sample variance less v, and the error is that of both."""
    value, v = np.array([0.0, 1.0, 2.0, 3.0]), 0.25
    mean, error, spread = random_effects(value, np.full(4, v))
    assert mean == pytest.approx(1.5)
    assert spread**2 == pytest.approx(value.var(ddof=1) - v)
    assert error**2 == pytest.approx(value.var(ddof=1) / 4)
    assert random_effects(np.zeros(4), np.full(4, v))[2] == 0.0


@pytest.fixture(scope="module")
def truth():
    draw = prior_mean()
    for name, value in SAMPLE_PARAMETERS.items():
        draw[INDEX[name]] = value
    return draw


@pytest.fixture(scope="module")
def record(truth):
    return simulated_panel(sample_panel(people=250, months=16), truth, seed=5)


def test_hindsight_sees_nothing_later_than_the_record(record, truth):
    known = record.until(11)
    later = record.business.copy()
    later[:, 12:] = 9e9
    exited = np.where(record.exited > 11, STILL_HERE, record.exited).astype(np.int32)
    edited = replace(record, business=later, exited=exited).until(11)
    draws = truth[None, :].repeat(3, axis=0)
    one = hindsight(known, draws, copies=16, threads=1)
    two = hindsight(edited, draws, copies=16, threads=2)
    np.testing.assert_array_equal(one.present.level, two.present.level)
    np.testing.assert_array_equal(one.newcomers.level, two.newcomers.level)
    assert one.present.exits[0] > ENOUGH_EXITS


def test_a_wrong_level_is_put_right_by_hindsight(record, truth):
    """Draws that expect twice the exits are brought to what the known months show."""
    wrong = truth[None, :].repeat(4, axis=0)
    wrong[:, INDEX["exit_level"]] += 0.8
    known = record.until(13)
    raw = forecast(known, wrong, horizon=2, copies=32)
    corrected = forecast(known, wrong, horizon=2, copies=32,
                         corrections=hindsight(known, wrong, copies=32))
    right = forecast(known, truth[None, :].repeat(4, axis=0), horizon=2, copies=32)
    said, fixed, true = (f.left_by[:, :, -1].mean() for f in (raw, corrected, right))
    assert said > 1.5 * true
    assert abs(fixed - true) < 0.5 * (said - true)
    assert corrected.exits_all.mean() < raw.exits_all.mean()

"""Does replay put each person where their record says they stand?"""

from dataclasses import replace

import numpy as np
import pytest

from scenarios.sample import SAMPLE_PARAMETERS, sample_panel
from simlab.engine.panels import simulated_panel
from simlab.engine.replay import PATHS, employed_at_end, forecast
from simlab.numeric import logistic
from simlab.panel import STILL_HERE
from simlab.parameters import INDEX, as_records, prior_mean
from simlab.rules.show import draw_rating, rating_density
from simlab.rules.work import draw_results, results_density


@pytest.fixture(scope="module")
def truth():
    draw = prior_mean()
    for name, value in SAMPLE_PARAMETERS.items():
        draw[INDEX[name]] = value
    return draw[None, :]


@pytest.fixture(scope="module")
def record():
    return sample_panel(people=80, months=14).until(11)


@pytest.fixture(scope="module")
def ahead(record, truth):
    return forecast(record, truth.repeat(4, axis=0), horizon=3, seed=2)


def test_the_density_of_results_is_that_of_their_draws(truth):
    param = as_records(truth)[0]
    draw = np.zeros(1, [("any_business", "f8"), ("size", "f8"), ("refund", "f8")])
    odds, size = 0.7, 8.0
    generator = np.random.default_rng(1)
    drawn = np.empty(20_000)
    for k in range(len(drawn)):
        draw[0] = tuple(generator.random(3))
        drawn[k] = draw_results(odds, size, 1.0, param, draw[0])
    zero = np.exp(results_density(0.0, odds, size, 1.0, param))
    assert zero == pytest.approx((drawn == 0).mean(), abs=0.01)
    grid = np.exp(np.linspace(0, 16, 4001))
    density = np.array([np.exp(results_density(b, odds, size, 1.0, param)) for b in grid])
    positive = np.trapezoid(density, grid)
    assert positive == pytest.approx((drawn > 0).mean(), abs=0.01)
    assert positive == pytest.approx(logistic(odds) * (1 - param["refund"]), rel=1e-3)
    negative = [np.exp(results_density(-b, odds, size, 1.0, param)) for b in grid]
    assert np.trapezoid(negative, grid) == pytest.approx(param["refund"], rel=1e-3)


@pytest.mark.parametrize("newcomer", [False, True])
def test_the_density_of_ratings_is_that_of_their_draws(truth, newcomer):
    param = as_records(truth)[0]
    generator = np.random.default_rng(2)
    for attainment in (-50.0, -1.2, 0.1, 1.5):
        drawn = [draw_rating(attainment, u, newcomer, param) for u in generator.random(20_000)]
        share = np.bincount(drawn, minlength=5)[1:] / len(drawn)
        density = [np.exp(rating_density(r, attainment, newcomer, param)) for r in range(1, 5)]
        assert sum(density) == pytest.approx(1.0, abs=1e-9)
        np.testing.assert_allclose(density, share, atol=0.012)


def test_probabilities_grow_with_the_horizon(ahead, record):
    assert ahead.person == tuple(record.person[i] for i in employed_at_end(record))
    assert ((ahead.left_by >= 0) & (ahead.left_by <= 1)).all()
    assert (np.diff(ahead.left_by, axis=-1) >= -1e-6).all()
    assert (ahead.effective >= 1).all()
    assert (ahead.effective < 50).any(), "records that weigh nothing were replayed"
    assert ahead.exits.shape == (4 * PATHS, 3)
    assert (ahead.exits_all >= ahead.exits).all()


def test_sampled_futures_agree_with_the_probabilities(record, truth):
    many = forecast(record, truth.repeat(40, axis=0), horizon=3, seed=2)
    expected = many.left_by[..., -1].sum(axis=1).mean()
    spread = many.exits.sum(axis=1).std() / np.sqrt(len(many.exits))
    assert many.exits.sum(axis=1).mean() == pytest.approx(expected, abs=5 * spread)


def test_poor_results_raise_the_forecast_of_exit(record, truth):
    end = employed_at_end(record)
    settled = end[(record.hired[end] < 0)][:6]
    worse, better = record.business.copy(), record.business.copy()
    worse[settled, -6:] = 0
    better[settled, -6:] = 300_000
    low = forecast(replace(record, business=worse), truth, horizon=1)
    high = forecast(replace(record, business=better), truth, horizon=1)
    rows = np.isin(low.row, settled)
    assert (low.left_by[0, rows, 0] > high.left_by[0, rows, 0]).all()


def test_what_comes_after_the_origin_changes_nothing(truth, record, ahead):
    whole = sample_panel(people=80, months=14)
    future = whole.business.copy()
    future[:, 12:] = 9e9
    exited = np.where(whole.exited > 11, STILL_HERE, whole.exited).astype(np.int32)
    edited = replace(whole, business=future, exited=exited).until(11)
    again = forecast(edited, truth.repeat(4, axis=0), horizon=3, seed=2)
    np.testing.assert_array_equal(again.left_by, ahead.left_by)


@pytest.mark.parametrize("threads", [1, 3])
def test_threads_change_nothing(record, truth, ahead, threads):
    again = forecast(record, truth.repeat(4, axis=0), horizon=3, seed=2, threads=threads)
    np.testing.assert_array_equal(again.left_by, ahead.left_by)
    np.testing.assert_array_equal(again.exits_all, ahead.exits_all)


@pytest.mark.slow
def test_forecasts_under_the_true_parameters_are_calibrated_and_tell_people_apart(truth):
    """A firm made by the model: expected exits match, and the replayed state ranks people."""
    panel = simulated_panel(sample_panel(people=600, months=14), truth[0], seed=9)
    origin = panel.until(12)
    made = forecast(origin, truth.repeat(8, axis=0), horizon=1)
    blind = truth.copy()
    blind[0, INDEX["efficacy_exit"]] = 0
    without = forecast(origin, blind.repeat(8, axis=0), horizon=1)
    place = {p: i for i, p in enumerate(panel.person)}
    left = np.array([panel.exited[place[p]] == 13 for p in made.person])
    chance = made.left_by[..., 0].mean(axis=0).astype(float)
    error = np.sqrt((chance * (1 - chance)).sum())
    assert left.sum() == pytest.approx(chance.sum(), abs=3 * error)

    def concordance(score):
        gaps = score[left][:, None] - score[~left][None, :]
        return ((gaps > 0) + 0.5 * (gaps == 0)).mean()

    assert concordance(chance) > 0.6
    assert concordance(chance) > concordance(without.left_by[..., 0].mean(axis=0))

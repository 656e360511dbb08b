"""Does the amortised posterior find parameters back, with intervals that hold?"""

from __future__ import annotations

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from calibration import amortised
from calibration.features import distance_of
from simlab.errors import LabError


def toy(size: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Six parameters (the last does nothing, two trade off), thirty noisy summaries."""
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(size, 6))
    mix = np.random.default_rng(0).normal(size=(6, 30))
    mix[5] = 0
    mix[4] = mix[3]
    signal = z @ mix
    noise = rng.standard_t(4, size=(size, 30)) * (0.5 + np.exp(0.4 * z[:, :1]))
    return z, np.exp(0.2 * (2 * signal + noise)) + 0.05 * signal**2


@pytest.fixture(scope="module")
def fitted() -> amortised.Amortised:
    return amortised.fit(*toy(2000, 1), seed=3)


def test_ninety_percent_intervals_hold_ninety_percent(fitted: amortised.Amortised) -> None:
    z, x = toy(300, 2)
    inside = np.empty((300, 6))
    for i in range(300):
        low, high = np.quantile(fitted.draw(x[i], 400, seed=i), [0.05, 0.95], axis=0)
        inside[i] = (z[i] >= low) & (z[i] <= high)
    assert inside.mean() == pytest.approx(0.9, abs=0.03)
    assert (inside.mean(axis=0) > 0.84).all()


def test_it_learns_what_can_be_learnt_and_nothing_else(fitted: amortised.Amortised) -> None:
    assert (fitted.relative_error[:3] < 0.6).all()
    assert fitted.relative_error[5] == pytest.approx(1, abs=0.05)


def test_parameters_that_trade_off_stay_together(fitted: amortised.Amortised) -> None:
    draws = fitted.draw(toy(1, 9)[1][0], 2000, seed=1)
    assert np.corrcoef(draws[:, 3], draws[:, 4])[0, 1] < -0.6


def test_uncalibrated_parameters_keep_their_prior_and_their_partners() -> None:
    z, x = toy(2000, 1)
    chosen = np.array([True, True, True, True, False, True])
    draws = amortised.fit(z, x, 3, chosen).draw(x[0], 2000, seed=1)
    assert draws[:, 4].std() == pytest.approx(1, abs=0.05)
    assert np.corrcoef(draws[:, 3], draws[:, 4])[0, 1] < -0.4


def test_a_level_drawn_last_keeps_what_is_jointly_produced() -> None:
    # what is seen is a level plus a curved function of something the data hardly see
    rng = np.random.default_rng(5)
    z = rng.normal(size=(3000, 2))
    bend = z[:, 0] + 0.7 * z[:, 1] ** 2
    x = bend[:, None] + rng.normal(0, 0.05, size=(3000, 4))
    x = np.hstack([x, 0.2 * z[:, [1]] + rng.normal(size=(3000, 1))])
    spread = []
    for levels in ((), (0,)):
        fitted = amortised.fit(z[:-100], x[:-100], 1, levels=levels)
        wide = []
        for row in x[-100:]:
            draws = fitted.draw(row, 300, 1)
            wide.append((draws[:, 0] + 0.7 * draws[:, 1] ** 2).std())
        spread.append(np.median(wide))
    assert spread[1] < 0.6 * spread[0]


def test_the_same_seed_gives_the_same_draws_on_any_number_of_threads(
    fitted: amortised.Amortised,
) -> None:
    z, x = toy(2000, 1)
    with threadpool_limits(2):
        again = amortised.fit(z, x, seed=3)
    np.testing.assert_array_equal(again.draw(x[5], 50, 7), fitted.draw(x[5], 50, 7))
    assert (amortised.fit(z, x, seed=4).draw(x[5], 50, 7) != fitted.draw(x[5], 50, 7)).any()


def test_far_away_records_are_flagged(fitted: amortised.Amortised) -> None:
    _, taught = toy(2000, 1)
    _, x = toy(50, 11)
    usual = np.mean([distance_of(row, taught).flagged.mean() for row in x])
    assert usual < 0.02
    odd = x[0].copy()
    odd[4] += 1e3
    distance = distance_of(odd, taught)
    assert distance.flagged[4]
    assert distance.share_below[4] == 1
    assert np.isfinite(fitted.draw(odd, 100, 1)).all()


def test_summaries_that_never_vary_do_no_harm() -> None:
    z, x = toy(400, 1)
    x[:, 3] = 2.0
    fitted = amortised.fit(z, x, 1)
    assert np.isfinite(fitted.draw(x[0], 100, 1)).all()
    assert not distance_of(x[0], x).flagged[3]


def test_too_few_simulations_are_refused() -> None:
    z, x = toy(0, 1)
    with pytest.raises(LabError, match="too few to learn from"):
        amortised.fit(z, x, 1)
    z, x = toy(300, 1)
    x[:150] = np.nan
    with pytest.raises(LabError, match="150 simulations"):
        amortised.fit(z, x, 1)

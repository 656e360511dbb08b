"""Are simulations shared out as said, and may a new calibration begin from a former one?"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from calibration.calibrate import Calibration, calibrate
from calibration.reference import CALIBRATED, Box
from calibration.rounds import pressed, sizes
from simlab.engine.panels import simulated_panel
from simlab.panel import Panel, month_number
from simlab.parameters import INDEX, prior_mean

Invent = Callable[..., Panel]
UNTIL = month_number("2016-12")


@pytest.fixture(scope="module")
def firm(invented: Invent) -> Panel:
    """A record of 18 months made by the model itself."""
    return simulated_panel(invented(1, people=250, months=18), prior_mean(), seed=4)


@pytest.fixture(scope="module")
def former(firm: Panel) -> Calibration:
    """What was found on the first twelve months."""
    return calibrate(firm, until=UNTIL, simulations=1500, seed=1)


@pytest.mark.parametrize(("simulations", "rounds", "expected"), [
    (500, None, (500,)), (500, 2, (200, 300)), (10_000, None, (4000, 6000)),
    (10_000, 1, (10_000,)), (10_000, 3, (4000, 3000, 3000)), (1001, 3, (400, 301, 300)),
])
def test_the_simulations_are_shared_out_in_full(
    simulations: int, rounds: int | None, expected: tuple[int, ...]
) -> None:
    assert sizes(simulations, rounds) == expected
    assert sum(expected) == simulations


@pytest.mark.slow
def test_a_third_round_searches_where_the_second_pointed(firm: Panel) -> None:
    two = calibrate(firm, simulations=900, rounds=2, seed=1)
    three = calibrate(firm, simulations=1350, rounds=3, seed=1)
    assert three.posterior.provenance["rounds"] == 3
    assert three.posterior.provenance["simulations"] == 1350
    k = INDEX["size_level"]
    width = [found.learnt.box.upper[k] - found.learnt.box.lower[k] for found in (two, three)]
    assert width[1] < width[0]
    assert three.learnt.box.holds(three.posterior.draws).all()


@pytest.mark.slow
def test_from_a_former_posterior_fewer_simulations_agree_with_a_start_from_scratch(
    firm: Panel, former: Calibration
) -> None:
    """The two differ by no more than two starts from scratch under other seeds do."""
    scratch = [calibrate(firm, simulations=1500, seed=seed) for seed in (1, 2, 3)]
    continued = calibrate(firm, simulations=1500, seed=1, former=former.posterior)
    assert continued.posterior.provenance["continued_from"] == "2016-12"
    assert continued.posterior.provenance["simulations"] == 1100 < 1500

    def apart(one: Calibration, other: Calibration) -> np.ndarray:
        """Distance of means in mean posterior SDs, and of log spreads, of what was estimated."""
        known = [k for k, row in enumerate(scratch[0].parameters) if row.contraction > 0.25]
        assert len(known) >= 5
        a, b = one.posterior.draws[:, known], other.posterior.draws[:, known]
        sd = (a.std(axis=0) + b.std(axis=0)) / 2
        return np.concatenate([(a.mean(axis=0) - b.mean(axis=0)) / sd,
                               np.log(a.std(axis=0) / b.std(axis=0))])

    def rms(values: np.ndarray) -> float:
        return float(np.sqrt((values**2).mean()))

    usual = max(rms(apart(scratch[0], scratch[1])), rms(apart(scratch[0], scratch[2])))
    found = rms(apart(scratch[0], continued))
    assert found < max(1.5 * usual, 0.25), (found, usual)


def test_a_former_posterior_of_quite_another_firm_is_left_for_a_start_from_scratch(
    firm: Panel, former: Calibration
) -> None:
    k = INDEX["size_level"]
    draws = former.posterior.draws.copy()
    draws[:, k] = np.random.default_rng(1).normal(Box.whole().upper[k] - 0.5, 0.02, len(draws))
    wrong = dataclasses.replace(former.posterior, draws=draws)
    scratch = calibrate(firm, simulations=1200, seed=1)
    found = calibrate(firm, simulations=1200, seed=1, former=wrong)
    assert found.posterior.provenance["continued_from"] is None
    assert dict(found.cautions)["restarted"] == {"since": "2016-12"}
    np.testing.assert_array_equal(found.posterior.draws, scratch.posterior.draws)


def test_a_former_posterior_must_know_fewer_months(firm: Panel, former: Calibration) -> None:
    with pytest.raises(ValueError, match="knew all of these months"):
        calibrate(firm, until=UNTIL, simulations=300, former=former.posterior)


def test_a_box_is_pressed_only_where_it_is_narrower_than_the_bounds() -> None:
    whole = Box.whole()
    k = int(np.flatnonzero(CALIBRATED)[0])
    draws = Box.whole().prior_draws(500, 1)
    draws[:, k] = whole.upper[k]
    assert not pressed(whole, draws).any()
    upper = whole.upper.copy()
    upper[k] = (whole.lower[k] + whole.upper[k]) / 2
    draws[:, k] = upper[k]
    assert np.flatnonzero(pressed(Box(whole.lower, upper), draws)).tolist() == [k]

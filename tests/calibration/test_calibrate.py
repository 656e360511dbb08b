"""Does a calibration use what it may, say what it found, and refuse what it cannot do?"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable

import numpy as np
import pytest

from calibration import amortised, reference
from calibration.calibrate import CHECKED, Calibration, calibrate, known_until
from calibration.measure import NAMES as SUMMARIES
from calibration.reference import CALIBRATED, Box, fingerprint_of
from calibration.rounds import LEVELS
from calibration.summaries import Summariser
from simlab.engine.panels import simulated_panel
from simlab.errors import Cancelled, LabError
from simlab.panel import STILL_HERE, Panel, month_number
from simlab.parameters import INDEX, NAMES, prior_mean
from simlab.progress import Progress

Invent = Callable[..., Panel]


@pytest.fixture(scope="module")
def firm(invented: Invent) -> Panel:
    """A record made by the model itself, with known parameters."""
    truth = prior_mean()
    truth[INDEX["exit_level"]] = -2.3
    truth[INDEX["size_level"]] = 2.4
    return simulated_panel(invented(1, people=250), truth, seed=4)


@pytest.fixture(scope="module")
def found(firm: Panel) -> Calibration:
    return calibrate(firm, simulations=300, seed=2, threads=1)


def row(found: Calibration, name: str):
    return next(r for r in found.parameters if r.name == name)


def test_known_parameters_are_found_back(found: Calibration) -> None:
    for name, truth in (("exit_level", -2.3), ("size_level", 2.4)):
        assert row(found, name).lower < truth < row(found, name).upper
    assert row(found, "size_level").informed == "estimated"
    assert row(found, "size_level").said("zh") == "由您的数据估计"


def test_what_no_record_can_move_keeps_its_prior(found: Calibration) -> None:
    for name, movable in zip(NAMES, CALIBRATED, strict=True):
        if not movable:
            assert row(found, name).informed == "assumed"
            assert row(found, name).contraction == 0
    assert [r.name for r in found.parameters] == list(NAMES)


def test_draws_stay_inside_the_bounds(found: Calibration) -> None:
    assert Box.whole().holds(found.posterior.draws).all()
    assert Box.whole().holds(found.posterior.prior).all()


def test_what_comes_out_is_plain_data_in_both_languages(found: Calibration) -> None:
    assert set(CHECKED) <= set(SUMMARIES)
    assert 20 < len(found.checks) <= len(CHECKED)
    assert all(c.lower <= c.median <= c.upper for c in found.checks)
    assert all(c.label("en") != c.label("zh") for c in found.checks)
    json.dumps([dataclasses.asdict(r) for r in (*found.parameters, *found.checks, *found.ranges)])
    json.dumps(found.posterior.provenance)
    assert len(found.warnings("zh")) == len(found.warnings("en"))
    assert set(found.seconds) == {"reference", "fit", "check"}


def test_most_of_what_the_model_made_looks_likely_to_it(found: Calibration) -> None:
    assert np.mean([c.inside for c in found.checks]) > 0.75
    assert sum(r.set_aside for r in found.ranges) <= 4


def test_later_months_change_nothing(firm: Panel, found: Calibration) -> None:
    until = month_number("2016-09")
    early = firm.until(8)
    one = calibrate(firm, until=until, simulations=250, seed=1, threads=1)
    two = calibrate(early, simulations=250, seed=1, threads=2)
    np.testing.assert_array_equal(one.posterior.draws, two.posterior.draws)
    assert one.posterior.provenance == two.posterior.provenance
    assert one.posterior.provenance["until"] == "2016-09"
    assert one.posterior.provenance["data"] != found.posterior.provenance["data"]


def with_fewer_exits(firm: Panel, stays: np.ndarray) -> Panel:
    exited = np.where(stays, STILL_HERE, firm.exited).astype(np.int32)
    return dataclasses.replace(firm, exited=exited)


def test_few_exits_are_said(firm: Panel) -> None:
    quiet = with_fewer_exits(firm, np.arange(len(firm.person)) % 8 > 0)
    cautions = dict(calibrate(quiet, simulations=200, threads=1).cautions)
    assert cautions["few_exits"]["least"] == 30
    assert "no_exits" not in cautions


def test_a_small_record_without_exits_says_what_it_cannot_tell(invented: Invent) -> None:
    small = invented(3, people=12, months=6)
    silent = with_fewer_exits(small, np.ones(12, bool))
    found = calibrate(silent, simulations=600, threads=1)
    assert dict(found.cautions)["no_exits"] == {"until": "2016-06"}
    assert any("nothing of who leaves" in line for line in found.warnings("en"))
    assert np.isfinite(found.posterior.draws).all()


def test_many_people_and_no_exit_are_taken_for_an_import_without_exits(firm: Panel) -> None:
    silent = with_fewer_exits(firm, np.ones(len(firm.person), bool))
    with pytest.raises(LabError, match="exits seem to be missing") as error:
        calibrate(silent, simulations=600, threads=1)
    assert error.value.code == "no_exits_known"


def leaving(firm: Panel, share: float) -> Panel:
    """The firm's people, of whom `share` leave each month."""
    last = firm.first + np.random.default_rng(3).geometric(share, len(firm.person)) - 1
    exited = np.where(last < firm.months, last, STILL_HERE).astype(np.int32)
    last = np.minimum(last, firm.months - 1).astype(np.int32)
    column = np.arange(firm.months)
    seen = (column >= firm.first[:, None]) & (column <= last[:, None])
    return dataclasses.replace(
        firm, exited=exited, last=last, observed=seen,
        business=np.where(seen, firm.business, 0).astype(np.float32),
        rating=np.where(seen, firm.rating, 0).astype(np.int8))


def test_leaving_beyond_the_model_is_said(firm: Panel) -> None:
    found = calibrate(leaving(firm, 0.25), simulations=600, threads=1)
    assert float(dict(found.cautions)["exits_outside_model"]["share"]) > 20
    assert any("Check the exit dates" in line for line in found.warnings("en"))


def test_results_in_another_unit_than_pay_are_said(firm: Panel) -> None:
    other = dataclasses.replace(firm, business=(firm.business * 1e6).astype(np.float32))
    found = calibrate(other, simulations=600, threads=1)
    assert "results_outside_model" in dict(found.cautions)


@pytest.mark.parametrize("change", ["everyone_leaves", "always_the_same", "all_refunds"])
def test_a_record_that_the_model_cannot_make_is_refused(firm: Panel, change: str) -> None:
    odd = leaving(firm, 0.5) if change == "everyone_leaves" else dataclasses.replace(
        firm, business=np.where(firm.observed, 1e12, 0).astype(np.float32)
        if change == "always_the_same" else -firm.business)
    with pytest.raises(LabError, match="Check the unit") as error:
        calibrate(odd, simulations=600, threads=1)
    assert error.value.code == "record_outside_model"
    assert 0.2 <= error.value.values["count"] / error.value.values["total"] < 0.5


def test_two_rounds_narrow_the_search(firm: Panel) -> None:
    rng = np.random.default_rng(1)
    draws = Box.whole().prior_draws(500, 1)
    draws[:, INDEX["exit_level"]] = rng.normal(-2.3, 0.1, 500)
    box = Box.whole().around(draws)
    k = INDEX["exit_level"]
    assert -3.2 < box.lower[k] < -2.5 < -2.1 < box.upper[k] < -1.4
    fixed = ~CALIBRATED
    np.testing.assert_array_equal(box.lower[fixed], Box.whole().lower[fixed])
    inside = box.prior_draws(400, 2)
    assert box.holds(inside).all()
    np.testing.assert_allclose(box.constrain(box.unconstrain(inside)), inside, atol=1e-4)


@pytest.mark.parametrize("until", ["2015-12", "2016-02", "2017-01"])
def test_months_outside_the_data_are_refused(firm: Panel, until: str) -> None:
    with pytest.raises(LabError, match="2016-01 to 2016-12") as error:
        calibrate(firm, until=month_number(until), simulations=200)
    assert error.value.code == ("until_outside")
    assert known_until(firm, month_number("2016-03")).months == 3


@pytest.mark.parametrize("simulations", [-1, 0, 199])
def test_no_or_few_simulations_are_refused(firm: Panel, simulations: int) -> None:
    with pytest.raises(LabError, match="at least 200"):
        calibrate(firm, simulations=simulations)


def test_a_record_without_results_is_refused(firm: Panel) -> None:
    empty = dataclasses.replace(firm, observed=np.zeros_like(firm.observed))
    with pytest.raises(LabError, match="no monthly results"):
        calibrate(empty, simulations=200)


def test_cancelling_stops_it(firm: Panel) -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        calibrate(firm, simulations=200, threads=1, progress=progress)


def test_the_fingerprint_sees_every_array(firm: Panel) -> None:
    business = firm.business.copy()
    business[0, 0] += 1
    assert fingerprint_of(firm) == fingerprint_of(firm)
    assert fingerprint_of(firm) != fingerprint_of(dataclasses.replace(firm, business=business))


def test_intervals_for_the_models_own_parameters_hold(invented: Invent) -> None:
    """Simulation-based calibration on the real engine: parameters that made a record are found
    back, and 90% intervals hold about 90% of them (Talts et al. 2018, in its simplest form)."""
    panel = invented(6, people=200)
    summariser = Summariser.like(panel)
    theta = Box.whole().prior_draws(900, 3)
    table = reference.simulate_table(
        panel, summariser, theta, seed=5, threads=2, progress=Progress())
    z = Box.whole().unconstrain(theta)
    levels = [INDEX[name] for name in LEVELS]
    fitted = amortised.fit(z[:750], table.summaries[:750], 1, CALIBRATED, levels)
    inside = []
    for truth, seen in zip(z[750:], table.summaries[750:], strict=True):
        low, high = np.quantile(fitted.draw(seen, 300, 1), [0.05, 0.95], axis=0)
        inside.append(((truth >= low) & (truth <= high))[CALIBRATED])
    assert np.mean(inside) == pytest.approx(0.9, abs=0.035)
    assert (np.mean(inside, axis=0) > 0.78).all()
    assert (fitted.relative_error < 1.02).all()
    assert fitted.relative_error.min() < 0.35

"""Is a former calibration held against the new months honestly?"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable

import numpy as np
import pytest

from calibration.calibrate import CHECKED
from calibration.drift import Drift, drift, since_column
from calibration.summaries import Summariser
from simlab.engine.panels import simulated_panel
from simlab.errors import Cancelled
from simlab.panel import STILL_HERE, Panel
from simlab.parameters import INDEX, NAMES, prior_mean
from simlab.posterior import Posterior
from simlab.progress import Progress

Invent = Callable[..., Panel]


@pytest.fixture(scope="module")
def frame(invented: Invent) -> Panel:
    return invented(1, people=250, months=18)


@pytest.fixture(scope="module")
def firm(frame: Panel) -> Panel:
    return simulated_panel(frame, prior_mean(), seed=6)


def certain(theta: np.ndarray) -> Posterior:
    """A posterior sure of `theta`, given the months to 2016-12."""
    draws = np.repeat(theta[None, :], 200, axis=0)
    return Posterior(NAMES, draws, draws, {"until": "2016-12"})


def with_more_leaving(firm: Panel, share: float) -> Panel:
    """The same firm, of whose people `share` more leave in each month from 2017-01 on."""
    column = np.arange(firm.months)
    goes = np.random.default_rng(1).random(firm.observed.shape) < share
    goes &= (column > 11) & firm.employed
    leaves = np.where(goes.any(axis=1), goes.argmax(axis=1), STILL_HERE)
    exited = np.minimum(firm.exited, leaves).astype(np.int32)
    seen = firm.observed & (column <= exited[:, None])
    return dataclasses.replace(
        firm, exited=exited, last=np.minimum(exited, firm.last).astype(np.int32), observed=seen,
        business=np.where(seen, firm.business, 0).astype(np.float32),
        rating=np.where(seen, firm.rating, 0).astype(np.int8))


@pytest.fixture(scope="module")
def steady(firm: Panel) -> Drift:
    return drift(firm, certain(prior_mean()), CHECKED, seed=2)


def test_a_firm_that_goes_on_as_before_does_not_drift(steady: Drift) -> None:
    assert steady.verdict == "held"
    assert len(steady.outside) <= steady.most
    assert len(steady.summaries) >= 20
    assert 1 <= steady.usual <= 4  # a tenth of them, by how intervals are made


def test_months_and_totals_are_those_of_the_record(firm: Panel, steady: Drift) -> None:
    assert steady.months() == tuple(f"2017-{m:02d}" for m in range(1, 7))
    counted = [int((firm.exited == column).sum()) for column in range(12, 18)]
    assert sum(counted) > 0
    assert [month.observed for month in steady.everyone] == counted
    assert steady.total.observed == sum(counted)
    hired_before = firm.first <= 11
    assert [month.observed for month in steady.present] == [
        int(((firm.exited == column) & hired_before).sum()) for column in range(12, 18)]
    assert all(m.lower <= m.mean <= m.upper for m in (*steady.present, *steady.everyone))


def test_a_firm_whose_people_begin_to_leave_drifts(firm: Panel) -> None:
    found = drift(with_more_leaving(firm, 0.12), certain(prior_mean()), CHECKED, seed=2)
    assert found.verdict == "exits"
    assert found.total.observed > found.total.upper
    assert "exit_rate/all" in found.outside


def test_a_firm_whose_results_change_drifts_elsewhere(frame: Panel, firm: Panel) -> None:
    changed = prior_mean()
    changed[INDEX["size_level"]] += 0.6
    changed[INDEX["activity_level"]] += 0.8
    other = dataclasses.replace(simulated_panel(frame, changed, seed=4), exited=firm.exited,
                                last=firm.last, observed=firm.observed)
    column = np.arange(firm.months)
    late = np.where(other.business == 0, firm.business, other.business)
    moved = dataclasses.replace(
        firm, business=np.where(column > 11, late, firm.business).astype(np.float32))
    found = drift(moved, certain(prior_mean()), CHECKED, seed=2)
    assert found.verdict == "elsewhere"
    assert found.total.inside
    assert "log_business/level" in found.outside


def test_what_did_not_fit_before_is_no_drift(frame: Panel) -> None:
    """Parameters that never made this record: what they miss now, they missed then."""
    wrong = prior_mean()
    wrong[INDEX["size_level"]] += 1.0
    steady = simulated_panel(frame, prior_mean(), seed=4)
    found = drift(steady, certain(wrong), CHECKED, seed=2)
    assert "log_business/level" in found.misfit
    assert not set(found.misfit) & set(found.summaries)


def test_it_is_plain_data_and_the_same_every_time(firm: Panel, steady: Drift) -> None:
    again = drift(firm, certain(prior_mean()), CHECKED, seed=2, threads=1)
    assert json.dumps(again.to_json()) == json.dumps(steady.to_json())
    row = steady.to_json()["summaries"][0]
    assert row["label"]["en"] != row["label"]["zh"]


def test_what_was_foretold_does_not_see_the_new_months(firm: Panel) -> None:
    """The forecast is the same whatever happened afterwards."""
    column = np.arange(firm.months)
    idle = dataclasses.replace(
        firm, business=np.where(column > 11, 0, firm.business).astype(np.float32))
    one, two = (drift(panel, certain(prior_mean()), (), seed=2) for panel in (firm, idle))
    assert [m.mean for m in one.present] == [m.mean for m in two.present]


def test_months_cut_off_the_front_keep_people_and_tenure(firm: Panel) -> None:
    late = since_column(firm, 12)
    assert late.start == firm.start + 12
    assert late.months == 6
    here = firm.last >= 12
    assert len(late.person) == here.sum()
    np.testing.assert_array_equal(late.tenure(), firm.tenure()[here][:, 12:])
    np.testing.assert_array_equal(late.business, firm.business[here][:, 12:])
    known = firm.exited[here]
    np.testing.assert_array_equal(
        late.exited, np.where(known < STILL_HERE, known - 12, STILL_HERE))
    assert np.isfinite(Summariser.like(late).of_panel(late)).all()


def test_no_new_months_and_cancelling(firm: Panel) -> None:
    with pytest.raises(ValueError, match="no months after 2016-12"):
        drift(firm.until(11), certain(prior_mean()), CHECKED)
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        drift(firm, certain(prior_mean()), CHECKED, progress=progress)

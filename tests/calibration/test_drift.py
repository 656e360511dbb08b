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
    return simulated_panel(frame, prior_mean(), seed=4)


def certain(theta: np.ndarray) -> Posterior:
    """A posterior sure of `theta`, given the months to 2016-12."""
    draws = np.repeat(theta[None, :], 200, axis=0)
    return Posterior(NAMES, draws, draws, {"until": "2016-12"})


def spliced(first: Panel, second: Panel, column: int) -> Panel:
    """`first` up to `column`, then `second` for whoever is still there in both."""
    stays = (first.exited > column) & (second.exited > column)
    exited = np.where(stays, second.exited, np.minimum(first.exited, column)).astype(np.int32)
    exited = np.where(first.first > column, second.exited, exited).astype(np.int32)
    seen = np.where(np.arange(first.months) <= column, first.observed, second.observed)
    seen &= np.arange(first.months) <= exited[:, None]
    business = np.where(np.arange(first.months) <= column, first.business, second.business)
    return dataclasses.replace(
        first, exited=exited, last=np.minimum(exited, first.months - 1).astype(np.int32),
        observed=seen, business=np.where(seen, business, 0).astype(np.float32),
        rating=np.where(seen, np.where(np.arange(first.months) <= column, first.rating,
                                       second.rating), 0).astype(np.int8))


@pytest.fixture(scope="module")
def steady(firm: Panel) -> Drift:
    return drift(firm, certain(prior_mean()), CHECKED, seed=2)


def test_a_firm_that_goes_on_as_before_does_not_drift(steady: Drift) -> None:
    assert not steady.drifted
    assert len(steady.outside) <= 2 * steady.expected_outside + 1
    assert len(steady.summaries) >= 20


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


def test_a_firm_whose_people_begin_to_leave_drifts(frame: Panel, firm: Panel) -> None:
    changed = prior_mean()
    changed[INDEX["exit_level"]] += 1.5
    moved = spliced(firm, simulated_panel(frame, changed, seed=4), 11)
    found = drift(moved, certain(prior_mean()), CHECKED, seed=2)
    assert found.drifted
    assert found.total.observed > found.total.upper
    assert "exit_rate/all" in found.outside


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

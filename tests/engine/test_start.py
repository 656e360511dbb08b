"""Does a history begin where the firm really stands, without a kink?"""

from dataclasses import replace

import numpy as np
import pytest

import scenarios
from scenarios import FirmFacts, scenario_firm
from scenarios.sample import SAMPLE_PARAMETERS, sample_panel
from simlab.engine.ensemble import history_number, simulate
from simlab.engine.mesa_model import FirmModel
from simlab.engine.outcomes import OUTCOMES
from simlab.engine.replay import forecast
from simlab.panel import month_number
from simlab.parameters import INDEX, prior_draws, prior_mean
from simlab.world import Status

CURRENT = scenarios.policy("before_transition")


@pytest.fixture(scope="module")
def truth():
    row = prior_mean()
    for name, value in SAMPLE_PARAMETERS.items():
        row[INDEX[name]] = value
    return row


@pytest.fixture(scope="module")
def recorded(truth):
    """The sample firm's people as they stand after two years, under forty draws."""
    panel = sample_panel()
    draws = np.tile(truth, (40, 1))
    start = panel.start + panel.months
    firm = scenario_firm(FirmFacts(), start, panel=panel, draws=draws, current=CURRENT, seed=4)
    return panel, draws, firm


def test_the_people_are_those_of_the_record(recorded):
    panel, draws, firm = recorded
    assert firm.people.shape[0] == len(draws)
    assert set(firm.names) <= set(panel.person)
    here = [panel.person.index(name) for name in firm.names]
    tenure = panel.months - panel.hired[here]
    for past in firm.people:
        np.testing.assert_array_equal(-past["entered"], tenure)
        np.testing.assert_allclose(past["base"], panel.base[here, -1])
    working = np.isin(firm.people["status"], (Status.ACTIVE, Status.NOTICE))
    assert working.all()


def test_what_the_record_says_of_a_person_is_where_they_start(recorded):
    """Someone who sold well begins with more self-efficacy than someone who sold nothing; pasts
    differ in what the record does not show."""
    panel, _, firm = recorded
    here = [panel.person.index(name) for name in firm.names]
    idle = np.where(panel.observed[here], panel.business[here] <= 0, 0)[:, -6:].mean(axis=1)
    long = (panel.months - panel.hired[here]) > 12
    efficacy = firm.people["efficacy"].mean(axis=0)
    assert efficacy[long & (idle == 0)].mean() > efficacy[long & (idle >= 0.5)].mean() + 0.1
    assert (firm.people["frailty"].std(axis=0) > 0.05).all()
    assert (firm.people["expected"] > firm.people["base"] * 0.9).all()


def test_a_forecast_without_change_has_no_kink_at_the_end_of_the_record(recorded):
    panel, draws, firm = recorded
    run = simulate(firm, [CURRENT], draws, months=9, replicates=20, current=CURRENT, seed=2)
    for name, tolerance in (("exits", 0.2), ("pay_cost", 0.05), ("efficacy", 0.03)):
        monthly = run.outcome(name).mean(axis=(0, 1, 2))
        assert abs(monthly[0] / monthly[1:4].mean() - 1) < tolerance, name
    told = forecast(panel, draws[:10], horizon=1, policy=CURRENT, seed=3)
    first = run.outcome("exits").mean(axis=(0, 1, 2))[0]
    assert first == pytest.approx(told.left_by[:, :, 0].sum(axis=1).mean(), rel=0.25)


def test_whoever_has_announced_their_last_month_leaves_then(recorded, truth):
    panel, _, _ = recorded
    here = np.flatnonzero(panel.observed[:, -1] & (panel.exited > panel.months))[:3]
    leaving = {int(here[0]): panel.months, int(here[1]): panel.months + 2}
    known = replace(panel, leaving=leaving)
    told = forecast(known, truth[None, :], horizon=3)
    by = {int(r): told.left_by[0, k].tolist() for k, r in enumerate(told.row)}
    assert by[int(here[0])] == [1, 1, 1]
    assert by[int(here[1])] == [0, 0, 1]
    firm = scenario_firm(FirmFacts(), panel.start + panel.months, panel=known,
                         draws=truth[None, :], current=CURRENT)
    model = FirmModel(firm, CURRENT, truth, seed=8)
    slot = {name: i for i, name in enumerate(firm.names)}
    left: dict[str, int] = {}
    for month in range(4):
        model.step()
        for name, i in slot.items():
            if model.people[i]["left"]:
                left.setdefault(name, month)
    assert left[panel.person[here[0]]] == 0
    assert left[panel.person[here[1]]] == 2


def test_a_synthetic_firm_has_lived_before_month_0():
    """Pay is in its stride, not starting: commission of the burn-in falls due in month 0."""
    start = month_number("2026-01")
    facts, draws = FirmFacts(people=300), prior_draws(30, 5)
    paid = scenarios.policy("before_transition")
    kinks = {}
    for burn_in in (0, 12):
        firm = scenario_firm(facts, start, burn_in=burn_in, seed=2)
        run = simulate(firm, [paid], draws, months=6, current=paid)
        gap = run.outcome("reward").mean(axis=(0, 1, 2))
        kinks[burn_in] = abs(gap[0] - gap[5])
        assert run.y.shape[3] == 6
    assert kinks[12] < 0.01
    assert kinks[0] > kinks[12]


@pytest.mark.smoke
def test_policies_share_their_past_and_mesa_lives_it_too(busy):
    firm = scenario_firm(FirmFacts(people=40), month_number("2026-01"), burn_in=7, seed=2)
    draws = prior_draws(2, 9)
    policies = [CURRENT, busy, CURRENT]
    y = simulate(firm, policies, draws, months=8, replicates=2, current=CURRENT, seed=5).y
    np.testing.assert_array_equal(y[:, :, 0], y[:, :, 2])
    alone = simulate(firm, [busy], draws, months=8, replicates=2, current=CURRENT, seed=5).y
    np.testing.assert_array_equal(y[:, :, 1], alone[:, :, 0])
    model = FirmModel(firm, busy, draws[1], seed=5, history=history_number(1, 1), current=CURRENT)
    rows = []
    for month in range(15):
        model.step()
        if month >= 7:
            rows.append([model.outcomes()[name] for name in OUTCOMES])
    np.testing.assert_array_equal(rows, y[1, 1, 1])

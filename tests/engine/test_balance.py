"""Do money and requests balance, person by person: nothing paid that was not earned, no request
resolved that was not raised?"""

import numpy as np
import pytest

from scenarios import FirmFacts, scenario_firm
from simlab.engine.mesa_model import FirmModel
from simlab.panel import month_number
from simlab.parameters import INDEX, prior_draws, prior_mean
from simlab.world import Status
from tests.engine.signs import policy

MONTHS = 30
SCHEME = {
    "commission": 0.03, "key_commission": 0.1, "payout_lag": 4, "milestone_share": 0.3,
    "guarantee": 0.95, "guarantee_months": 9, "recoverable": True, "bonus_pool": 0.2,
    "bonus_elasticity": 0.8, "stage_bonus": 0.1,
}


def history(scheme, *, support=None, seed=1, draw=None):
    """(months, people) rows of PERSON after each month; who is the same person as the month
    before; and the model."""
    firm = scenario_firm(
        FirmFacts(people=80, support_capacity=0.3), month_number("2026-01"), seed=2
    )
    given = policy(
        incentive=scheme, support=support or {}, selection={"key_share": 0.7, "ramp_months": 3}
    )
    draw = prior_draws(1, seed)[0] if draw is None else draw
    model = FirmModel(firm, given, draw, seed=seed)
    rows = []
    for _ in range(MONTHS):
        model.step()
        rows.append(model.people.copy())
    people = np.array(rows)
    working = np.isin(people["status"], (Status.ACTIVE, Status.NOTICE))
    same = working[1:] & working[:-1]
    same &= people["generation"][1:] == people["generation"][:-1]
    return people, same, model


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_key_commission_that_falls_due_is_what_was_earned(seed):
    people, same, _ = history(SCHEME, seed=seed)
    ring = people["due"].astype(float).sum(axis=2)
    paid = people["commission"] - 0.03 * np.maximum(people["business"], 0)
    balance = ring[1:] - ring[:-1] - people["earned"][1:] + paid[1:]
    assert people["earned"].sum() > 0
    assert paid.sum() > 0
    scale = np.maximum(people["commission"][1:], 1000)
    assert (np.abs(balance) / scale)[same].max() < 1e-3


def test_income_is_its_parts_and_an_advance_is_what_was_topped_up_less_what_was_recovered():
    people, same, _ = history(SCHEME)
    parts = people["base"] + people["commission"] + people["bonus"] + people["top_up"]
    np.testing.assert_allclose(people["income"][1:][same], parts[1:][same], rtol=1e-5)
    owed = people["advance"][1:] - people["advance"][:-1] - people["top_up"][1:]
    assert np.abs(owed[same]).max() < 1
    assert (people["advance"] >= 0).all()
    assert (people["top_up"] > 1).any()
    assert (people["top_up"] < -1).any()


def test_a_guarantee_that_is_no_advance_is_never_recovered():
    people, _, _ = history(SCHEME | {"recoverable": False})
    assert (people["top_up"] >= 0).all()
    assert (people["advance"] == 0).all()


@pytest.mark.parametrize("routing", [0.0, 0.7])
def test_requests_waiting_are_those_raised_and_not_resolved(routing):
    people, same, model = history(
        {}, support={"routing": routing, "escalation": 2.0, "escalate_repeats": 3}
    )
    waiting = people["requests"].astype(int).sum(axis=2)
    change = waiting[1:] - waiting[:-1]
    moved = people["raised"][1:].astype(int) - people["resolved"][1:]
    np.testing.assert_array_equal(change[same], moved[same])
    assert people["resolved"].sum() > 0
    assert (people["repeats"] <= people["raised"]).all()
    assert (people["request_age"][people["requests"] == 0] == 0).all()
    assert waiting.max() > 1
    backlog = people["requests"][-1].astype(int).sum(axis=0)
    assert model.departments["backlog"].sum() >= 0
    assert backlog.sum() > 0


@pytest.mark.parametrize("escalation", [1.0, 5.0])
def test_departments_resolve_what_their_capacity_allows_whoever_goes_first(escalation):
    """In a lasting queue the resolved requests are the capacity, escalated or not."""
    draw = prior_mean()
    draw[INDEX["request_rate"]], draw[INDEX["exit_level"]] = 2.0, -30.0
    draw[INDEX["shock"]] = 0.0
    resolved = []
    for seed in range(10):  # a success clears all that a person waits for: months vary widely
        people, _, model = history({}, support={"escalation": escalation}, draw=draw, seed=seed)
        resolved.append(people["resolved"][12:].sum(axis=1).mean())
    assert np.mean(resolved) == pytest.approx(model.departments["capacity"].sum(), rel=0.15)

"""Do heads, accounts and money balance, and states stay within bounds, in any month?"""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scenarios import FirmFacts, scenario_firm
from simlab.engine.ensemble import simulate
from simlab.engine.mesa_model import FirmModel
from simlab.engine.outcomes import OUTCOMES
from simlab.panel import month_number
from simlab.parameters import prior_draws
from simlab.policy import Policy
from simlab.world import Stage, Status

POLICIES = st.builds(
    lambda key, fit, lag, milestone, pool, helping, hours, workload: Policy.model_validate(
        {
            "name": "any",
            "title": {"en": "Any", "zh": "任意"},
            "incentive": {"payout_lag": lag, "milestone_share": milestone, "bonus_pool": pool,
                          "key_commission": 0.1, "commission": 0.05},
            "training": {"course_hours": {"needs_discovery": hours}, "fee": 100},
            "intervention": {"active": helping, "cost": 500, "threshold": 0.2},
            "selection": {"key_share": key, "by_fit": fit, "ramp_months": 3},
            "conditions": {"workload": workload},
        }
    ),
    st.floats(0, 1), st.floats(0, 1), st.integers(0, 11), st.floats(0, 1), st.floats(0, 1),
    st.booleans(), st.floats(0, 60), st.floats(0.5, 2),
)
STATES = ("efficacy", "reward", "stress", "belonging", "support", "control", "morale", "success")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(POLICIES, st.integers(1, 40), st.integers(0, 2**32))
def test_states_stay_in_bounds_and_slots_are_never_lost(policy, people, seed):
    firm = scenario_firm(FirmFacts(people=people, team_size=7), month_number("2026-01"), seed=seed)
    model = FirmModel(firm, policy, prior_draws(1, seed)[0], seed=seed)
    for _ in range(8):
        model.step()
        working = np.isin(model.people["status"], (Status.ACTIVE, Status.NOTICE))
        rows = model.people[working]
        for name in STATES:
            assert np.isfinite(rows[name]).all()
            assert ((rows[name] >= 0) & (rows[name] <= 1)).all(), name
        assert ((rows["skills"] >= 0) & (rows["skills"] <= 1)).all()
        assert (rows["income"] >= rows["base"] * 0.99).all()
        taken = model.accounts[model.accounts["stage"] != Stage.EMPTY]
        uids = list(zip(taken["id"].tolist(), taken["generation"].tolist(), strict=True))
        assert len(uids) == len(set(uids)), "two accounts share a uid"
        left_alone = model.accounts[~working]["stage"] == Stage.EMPTY
        assert left_alone.all(), "an account without an owner"


def test_heads_and_money_balance(firm, busy):
    y = simulate(firm, [busy], prior_draws(20, 2), months=18).y
    of = {name: y[..., k] for k, name in enumerate(OUTCOMES)}
    assert np.isfinite(y).all()
    np.testing.assert_array_equal(
        of["exits"],
        of["voluntary"] + of["involuntary"] + of["other_exits"] + of["retirements"],
    )
    after = of["headcount"][..., :-1] - of["exits"][..., :-1]
    joined = of["headcount"][..., 1:] - after
    assert (joined >= 0).all()
    np.testing.assert_array_equal(joined, of["arrivals"][..., 1:])
    items = [name for name in OUTCOMES if name.endswith("_cost")]
    np.testing.assert_allclose(of["cost"], sum(of[name] for name in items), rtol=1e-12)
    assert (of["key_business"] <= of["business"] + 1e9).all()
    assert (of["regretted"] <= of["voluntary"]).all()


def test_people_with_long_tenure_are_survivors(firm):
    """Delayed entry: whoever is still here after years is less prone to leave than a newcomer."""
    facts = FirmFacts(people=4000, tenure_months=60)
    old = scenario_firm(facts, month_number("2026-01"), seed=1)
    from simlab.parameters import INDEX, prior_mean

    draw = prior_mean()

    draw[INDEX["frailty_spread"]], draw[INDEX["exit_level"]] = 1.0, -2.5
    model = FirmModel(old, Policy(name="a", title={"en": "a", "zh": "a"}), draw, seed=1)
    for slot in range(len(model.people)):
        model.apply("enter", slot)
    tenure = -model.people["entered"]
    fresh, settled = model.people[tenure < 2], model.people[tenure > 48]
    assert settled["frailty"].mean() < fresh["frailty"].mean() - 0.5
    assert abs(fresh["frailty"].mean()) < 0.15
    assert settled["ability"].mean() > fresh["ability"].mean()


def test_a_history_without_change_has_no_kink_in_its_first_months():
    """Notice under way, survivors' frailty and settled states: exits begin at their level."""
    firm = scenario_firm(FirmFacts(people=2000), month_number("2026-01"), seed=2)
    as_is = Policy(name="as_is", title={"en": "As is", "zh": "现状"})
    exits = simulate(firm, [as_is], prior_draws(60, 3), months=9).outcome("exits")
    monthly = exits.mean(axis=(0, 1, 2))
    assert abs(monthly[0] / monthly[1:4].mean() - 1) < 0.15
    assert abs(monthly[:3].mean() / monthly[3:].mean() - 1) < 0.15


def test_lowering_everybodys_results_alone_does_not_cut_regretted_exits(firm):
    """The standard moves with the firm: no policy looks better by making all work worse."""
    as_is = Policy(name="as_is", title={"en": "As is", "zh": "现状"})
    distracted = Policy.model_validate({
        "name": "distracted", "title": {"en": "Distracted", "zh": "分心"},
        "training": {"course_hours": {"closing": 5000}, "hours_per_month": 80},
    })
    y = simulate(firm, [as_is, distracted], prior_draws(200, 6), months=18, replicates=2)
    business = y.outcome("business").sum(axis=(0, 1, 3))
    regretted = y.outcome("regretted").sum(axis=(0, 1, 3))
    voluntary = y.outcome("voluntary").sum(axis=(0, 1, 3))
    assert business[1] < 0.9 * business[0]
    assert voluntary[1] > voluntary[0]
    assert regretted[1] > 0.97 * regretted[0]

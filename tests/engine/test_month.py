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
from simlab.rules.effort import SHARES
from simlab.world import Stage, Status
from tests.engine.strategies import firm_facts, policies, practices

MONTHS = 7
STATES = ("efficacy", "reward", "stress", "belonging", "support", "control", "morale", "success",
          "goodwill", "attention", "risk", "change", "key")


@st.composite
def firms_and_policies(draw):
    """Any firm, what it lives under, a policy, and a seed."""
    practice = draw(practices)
    policy, current = draw(policies(practice)), draw(policies(practice))
    return draw(firm_facts(practice)), policy, current, draw(st.integers(0, 2**32))


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(firms_and_policies())
def test_any_month_of_any_firm_under_any_policy_balances(given_firm):
    facts, policy, current, seed = given_firm
    firm = scenario_firm(facts, month_number("2026-01"), seed=seed, burn_in=2)
    model = FirmModel(firm, policy, prior_draws(1, seed)[0], seed=seed, current=current)
    expected, gone = None, set()
    for month in range(-firm.burn_in, MONTHS):
        before = uids(model)
        model.step()
        outcomes, people = model.outcomes(), model.people
        here = np.isin(people["status"], (Status.ACTIVE, Status.NOTICE))
        recorded = people[here | (people["left"] > 0)]

        heads = outcomes["headcount"]
        assert heads == len(recorded)
        kinds = ("voluntary", "involuntary", "other_exits", "retirements")
        assert outcomes["exits"] == sum(outcomes[kind] for kind in kinds)
        assert expected is None or heads - outcomes["arrivals"] == expected
        expected = heads - outcomes["exits"]

        # an account has one owner who is here, or it is closed for good
        owned = uids(model)
        assert len(owned) == len(set(owned)), "two accounts share a uid"
        assert (model.accounts[~here]["stage"] == Stage.EMPTY).all(), "an account without owner"
        assert not gone.intersection(owned), "a closed account is back"
        gone |= set(before) - set(owned)

        hours = recorded["effort"].sum(axis=1)
        assert (recorded["effort"] >= 0).all()
        assert (hours <= SHARES * (1 + 1e-5)).all()

        held = policy if month >= 0 else current
        np.testing.assert_allclose(
            outcomes["pay_cost"], recorded["income"].astype(float).sum(), rtol=1e-9
        )
        studied = recorded["studied"].astype(float).sum()
        np.testing.assert_allclose(
            outcomes["training_cost"], held.training.fee * studied, rtol=1e-6, atol=1e-6
        )
        items = [name for name in outcomes if name.endswith("_cost")]
        np.testing.assert_allclose(
            outcomes["cost"], sum(outcomes[name] for name in items), rtol=1e-12
        )

        assert_sound(model, recorded)


def uids(model):
    """(id, generation) of every open account."""
    taken = model.accounts[model.accounts["stage"] != Stage.EMPTY]
    return list(zip(taken["id"].tolist(), taken["generation"].tolist(), strict=True))


def assert_sound(model, recorded):
    """No figure of anybody is NaN or infinite, and states are in bounds."""
    for rows in (model.people, model.accounts, model.teams, model.departments, model.facts):
        for name in rows.dtype.names:
            assert np.isfinite(rows[name]).all(), name
    assert np.isfinite(list(model.outcomes().values())).all()
    for name in (*STATES, "skills"):
        assert ((recorded[name] >= 0) & (recorded[name] <= 1)).all(), name
    taken = model.accounts[model.accounts["stage"] != Stage.EMPTY]
    assert ((taken["satisfaction"] >= 0) & (taken["satisfaction"] <= 1)).all()
    assert (taken["value"] > 0).all()
    assert (recorded["advance"] >= 0).all()


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

"""Does each mechanism of the market half of the month move its outcome the right way?

Parameters come from the prior; a mechanism that is switched off must do exactly nothing.
"""

import pytest

from scenarios import FirmFacts, scenario_firm
from simlab.panel import month_number
from simlab.world import Firm
from tests.engine.signs import Arm, assert_moves, assert_nothing, differences, policy


@pytest.fixture(scope="module")
def sellers() -> Firm:
    """Enough people that luck does not decide."""
    facts = FirmFacts(people=300, team_size=10, support_capacity=0.12)
    return scenario_firm(facts, month_number("2026-01"), seed=3)


def test_a_bonus_is_paid_for_the_score(sellers):
    none, some = (policy(incentive={"bonus_pool": pool}) for pool in (0.0, 0.3))
    assert_moves(sellers, some, none, {("pay_cost", "headcount"): 1})


def test_without_a_pool_the_elasticity_of_the_bonus_is_of_no_consequence(sellers):
    flat, steep = (policy(incentive={"bonus_elasticity": e}) for e in (0.0, 3.0))
    assert_nothing(sellers, steep, flat)


def test_business_follows_what_is_weighed(sellers):
    sales, elsewhere = (
        policy(incentive={"stages": [{"weights": {kpi: 1.0}}]})
        for kpi in ("sales_amount", "collaboration_satisfaction")
    )
    assert_moves(sellers, sales, elsewhere, {("business", "headcount"): 1})


def test_effort_that_returns_nothing_moves_no_business(sellers):
    sales, elsewhere = (
        Arm(
            policy(incentive={"stages": [{"weights": {kpi: 1.0}}]}),
            {"effort_return": 0.0, "goodwill_care": 0.0},
        )
        for kpi in ("sales_amount", "collaboration_satisfaction")
    )
    assert not differences(sellers, sales, elsewhere, "business", "exits", draws=20).any()

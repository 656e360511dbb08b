"""Does each mechanism of the market half of the month move its outcome the right way?

Parameters come from the prior; a mechanism that is switched off must do exactly nothing.
"""

import pytest

from scenarios import FirmFacts, scenario_firm
from simlab.panel import month_number
from simlab.world import Firm
from tests.engine.signs import Arm, assert_moves, assert_nothing, differences, policy

STAY = {"exit_level": -30.0, "shock": 0.0, "dismissal": 0.0}
"""Nobody leaves, where exits would only add luck to what is asked."""
KEY = {"key_share": 1.0, "ramp_months": 1}
COMMISSION = {"commission": 0.04, "key_commission": 0.1}


def staff(**facts) -> Firm:
    """Enough people that luck does not decide, with departments that have room."""
    given = FirmFacts.model_validate({"people": 300, "support_capacity": 1.5, **facts})
    return scenario_firm(given, month_number("2026-01"), seed=3)


@pytest.fixture(scope="module")
def sellers() -> Firm:
    return staff()


@pytest.fixture(scope="module")
def unsupported() -> Firm:
    """Departments too small for the requests of key work."""
    return staff(support_capacity=0.3)


@pytest.fixture(scope="module")
def doctors() -> Firm:
    return staff(practice="medical")


def weighing(**weights: float) -> dict[str, object]:
    """An incentive with these KPI weights."""
    return {"stages": [{"weights": weights}]}


# --- what is weighed is done


def test_business_follows_what_is_weighed(sellers):
    sales = policy(incentive=weighing(sales_amount=1.0))
    elsewhere = policy(incentive=weighing(collaboration_satisfaction=1.0))
    assert_moves(sellers, sales, elsewhere, {("business", "headcount"): 1})


def test_effort_that_returns_nothing_moves_nothing(sellers):
    off = {"effort_return": 0.0, "goodwill_care": 0.0}
    sales = Arm(policy(incentive=weighing(sales_amount=1.0)), off)
    elsewhere = Arm(policy(incentive=weighing(collaboration_satisfaction=1.0)), off)
    assert_nothing(sellers, sales, elsewhere, but=("score",))


def test_a_kpi_at_its_cap_is_worked_on_less(sellers):
    """Sales earn no more score beyond a low cap, so care takes the hours."""
    fixed = STAY | {"goodwill_business": 0.0}
    low, none = (
        Arm(policy(incentive={"bonus_pool": 0.2, "attainment_cap": cap}), fixed)
        for cap in (0.5, 5.0)
    )
    assert_moves(sellers, low, none, {"business": -1, "returned": 1}, months=30)


def test_where_no_bonus_is_paid_a_cap_moves_no_work(sellers):
    low, none = (policy(incentive={"attainment_cap": cap}) for cap in (0.5, 5.0))
    assert_nothing(sellers, low, none, but=("score",))


# --- standard customers


def test_paying_for_sales_alone_neglects_customers(sellers):
    """V2: complaints go up, and with them stress; fewer customers return."""
    balanced = weighing(
        sales_amount=0.4, order_conversion=0.2, customer_satisfaction=0.2, customer_retention=0.2
    )
    assert_moves(
        sellers, policy(), policy(incentive=balanced),
        {
            ("standard_complaints", "headcount"): 1, ("returned", "returns_due"): -1, "stress": 1,
        },
    )


def test_weighing_the_return_rate_raises_it_and_keeps_people(sellers):
    """V4; exits by the mean over all draws, since a few exits less drown in the luck of one."""
    weighed = policy(incentive=weighing(sales_amount=0.8, customer_retention=0.2))
    assert_moves(
        sellers, weighed, policy(), {("returned", "returns_due"): 1, "complaints": -1}
    )
    exits = differences(sellers, weighed, policy(), "voluntary", replicates=2)
    assert exits.mean() < 0


@pytest.mark.parametrize(
    ("parameter", "unmoved"),
    [("goodwill_complaint", "standard_complaints"), ("goodwill_return", "returned")],
)
def test_customers_whom_goodwill_does_not_move_stay_as_they_are(sellers, parameter, unmoved):
    fixed = STAY | {parameter: 0.0}
    sales = Arm(policy(), fixed)
    care = Arm(policy(incentive=weighing(customer_retention=1.0)), fixed)
    assert not differences(sellers, sales, care, unmoved, draws=30).any()
    assert differences(sellers, sales, care, "returned", "standard_complaints", draws=30).any()


def test_customers_who_return_lift_results(sellers):
    """Of two firms that care alike, the one whose customers' goodwill counts sells more."""
    caring = policy(incentive=weighing(sales_amount=0.5, customer_retention=0.5))
    assert_moves(
        sellers, Arm(caring, {"goodwill_business": 0.5}), Arm(caring, {"goodwill_business": 0.0}),
        {("business", "headcount"): 1},
    )


def test_with_neutral_goodwill_no_slope_on_it_matters(sellers):
    slopes = (
        "goodwill_wait", "goodwill_memory", "goodwill_complaint", "goodwill_return",
        "goodwill_business", "goodwill_care",
    )
    assert_nothing(
        sellers, Arm(policy(), dict.fromkeys(slopes, 0.0)), Arm(policy(), dict.fromkeys(slopes, 1))
    )


# --- key accounts


def test_key_accounts_that_are_cared_for_renew_and_complain_less(sellers):
    sales = policy(selection=KEY)
    care = policy(selection=KEY, incentive=weighing(sales_amount=0.5, customer_retention=0.5))
    assert_moves(
        sellers, Arm(care, STAY), Arm(sales, STAY),
        {("renewed", "renewals_due"): 1, ("complaints", "key_customers"): -1}, months=30,
    )


def test_difficult_customers_are_won_less(sellers):
    hard, easy = (Arm(policy(selection=KEY), {"key_difficulty": d}) for d in (2.0, 0.0))
    assert_moves(sellers, hard, easy, {"key_business": -1, "efficacy": -1})


def test_who_knows_the_customers_industry_wins(sellers):
    """Insight is per industry: a spread of it moves key business, and without a weight on it in
    fit it moves nothing."""
    def arm(spread: float, fit: float) -> Arm:
        return Arm(policy(selection=KEY), {"insight_spread": spread, "key_fit": fit})

    assert differences(sellers, arm(0.3, 8.0), arm(0.0, 8.0), "key_business", draws=30).any()
    assert_nothing(sellers, arm(0.3, 0.0), arm(0.0, 0.0))


def test_visible_history_and_needs_keep_customers_content(doctors):
    blind, seeing = (
        Arm(policy(practice="medical", selection=KEY, support={"history": on}), STAY)
        for on in (False, True)
    )
    assert_moves(
        doctors, seeing, blind,
        {("complaints", "key_customers"): -1, ("renewed", "renewals_due"): 1}, months=24,
    )


def test_needs_that_never_change_need_no_seeing(doctors):
    blind, seeing = (
        Arm(
            policy(practice="medical", selection=KEY, support={"history": on}),
            {"needs_change": 0.0},
        )
        for on in (False, True)
    )
    assert_nothing(doctors, seeing, blind)


def test_feedback_sent_to_the_doctor_satisfies_patients(doctors):
    half = {"key_share": 0.5, "ramp_months": 1}
    without, direct = (
        Arm(policy(practice="medical", selection=half, support={"feedback": on}), STAY)
        for on in (False, True)
    )
    assert_moves(doctors, direct, without, {"returned": 1, "standard_complaints": -1})


def test_feedback_sent_to_the_doctor_brings_work(doctors):
    """Seen without what content patients spare and bring."""
    fixed = STAY | {"goodwill_business": 0.0, "stress_complaint": 0.0}
    without, direct = (
        Arm(policy(practice="medical", support={"feedback": on}), fixed) for on in (False, True)
    )
    assert_moves(doctors, direct, without, {"business": -1, "stress": 1}, months=30)


def test_feedback_that_says_nothing_does_nothing(doctors):
    without, direct = (
        Arm(
            policy(practice="medical", selection=KEY, support={"feedback": on}),
            {"feedback_gain": 0.0, "feedback_work": 0.0},
        )
        for on in (False, True)
    )
    assert_nothing(doctors, direct, without)


# --- support


def test_departments_with_more_room_leave_fewer_requests_waiting(unsupported):
    few, many = (policy(selection=KEY, support={"capacity": c}) for c in (1.0, 3.0))
    assert_moves(
        unsupported, many, few,
        {
            "past_sla": -1, "waiting": -1, "repeats": -1, "support": 1, "belonging": 1,
            "stress": -1, "key_business": 1,
        },
    )


def test_without_requests_departments_are_of_no_consequence(unsupported):
    few, many = (
        Arm(
            policy(selection=KEY, support={"capacity": c, "sla": c, "routing": c / 3}),
            {"request_rate": 0.0},
        )
        for c in (1, 3)
    )
    assert_nothing(unsupported, many, few)


def test_requests_sent_where_there_is_room_wait_less():
    """One department is asked more than the other; together they have about enough."""
    firm = staff(support_capacity=0.8)
    by_kind, by_room = (policy(selection=KEY, support={"routing": r}) for r in (0.0, 1.0))
    fixed = {"request_rate": 0.8}
    assert_moves(firm, Arm(by_room, fixed), Arm(by_kind, fixed), {"waiting": -1, "past_sla": -1})


def test_escalation_shortens_the_tail_of_waiting(unsupported):
    plain, escalated = (policy(selection=KEY, support={"escalation": e}) for e in (1.0, 5.0))
    assert_moves(unsupported, escalated, plain, {"waiting": -1})


def test_escalation_by_a_factor_of_one_is_none(unsupported):
    late, early = (
        policy(selection=KEY, support={"escalation": 1.0, "escalate_after": a}) for a in (12, 1)
    )
    assert_nothing(unsupported, early, late)


def test_a_longer_term_counts_fewer_requests_as_late(unsupported):
    short, long = (policy(selection=KEY, support={"sla": s}) for s in (1, 4))
    assert_moves(unsupported, long, short, {"past_sla": -1})


def test_requests_that_wait_are_repeated(unsupported):
    never, often = (Arm(policy(selection=KEY), {"request_repeat": r}) for r in (0.0, 0.8))
    assert_moves(unsupported, often, never, {"raised": 1, "repeats": 1, "requests": 1})
    assert not differences(unsupported, never, never, "repeats", draws=5).any()


def test_waiting_isolates(unsupported):
    little, much = (Arm(policy(selection=KEY), {"wait_isolation": w}) for w in (0.0, 0.05))
    assert_moves(unsupported, much, little, {"belonging": -1})


# --- score and pay


def test_a_lower_target_is_a_higher_score_and_bonus(sellers):
    given = weighing(sales_amount=0.7, customer_retention=0.3) | {"bonus_pool": 0.2}
    low, high = (
        policy(incentive=given | {"targets": {"customer_retention": t}}) for t in (0.3, 0.9)
    )
    assert_moves(sellers, low, high, {"score": 1, ("pay_cost", "headcount"): 1})


def test_a_target_of_a_kpi_that_is_not_weighed_is_of_no_consequence(sellers):
    low, high = (
        policy(incentive={"bonus_pool": 0.2, "targets": {"customer_retention": t}})
        for t in (0.3, 0.9)
    )
    assert_nothing(sellers, low, high)


def test_a_bonus_is_paid_for_the_score_up_to_its_cap(sellers):
    none, some, capped = (
        policy(incentive={"bonus_pool": pool, "bonus_cap": cap})
        for pool, cap in ((0.0, None), (0.3, None), (0.3, 0.1))
    )
    assert_moves(sellers, some, none, {("pay_cost", "headcount"): 1})
    assert_moves(sellers, capped, some, {("pay_cost", "headcount"): -1})


def test_without_a_pool_the_elasticity_of_the_bonus_is_of_no_consequence(sellers):
    flat, steep = (policy(incentive={"bonus_elasticity": e}) for e in (0.0, 3.0))
    assert_nothing(sellers, steep, flat)


def test_commission_that_comes_late_disappoints(sellers):
    """Pay lag: who moves to key work leaves commission behind and waits for the new one."""
    prompt, late = (
        policy(selection=KEY, incentive=COMMISSION | {"payout_lag": lag}) for lag in (0, 9)
    )
    assert_moves(sellers, late, prompt, {"reward": -1, ("pay_cost", "headcount"): -1})


def test_milestones_bring_commission_forward(sellers):
    close, milestones = (
        policy(
            selection=KEY,
            incentive=COMMISSION | {"payout_lag": 6, "milestone_share": share},
        )
        for share in (0.0, 0.8)
    )
    assert_moves(sellers, milestones, close, {("pay_cost", "headcount"): 1, "reward": 1}, months=9)


def test_a_guarantee_bridges_the_gap_and_an_advance_costs_less(sellers):
    def bridged(months: int, recoverable: bool = False):
        guarantee = {"guarantee": 0.95, "guarantee_months": months, "recoverable": recoverable}
        return policy(selection=KEY, incentive=COMMISSION | guarantee)

    assert_moves(sellers, bridged(12), bridged(0), {"reward": 1, ("pay_cost", "headcount"): 1})
    assert_moves(sellers, bridged(12, True), bridged(12), {("pay_cost", "headcount"): -1})
    assert_nothing(sellers, bridged(0, True), policy(selection=KEY, incentive=COMMISSION))


def test_a_bonus_by_stage_of_an_account_is_paid_at_once(sellers):
    none, stages = (policy(selection=KEY, incentive={"stage_bonus": b}) for b in (0.0, 0.2))
    assert_moves(sellers, stages, none, {("pay_cost", "headcount"): 1})
    standard = (policy(incentive={"stage_bonus": b}) for b in (0.0, 0.2))
    assert_nothing(sellers, *standard)


def test_a_hot_market_raises_what_is_expected(sellers):
    hot, usual = (
        Arm(policy(), {"market_exit": 0.0}, {"market": m}) for m in (0.5, 0.0)
    )
    assert_moves(sellers, hot, usual, {"reward": -1, "below_expected": 1})
    off = {"market_exit": 0.0, "expectation_market": 0.0}
    assert_nothing(sellers, Arm(policy(), off, {"market": 0.5}), Arm(policy(), off))


def test_losses_weigh_more_than_gains(sellers):
    even, averse = (
        Arm(policy(incentive={"commission": 0.05}), {"loss_aversion": a}) for a in (1.0, 3.0)
    )
    assert_moves(sellers, averse, even, {"reward": -1})

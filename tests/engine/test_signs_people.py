"""Does each mechanism of the people half of the month move its outcome the right way?

Parameters come from the prior; a mechanism that is switched off must do exactly nothing.
"""

import numpy as np
import pytest

from scenarios import FirmFacts, scenario_firm
from simlab.engine.ensemble import simulate
from simlab.engine.mesa_model import FirmModel
from simlab.engine.outcomes import OUTCOMES
from simlab.panel import month_number
from simlab.parameters import INDEX, as_records, prior_draws, prior_mean
from simlab.policy import compile_policies
from simlab.rules.leave import contributions, quit_hazard
from simlab.world import Cause, Firm, Help, Status
from tests.engine.signs import Arm, assert_moves, assert_nothing, differences, policy

KEY = {"key_share": 0.6, "ramp_months": 4}
COURSES = {"course_hours": {"needs_discovery": 16, "industry_insight": 16}, "fragments": True}
FEW = {"draws": 100}
"""Enough where luck is paired out but for the mechanism itself."""


@pytest.fixture(scope="module")
def staff() -> Firm:
    """Enough people that luck does not decide."""
    facts = FirmFacts(people=200, team_size=10, support_capacity=0.1)
    return scenario_firm(facts, month_number("2026-01"), seed=3)


@pytest.fixture(scope="module")
def large() -> Firm:
    """More people, where a mechanism has to show in exits."""
    facts = FirmFacts(people=800, team_size=10, support_capacity=0.1)
    return scenario_firm(facts, month_number("2026-01"), seed=3)


@pytest.fixture(scope="module")
def settled() -> Firm:
    """The large firm after two years under its current policy."""
    facts = FirmFacts(people=800, team_size=10, support_capacity=0.1)
    return scenario_firm(facts, month_number("2026-01"), seed=3, burn_in=24)


def with_parameter(name: str, value: float, **levers: object) -> Arm:
    return Arm(policy(**levers), {name: value})


# --- learn


def test_courses_raise_skill_and_the_share_meeting_the_profile(staff):
    taught, not_taught = policy(training=COURSES, selection=KEY), policy(selection=KEY)
    assert_moves(staff, taught, not_taught, {"skill": 1, "meets_profile": 1}, **FEW)


def test_passing_raises_efficacy(staff):
    strong, none = (
        with_parameter("learning_efficacy", gain, training=COURSES) for gain in (0.1, 0.0)
    )
    assert_moves(staff, strong, none, {"efficacy": 1}, **FEW)


def test_a_lower_pass_mark_passes_more(staff):
    low, high = (policy(training={**COURSES, "pass_mark": mark}) for mark in (0.2, 0.7))
    assert_moves(staff, low, high, {"exams_passed": 1, "exams_failed": -1}, **FEW)


@pytest.mark.parametrize("audience", ["key", "below"])
def test_training_some_takes_fewer_hours_than_training_everybody(staff, audience):
    everybody, some = (
        policy(training={**COURSES, "audience": who}, selection={**KEY, "key_share": 0.3})
        for who in ("everybody", audience)
    )
    assert_moves(staff, some, everybody, {"training_hours": -1}, **FEW)


def test_people_nominated_ahead_are_trained_before_they_move(staff):
    ahead, late = (
        policy(training={**COURSES, "audience": "key", "lead_months": lead},
               selection={"key_share": 0.6, "ramp_months": 18})
        for lead in (6, 0)
    )
    assert_moves(staff, ahead, late, {"training_hours": 1, "meets_profile": 1}, **FEW)


def test_without_courses_the_rest_of_training_does_nothing(staff):
    plain = policy(selection=KEY)
    detailed = policy(
        training={"audience": "key", "pass_mark": 0.9, "retake_share": 1.0, "fee": 500},
        selection=KEY,
    )
    assert_nothing(staff, detailed, plain)


def test_training_that_is_weighed_is_attended_more(staff):
    weighed, not_weighed = (
        policy(training=COURSES, incentive={"stages": [{"weights": weights}]})
        for weights in ({"sales_amount": 0.6, "training_completion": 0.4}, {"sales_amount": 1.0})
    )
    assert_moves(staff, weighed, not_weighed, {"training_hours": 1}, months=2, **FEW)


def test_a_course_on_an_industry_wins_accounts_of_it(large):
    """Insight is no skill of its own in the outcomes: it shows in the business won."""
    hours = dict.fromkeys(("manufacturing", "finance", "public_sector"), 8)
    taught, not_taught = (
        Arm(policy(training={"industry_hours": h, "hours_per_month": 0.01 if not h else 8,
                             "fragments": True}, selection=KEY),
            {"course_gain": 0.4, "key_fit": 8.0})
        for h in (hours, {})
    )
    assert_moves(large, taught, not_taught, {"key_business": 1, "exams_passed": 1}, draws=60,
                 months=30)


def test_coaching_raises_skill_and_belonging(staff):
    coached, alone = (policy(training={"coaching": share}, selection=KEY) for share in (0.8, 0.0))
    assert_moves(staff, coached, alone, {"skill": 1, "belonging": 1}, **FEW)


def test_coaching_without_gain_does_nothing(staff):
    off = {"coaching_gain": 0.0, "coaching_belonging": 0.0}
    coached, alone = (Arm(policy(training={"coaching": share}), off) for share in (0.8, 0.0))
    assert_nothing(staff, coached, alone)


@pytest.mark.parametrize(("name", "sign"), [("doing_gain", 1), ("forgetting", -1)])
def test_doing_teaches_and_disuse_forgets(staff, name, sign):
    much, none = (with_parameter(name, value, selection=KEY) for value in (0.03, 0.0))
    assert_moves(staff, much, none, {"skill": sign}, **FEW)


def test_what_was_examined_lasts_longer(staff):
    lasting, fading = (
        with_parameter("passed_forgetting", kept, training=COURSES) for kept in (0.0, 1.0)
    )
    assert_moves(staff, lasting, fading, {"skill": 1}, **FEW)


# --- feel


def test_workload_strains_shows_and_drives_out(large):
    heavy, usual = (policy(conditions={"workload": factor}) for factor in (1.5, 1.0))
    signs = {"stress": 1, "tickets_pressure": 1, "absence": 1, "voluntary": 1, "reason_stress": 1}
    assert_moves(large, heavy, usual, signs, draws=60)


def test_without_strain_workload_does_nothing(staff):
    heavy, usual = (
        with_parameter("stress_demand", 0.0, conditions={"workload": f}) for f in (1.5, 1.0)
    )
    assert_nothing(staff, heavy, usual)


@pytest.mark.parametrize(
    ("name", "value", "months"),
    [
        ("demand_change", 0.6, 18), ("demand_waiting", 0.6, 18), ("stress_complaint", 0.3, 18),
        ("demand_misfit", 2.0, 9),  # before people have learnt by doing
    ],
)
def test_change_waiting_complaints_and_misfit_strain(staff, name, value, months):
    support = {"capacity": 0.4}
    strong, off = (with_parameter(name, v, selection=KEY, support=support) for v in (value, 0.0))
    assert_moves(staff, strong, off, {"stress": 1}, months=months, **FEW)


def test_seeing_ones_own_score_raises_control(staff):
    seen, hidden = (policy(incentive={"transparency": shown}) for shown in (True, False))
    assert_moves(staff, seen, hidden, {"control": 1}, **FEW)


def test_control_keeps_people():
    """The slope at its prior mean: its prior reaches down to nothing at all. A small effect takes
    many people to show in nearly every pair."""
    many = scenario_firm(FirmFacts(people=8000), month_number("2026-01"), seed=3)
    seen, hidden = (
        with_parameter("control_exit", 0.4, incentive={"transparency": shown})
        for shown in (True, False)
    )
    assert_moves(many, seen, hidden, {"voluntary": -1}, draws=40, months=36)


def test_transparency_without_memory_does_nothing(staff):
    """Control that cannot change (no weight of the newest month) leaves every outcome alone."""
    seen, hidden = (
        with_parameter("control_memory", 0.0, incentive={"transparency": shown})
        for shown in (True, False)
    )
    assert_nothing(staff, seen, hidden)


@pytest.mark.parametrize("name", ["peers_belonging", "ties_belonging"])
def test_colleagues_who_leave_take_belonging_with_them(settled, name):
    """A year harder than people are used to costs more belonging, and more people, where it is lost
    with those who leave."""
    hard = policy(conditions={"workload": 2.0})
    lost = []
    for value in (0.8, 0.0):
        theta = prior_draws(40, 7)
        theta[:, INDEX[name]] = value
        for strain in ("stress_exit", "stress_demand"):
            theta[:, INDEX[strain]] = 1.5
        theta[:, INDEX["belonging_exit"]] = 1.5
        run = simulate(settled, [hard, policy()], theta, months=18, seed=7, current=policy())
        figures = [run.outcome(o)[:, 0].sum(axis=-1) for o in ("belonging", "voluntary")]
        lost.append([figure[:, 0] - figure[:, 1] for figure in figures])
    belonging, voluntary = np.subtract(*lost)
    assert (belonging < 0).mean() >= 0.95
    assert voluntary.mean() > 0


def test_belonging_stays_where_it_is_while_no_more_leave_than_usual(settled):
    run = simulate(settled, [policy()], prior_draws(40, 7), months=24, seed=7)
    belonging = run.outcome("belonging").mean(axis=(0, 1, 2))
    assert np.abs(belonging - 0.5).max() < 0.03


def test_uncoupled_peers_do_nothing(staff):
    arms = [
        Arm(policy(), {"peers_belonging": v, "ties_belonging": v}, {"couple_peers": 0})
        for v in (1.5, 0.0)
    ]
    assert_nothing(staff, *arms)


# --- warn and help

HELPING = {"active": True, "capacity": 30, "threshold": 0.2, "months": 4}


def test_help_keeps_people_and_raises_false_alarms(large):
    helping, none = policy(intervention=HELPING), policy()
    signs = {"voluntary": -1, "alerts": 1, "false_alarms": 1, "helped": 1}
    assert_moves(large, helping, none, signs, draws=60)


KINDS = {
    "coaching": {"skill": 1},
    "joint_visit": {"efficacy": 1},
    "relief": {"stress": -1, "efficacy": 1},
    "unblock": {"past_sla": -1, "support": 1},
    "workload": {"stress": -1},
    "counselling": {"stress": -1},
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_help_works_through_its_own_channel(staff, kind):
    """Without the effect of attention only the kind's own channel is left."""
    levers = {"support": {"capacity": 0.4}, "selection": KEY}
    helping = Arm(policy(intervention={**HELPING, "kind": kind}, **levers), {"help_exit": 0.0})
    none = Arm(policy(**levers), {"help_exit": 0.0})
    assert_moves(staff, helping, none, KINDS[kind], **FEW)


def test_joint_visits_win_accounts(large):
    win, none = (
        Arm(policy(intervention={**HELPING, "kind": "joint_visit", "capacity": 100},
                   selection=KEY),
            {"visit_win": value, "visit_efficacy": 0.0, "visit_coaching": 0.0})
        for value in (1.5, 0.0)
    )
    assert_moves(large, win, none, {"key_business": 1}, draws=60)


def test_help_that_reaches_nobody_only_costs_alerts(staff):
    """No capacity: alerts are raised, everything else is as without early warning."""
    theta = prior_draws(20, 7)
    watching = policy(intervention={**HELPING, "capacity": 0})
    y = [simulate(staff, [p], theta, months=18, seed=7).y for p in (watching, policy())]
    differ = {name for k, name in enumerate(OUTCOMES) if (y[0][..., k] != y[1][..., k]).any()}
    assert differ == {"alerts", "false_alarms"}


def test_help_whose_every_effect_is_off_only_costs_money(staff):
    theta = prior_draws(20, 7)
    for name in ("help_exit", "counselling_stress"):
        theta[:, INDEX[name]] = 0.0
    helping = policy(intervention={**HELPING, "kind": "counselling", "cost": 100})
    y = [simulate(staff, [p], theta, months=18, seed=7).y for p in (helping, policy())]
    differ = {name for k, name in enumerate(OUTCOMES) if (y[0][..., k] != y[1][..., k]).any()}
    assert differ == {"alerts", "false_alarms", "approached", "helped", "help_cost", "cost"}


def test_attention_holds_people_while_help_runs_and_fades_after_it(staff):
    """Two months of help, then none: the hazard is lower by the full effect, then by less and
    less of it."""
    draw = prior_mean()
    draw[INDEX["help_exit"]], draw[INDEX["help_fading"]] = 0.4, 0.5
    model = FirmModel(staff, policy(), draw, seed=1)
    model.step()
    model.people["help"], model.people["help_left"] = Help.COACHING, 2
    param, given = as_records(draw[None])[0], compile_policies([policy()])[0]
    felt = []
    for _ in range(5):
        model.apply("warn", 7)
        parts = contributions(model.people[7], model.facts[0], given, param)
        felt.append(parts[Cause.HELP])
    np.testing.assert_allclose(felt, [-0.4, -0.4, -0.2, -0.1, -0.05], rtol=1e-6)


def test_delayed_help_is_less_help(staff):
    late, at_once = (policy(intervention={**HELPING, "delay": delay}) for delay in (4, 0))
    assert_moves(staff, late, at_once, {"helped": -1}, **FEW)


# --- leave


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [({"market": 0.5}, "voluntary")],
)
def test_a_better_market_outside_draws_people_away(large, facts, outcome):
    good, usual = Arm(policy(), facts=facts), Arm(policy())
    assert_moves(large, good, usual, {outcome: 1, "reason_market": 1}, draws=60)


def test_a_market_that_nobody_heeds_does_nothing(staff):
    off = {"market_exit": 0.0, "expectation_market": 0.0}
    good, usual = (Arm(policy(), off, {"market": m}) for m in (0.5, 0.0))
    assert_nothing(staff, good, usual)


def test_days_at_home_keep_people(large):
    home, office = (policy(conditions={"remote_days": days}) for days in (3, 0))
    assert_moves(large, home, office, {"voluntary": -1}, draws=60)


def test_higher_base_pay_keeps_people(large):
    low, high = (policy(incentive={"base_factor": factor}) for factor in (0.9, 1.1))
    assert_moves(large, high, low, {"voluntary": -1}, draws=40, months=24)


def test_unchanged_base_pay_changes_nothing_by_itself(staff):
    as_is = policy(incentive={"base_factor": 1.0})
    keen, deaf = (Arm(as_is, {"pay_change_exit": slope}) for slope in (3.0, 0.0))
    assert_nothing(staff, keen, deaf)


def test_who_cannot_do_key_work_is_dismissed_for_results(large):
    """Half of the people in key work: the less fit for it they are, the fewer accounts they win,
    the lower their results, the more of them are let go."""
    hard, easy = (
        with_parameter("key_difficulty", odds, selection={"key_share": 0.5, "ramp_months": 1})
        for odds in (3.0, -1.0)
    )
    assert_moves(large, hard, easy, {"involuntary": 1}, draws=40, months=30)


def test_shocks_and_dismissals_are_exits_of_their_own_kind(large):
    strict = {"target": 0.5}
    for name, outcome in (("shock", "other_exits"), ("dismissal", "involuntary")):
        some, none = (Arm(policy(), {name: chance}, strict) for chance in (0.02, 0.0))
        assert_moves(large, some, none, {outcome: 1, "exits": 1}, draws=60)


def test_where_nobody_is_dismissed_nobody_is_and_nobody_expects_it(staff):
    kind = {"dismissal_months": 0}
    feared, not_feared = (
        Arm(policy(), {"anticipation_exit": slope, "dismissal": 0.2}, kind) for slope in (8.0, 0.0)
    )
    assert_nothing(staff, feared, not_feared)
    run = simulate(staff.with_facts(**kind), [policy()], prior_draws(20, 7), months=18)
    assert not run.outcome("involuntary").any()


def test_expected_dismissal_drives_out(large):
    feared, not_feared = (
        Arm(policy(), {"anticipation_exit": slope}, {"target": 0.5}) for slope in (8.0, 0.0)
    )
    assert_moves(large, feared, not_feared, {"voluntary": 1, "reason_anticipation": 1}, draws=60)


def test_an_unsupported_move_to_key_work_drives_out(large):
    """Skills lag, support is short: belief in oneself falls, stress rises, people go for reasons
    that levers reach."""
    unsupported = {"selection": KEY, "support": {"capacity": 0.5}}
    signs = {"efficacy": -1, "stress": 1, "voluntary": 1, "avoidable": 1}
    assert_moves(large, policy(**unsupported), policy(), signs, draws=60, months=24)


def test_felt_misfit_lowers_efficacy(staff):
    felt, not_felt = (with_parameter("felt_fit", w, selection=KEY) for w in (0.2, 0.0))
    assert_moves(staff, felt, not_felt, {"efficacy": -1}, **FEW)


def test_old_people_retire_and_young_ones_do_not():
    start = month_number("2026-01")
    old, young = (
        scenario_firm(FirmFacts(people=200, age=age), start, seed=3) for age in (56, 25)
    )
    retired = [
        simulate(firm, [policy()], prior_draws(20, 7), months=24).outcome("retirements").sum()
        for firm in (old, young)
    ]
    assert retired[0] > 20 * 20
    assert retired[1] == 0


# --- hand over and hire


def test_leavers_take_business_along(large):
    lossy, safe = (
        Arm(policy(selection=KEY), {"handover_loss": chance, "key_difficulty": 0.0})
        for chance in (0.8, 0.0)
    )
    assert_moves(large, lossy, safe, {"key_business": -1}, months=24, draws=60)


def test_vacancies_stay_open_as_long_as_they_take_to_fill(staff):
    slow, fast = (policy(hiring={"fill_months": months}) for months in (8, 1))
    assert_moves(staff, slow, fast, {"vacancies": 1, "arrivals": -1, "headcount": -1}, **FEW)


def test_experienced_newcomers_know_more_sell_sooner_and_cost_more(large):
    experienced, novices = (
        policy(hiring={"experienced": share, "experienced_pay": 1.3}) for share in (1.0, 0.0)
    )
    signs = {"skill": 1, ("pay_cost", "headcount"): 1, ("business", "headcount"): 1}
    assert_moves(large, experienced, novices, signs, draws=60)


def test_the_best_of_many_candidates_sells_more(large):
    many, one = (policy(hiring={"candidates": n}) for n in (12, 1))
    assert_moves(large, many, one, {("business", "headcount"): 1}, draws=60, months=24)


def test_candidates_chosen_by_signs_without_validity_change_nothing(staff):
    many, one = (
        with_parameter("selection_validity", 0.0, hiring={"candidates": n}) for n in (12, 1)
    )
    assert_nothing(staff, many, one)


def test_the_pay_of_experienced_newcomers_is_of_no_consequence_where_none_come(staff):
    cheap, dear = (policy(hiring={"experienced_pay": factor}) for factor in (1.0, 2.0))
    assert_nothing(staff, cheap, dear)


# --- what is recorded


def test_reasons_add_up_to_voluntary_exits(staff):
    y = simulate(staff, [policy(selection=KEY)], prior_draws(40, 2), months=24)
    reasons = sum(y.outcome(name) for name in OUTCOMES if name.startswith("reason_"))
    np.testing.assert_array_equal(reasons, y.outcome("voluntary"))
    assert (y.outcome("avoidable") <= y.outcome("voluntary")).all()
    assert (y.outcome("avoidable") >= 0).all()
    for never in ("reason_remote", "reason_help"):
        assert not y.outcome(never).any()


def test_causes_add_up_to_the_hazard_and_the_largest_is_the_reason(staff):
    """What a story lists of a person is what the kernel adds up."""
    draw = prior_mean()
    draw[INDEX["notice_chance"]] = 0.9
    model = FirmModel(staff, policy(selection=KEY), draw, seed=1)
    model.step()  # who is on notice from the start decided before it, for reasons nobody knows
    param, given = as_records(draw[None])[0], compile_policies([policy()])[0]
    decided = 0
    for _ in range(6):
        noticed = model.people["status"] == Status.NOTICE
        model.step()
        for person in model.people[(model.people["status"] == Status.NOTICE) & ~noticed]:
            parts = contributions(person, model.facts[0], given, param)
            hazard = quit_hazard(person, model.facts[0], given, param)
            assert sum(parts) == pytest.approx(hazard)
            above = np.maximum(parts[1:], 0)
            assert person["reason"] == (1 + above.argmax() if above.any() else Cause.LEVEL)
            reached = sum(above[c - 1] for c in range(Cause.EFFICACY, Cause.CONTROL + 1))
            assert person["avoidable"] == pytest.approx(1 - np.exp(-reached), rel=1e-5)
            decided += 1
    assert decided > 10


def test_no_more_false_alarms_than_alerts(staff):
    y = simulate(staff, [policy(intervention=HELPING)], prior_draws(40, 2), months=24)
    alerts, false = (y.outcome(name).cumsum(axis=-1) for name in ("alerts", "false_alarms"))
    assert (false <= alerts).all()
    assert not differences(staff, policy(), policy(), "alerts", draws=20).any()

"""Is every mechanism off exactly? The table of switches, each against a run in which the
mechanism has nothing to work with, bit for bit.

Proofs of four kinds: a rule reads neutral inputs instead (`READS`), or any inputs at all
(`DEAF`); the inputs are taken away in another way (`TWINS`); once off, the mechanism's own
parameters and levers are of no consequence (`IDLE`), or nothing of it is left (`ABSENT`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from scenarios import FirmFacts, scenario_firm
from simlab.engine.ensemble import simulate
from simlab.engine.mesa_model import FirmModel, PersonAgent
from simlab.engine.switches import BY_NAME, SWITCHES, Switch
from simlab.panel import month_number
from simlab.parameters import INDEX, REGISTRY, prior_draws
from simlab.practice import practice_records
from simlab.world import PERSON, Status
from tests.engine.signs import Arm, assert_nothing

MONTHS = 9
BOUNDS = {p.name: (p.lower, p.upper) for p in REGISTRY}
SEASON = tuple(0.3 * np.sin(np.arange(12)))
FACTS = {"market": 0.3, "season": SEASON}
ENTRY_SKILLS = practice_records()["entry_skill"][0]


@dataclass(frozen=True)
class Reading:
    """A rule that reads other inputs than there are: fields of the person's row."""

    rule: str
    inputs: Mapping[str, Any]
    facts: Mapping[str, float] = field(default_factory=dict)
    """Of both arms."""
    parameters: Mapping[str, float] = field(default_factory=dict)
    """Of both arms."""
    levers: Mapping[str, Any] = field(default_factory=dict)
    """Of both arms."""
    but: tuple[str, ...] = ()
    """Fields that nothing else reads and that may differ."""


READS: dict[str, Reading] = {
    "efficacy_leaving": Reading("leave", {"efficacy": 0.5}),
    "reward_leaving": Reading("leave", {"reward": 0.5}),
    "stress_leaving": Reading("leave", {"stress": 0.5}),
    "belonging_leaving": Reading("leave", {"belonging": 0.5}),
    "support_leaving": Reading("leave", {"support": 0.5}),
    "control_leaving": Reading("leave", {"control": 0.5}),
    "pay_leaving": Reading("leave", {"pay_level": 0.0}),
    "frailty": Reading("leave", {"frailty": 0.0}),
    "attention_leaving": Reading("leave", {"attention": 0.0}),
    "anticipation_leaving": Reading("leave", {"results": 1.0}),
    "notice_drop": Reading("work", {"status": Status.ACTIVE}),
    "ability": Reading("work", {"ability": 0.0}),
    "ramp": Reading("work", {"head_start": 1000}),
    "skill_results": Reading(
        "work", {"skills": ENTRY_SKILLS}, levers={"selection.key_share": 0.0}
    ),
    "support_winning": Reading("work", {"support": 0.5}),
    "waiting_anger": Reading("work", {"past_sla": 0}),
    "repeats": Reading("support", {"past_sla": 0}),
    "change_strain": Reading("feel", {"change": 0.0}, but=("change",)),
    "waiting_felt": Reading("feel", {"past_sla": 0}),
    "complaint_strain": Reading("feel", {"complaint_load": 0.0}),
    "decisions_felt": Reading("feel", {"decided": 0}),
    "newcomer_rating": Reading("show", {"entered": -200}),
    "absence_strain": Reading("show", {"stress": 0.5}, parameters={"ticket_pressure": 0.0}),
}
"""The mechanism on, but a rule reads neutral values: the same as off."""

DEAF: dict[str, Reading] = {
    "tenure_leaving": Reading("leave", {"entered": -200}, facts={"dismissal_months": 0}),
    "misfit_strain": Reading("feel", {"skills": 0.9}, parameters={"felt_fit": 0.0}),
    "misfit_felt": Reading("feel", {"skills": 0.9}, parameters={"demand_misfit": 0.0}),
    "support_buffer": Reading("feel", {"support": 0.9}, but=("morale", "pulse")),
}
"""The mechanism off, and a rule reads anything: the same as what there is."""

TWINS: dict[str, tuple[dict[str, float], dict[str, Any]]] = {
    "market_leaving": ({"expectation_market": 0.0}, {"market": 0.0}),
    "market_expectation": ({"market_exit": 0.0}, {"market": 0.0}),
    "season": ({}, {"season": np.zeros(12)}),
    "dismissal": ({"anticipation_exit": 0.0}, {"dismissal_months": 0}),
    "peers": ({}, {"couple_peers": 0}),
    "climate": ({}, {"couple_climate": 0}),
}
"""Facts and parameters that give the same histories as the switch; where a parameter is not the
switch's own it holds in both arms."""

LEVER_TWINS: dict[str, tuple[dict[str, Any], dict[str, float]]] = {
    "remote_leaving": ({"conditions.remote_days": 0.0}, {}),
    "coaching_belonging": ({"training.coaching": 0.0}, {"coaching_gain": 0.0}),
    "coaching_skill": ({"training.coaching": 0.0}, {"coaching_belonging": 0.0}),
}
"""The same, by levers; the parameters hold in both arms."""

IDLE: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "key_work": (
        ("key_openings", "key_difficulty", "key_fit", "key_support", "felt_fit", "key_memory",
         "demand_misfit", "demand_change", "request_rate", "care_gain",
         "complaint_level", "renewal_level", "needs_change", "handover_loss",
         "ticket_communication", "doing_gain"),
        {"incentive.key_commission": 0.4, "incentive.payout_lag": 9,
         "incentive.milestone_share": 0.9, "selection.by_fit": 0.1, "selection.ramp_months": 1},
    ),
    "handover": (("handover_satisfaction",), {}),
    "requests": (
        ("request_repeat", "wait_anger", "wait_isolation", "demand_waiting", "goodwill_wait",
         "ticket_resources", "support_memory"),
        {"support.capacity": 0.1, "support.cost": 0.0, "support.sla": 5,
         "support.escalation": 3.0, "support.routing": 0.9},
    ),
    "queue": ((), {"support.capacity": 0.1, "support.cost": 0.0, "support.routing": 0.9}),
    "goodwill": (
        ("goodwill_memory", "goodwill_complaint", "goodwill_return", "goodwill_business"), {}
    ),
    "bonus": ((), {"incentive.bonus_elasticity": 3.0, "incentive.bonus_cap": 0.1}),
    "guarantee": ((), {"incentive.recoverable": False}),
    "team_income": (("expectation_peers",), {}),
    "courses": (
        ("course_gain", "attendance", "exam_level", "exam_skill", "exam_willingness",
         "course_attended", "learning_efficacy", "passed_forgetting"),
        {"training.hours_per_month": 80, "training.fragments": False, "training.pass_mark": 0.9,
         "training.fee": 900, "training.audience": "below"},
    ),
    "forgetting": (("passed_forgetting",), {}),
    "transparency": (("control_informed", "control_gap", "control_memory", "control_exit"), {}),
    "help": (
        ("help_exit", "help_uptake", "help_fading", "relief_target", "relief_demand",
         "workload_demand", "visit_coaching", "visit_win", "visit_efficacy",
         "counselling_stress"),
        {"intervention.threshold": 0.0, "intervention.capacity": 100, "intervention.cost": 9999,
         "intervention.kind": "relief"},
    ),
    "experience": (("experience_months", "experience_skill"), {"hiring.experienced_pay": 2}),
    "candidates": (("selection_validity",), {}),
}
"""While the mechanism is off: parameters between their bounds and levers of no consequence."""

ABSENT: dict[str, str] = {
    "shock": "other_exits",
    "dismissal": "involuntary",
    "tickets": "tickets_pressure",
    "help": "helped",
    "courses": "training_hours",
    "key_work": "key_people",
}
"""Outcomes that are exactly zero while the mechanism is off, and are not while it is on."""

OWN = {"refund", "doing", "routing"}
"""Switches with a test of their own below."""


@pytest.fixture(scope="module")
def staff():
    """People of whom many come and go, in a good market and a year with seasons."""
    facts = FirmFacts(people=50, team_size=10, tenure_months=6, support_capacity=0.06, **FACTS)
    return scenario_firm(facts, month_number("2026-01"), seed=5)


@pytest.fixture(scope="module")
def everything(busy):
    """A policy that sets every lever that a mechanism hangs on."""
    given = busy.model_dump()
    given["training"] |= {"coaching": 0.9, "hours_per_month": 20}
    given["selection"] |= {"key_share": 0.6, "ramp_months": 2}
    given["hiring"] |= {"experienced": 0.5, "candidates": 3, "fill_months": 1}
    given["conditions"] |= {"remote_days": 2.0}
    given["intervention"] |= {"threshold": 0.2, "capacity": 30}
    return type(busy).model_validate(given)


def test_every_switch_is_proven_here():
    proven = {*READS, *DEAF, *TWINS, *LEVER_TWINS, *IDLE, *ABSENT, *OWN}
    assert proven == set(BY_NAME)
    assert len(BY_NAME) == len(SWITCHES)


def lively_draw(switch: Switch) -> np.ndarray:
    """A draw in which many leave and the mechanism is as strong as it can be."""
    draw = prior_draws(1, 11)[0]
    draw[INDEX["exit_level"]] = -2.2
    draw[INDEX["dismissal"]] = 0.2
    for name in switch.parameters:
        draw[INDEX[name]] = BOUNDS[name][1]
    return draw


def reader(reading: Reading, off: Switch) -> type[PersonAgent]:
    """An agent whose rule reads the given inputs. Who they are when they come is drawn with the
    mechanism off: that it selects who has stayed so far is part of it."""

    class Reader(PersonAgent):
        def enter(self) -> None:
            row = self.firm_model._param[0]
            kept = {name: float(row[name]) for name in off.parameters}
            for name, value in off.parameters.items():
                row[name] = value
            self.follow("enter")
            for name, value in kept.items():
                row[name] = value

    def read(agent: PersonAgent) -> None:
        row = agent.record
        working = row["status"] in (Status.ACTIVE, Status.NOTICE)
        if not working:
            return
        held = {name: np.copy(row[name]) for name in reading.inputs}
        for name, value in reading.inputs.items():
            row[name] = value
        read_as = {name: np.copy(row[name]) for name in reading.inputs}
        agent.follow(reading.rule)
        for name, value in held.items():
            # what the rule wrote itself stays; `support` writes past_sla whatever it was
            written = not np.array_equal(row[name], read_as[name])
            if not written and (reading.rule, name) != ("support", "past_sla"):
                row[name] = value

    setattr(Reader, reading.rule, read)
    return Reader




def history(firm, policy, draw, agent=PersonAgent):
    """(months) people and accounts after each month."""
    model = FirmModel(
        firm, policy, draw, seed=3, agents_by_slot=dict.fromkeys(range(len(firm.people)), agent)
    )
    kept = []
    for _ in range(MONTHS):
        model.step()
        kept.append((model.people.copy(), model.accounts.copy()))
    return kept


def differing(one, other, but=()):
    """Names of the fields in which two histories differ in any month."""
    names = set()
    for (people, accounts), (other_people, other_accounts) in zip(one, other, strict=True):
        names |= {
            name for name in PERSON.names
            if name not in but
            and not np.array_equal(people[name], other_people[name], equal_nan=True)
        }
        if not np.array_equal(accounts, other_accounts):
            names.add("accounts")
    return names


@pytest.mark.parametrize("name", READS)
def test_off_is_as_if_the_rule_read_neutral_inputs(staff, everything, name):
    switch, reading = BY_NAME[name], READS[name]
    firm, policy, draw = prepared(staff, everything, switch, reading)
    off_firm, off_policy, off_draw = switch.off(firm, policy, draw[None])
    off = history(off_firm, off_policy, off_draw[0])
    neutral = history(firm, policy, draw, reader(reading, switch))
    assert differing(off, neutral, reading.but) == set()
    assert differing(off, history(firm, policy, draw)), "the mechanism did nothing when on"


def test_without_frailty_nobody_is_more_prone_to_leave_than_another(staff, everything):
    for also in ({}, {"efficacy_exit": 0.0}):
        draw = BY_NAME["frailty"].draws(lively_draw(BY_NAME["frailty"])[None])[0]
        for name, value in also.items():
            draw[INDEX[name]] = value
        assert all((people["frailty"] == 0).all() for people, _ in history(staff, everything, draw))


@pytest.mark.parametrize("name", DEAF)
def test_off_is_deaf_to_its_inputs(staff, everything, name):
    switch, reading = BY_NAME[name], DEAF[name]
    firm, policy, draw = prepared(staff, everything, switch, reading)
    off_firm, off_policy, off_draw = switch.off(firm, policy, draw[None])
    agent = reader(reading, switch)
    off = history(off_firm, off_policy, off_draw[0])
    assert differing(off, history(off_firm, off_policy, off_draw[0], agent), reading.but) == set()
    on = history(firm, policy, draw)
    assert differing(on, history(firm, policy, draw, agent), reading.but), "deaf when on, too"


def prepared(firm, policy, switch, reading):
    """Firm, policy and draw of both arms."""
    draw = lively_draw(switch)
    for parameter, value in reading.parameters.items():
        draw[INDEX[parameter]] = value
    levers = Switch("levers", "", "", levers=reading.levers)
    return firm.with_facts(**reading.facts), levers.policy(policy), draw


def assert_something(firm, one, other):
    """Fail where two arms give the same histories: a proof by equality would be empty."""
    with pytest.raises(AssertionError, match="not equal"):
        assert_nothing(firm, one, other, months=MONTHS)


@pytest.mark.parametrize("name", TWINS)
def test_off_is_as_if_there_were_nothing_to_react_to(staff, everything, name):
    switch, (parameters, facts) = BY_NAME[name], TWINS[name]
    off = Arm(everything, {**parameters, **switch.parameters}, switch.facts)
    assert_nothing(staff, off, Arm(everything, parameters, facts), months=MONTHS)
    strong = {**parameters, **{p: BOUNDS[p][1] for p in switch.parameters}}
    assert_something(staff, off, Arm(everything, strong))


@pytest.mark.parametrize("name", LEVER_TWINS)
def test_off_is_as_if_the_lever_were_not_pulled(staff, everything, name):
    levers, parameters = LEVER_TWINS[name]
    switch = BY_NAME[name]
    # one-to-one training as help is coaching, too: without it only the manager's is left
    unhelped = BY_NAME["help"].policy(everything)
    released = Switch("levers", "", "", levers=levers).policy(unhelped)
    off = Arm(unhelped, {**parameters, **switch.parameters})
    assert_nothing(staff, off, Arm(released, parameters), months=MONTHS)
    strong = {**parameters, **{p: BOUNDS[p][1] for p in switch.parameters}}
    assert_something(staff, off, Arm(unhelped, strong))


@pytest.mark.parametrize("name", IDLE)
def test_off_its_parameters_and_levers_are_idle(staff, everything, name):
    switch = BY_NAME[name]
    parameters, levers = IDLE[name]
    # what more support staff costs is no effect of theirs
    free = Switch("levers", "", "", levers={"support.cost": 0.0}).policy(everything)
    other = Switch("levers", "", "", levers=levers).policy(free)
    low, high = ({p: BOUNDS[p][end] for p in parameters} for end in (0, 1))
    off = [
        Arm(switch.policy(given), {**bounds, **switch.parameters}, switch.facts)
        for given, bounds in ((free, low), (other, high))
    ]
    assert_nothing(staff, *off, months=MONTHS)
    assert_something(staff, Arm(free, low), Arm(other, high))


@pytest.mark.parametrize("name", ABSENT)
def test_off_nothing_of_it_is_left(staff, everything, name):
    switch = BY_NAME[name]
    draw = lively_draw(switch)[None]
    on = simulate(staff, [everything], draw, months=MONTHS, replicates=20)
    firm, policy, draws = switch.off(staff, everything, draw)
    off = simulate(firm, [policy], draws, months=MONTHS, replicates=20)
    assert on.outcome(ABSENT[name]).sum() > 0
    assert (off.outcome(ABSENT[name]) == 0).all()


def test_without_refunds_no_month_is_negative(staff, everything):
    switch = BY_NAME["refund"]
    draw = lively_draw(switch)
    on, off = (history(staff, everything, d) for d in (draw, switch.draws(draw[None])[0]))
    assert min(people["business"].min() for people, _ in on) < 0
    assert min(people["business"].min() for people, _ in off) >= 0


def test_without_doing_skills_stand_still_where_nothing_else_moves_them(staff, everything):
    quiet = everything
    for name in ("courses", "help"):
        quiet = BY_NAME[name].policy(quiet)
    draws = lively_draw(BY_NAME["doing"])[None]
    for name in ("coaching_skill", "forgetting"):
        draws = BY_NAME[name].draws(draws)
    moved = []
    for given in (draws, BY_NAME["doing"].draws(draws)):
        kept = history(staff, quiet, given[0])
        same = kept[-1][0]["generation"] == kept[0][0]["generation"]
        moved.append(any(
            not np.array_equal(kept[-1][0][skill][same], kept[0][0][skill][same])
            for skill in ("skills", "insight")
        ))
    assert moved == [True, False]


def test_without_routing_nobody_asks_where_there_is_room(staff, everything):
    draw = lively_draw(BY_NAME["routing"])

    def requests(policy, room):
        model = FirmModel(staff, policy, draw, seed=3)
        kept = []
        for _ in range(MONTHS):
            model.step()
            model.departments["room"] = room
            kept.append(model.people["requests"].copy())
        return np.array(kept)

    off = BY_NAME["routing"].policy(everything)
    first, second = (1.0, 0.0), (0.0, 1.0)
    assert np.array_equal(requests(off, first), requests(off, second))
    assert not np.array_equal(requests(everything, first), requests(everything, second))

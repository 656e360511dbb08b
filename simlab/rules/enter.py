"""Who joins: newcomers, and people who were here before the record began."""
# mypy: disable-error-code="no-untyped-def"

import math

import numpy as np
from scipy.special import ndtr

from simlab.compiled import inlined
from simlab.numeric import exp, log, normal_quantile
from simlab.rules import normal, rule, uniform
from simlab.rules.leave import tenure_hazard
from simlab.rules.show import usual_contacts
from simlab.world import DEPARTMENTS, INDUSTRIES, SKILLS, TAGS, Cause, Exit, Status

NODES = 16
WIDTH = 0.35
LOWEST = -0.5 * WIDTH * (NODES - 1)
"""Cells of the frailty distribution when conditioning on survival: equally wide in standard
deviations, up to 2.8 either way."""
SHARE = np.diff([ndtr(LOWEST + WIDTH * (k - 0.5)) for k in range(NODES + 1)])
"""Probability of each cell before anything is known."""
SPANS = np.array([1, 2, 3, 6, 12, 18, 18])
"""Months of tenure that share one value of the baseline hazard when it is accumulated; beyond
their sum survival no longer sharpens what is known of frailty."""
SUCCESS_SIZE = 0.14
SUCCESS_ACTIVITY = 0.105
"""Slopes of expected success (business against typical, 0..1) in the log size of business and in
the log-odds of any, at seven active months in ten: they follow from the form of success."""
SUCCESS_SPREAD = 0.25
"""SD of success from month to month there."""


@inlined
def hazard_lived(tenure, param):
    """Baseline hazard accumulated over so many months of tenure."""
    total, month = 0.0, 0
    for k in range(len(SPANS)):
        span = min(SPANS[k], tenure - month)
        if span <= 0:
            break
        total += span * exp(tenure_hazard(month + span // 2, param))
        month += span
    return total


@inlined
def survivor(u, spread, entry_tenure, param):
    """A normal deviate (SD `spread`) of the log hazard, given survival of `entry_tenure` months.

    The density phi(z) exp(-H e^(spread z)), H the cumulative baseline hazard, is laid out on
    cells and inverted at u: a delayed entry is not a newcomer.
    """
    if entry_tenure <= 0:
        return spread * normal_quantile(u)
    lived = hazard_lived(entry_tenure, param)
    first, ratio = lived * exp(spread * LOWEST), exp(spread * WIDTH)
    total, hazard = 0.0, first
    for cell in range(NODES):
        total += SHARE[cell] * exp(-hazard)
        hazard *= ratio
    sought, reached, hazard = u * total, 0.0, first
    for cell in range(NODES):
        mass = SHARE[cell] * exp(-hazard)
        if reached + mass >= sought or cell == NODES - 1:
            within = min(max((sought - reached) / mass, 0.0), 1.0)
            return spread * (LOWEST + WIDTH * (cell + within - 0.5))
        reached += mass
        hazard *= ratio
    return 0.0


@inlined
def best_candidate(ability, u, candidates, param):
    """Ability of the best of several candidates by a sign that correlates with ability as
    `selection_validity` says; `ability` is what the sign does not show."""
    seen = normal_quantile(exp(log(u) / candidates))
    validity = param.selection_validity
    return validity * seen + math.sqrt(1.0 - validity * validity) * ability


@inlined
def notice_under_way(u, hazard, chance):
    """Months of notice left (0..3) of someone already here: a decision of the last months whose
    notice (binomial(3, chance)) has not run out. Without it a history would begin with a month
    nearly free of exits."""
    three = chance * chance * chance
    two = three + 3.0 * chance * chance * (1.0 - chance)
    one = two + 3.0 * chance * (1.0 - chance) * (1.0 - chance)
    if u < hazard * three:
        return 3
    if u < hazard * (three + two):
        return 2
    return 1 if u < hazard * (three + two + one) else 0


@inlined
def take_seat(person, firm, policy, param, draw):
    """A newcomer takes the seat; experience raises pay and skills. Returns the shift of skills."""
    shift = policy.hire_skill
    person.entered = firm.month
    person.base = firm.entry_base
    person.grade = 1
    person.head_start = 0
    person.retires = 0
    if draw.experience < policy.experienced:
        person.base *= policy.experienced_pay
        person.head_start = int(param.experience_months)
        shift += param.experience_skill
    return shift


@inlined
def success_lift(param):
    """How ability shifts the level around which efficacy moves, hence the log hazard."""
    return SUCCESS_SIZE * param.size_ability + SUCCESS_ACTIVITY * param.activity_ability


@inlined
def draw_traits(person, tenure, newcomer, policy, param, draw):
    """Frailty and ability, jointly and given survival so far, and what is fixed for life. Returns
    the deviation of the log hazard that they make up together, and the ability before selection."""
    slope = -param.efficacy_exit * success_lift(param)
    spread = math.sqrt(param.frailty_spread * param.frailty_spread + slope * slope) + 1e-9
    deviation = survivor(draw.survival, spread, tenure, param)
    share = slope / spread
    rest = math.sqrt(max(1.0 - share * share, 0.0))
    ability = share * deviation / spread + rest * normal_quantile(draw.ability)
    person.ability = ability
    if newcomer and policy.candidates > 1:
        person.ability = best_candidate(ability, draw.selection, policy.candidates, param)
    # exactly nothing without a spread: the split of the deviation leaves a rounding rest
    person.frailty = deviation - slope * ability if param.frailty_spread > 0.0 else 0.0
    person.willingness = draw.willingness
    person.proactivity = draw.proactivity
    person.turn = draw.turn
    return deviation, ability


@inlined
def draw_skills(person, shift, practice, param, draw):
    """Skills around those that people of this practice start with."""
    for k in range(SKILLS):
        own = param.skill_spread * normal_quantile(draw.skill[k])
        skill = practice.entry_skill[k] + shift + own
        person.skills[k] = min(max(skill, 0.0), 1.0)
    for k in range(INDUSTRIES):
        person.insight[k] = param.insight_spread * draw.insight[k]


@inlined
def start_states(person, tenure, ability, param, draw):
    """States: neutral, but for the efficacy that results so far have left."""
    efficacy = 0.5
    if tenure > 0:
        memory = param.efficacy_memory
        noise = SUCCESS_SPREAD * math.sqrt(memory / (2.0 - memory)) * normal_quantile(draw.efficacy)
        efficacy += success_lift(param) * ability + noise
    person.efficacy = min(max(efficacy, 0.0), 1.0)
    person.results = person.efficacy
    person.reward = 0.5
    person.stress = 0.5
    person.belonging = 0.5
    person.support = 0.5
    person.control = 0.5
    person.morale = 0.5
    person.goodwill = 0.5


@inlined
def clear_seat(person, param):
    """Nothing of whoever sat here before: no work, pay, requests, courses, signs or help."""
    person.expected = 0.0
    person.income = 0.0
    person.bonus = 0.0
    person.advance = 0.0
    person.key = 0.0
    person.nominated = 0
    person.change = 0.0
    person.moved = 0
    person.ties_gone = 0
    for k in range(len(person.due)):
        person.due[k] = 0.0
    for k in range(len(person.attainment)):
        # until a first case says otherwise a KPI counts as met
        person.attainment[k] = 1.0
        person.at_cap[k] = 0.0
    person.quarter_business = 0.0
    person.quarter_typical = 0.0
    person.quarter_luck = 0.0
    person.running_rating = 0
    person.rating = 0
    person.falling = 0
    person.below = 0
    for d in range(DEPARTMENTS):
        person.requests[d] = 0
        person.request_age[d] = 0
    person.past_sla = 0
    person.course = -1
    person.hours = 0.0
    person.passed = 0
    person.attempts = 0
    for tag in range(TAGS):
        person.tag_months[tag] = 0
    person.usual_contacts = usual_contacts(person, param)
    person.help = 0
    person.help_wait = 0
    person.help_left = 0
    person.attention = 0.0
    person.alert = 0


@inlined
def set_notice(person, known, tenure, deviation, param, draw):
    """Who is known to be on notice stays so; someone here before may be, by a draw."""
    person.leaving = Exit.VOLUNTARY if known else Exit.NONE
    person.reason = Cause.LEVEL
    person.avoidable = 0.0
    if known:
        person.status = Status.NOTICE
    elif tenure > 0:
        hazard = exp(tenure_hazard(tenure, param) + deviation)
        person.notice = notice_under_way(draw.notice, hazard, param.notice_chance)
        if person.notice > 0:
            person.status = Status.NOTICE
            person.leaving = Exit.VOLUNTARY
    else:
        person.notice = 0


@rule(
    "arrival",
    draws=(
        "survival",
        "ability",
        "willingness",
        "proactivity",
        "efficacy",
        "turn",
        "notice",
        uniform("skill", SKILLS),
        "experience",
        "selection",
        normal("insight", INDUSTRIES),
    ),
)
def enter(person, firm, policy, practice, param, draw):
    """A person comes under observation: traits, skills and states are drawn.

    Frailty and ability are drawn jointly, conditional on having survived to the present tenure:
    ability lowers the hazard through efficacy, so long tenure selects both. A newcomer may bring
    experience, or be the best of several candidates. Who is known to be on notice stays so.
    """
    newcomer = person.status == Status.ARRIVING
    on_notice = not newcomer and person.notice > 0
    shift = take_seat(person, firm, policy, param, draw) if newcomer else 0.0
    person.pay_level = log(person.base / firm.base_reference)
    person.status = Status.ACTIVE
    tenure = firm.month - person.entered
    deviation, ability = draw_traits(person, tenure, newcomer, policy, param, draw)
    draw_skills(person, shift, practice, param, draw)
    start_states(person, tenure, ability, param, draw)
    clear_seat(person, param)
    set_notice(person, on_notice, tenure, deviation, param, draw)
    person.left = 0
    person.log_weight = 0.0

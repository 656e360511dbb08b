"""What is recorded of every simulated month: sums and means over the firm."""
# mypy: disable-error-code="no-untyped-def"

from enum import IntEnum

from simlab.compiled import inlined
from simlab.rules import rule
from simlab.rules.warn import FALSE_AFTER
from simlab.rules.work import fit
from simlab.world import DEPARTMENTS, TAGS, Exit, Status


class Outcome(IntEnum):
    """Figures of one month of one firm, by their place on the last axis of results.

    Counts are people or events a month; money is the firm's currency a month.

    - Exits by kind (`voluntary`, `involuntary`, `other_exits` for shocks, `retirements`).
      `regretted` counts voluntary exits of people whose results were at or above standard, the
      mean of their firm in that month. `avoidable` adds up, over voluntary exits, the share of
      the hazard owed to what levers reach when the decision was made. The `reason_` counts split
      voluntary exits by the largest contribution above neutral (`simlab.world.Cause`).
    - `lost_business` is the monthly business of customers lost when their owner left. It is gone
      from `business` already and therefore no cost item; nor are `training_hours`, whose time is
      missing from selling.
    - `complaints` holds `standard_complaints`, those of standard customers. `returned` of the
      `returns_due` standard customers came back: their ratio is the return rate. `key_customers`
      are held, of whose contracts `renewals_due` ended and `renewed` went on.
    - `requests` wait at the end of the month, `waiting` adds up the months that the oldest one of
      each person and department has waited; `raised`, `resolved` and `repeats` are of the month.
    - `below_expected` counts people whose income was below what they had come to expect.
    - `alerts` are new ones; `false_alarms` are alerts whose person was still here and had not
      decided to leave `FALSE_AFTER` months later, those kept by help included; `approached` were
      offered help, for `helped` it runs.
    - `cost` is the sum of the cost items: pay, training fees, support staff, help, replacement
      and working conditions.
    - The rest are means over the people working: `tenure` (months), `skill` (fit with the work
      that one does) and states (0..1), `score` (points); `meets_profile` is the share of them
      whose fit with key work reaches the profile.
    """

    HEADCOUNT = 0
    EXITS = 1
    VOLUNTARY = 2
    INVOLUNTARY = 3
    OTHER_EXITS = 4
    RETIREMENTS = 5
    REGRETTED = 6
    AVOIDABLE = 7
    REASON_NONE = 8
    REASON_TENURE = 9
    REASON_FRAILTY = 10
    REASON_EFFICACY = 11
    REASON_REWARD = 12
    REASON_STRESS = 13
    REASON_BELONGING = 14
    REASON_SUPPORT = 15
    REASON_CONTROL = 16
    REASON_MARKET = 17
    REASON_REMOTE = 18
    REASON_PAY = 19
    REASON_HELP = 20
    REASON_ANTICIPATION = 21
    ARRIVALS = 22
    VACANCIES = 23
    BUSINESS = 24
    KEY_BUSINESS = 25
    LOST_BUSINESS = 26
    COMPLAINTS = 27
    STANDARD_COMPLAINTS = 28
    RETURNS_DUE = 29
    RETURNED = 30
    KEY_CUSTOMERS = 31
    RENEWALS_DUE = 32
    RENEWED = 33
    REQUESTS = 34
    RAISED = 35
    RESOLVED = 36
    REPEATS = 37
    WAITING = 38
    PAST_SLA = 39
    BELOW_EXPECTED = 40
    TRAINING_HOURS = 41
    EXAMS_PASSED = 42
    EXAMS_FAILED = 43
    ALERTS = 44
    FALSE_ALARMS = 45
    APPROACHED = 46
    HELPED = 47
    ABSENCE = 48
    TICKETS_PRESSURE = 49
    TICKETS_COMMUNICATION = 50
    TICKETS_RESOURCES = 51
    KEY_PEOPLE = 52
    PAY_COST = 53
    TRAINING_COST = 54
    SUPPORT_COST = 55
    HELP_COST = 56
    REPLACEMENT_COST = 57
    CONDITIONS_COST = 58
    COST = 59
    TENURE = 60
    SKILL = 61
    MEETS_PROFILE = 62
    EFFICACY = 63
    REWARD = 64
    MORALE = 65
    STRESS = 66
    BELONGING = 67
    SUPPORT = 68
    CONTROL = 69
    SCORE = 70


OUTCOMES: tuple[str, ...] = tuple(outcome.name.lower() for outcome in Outcome)
"""Names of the outcomes, in order."""


@inlined
def standard(people):
    """Mean level of results over the people working this month. A fixed bar would let a policy
    look better by merely lowering everybody's results."""
    total = 0.0
    working = 0
    for i in range(len(people)):
        if people[i].status == Status.ACTIVE or people[i].status == Status.NOTICE:
            total += people[i].results
            working += 1
    return total / working if working > 0 else 0.0


@inlined
def record_exit(person, bar, firm, policy, outcomes):
    """The kind of an exit, its reason where it was voluntary, and what it costs."""
    outcomes[Outcome.EXITS] += 1.0
    if person.leaving == Exit.VOLUNTARY:
        outcomes[Outcome.VOLUNTARY] += 1.0
        outcomes[Outcome.REGRETTED] += 1.0 if person.results >= bar else 0.0
        outcomes[Outcome.AVOIDABLE] += person.avoidable
        outcomes[Outcome.REASON_NONE + person.reason] += 1.0
    elif person.leaving == Exit.INVOLUNTARY:
        outcomes[Outcome.INVOLUNTARY] += 1.0
    elif person.leaving == Exit.RETIREMENT:
        outcomes[Outcome.RETIREMENTS] += 1.0
    else:
        outcomes[Outcome.OTHER_EXITS] += 1.0
    outcomes[Outcome.LOST_BUSINESS] += person.lost_business
    months = policy.hire_cost + firm.replacement_cost
    outcomes[Outcome.REPLACEMENT_COST] += months * person.base


@inlined
def record_work(person, policy, practice, outcomes):
    """A person's month of work, pay and training."""
    outcomes[Outcome.BUSINESS] += person.business + person.key_business
    outcomes[Outcome.COMPLAINTS] += person.complaints
    outcomes[Outcome.STANDARD_COMPLAINTS] += person.standard_complaints
    outcomes[Outcome.RETURNS_DUE] += person.returns_due
    outcomes[Outcome.RETURNED] += person.returned
    outcomes[Outcome.PAY_COST] += person.income
    outcomes[Outcome.BELOW_EXPECTED] += person.short
    suited = fit(person.skills, practice.key_demand)
    outcomes[Outcome.MEETS_PROFILE] += 1.0 if suited >= practice.profile else 0.0
    if person.key < 1.0:
        standard = fit(person.skills, practice.standard_demand)
        suited = person.key * suited + (1.0 - person.key) * standard
    outcomes[Outcome.SKILL] += suited
    if person.key > 0.0:
        outcomes[Outcome.KEY_PEOPLE] += 1.0
        outcomes[Outcome.KEY_BUSINESS] += person.key_business
        outcomes[Outcome.KEY_CUSTOMERS] += person.customers
        outcomes[Outcome.RENEWALS_DUE] += person.renewals_due
        outcomes[Outcome.RENEWED] += person.renewed
        for d in range(DEPARTMENTS):
            outcomes[Outcome.REQUESTS] += person.requests[d]
            outcomes[Outcome.WAITING] += person.request_age[d]
        outcomes[Outcome.RAISED] += person.raised
        outcomes[Outcome.RESOLVED] += person.resolved
        outcomes[Outcome.REPEATS] += person.repeats
        outcomes[Outcome.PAST_SLA] += person.past_sla
    if person.studied > 0.0:
        outcomes[Outcome.TRAINING_HOURS] += person.studied
        outcomes[Outcome.TRAINING_COST] += policy.fee * person.studied
        outcomes[Outcome.EXAMS_PASSED] += 1.0 if person.examined > 0 else 0.0
        outcomes[Outcome.EXAMS_FAILED] += 1.0 if person.examined < 0 else 0.0


@inlined
def record_help(person, policy, outcomes):
    """What early warning saw, whom it reached and what that costs."""
    outcomes[Outcome.ALERTS] += 1.0 if person.alert == FALSE_AFTER else 0.0
    outcomes[Outcome.FALSE_ALARMS] += person.false_alarm
    if person.approached:
        outcomes[Outcome.APPROACHED] += 1.0
        outcomes[Outcome.HELP_COST] += policy.approach_cost
    if person.help_left > 0 and person.help_wait == 0:
        outcomes[Outcome.HELPED] += 1.0
        outcomes[Outcome.HELP_COST] += policy.help_cost


@inlined
def record_state(person, firm, outcomes):
    """How a person is: tenure, states, score, and what of it shows."""
    outcomes[Outcome.TENURE] += firm.month - person.entered
    outcomes[Outcome.EFFICACY] += person.efficacy
    outcomes[Outcome.REWARD] += person.reward
    outcomes[Outcome.MORALE] += person.morale
    outcomes[Outcome.STRESS] += person.stress
    outcomes[Outcome.BELONGING] += person.belonging
    outcomes[Outcome.SUPPORT] += person.support
    outcomes[Outcome.CONTROL] += person.control
    outcomes[Outcome.SCORE] += person.score
    outcomes[Outcome.ABSENCE] += person.absence
    for tag in range(TAGS):
        outcomes[Outcome.TICKETS_PRESSURE + tag] += person.tickets[tag]


@rule("firm")
def record(people, firm, policy, practices, outcomes):
    """One row of `OUTCOMES` for this month, added up in slot order."""
    for k in range(len(outcomes)):
        outcomes[k] = 0.0
    bar = standard(people)
    for i in range(len(people)):
        person = people[i]
        if person.status == Status.VACANT:
            outcomes[Outcome.VACANCIES] += 1.0 if person.vacancy > 0 else 0.0
            continue
        if person.status != Status.ACTIVE and person.status != Status.NOTICE:
            continue
        outcomes[Outcome.HEADCOUNT] += 1.0
        if person.left:
            record_exit(person, bar, firm, policy, outcomes)
        if person.entered == firm.month:
            outcomes[Outcome.ARRIVALS] += 1.0
        record_work(person, policy, practices[person.practice], outcomes)
        if policy.help_on:
            record_help(person, policy, outcomes)
        record_state(person, firm, outcomes)
    heads = outcomes[Outcome.HEADCOUNT]
    added = max(policy.support_capacity - 1.0, 0.0)
    outcomes[Outcome.SUPPORT_COST] = policy.support_cost * added * heads
    outcomes[Outcome.CONDITIONS_COST] = policy.conditions_cost * heads
    for k in range(Outcome.PAY_COST, Outcome.COST):
        outcomes[Outcome.COST] += outcomes[k]
    if heads > 0.0:
        for k in range(Outcome.TENURE, Outcome.SCORE + 1):
            outcomes[k] /= heads

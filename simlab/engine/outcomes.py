"""What is recorded of every simulated month: sums and means over the firm."""
# mypy: disable-error-code="no-untyped-def"

from enum import IntEnum

from numba import njit

from simlab.rules import rule
from simlab.world import Exit, Status


class Outcome(IntEnum):
    """Figures of one month of one firm, by their place on the last axis of results.

    Counts are people or events a month; money is the firm's currency a month; efficacy, morale,
    stress (0..1) and score are means over the people working. `regretted` counts voluntary exits of
    people whose results were at or above standard, the mean of their firm in that month; `cost`
    is the sum of the cost items.
    """

    HEADCOUNT = 0
    EXITS = 1
    VOLUNTARY = 2
    INVOLUNTARY = 3
    OTHER_EXITS = 4
    REGRETTED = 5
    ARRIVALS = 6
    VACANCIES = 7
    BUSINESS = 8
    KEY_BUSINESS = 9
    COMPLAINTS = 10
    REQUESTS = 11
    PAST_SLA = 12
    HELPED = 13
    KEY_PEOPLE = 14
    PAY_COST = 15
    TRAINING_COST = 16
    SUPPORT_COST = 17
    HELP_COST = 18
    REPLACEMENT_COST = 19
    CONDITIONS_COST = 20
    COST = 21
    EFFICACY = 22
    MORALE = 23
    STRESS = 24
    SCORE = 25


OUTCOMES: tuple[str, ...] = tuple(outcome.name.lower() for outcome in Outcome)
"""Names of the outcomes, in order."""


@njit
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


@rule("firm")
def record(people, firm, policy, outcomes):
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
            outcomes[Outcome.EXITS] += 1.0
            if person.leaving == Exit.VOLUNTARY:
                outcomes[Outcome.VOLUNTARY] += 1.0
                outcomes[Outcome.REGRETTED] += 1.0 if person.results >= bar else 0.0
            elif person.leaving == Exit.INVOLUNTARY:
                outcomes[Outcome.INVOLUNTARY] += 1.0
            else:
                outcomes[Outcome.OTHER_EXITS] += 1.0
            replacement = policy.hire_cost * person.base + firm.replacement_cost * person.base
            outcomes[Outcome.REPLACEMENT_COST] += replacement
        if person.entered == firm.month:
            outcomes[Outcome.ARRIVALS] += 1.0
        outcomes[Outcome.BUSINESS] += person.business + person.key_business
        outcomes[Outcome.KEY_BUSINESS] += person.key_business
        outcomes[Outcome.COMPLAINTS] += person.complaints
        outcomes[Outcome.REQUESTS] += person.requests
        outcomes[Outcome.PAST_SLA] += person.past_sla
        if person.help_left > 0:
            outcomes[Outcome.HELPED] += 1.0
            outcomes[Outcome.HELP_COST] += policy.help_cost
        outcomes[Outcome.KEY_PEOPLE] += 1.0 if person.key > 0.0 else 0.0
        outcomes[Outcome.PAY_COST] += person.income
        if person.course >= 0:
            outcomes[Outcome.TRAINING_COST] += policy.fee * policy.hours_per_month
        added = max(policy.support_capacity - 1.0, 0.0)
        outcomes[Outcome.SUPPORT_COST] += policy.support_cost * added
        outcomes[Outcome.CONDITIONS_COST] += policy.conditions_cost
        outcomes[Outcome.EFFICACY] += person.efficacy
        outcomes[Outcome.MORALE] += person.morale
        outcomes[Outcome.STRESS] += person.stress
        outcomes[Outcome.SCORE] += person.score
    for k in range(Outcome.PAY_COST, Outcome.COST):
        outcomes[Outcome.COST] += outcomes[k]
    if outcomes[Outcome.HEADCOUNT] > 0.0:
        for k in range(Outcome.EFFICACY, Outcome.SCORE + 1):
            outcomes[k] /= outcomes[Outcome.HEADCOUNT]

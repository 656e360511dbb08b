"""What is recorded of every simulated month: sums and means over the firm."""
# mypy: disable-error-code="no-untyped-def"

from numba import njit

from simlab.rules import rule
from simlab.world import Exit, Status

OUTCOMES: tuple[str, ...] = (
    "headcount",
    "exits",
    "voluntary",
    "involuntary",
    "other_exits",
    "regretted",
    "arrivals",
    "vacancies",
    "business",
    "key_business",
    "complaints",
    "requests",
    "past_sla",
    "helped",
    "key_people",
    "pay_cost",
    "training_cost",
    "support_cost",
    "help_cost",
    "replacement_cost",
    "conditions_cost",
    "cost",
    "efficacy",
    "morale",
    "stress",
    "score",
)
"""Figures of one month of one firm, in the order of the last axis of results.

Counts are people or events a month; money is the firm's currency a month; efficacy, morale,
stress (0..1) and score are means over the people working. `regretted` counts voluntary exits of
people whose results were at or above standard, the mean of their firm in that month; `cost` is the
sum of the cost items.
"""


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
            outcomes[7] += 1.0 if person.vacancy > 0 else 0.0
            continue
        if person.status != Status.ACTIVE and person.status != Status.NOTICE:
            continue
        outcomes[0] += 1.0
        if person.left:
            outcomes[1] += 1.0
            if person.leaving == Exit.VOLUNTARY:
                outcomes[2] += 1.0
                outcomes[5] += 1.0 if person.results >= bar else 0.0
            elif person.leaving == Exit.INVOLUNTARY:
                outcomes[3] += 1.0
            else:
                outcomes[4] += 1.0
            outcomes[19] += policy.hire_cost * person.base + firm.replacement_cost * person.base
        if person.entered == firm.month:
            outcomes[6] += 1.0
        outcomes[8] += person.business + person.key_business
        outcomes[9] += person.key_business
        outcomes[10] += person.complaints
        outcomes[11] += person.requests
        outcomes[12] += person.past_sla
        if person.help_left > 0:
            outcomes[13] += 1.0
            outcomes[18] += policy.help_cost
        outcomes[14] += 1.0 if person.key > 0.0 else 0.0
        outcomes[15] += person.income
        if person.course >= 0:
            outcomes[16] += policy.fee * policy.hours_per_month
        outcomes[17] += policy.support_cost * max(policy.support_capacity - 1.0, 0.0)
        outcomes[20] += policy.conditions_cost
        outcomes[22] += person.efficacy
        outcomes[23] += person.morale
        outcomes[24] += person.stress
        outcomes[25] += person.score
    for k in range(15, 21):
        outcomes[21] += outcomes[k]
    if outcomes[0] > 0.0:
        for k in range(22, 26):
            outcomes[k] /= outcomes[0]

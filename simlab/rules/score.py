"""Score: attainments of the KPIs, weighed by the stage of the incentive scheme."""
# mypy: disable-error-code="no-untyped-def"

import numpy as np

from simlab.compiled import inlined
from simlab.rules import rule
from simlab.rules.effort import stage_of
from simlab.world import ACCOUNTS, COURSES, KPIS, Kpi, Stage, Task

RESULTS_MEMORY = 0.3
"""Weight of the newest month in the level of results: the firm looks at about a quarter."""
DECISION_WEIGHT = 0.1
"""Weight of a key decision in it: decisions are rarer than months and each says less."""
COUNTED = np.array([courses.bit_count() for courses in range(1 << COURSES)], np.float64)
"""How many courses a number with a bit per course holds."""


@inlined
def weighted_score(attainment, weights, cap):
    """100 x weighted sum of attainments, each at most `cap`."""
    total = 0.0
    for kpi in range(KPIS):
        total += weights[kpi] * min(attainment[kpi], cap)
    return 100.0 * total


@inlined
def attain(person, kpi, actual, policy, practice):
    """Attainment = actual / target; the target is the policy's, else the role pack's."""
    target = policy.target[kpi] if policy.target[kpi] > 0.0 else practice.target[kpi]
    person.attainment[kpi] = actual / target


@inlined
def satisfaction(person, accounts):
    """Mean satisfaction of customers: the standard ones count by their share of the work."""
    standard = 1.0 - person.key
    total = standard * person.goodwill
    if person.customers > 0:
        for a in range(ACCOUNTS):
            if accounts[a].stage == Stage.CUSTOMER:
                total += accounts[a].satisfaction
    return total / (standard + person.customers)


@inlined
def attain_customers(person, accounts, weights, policy, practice):
    """KPIs that count customers: measured over standard customers and key accounts together."""
    if person.decided > 0:
        attain(person, Kpi.CONVERSION, person.won / person.decided, policy, practice)
    due = person.returns_due + person.renewals_due
    if weights[Kpi.RETENTION] > 0.0 and due > 0:
        kept = (person.returned + person.renewed) / due
        attain(person, Kpi.RETENTION, kept, policy, practice)
    customers = 1.0 - person.key + person.customers
    if customers <= 0.0:
        return
    if weights[Kpi.SATISFACTION] > 0.0:
        attain(person, Kpi.SATISFACTION, satisfaction(person, accounts), policy, practice)
    if weights[Kpi.COMPLAINTS] > 0.0:
        free = max(1.0 - person.complaints / max(customers, 1.0), 0.0)
        attain(person, Kpi.COMPLAINTS, free, policy, practice)
    if weights[Kpi.PLAN_USE] > 0.0:
        # a plan takes care: an even split of effort makes one for every second customer
        used = 0.5 * min(person.effort[Task.CARE], 2.0)
        attain(person, Kpi.PLAN_USE, used, policy, practice)


@inlined
def expected_key(person, firm, practice):
    """Business a month that is expected of key work: nothing before a sales cycle is over, all of
    it after two."""
    since = firm.month - person.moved + 1
    reached = min(max(since - practice.cycle, 0.0), practice.cycle) / practice.cycle
    return reached * practice.account_value * person.base


@inlined
def results_now(person, firm, practice):
    """This month's results against what is usual, 0.5 at the usual: success in standard work, and
    business of key accounts against what is expected of them, by share of the work."""
    level = 0.5 + (person.success - person.usual) * (1.0 - person.key)
    if person.key > 0.0:
        expected = expected_key(person, firm, practice)
        if expected > 0.0:
            reached = person.key_business / (person.key_business + expected)
            level += person.key * (reached - 0.5)
    return level


@inlined
def attain_own(person, weights, policy, practice):
    """KPIs of the person's own results, work with other departments and learning."""
    if weights[Kpi.SALES] > 0.0:
        target = person.typical * person.usual * 2.0 * (1.0 - person.key)
        target += person.key * practice.account_value * person.base
        sold = max(person.business + person.key_business, 0.0) / max(target, 1.0)
        attain(person, Kpi.SALES, sold, policy, practice)
    if weights[Kpi.COLLABORATION] > 0.0:
        # how others find working together: half what the person does for it, half how it went
        together = 0.25 * min(person.effort[Task.COLLABORATE], 2.0) + 0.5 * person.support
        attain(person, Kpi.COLLABORATION, together, policy, practice)
    if weights[Kpi.TRAINING] > 0.0:
        attain(person, Kpi.TRAINING, passed_share(person, policy), policy, practice)


@inlined
def passed_share(person, policy):
    """Share of the courses on offer that are passed; all of them where none is offered."""
    if policy.courses == 0:
        return 1.0
    return COUNTED[person.passed & policy.courses] / COUNTED[policy.courses]


@rule("person")
def score(person, accounts, firm, policy, practice, param):
    """Attainment = actual / target of the KPIs that are weighed; score = 100 x weighted sum of
    capped attainments.

    Also keeps how often each KPI was at its cap, the slow-moving level of results, months in a row
    of falling results, and months below standard. An attainment without cases this month keeps its
    last value.
    """
    weights = policy.weights[stage_of(firm, policy)]
    attain_own(person, weights, policy, practice)
    attain_customers(person, accounts, weights, policy, practice)
    person.score = weighted_score(person.attainment, weights, policy.attainment_cap)
    if policy.bonus_pool > 0.0:
        for kpi in range(KPIS):
            if weights[kpi] > 0.0:
                capped = 1.0 if person.attainment[kpi] >= policy.attainment_cap else 0.0
                person.at_cap[kpi] += param.expectation_memory * (capped - person.at_cap[kpi])

    before = person.results
    person.results += RESULTS_MEMORY * (results_now(person, firm, practice) - person.results)
    if person.decided > 0:
        better = person.won / person.decided - practice.key_standard
        person.results += DECISION_WEIGHT * person.key * better
    person.falling = min(person.falling + 1, 99) if person.results < before else 0
    person.below = min(person.below + 1, 99) if person.results < firm.target else 0

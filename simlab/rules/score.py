"""Score: attainments of the KPIs, weighed by the stage of the incentive scheme."""
# mypy: disable-error-code="no-untyped-def"

from numba import njit

from simlab.rules import rule
from simlab.rules.effort import stage_of
from simlab.world import ACCOUNTS, COURSES, KPIS, Kpi, Stage, Task

RESULTS_MEMORY = 0.3
"""Weight of the newest month in the level of results: the firm looks at about a quarter."""
DECISION_WEIGHT = 0.1
"""Weight of a key decision in it: decisions are rarer than months and each says less."""


@njit
def weighted_score(attainment, weights, cap):
    """100 x weighted sum of attainments, each at most `cap`."""
    total = 0.0
    for kpi in range(KPIS):
        total += weights[kpi] * min(attainment[kpi], cap)
    return 100.0 * total


@njit
def attain(person, kpi, actual, policy, practice):
    """Attainment = actual / target; the target is the policy's, else the role pack's."""
    target = policy.target[kpi] if policy.target[kpi] > 0.0 else practice.target[kpi]
    person.attainment[kpi] = actual / target


@njit
def attain_customers(person, accounts, policy, practice):
    """KPIs that count customers: measured over standard customers and key accounts together."""
    standard = 1.0 - person.key
    customers = standard + person.customers
    satisfied = standard * person.goodwill
    if person.customers > 0:
        for a in range(ACCOUNTS):
            if accounts[a].stage == Stage.CUSTOMER:
                satisfied += accounts[a].satisfaction
    if person.decided > 0:
        attain(person, Kpi.CONVERSION, person.won / person.decided, policy, practice)
    due = person.returns_due + person.renewals_due
    if due > 0:
        kept = (person.returned + person.renewed) / due
        attain(person, Kpi.RETENTION, kept, policy, practice)
    if customers > 0.0:
        attain(person, Kpi.SATISFACTION, satisfied / customers, policy, practice)
        free = max(1.0 - person.complaints / max(customers, 1.0), 0.0)
        attain(person, Kpi.COMPLAINTS, free, policy, practice)
        # a plan takes care: an even split of effort makes one for every second customer
        used = 0.5 * min(person.effort[Task.CARE], 2.0)
        attain(person, Kpi.PLAN_USE, used, policy, practice)


@njit
def attain_training(person, policy, practice):
    """Share of the courses on offer that are passed; all of them where none is offered."""
    taught = 0
    passed = 0
    for k in range(COURSES):
        if policy.course_hours[k] > 0.0:
            taught += 1
            passed += (person.passed >> k) & 1
    attain(person, Kpi.TRAINING, passed / taught if taught > 0 else 1.0, policy, practice)


@rule("person")
def score(person, accounts, firm, policy, practice, param):
    """Attainment = actual / target; score = 100 x weighted sum of capped attainments.

    Also keeps how often each KPI was at its cap, the slow-moving level of results, months in a row
    of falling results, and months below standard. An attainment without cases this month keeps its
    last value.
    """
    share = 1.0 - person.key
    key_target = person.key * practice.account_value * person.base
    usual = person.typical * person.usual * 2.0 * share + key_target
    sold = max(person.business + person.key_business, 0.0) / max(usual, 1.0)
    attain(person, Kpi.SALES, sold, policy, practice)
    attain_customers(person, accounts, policy, practice)
    # how others find working together: half what the person does for it, half how it went
    together = 0.25 * min(person.effort[Task.COLLABORATE], 2.0) + 0.5 * person.support
    attain(person, Kpi.COLLABORATION, together, policy, practice)
    attain_training(person, policy, practice)

    stage = stage_of(firm, policy)
    weights = policy.weights[stage]
    person.score = weighted_score(person.attainment, weights, policy.attainment_cap)
    if policy.bonus_pool > 0.0:
        for kpi in range(KPIS):
            if weights[kpi] > 0.0:
                capped = 1.0 if person.attainment[kpi] >= policy.attainment_cap else 0.0
                person.at_cap[kpi] += param.expectation_memory * (capped - person.at_cap[kpi])

    before = person.results
    gain = 0.5 + (person.success - person.usual) * share - person.results
    person.results += RESULTS_MEMORY * gain
    if person.decided > 0:
        better = person.won / person.decided - practice.key_standard
        person.results += DECISION_WEIGHT * person.key * better
    person.falling = min(person.falling + 1, 99) if person.results < before else 0
    person.below = min(person.below + 1, 99) if person.results < firm.target else 0

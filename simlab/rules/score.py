"""Score: attainments of the KPIs, weighed by the stage of the incentive scheme."""
# mypy: disable-error-code="no-untyped-def"

from simlab.rules import rule
from simlab.rules.work import stage_of
from simlab.world import KPIS, Kpi, Stage


@rule("person")
def score(person, accounts, firm, policy, practice):
    """Attainment = actual / target; score = 100 x weighted mean of capped attainments.

    Also keeps the slow-moving level of results, months in a row of falling results, and months
    below standard. An attainment without cases this month keeps its last value.
    """
    share = 1.0 - person.key
    key_target = person.key * practice.account_value * person.base
    target = person.typical * person.usual * 2.0 * share + key_target
    attained = max(person.business + person.key_business, 0.0) / max(target, 1.0)
    person.attainment[Kpi.SALES] = attained
    customers = 0
    satisfaction = 0.0
    for a in range(len(accounts)):
        if accounts[a].stage == Stage.CUSTOMER:
            customers += 1
            satisfaction += accounts[a].satisfaction
    if person.decided > 0:
        person.attainment[Kpi.CONVERSION] = person.won / person.decided / practice.key_standard
    if customers > 0:
        person.attainment[Kpi.SATISFACTION] = satisfaction / customers / 0.7
        person.attainment[Kpi.RETENTION] = satisfaction / customers / 0.7
        person.attainment[Kpi.COMPLAINTS] = 1.0 - min(person.complaints / customers, 1.0)
        person.attainment[Kpi.PLAN_USE] = min(person.effort[2], 2.0)
    person.attainment[Kpi.COLLABORATION] = 0.5 + person.support - 0.5 * person.past_sla
    taught = 0
    passed = 0
    for k in range(len(policy.course_hours)):
        if policy.course_hours[k] > 0.0:
            taught += 1
            passed += (person.passed >> k) & 1
    person.attainment[Kpi.TRAINING] = passed / taught if taught > 0 else 1.0

    stage = stage_of(firm, policy)
    total = 0.0
    for kpi in range(KPIS):
        total += policy.weights[stage, kpi] * min(person.attainment[kpi], policy.attainment_cap)
    person.score = 100.0 * total

    before = person.results
    person.results += 0.3 * (0.5 + (person.success - person.usual) * share - person.results)
    if person.decided > 0:
        person.results += 0.1 * person.key * (person.won / person.decided - practice.key_standard)
    person.falling = min(person.falling + 1, 99) if person.results < before else 0
    person.below = min(person.below + 1, 99) if person.results < firm.target else 0

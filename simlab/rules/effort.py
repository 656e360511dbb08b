"""Effort: a month's hours are split over tasks, and what is weighed is done."""
# mypy: disable-error-code="no-untyped-def"

from simlab.compiled import inlined
from simlab.numeric import exp, log
from simlab.world import KPIS, STAGES, TASKS, Kpi, Task

SHARES = 3.0
"""Unit of effort: a third of the month's hours, an even split over selling (or opening), caring
and collaborating."""
LEAST = -3.0
"""Log of the least effort relative to the usual: a twentieth is always given."""


@inlined
def stage_of(firm, policy):
    """Which stage of the incentive scheme holds this month."""
    since = firm.month - firm.transition_start
    stage = 0
    for k in range(STAGES):
        if since >= policy.stage_from[k]:
            stage = k
    return stage


@inlined
def place_of(task, person):
    """Share of a task that is the person's to do: selling with standard work, opening with key
    work, learning as far as a course runs and the person is willing."""
    if task == Task.SELL:
        return 1.0 - person.key
    if task == Task.OPEN:
        return 1.0 * person.key
    if task == Task.LEARN:
        return 1.0 * person.willingness if person.course >= 0 else 0.0
    return 1.0


@inlined
def expected_pull(person, policy, practice, stage, task):
    """Weight of the KPIs that a task serves, each as far as more of it still earns score: where a
    bonus is paid on the score, a KPI that is usually at its cap earns nothing more."""
    pull = 1.0 * policy.pull[stage, task]
    if policy.bonus_pool > 0.0:
        for kpi in range(KPIS):
            weighed = policy.weights[stage, kpi] * person.at_cap[kpi]
            if weighed > 0.0:
                pull -= weighed * practice.serves[task, kpi]
    return pull


@inlined
def share_effort(person, firm, policy, practice, param):
    """Splits the month's hours by a softmax of KPI weight x expected marginal score x efficacy.

    Hours are conserved: effort adds up to `SHARES`, less the follow-up that customers' feedback
    brings; a course's hours are booked first (half of them when taken in fragments). Sets `care`;
    returns the logs of selling effort as the scheme splits it and as hours allow, both against
    that of a seller paid for sales alone, so that such a seller is at 0.
    """
    stage = stage_of(firm, policy)
    # what promises score moves those who believe they can reach it (expectancy: Vroom 1964)
    sharp = (0.5 + person.efficacy) / param.effort_temperature
    total = 0.0
    usual_total = 0.0
    sell = 0.0
    care = 0.0
    for task in range(TASKS):
        place = place_of(task, person)
        pull = expected_pull(person, policy, practice, stage, task) if place > 0.0 else 0.0
        raised = 1.0 if pull == 0.0 else exp(pull * sharp)
        person.effort[task] = place * raised
        total += place * raised
        if person.key < 1.0 and (
            task == Task.SELL or task == Task.CARE or task == Task.COLLABORATE
        ):
            usual = practice.serves[task, Kpi.SALES]
            usual_total += raised if usual == pull else exp(usual * sharp)
            if task == Task.SELL:
                sell = (pull - usual) * sharp
            elif task == Task.CARE:
                care = (pull - usual) * sharp

    booked = 0.0
    if person.course >= 0:
        booked = policy.hours_per_month / practice.hours * (0.5 if policy.fragments else 1.0)
    left = 1.0 - booked
    if policy.feedback:
        left -= param.feedback_work
    left = max(left, 0.0)
    unit = SHARES * left / total
    for task in range(TASKS):
        person.effort[task] *= unit
    person.effort[Task.LEARN] += SHARES * booked

    person.care = 0.0
    if person.key >= 1.0:
        return 0.0, 0.0
    hours = 0.0 if left == 1.0 else max(log(left), LEAST)
    even = 0.0 if usual_total == total else log(usual_total / total)
    person.care = max(care + even, LEAST) + hours
    return max(sell + even, LEAST), hours

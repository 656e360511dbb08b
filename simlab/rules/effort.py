"""Effort: a month's hours are split over tasks, and what is weighed is done."""
# mypy: disable-error-code="no-untyped-def"

from simlab.compiled import inlined
from simlab.numeric import exp, log
from simlab.world import KPIS, STAGES, Kpi, Task

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
def expected_pulls(person, policy, practice, stage):
    """Per task the weight of the KPIs it serves, each as far as more of it still earns score: where
    a bonus is paid on the score, a KPI that is usually at its cap earns nothing more."""
    sell = 1.0 * policy.pull[stage, Task.SELL]
    opening = 1.0 * policy.pull[stage, Task.OPEN]
    care = 1.0 * policy.pull[stage, Task.CARE]
    together = 1.0 * policy.pull[stage, Task.COLLABORATE]
    learning = 1.0 * policy.pull[stage, Task.LEARN]
    if policy.bonus_pool > 0.0:
        for kpi in range(KPIS):
            lost = policy.weights[stage, kpi] * person.at_cap[kpi]
            if lost > 0.0:
                sell -= lost * practice.serves[Task.SELL, kpi]
                opening -= lost * practice.serves[Task.OPEN, kpi]
                care -= lost * practice.serves[Task.CARE, kpi]
                together -= lost * practice.serves[Task.COLLABORATE, kpi]
                learning -= lost * practice.serves[Task.LEARN, kpi]
    return sell, opening, care, together, learning


@inlined
def share_effort(person, firm, policy, practice, param):
    """Splits the month's hours by a softmax of KPI weight x expected marginal score x efficacy.

    Hours are conserved: effort adds up to `SHARES`, less the follow-up that customers' feedback
    brings; a course's hours are booked first (half of them when taken in fragments). Selling is
    there with standard work, opening with key work, learning as far as a course runs and the
    person is willing. Sets `care`; returns the logs of selling effort as the scheme splits it and
    as hours allow, both against that of a seller paid for sales alone, so that such a seller is
    at 0.
    """
    sell, opening, care, together, learning = expected_pulls(
        person, policy, practice, stage_of(firm, policy)
    )
    # what promises score moves those who believe they can reach it (expectancy: Vroom 1964)
    sharp = (0.5 + person.efficacy) / param.effort_temperature
    caring = exp(care * sharp)
    collaborating = exp(together * sharp)
    selling = exp(sell * sharp) if person.key < 1.0 else 0.0
    total = (1.0 - person.key) * selling + caring + collaborating
    person.effort[Task.OPEN] = 0.0
    if person.key > 0.0:
        person.effort[Task.OPEN] = person.key * exp(opening * sharp)
        total += person.effort[Task.OPEN]
    person.effort[Task.LEARN] = 0.0
    left = 1.0
    booked = 0.0
    if person.course >= 0:
        person.effort[Task.LEARN] = person.willingness * exp(learning * sharp)
        total += person.effort[Task.LEARN]
        booked = policy.hours_per_month / practice.hours * (0.5 if policy.fragments else 1.0)
        left -= booked
    if policy.feedback:
        left -= param.feedback_work
    left = max(left, 0.0)
    unit = SHARES * left / total
    person.effort[Task.SELL] = unit * (1.0 - person.key) * selling
    person.effort[Task.OPEN] *= unit
    person.effort[Task.CARE] = unit * caring
    person.effort[Task.COLLABORATE] = unit * collaborating
    person.effort[Task.LEARN] *= unit
    person.effort[Task.LEARN] += SHARES * booked

    person.care = 0.0
    if person.key >= 1.0:
        return 0.0, 0.0
    usual_sell = 1.0 * practice.serves[Task.SELL, Kpi.SALES]
    usual_care = 1.0 * practice.serves[Task.CARE, Kpi.SALES]
    usual_together = 1.0 * practice.serves[Task.COLLABORATE, Kpi.SALES]
    usual_total = selling if sell == usual_sell else exp(usual_sell * sharp)
    usual_total += caring if care == usual_care else exp(usual_care * sharp)
    usual_total += collaborating if together == usual_together else exp(usual_together * sharp)
    hours = 0.0 if left == 1.0 else max(log(left), LEAST)
    even = 0.0 if usual_total == total else log(usual_total / total)
    person.care = max((care - usual_care) * sharp + even, LEAST) + hours
    return max((sell - usual_sell) * sharp + even, LEAST), hours

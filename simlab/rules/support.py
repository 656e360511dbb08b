"""Support: requests to other departments arise, wait and are resolved."""
# mypy: disable-error-code="no-untyped-def"

from simlab.compiled import inlined
from simlab.numeric import exp, log
from simlab.rules import rule, uniform
from simlab.rules.effort import LEAST
from simlab.rules.warn import helped
from simlab.world import DEPARTMENTS, Help, Task

MOST = 9
"""Requests of one person that a department keeps open; more are not taken on."""
UNCOUPLED = 0.7
"""Chance of resolution that is read instead of the queue's when it is switched off."""
SURE = 0.95
"""Highest chance of being resolved within the month: some requests arrive on its last days."""
USUAL_WAIT = 0.5
"""Loss of perceived support, of its range 0..1, at a wait as long as the SLA plus one month."""


@inlined
def department_of(u, departments, firm, policy, practice):
    """Where a request goes: by its kind, or, as far as routing goes, where there is room."""
    routed = firm.couple_queue and u < policy.routing
    within = u / policy.routing if routed else (u - policy.routing) / (1.0 - policy.routing)
    if not firm.couple_queue:
        within = u
    reached = 0.0
    for d in range(DEPARTMENTS - 1):
        reached += departments[d].room if routed else practice.department_share[d]
        if within < reached:
            return d
    return DEPARTMENTS - 1


@inlined
def priority(person, d, policy, param):
    """Weight of a person's requests in a department's queue: escalation and work on the relation
    with other departments push them; what one gains, the others in the queue lose."""
    weight = exp(param.collaboration_return * max(log(person.effort[Task.COLLABORATE]), LEAST))
    late = person.request_age[d] >= policy.sla + policy.escalate_after
    repeated = policy.escalate_repeats > 0 and person.requests[d] >= policy.escalate_repeats
    if late or repeated:
        weight *= policy.escalation
    return weight


@rule("person", draws=("request", "kind", uniform("resolution", DEPARTMENTS)))
def support(person, departments, firm, policy, practice, param, draw):
    """Key work raises requests, and waiting ones are repeated; each goes to a department, whose
    queue resolves it by the chance frozen last month; waiting is felt as missing support."""
    asked = param.request_rate * person.key + draw.request
    repeats = 0
    if person.past_sla:
        repeats = int(asked + param.request_repeat) - int(asked)
    person.repeats = 0
    person.raised = 0
    person.resolved = 0
    person.past_sla = 0
    raised = int(asked) + repeats
    waiting = raised
    for d in range(DEPARTMENTS):
        waiting += person.requests[d]
        person.request_load[d] = 0.0
    if waiting == 0:
        return
    if raised > 0:
        d = department_of(draw.kind, departments, firm, policy, practice)
        taken = min(raised, MOST - person.requests[d])
        person.raised = taken
        person.repeats = min(repeats, taken)
        person.requests[d] += taken

    oldest = 0
    for d in range(DEPARTMENTS):
        if person.requests[d] == 0:
            continue
        weight = priority(person, d, policy, param)
        person.request_load[d] = person.requests[d] * weight
        chance = weight * (departments[d].resolution if firm.couple_queue else UNCOUPLED)
        chance = min(chance, SURE)
        if helped(person, Help.UNBLOCK):
            chance = 1.0
        if draw.resolution[d] < chance:
            person.resolved += person.requests[d]
            person.requests[d] = 0
            person.request_age[d] = 0
            continue
        person.request_age[d] = min(person.request_age[d] + 1, 99)
        oldest = max(oldest, person.request_age[d])
        if person.request_age[d] > policy.sla:
            person.past_sla = 1
    level = 1.0 - USUAL_WAIT * oldest / (policy.sla + 1.0)
    person.support += param.support_memory * (min(max(level, 0.0), 1.0) - person.support)

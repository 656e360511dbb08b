"""Support: requests to other departments arise, wait and are resolved."""
# mypy: disable-error-code="no-untyped-def"

from simlab.rules import rule
from simlab.rules.warn import helped
from simlab.world import Help


@rule("person", draws=("request", "resolution"))
def support(person, departments, firm, policy, param, draw):
    """Key work raises requests; the department's queue resolves them by the chance frozen last
    month; waiting past the SLA is felt as missing support."""
    if draw.request < param.request_rate * person.key:
        person.requests = min(person.requests + 1, 9)
    person.past_sla = 0
    if person.requests == 0:
        return
    chance = 0.7
    if firm.couple_queue:
        chance = departments[person.slot % len(departments)].resolution
    if person.request_age > policy.sla:
        chance *= policy.escalation
    if helped(person, Help.UNBLOCK):
        chance = 1.0
    if draw.resolution < chance:
        person.requests = 0
        person.request_age = 0
    else:
        person.request_age = min(person.request_age + 1, 99)
        if person.request_age > policy.sla:
            person.past_sla = 1
    target = 1.0 - 0.5 * person.request_age / (policy.sla + 1.0)
    person.support += param.support_memory * (min(max(target, 0.0), 1.0) - person.support)

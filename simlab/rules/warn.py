"""Warn and help: rules on visible signs rank people; HR reaches the top of the list."""
# mypy: disable-error-code="no-untyped-def"

import numpy as np

from simlab.rules import rule
from simlab.world import Status


@rule("person", draws=("uptake",))
def warn(person, policy, draw):
    """A risk index 0..1 from what HR can see: falling results, absence, tickets, few contacts."""
    if person.help_left > 0:
        person.help_left -= 1
        if person.help_left == 0:
            person.help = 0
    person.uptake = draw.uptake
    risk = 0.0
    if person.falling >= policy.help_falling:
        risk += 0.5
    risk += 0.2 * min(person.absence / 3.0, 1.0)
    risk += 0.2 * min(person.tickets, 1)
    risk += 0.1 * max(1.0 - person.contacts / 4.0, 0.0)
    person.risk = risk if person.status == Status.ACTIVE else 0.0


@rule("firm")
def give_help(people, firm, policy, param):
    """People at or above the threshold are offered help, highest risk first (ties by slot), up to
    the month's capacity; a share takes it up. Uncoupled, capacity is unlimited."""
    if not policy.help_on:
        return
    active = 0
    alerts = 0
    rank = np.empty(len(people))
    place = np.empty(len(people), np.int64)
    for i in range(len(people)):
        person = people[i]
        if person.status != Status.ACTIVE and person.status != Status.NOTICE:
            continue
        active += 1
        helped = person.help_left > 0 or person.status != Status.ACTIVE
        if person.risk >= policy.help_threshold and not helped:
            rank[alerts] = -person.risk
            place[alerts] = i
            alerts += 1
    capacity = int(policy.help_capacity * active / 100.0 + 0.5)
    order = np.argsort(rank[:alerts], kind="mergesort")
    offered = min(capacity, alerts) if firm.couple_help else alerts
    for k in range(offered):
        person = people[place[order[k]]]
        if person.uptake < param.help_uptake:
            person.help = policy.help_kind
            person.help_left = policy.help_months

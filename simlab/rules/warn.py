"""Warn and help: rules on visible signs rank people; HR reaches the top of the list."""
# mypy: disable-error-code="no-untyped-def"

import numpy as np

from simlab.compiled import inlined
from simlab.rules import rule
from simlab.world import Sign, Status, Tag

FALSE_AFTER = 6
"""Months after which an alert counts as false if the person is still here and has not decided to
leave. People kept by the help they got are among them, so the figure is an upper bound."""


@inlined
def helped(person, kind):
    """Whether help of this kind is running for the person."""
    return person.help == kind and person.help_left > 0 and person.help_wait == 0


@inlined
def repeated(person, tag):
    """Whether tickets with this tag came in at least two of the last three months."""
    months = person.tag_months[tag]
    return (months & (months - 1)) != 0


@inlined
def visible_risk(person, policy):
    """A risk index 0..1: what each visible sign adds, by the policy. Hidden states never enter."""
    risk = 0.0
    if person.falling >= policy.help_falling:
        risk += policy.signs[Sign.FALLING]
    if person.absence >= policy.help_absence:
        risk += policy.signs[Sign.ABSENCE]
    if repeated(person, Tag.PRESSURE):
        risk += policy.signs[Sign.PRESSURE]
    if repeated(person, Tag.COMMUNICATION):
        risk += policy.signs[Sign.COMMUNICATION]
    if person.contacts < policy.help_contacts * person.usual_contacts:
        risk += policy.signs[Sign.CONTACTS]
    return min(risk, 1.0)


@rule("person", draws=("uptake",))
def warn(person, policy, param, draw):
    """Help runs on, its attention fades after it; visible signs become a risk index, a high index
    an alert, and an alert without a decision to leave in time a false alarm."""
    if person.help_wait > 0:
        person.help_wait -= 1
    elif person.help_left > 0:
        person.help_left -= 1
        person.attention = 1.0
        if person.help_left == 0:
            person.help = 0
    elif person.attention > 0.0:
        person.attention *= param.help_fading
    person.approached = 0
    person.false_alarm = 0
    person.risk = 0.0
    if not policy.help_on:
        return
    person.uptake = draw.uptake
    if person.alert > 0:
        person.alert -= 1
        if person.alert == 0 and person.status == Status.ACTIVE:
            person.false_alarm = 1
    if person.status == Status.ACTIVE:
        person.risk = visible_risk(person, policy)
        if person.alert == 0 and person.risk >= policy.help_threshold:
            person.alert = FALSE_AFTER


@rule("firm")
def give_help(people, firm, policy, param):
    """People at or above the threshold are offered help, highest risk first (ties by slot), up to
    the month's capacity; a share takes it up and it begins after its delay. Uncoupled, capacity
    is unlimited."""
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
        left_out = person.help_left > 0 or person.status != Status.ACTIVE
        if person.risk >= policy.help_threshold and not left_out:
            rank[alerts] = -person.risk
            place[alerts] = i
            alerts += 1
    capacity = int(policy.help_capacity * active / 100.0 + 0.5)
    order = np.argsort(rank[:alerts], kind="mergesort")
    offered = min(capacity, alerts) if firm.couple_help else alerts
    for k in range(offered):
        person = people[place[order[k]]]
        person.approached = 1
        if person.uptake < param.help_uptake:
            person.help = policy.help_kind
            person.help_wait = policy.help_delay
            person.help_left = policy.help_months

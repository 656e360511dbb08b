"""Reduce: team and department figures of the month, frozen until the next."""
# mypy: disable-error-code="no-untyped-def"

import numpy as np

from simlab.rules import rule
from simlab.world import TIES, Status


@rule("group")
def reduce(people, teams, departments, firm, policy):
    """Means of teams and the queues of departments, added up in row order.

    `exits` of a team is the share that left at the end of last month; only leavers are asked for
    their ties, each of whom notes that a close colleague has gone.
    """
    for t in range(len(teams)):
        teams[t].people = 0
        teams[t].exits = 0.0
        teams[t].climate = 0.0
        teams[t].income = 0.0
    load = np.zeros(len(departments))
    people_waiting = np.zeros(len(departments))
    for d in range(len(departments)):
        departments[d].backlog = 0.0
        departments[d].waiting = 0.0
    for i in range(len(people)):
        person = people[i]
        team = teams[person.team]
        if person.left:
            team.exits += 1.0
            if firm.couple_peers:
                for k in range(TIES):
                    if person.ties[k] >= 0:
                        people[person.ties[k]].ties_gone += 1
        if person.status == Status.ACTIVE or person.status == Status.NOTICE:
            team.people += 1
            team.climate += person.belonging
            team.income += person.income
            for d in range(len(departments)):
                load[d] += person.request_load[d]
                if person.requests[d] > 0:
                    departments[d].backlog += person.requests[d]
                    departments[d].waiting += person.request_age[d]
                    people_waiting[d] += 1.0
    for t in range(len(teams)):
        team = teams[t]
        if team.people > 0:
            team.climate /= team.people
            team.income /= team.people
        if team.exits > 0.0:
            team.exits /= team.people + team.exits
    free = 0.0
    for d in range(len(departments)):
        department = departments[d]
        able = department.capacity * policy.support_capacity
        department.resolution = able / max(load[d], 1.0)
        department.room = able * min(department.resolution, 1.0)
        free += department.room
        if people_waiting[d] > 0.0:
            department.waiting /= people_waiting[d]
    for d in range(len(departments)):
        department = departments[d]
        department.room = department.room / free if free > 0.0 else 1.0 / len(departments)

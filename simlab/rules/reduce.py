"""Reduce: team and department figures of the month, frozen until the next."""
# mypy: disable-error-code="no-untyped-def"

import numpy as np

from simlab.compiled import inlined
from simlab.rules import rule
from simlab.world import TIES, Status


@inlined
def note_exit(people, leaver, month):
    """The close colleagues of someone who left note it; returns how many of them there are."""
    noted = 0
    for k in range(TIES):
        if leaver.ties[k] >= 0:
            tied = people[leaver.ties[k]]
            working = tied.status == Status.ACTIVE or tied.status == Status.NOTICE
            # who joined this month did not know the leaver
            if working and tied.entered < month:
                tied.ties_gone += 1
                noted += 1
    return noted


@inlined
def get_used(firm, exits, ties, param):
    """What people are used to losing of their team and of their close colleagues a month: the mean
    of the months so far, later a moving average."""
    firm.months_past += 1
    weight = max(param.peers_memory, 1.0 / firm.months_past)
    firm.usual_exits += weight * (exits - firm.usual_exits)
    firm.usual_ties += weight * (ties - firm.usual_ties)


@rule("group")
def reduce(people, teams, departments, firm, policy, param):
    """Means of teams and the queues of departments, added up in row order.

    `exits` of a team is the share that left at the end of last month; only leavers are asked for
    their ties, each of whom notes that a close colleague has gone. People get used to what is
    usual in their firm.
    """
    before = 0
    working, felt, ties = 0, 0.0, 0
    for t in range(len(teams)):
        before += teams[t].people
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
                ties += note_exit(people, person, firm.month)
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
        working += team.people
        felt += team.people * team.exits
    # before a first month is over nobody can have left
    if firm.couple_peers and before > 0 and working > 0:
        get_used(firm, felt / working, ties / (TIES * working), param)
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

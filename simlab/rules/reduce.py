"""Reduce: team and department figures of the month, frozen until the next."""
# mypy: disable-error-code="no-untyped-def"

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
    for d in range(len(departments)):
        departments[d].backlog = 0.0
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
            departments[person.slot % len(departments)].backlog += person.requests
    for t in range(len(teams)):
        team = teams[t]
        if team.people > 0:
            team.climate /= team.people
            team.income /= team.people
        if team.exits > 0.0:
            team.exits /= team.people + team.exits
    for d in range(len(departments)):
        department = departments[d]
        able = department.capacity * policy.support_capacity
        department.resolution = 0.95
        if department.backlog > 0.0:
            department.resolution = min(able / department.backlog, 0.95)

"""Hand over, move and hire: accounts find a new owner, people move to key work, slots fill."""
# mypy: disable-error-code="no-untyped-def"

import numpy as np

from simlab.compiled import inlined
from simlab.rules import rule
from simlab.rules.work import close_account, fit
from simlab.world import ACCOUNTS, Stage, Status

REACH = 50
"""Neighbouring slots looked at for a teammate with room."""
NOMINEES_FIRST = 10.0
"""More than any difference of turn and fit."""


@inlined
def find_heir(people, all_accounts, leaver):
    """The teammate on key work with a free place and the fewest accounts (ties: nearest slot
    after the leaver's); (-1, -1) where there is none."""
    best, best_place, best_load = -1, -1, 99
    n = len(people)
    for step in range(1, min(REACH, n)):
        i = (leaver + step) % n
        other = people[i]
        if other.status != Status.ACTIVE or other.left or other.key <= 0.0:
            continue
        if other.team != people[leaver].team:
            continue
        load, place = 0, -1
        for a in range(ACCOUNTS):
            if all_accounts[i].places[a].stage == Stage.EMPTY:
                place = a
            else:
                load += 1
        if place >= 0 and load < best_load:
            best, best_place, best_load = i, place, load
    return best, best_place


@rule("firm")
def hand_over(people, all_accounts, firm, param):
    """Accounts of leavers go to teammates with a loss of satisfaction, or are lost; an account
    keeps its own uid. Lost customers are noted on the leaver's row."""
    for i in range(len(people)):
        if not people[i].left:
            continue
        people[i].lost_business = 0.0
        for a in range(ACCOUNTS):
            account = all_accounts[i].places[a]
            if account.stage == Stage.EMPTY:
                continue
            heir, place = -1, -1
            if account.shifted == 1 and firm.couple_handover:
                heir, place = find_heir(people, all_accounts, i)
                if heir >= 0:
                    to = all_accounts[heir].places[place]
                    to.id = account.id
                    to.generation = account.generation
                    to.stage = account.stage
                    to.months = account.months
                    to.value = account.value
                    to.industry = account.industry
                    to.unmet = account.unmet
                    to.satisfaction = max(account.satisfaction - param.handover_satisfaction, 0.0)
                    to.shifted = 0
            if heir < 0 and account.stage == Stage.CUSTOMER:
                people[i].lost_business += account.value
            close_account(account, people[i].slot * ACCOUNTS + a)


@inlined
def key_share_at(since, policy):
    """Share of people to be in key work `since` months after the transition began."""
    if since < 0:
        return 0.0
    return policy.key_share * min((since + 1.0) / max(policy.key_ramp, 1), 1.0)


@inlined
def move(person, month):
    """The person takes up key work: everything is new."""
    person.key = 1.0
    person.nominated = 0
    person.change = 1.0
    person.moved = month


@rule("firm")
def assign(people, firm, policy, practices):
    """Moves people to key work along the ramp: by fit, by turn, or a mix of both. Who moves in the
    next `lead` months is nominated, and nominees move first: they can be trained before."""
    since = firm.month - firm.transition_start
    share = key_share_at(since, policy)
    ahead = key_share_at(since + policy.lead, policy)
    if ahead <= 0.0:
        return
    if not firm.couple_assign:
        for i in range(len(people)):
            person = people[i]
            if person.status == Status.ACTIVE and person.key <= 0.0:
                if person.turn < share:
                    move(person, firm.month)
                elif person.turn < ahead:
                    person.nominated = 1
        return
    active, moved = 0, 0
    for i in range(len(people)):
        if people[i].status == Status.ACTIVE:
            active += 1
            moved += 1 if people[i].key > 0.0 else 0
    wanted = max(int(share * active + 0.5) - moved, 0)
    nominees = max(int(ahead * active + 0.5) - moved, 0)
    if nominees == 0:
        return
    rank = np.empty(active - moved)
    place = np.empty(active - moved, np.int64)
    others = 0
    for i in range(len(people)):
        person = people[i]
        if person.status == Status.ACTIVE and person.key <= 0.0:
            suited = fit(person.skills, practices[person.practice].key_demand)
            rank[others] = (1.0 - policy.select_fit) * person.turn - policy.select_fit * suited
            rank[others] -= NOMINEES_FIRST * person.nominated
            place[others] = i
            others += 1
    nominees = min(nominees, others)
    if nominees == 0:
        return
    # everybody up to the last place that is free; of equals the first slots
    nominated = np.partition(rank, nominees - 1)[nominees - 1]
    moving = nominated if wanted > 0 else -np.inf
    if 0 < wanted < nominees:
        moving = np.partition(rank, wanted - 1)[wanted - 1]
    here, ahead_of = 0, 0
    for k in range(others):
        here += 1 if rank[k] < moving else 0
        ahead_of += 1 if rank[k] < nominated else 0
    for k in range(others):
        if rank[k] < moving or (rank[k] == moving and here < wanted):
            here += 1 if rank[k] == moving else 0
            move(people[place[k]], firm.month)
        elif rank[k] < nominated or (rank[k] == nominated and ahead_of < nominees):
            people[place[k]].nominated = 1
        ahead_of += 1 if rank[k] == nominated else 0


@rule("firm")
def hire(people, firm):
    """Slots of leavers stay vacant for their drawn time, then a newcomer (next generation)
    arrives at the start of the next month."""
    for i in range(len(people)):
        person = people[i]
        if person.status == Status.VACANT:
            person.left = 0
            if person.vacancy == 0:
                continue
            person.vacancy -= 1
            if person.vacancy == 0:
                person.generation += 1
                person.status = Status.ARRIVING
        elif person.left:
            # `left` stays set for one more month: the team's figures of the next month read it
            person.status = Status.VACANT
            if not firm.vacancies:
                person.vacancy = 0

"""The month in more detail: where effort and pay go, and what people know, by segment of work.

`DETAILED` is the lab's own month with rules that look and change nothing, so its histories are
those of every other answer, bit for bit, with more figures told of each month. It is a kernel of
its own, compiled when the first question of this kind is asked.
"""
# mypy: disable-error-code="no-untyped-def"

from dataclasses import replace
from enum import IntEnum

import numpy as np

from simlab.compiled import inlined
from simlab.engine.closer import CLOSER, NEXT
from simlab.rules import rule
from simlab.world import SKILLS, TASKS, Status

SEGMENTS = ("standard", "key")
"""What a figure is told of: people without, and with, a share of key work in the month."""


class Told(IntEnum):
    """Figures of a segment, by place: sums over its people, money in the firm's currency a month.

    `EXPECTED` is the income that this month's is held against, before the month moves it; `BELOW`
    counts people who got less. What was paid is `BASE` + `COMMISSION` (standard work) + `KEY_PAID`
    (key commission fallen due) + `BONUS` + `TOP_UP` (guarantee less what was recovered);
    `KEY_EARNED` is key commission earned, whenever it falls due. `SCORE` is in points. From
    `EFFORT` on stand the tasks, 1 being a third of a month's hours. `STAFF` counts people working
    in month 0, those who left since included; `MEDIAN` is the median over them of months below the
    expected income so far, until they left; -1 where there is nobody.
    """

    PEOPLE = 0
    INCOME = 1
    EXPECTED = 2
    BELOW = 3
    BASE = 4
    COMMISSION = 5
    KEY_PAID = 6
    KEY_EARNED = 7
    BONUS = 8
    TOP_UP = 9
    SCORE = 10
    STAFF = 11
    MEDIAN = 12
    EFFORT = 13


PER_SEGMENT = Told.EFFORT + TASKS
FIRST = NEXT
MEDIAN_OF_ALL = FIRST + len(SEGMENTS) * PER_SEGMENT
FIRST_SKILL = MEDIAN_OF_ALL + 1
LONGEST = 128
"""Months that are told apart in a median; a run has no more than 120."""
ROUNDING = 1e-6
"""Share of the expected income that is no shortfall: a guarantee is topped up in single
precision."""
HERE, GONE = 1, 2
"""Whether somebody of month 0 is still in the seat."""


def told(segment: str, figure: str) -> str:
    """Name of the outcome that holds a figure of a segment."""
    return f"{segment}:{figure}"


def skill_name(number: int) -> str:
    """Name of the outcome that holds the mean level of a skill over the people working."""
    return f"skill:{number}"


MEDIAN_NAME = "median_below"
"""Outcome: as `Told.MEDIAN`, of everybody who was working in month 0."""


@rule("person")
def hope(person):
    """Notes what income is expected before `pay` moves the expectation."""
    person.hoped = person.expected


@inlined
def is_below(person):
    """Whether a person got less than they had come to expect."""
    return person.income < (1.0 - ROUNDING) * person.hoped


@inlined
def add_pay(person, policy, at, outcomes):
    """A person's pay of the month into the segment that begins at `at`."""
    standard = policy.commission * max(person.business, 0.0)
    outcomes[at + Told.PEOPLE] += 1.0
    outcomes[at + Told.INCOME] += person.income
    outcomes[at + Told.EXPECTED] += person.hoped if person.hoped > 0.0 else person.income
    outcomes[at + Told.BELOW] += 1.0 if is_below(person) else 0.0
    outcomes[at + Told.BASE] += person.base * policy.base_factor
    outcomes[at + Told.COMMISSION] += standard
    # who does no key work has none; the difference would be the rounding of a float32
    outcomes[at + Told.KEY_PAID] += person.commission - standard if person.key > 0.0 else 0.0
    outcomes[at + Told.KEY_EARNED] += person.earned
    outcomes[at + Told.BONUS] += person.bonus
    outcomes[at + Told.TOP_UP] += person.top_up
    outcomes[at + Told.SCORE] += person.score
    for task in range(TASKS):
        outcomes[at + Told.EFFORT + task] += person.effort[task]


@inlined
def count_below(person, month):
    """Months below the expected income of who works in month 0, until they leave."""
    working = person.status == Status.ACTIVE or person.status == Status.NOTICE
    if month == 0:
        person.staff = HERE if working else 0
        person.months_below = 0
        person.was_key = 0
    if person.staff != HERE:
        return
    if person.key > 0.0:
        person.was_key = 1
    person.months_below += 1 if is_below(person) else 0
    if person.left:
        person.staff = GONE


@inlined
def median_of(counts, people):
    """Median of whole numbers from how many `people` have each of them; -1 of nobody."""
    if people == 0:
        return -1.0
    low, high, below = -1, -1, 0
    for value in range(len(counts)):
        below += counts[value]
        if low < 0 and 2 * below >= people:
            low = value
        if 2 * below > people:
            high = value
            break
    return 0.5 * (low + high)


@rule("firm")
def look_closer(people, firm, policy, outcomes):
    """Figures of `Told` by segment, the median over everybody, and mean skills."""
    counts = np.zeros((2, LONGEST), np.int64)
    working = 0.0
    for i in range(len(people)):
        person = people[i]
        if firm.month >= 0:
            count_below(person, firm.month)
            if person.staff > 0:
                counts[person.was_key, min(person.months_below, LONGEST - 1)] += 1
        if person.status != Status.ACTIVE and person.status != Status.NOTICE:
            continue
        add_pay(person, policy, FIRST + (PER_SEGMENT if person.key > 0.0 else 0), outcomes)
        working += 1.0
        for k in range(SKILLS):
            outcomes[FIRST_SKILL + k] += person.skills[k]
    for s in range(2):
        staff = counts[s].sum()
        outcomes[FIRST + s * PER_SEGMENT + Told.STAFF] = staff
        outcomes[FIRST + s * PER_SEGMENT + Told.MEDIAN] = median_of(counts[s], staff)
    counts[0] += counts[1]
    outcomes[MEDIAN_OF_ALL] = median_of(counts[0], counts[0].sum())
    if working > 0.0:
        for k in range(SKILLS):
            outcomes[FIRST_SKILL + k] /= working


_NAMES = (
    *(told(segment, figure.name.lower() if figure < Told.EFFORT else f"effort_{task}")
      for segment in SEGMENTS
      for figure, task in [*((each, 0) for each in Told if each < Told.EFFORT),
                           *((Told.EFFORT, task) for task in range(TASKS))]),
    MEDIAN_NAME,
    *(skill_name(k) for k in range(SKILLS)),
)

_LOOKING = CLOSER.adding(hope, after="score", fields=[
    ("hoped", "f8"), ("staff", "i1"), ("was_key", "i1"), ("months_below", "i2"),
]).adding(look_closer, after="record")

DETAILED = replace(_LOOKING, outcomes=(*CLOSER.outcomes, *_NAMES))
"""Its outcomes are the lab's own, those of `simlab.engine.closer`, then those of `Told` by segment,
`MEDIAN_NAME`, skills."""

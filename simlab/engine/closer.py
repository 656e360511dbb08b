"""A closer look at requests and skills: how long requests wait, how fit people are for key work.

Rules that look and change nothing; `simlab.engine.detail` makes them part of its month.
"""
# mypy: disable-error-code="no-untyped-def"

from dataclasses import replace

from simlab.compiled import inlined
from simlab.engine.month import MONTH
from simlab.engine.outcomes import OUTCOMES
from simlab.rules import rule
from simlab.rules.work import fit
from simlab.world import DEPARTMENTS, Status

WAITS = 12
"""Month ends at which requests are told apart by how long they have waited; later ones join the
last."""
BINS = 20
"""Equally wide steps of fit with key work, 0..1."""
FIRST_OPEN = len(OUTCOMES)
FIRST_ANSWERED = FIRST_OPEN + DEPARTMENTS * WAITS
FIRST_DROPPED = FIRST_ANSWERED + DEPARTMENTS * WAITS
FIRST_FIT = FIRST_DROPPED + DEPARTMENTS
NEXT = FIRST_FIT + BINS
"""Place of the first outcome after these."""


def open_name(department: int, wait: int) -> str:
    """Outcome: requests with a department that met their `wait`-th month end (1 = that of the month
    in which they were raised), or were answered in that month."""
    return f"open:{department}:{wait}"


def answered_name(department: int, wait: int) -> str:
    """Outcome: of those, the ones answered."""
    return f"answered:{department}:{wait}"


def dropped_name(department: int) -> str:
    """Outcome: requests whose owner left while they waited."""
    return f"dropped:{department}"


def fit_name(step: int) -> str:
    """Outcome: people working whose fit with key work lies in a step of `BINS`."""
    return f"fit:{step}"


@rule("person")
def note_wait(person):
    """How long requests have waited before `support` looks at them; it joins all that a person has
    with a department, and answers them together: they count as one, from the first on."""
    person.waited_0 = person.request_age[0]
    person.waited_1 = person.request_age[1]


@inlined
def count_wait(person, d, waited, outcomes):
    """A person's requests with one department this month."""
    if person.request_load[d] <= 0.0:
        return
    place = d * WAITS + min(waited, WAITS - 1)
    outcomes[FIRST_OPEN + place] += 1.0
    if person.request_age[d] == 0:
        outcomes[FIRST_ANSWERED + place] += 1.0
    elif person.left:
        outcomes[FIRST_DROPPED + d] += 1.0


@rule("firm")
def look_at_people(people, practices, outcomes):
    """Requests by department and wait, and people by fit with key work."""
    for i in range(len(people)):
        person = people[i]
        if person.status != Status.ACTIVE and person.status != Status.NOTICE:
            continue
        count_wait(person, 0, person.waited_0, outcomes)
        count_wait(person, 1, person.waited_1, outcomes)
        suited = fit(person.skills, practices[person.practice].key_demand)
        step = min(max(int(suited * BINS), 0), BINS - 1)
        outcomes[FIRST_FIT + step] += 1.0


_NAMES = (
    *(open_name(d, k + 1) for d in range(DEPARTMENTS) for k in range(WAITS)),
    *(answered_name(d, k + 1) for d in range(DEPARTMENTS) for k in range(WAITS)),
    *(dropped_name(d) for d in range(DEPARTMENTS)),
    *(fit_name(step) for step in range(BINS)),
)

_WATCHING = MONTH.adding(note_wait, after="serve", fields=[
    ("waited_0", "i1"), ("waited_1", "i1")]).adding(look_at_people, after="record")

CLOSER = replace(_WATCHING, outcomes=(*OUTCOMES, *_NAMES))
"""The lab's own month, with these looks at it."""

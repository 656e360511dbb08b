"""Parts of a staff whose figures are counted apart: a label per seat at the start of a history.

Labels are read by the counting alone, never by a rule, so that a protected attribute can be
looked at without anything following from it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simlab.world import STANDING, Firm

LEAST = 10
"""People below whom a group is not shown: it becomes part of the rest."""
REST, JOINED = "rest", "joined_later"
"""Groups of those whose group is too small or not known, and of newcomers."""


@dataclass(frozen=True)
class Division:
    """One way to divide a staff by seats."""

    name: str
    """What it goes by: ``team``, ``unit``, ``gender``, ..."""
    groups: tuple[str, ...]
    people: tuple[int, ...]
    """(group,) seats at the start; 0 for `JOINED`."""
    present: NDArray[np.int16]
    """(n,) group of whoever sits there at the start."""
    later: NDArray[np.int16]
    """(n,) group of those who come to the seat afterwards."""


def division(name: str, labels: Sequence[str], *, of_seat: bool = False) -> Division | None:
    """The staff divided by a label per seat, "" where none is known; None where fewer than two
    groups of at least `LEAST` people would be left.

    Smaller groups roll up into the rest, and where the rest would be small too, the next larger
    one joins it: nobody's figure can be had by subtracting. With `of_seat` newcomers belong to
    the group of their seat (a team's), else their label is not known and they are a group of
    their own, `JOINED`.
    """
    sizes = Counter(labels)
    rest = [label for label in sizes if not label or sizes[label] < LEAST]
    kept = sorted((label for label in sizes if label not in rest), key=lambda x: (sizes[x], x))
    while kept and 0 < sum(sizes[label] for label in rest) < LEAST:
        rest.append(kept.pop(0))
    if len(kept) + bool(rest) < 2:
        return None
    names = (*sorted(kept), *((REST,) if rest else ()))
    place = {label: names.index(label if label in kept else REST) for label in sizes}
    present = np.array([place[label] for label in labels], np.int16)
    people = tuple(int((present == g).sum()) for g in range(len(names)))
    if of_seat:
        return Division(name, names, people, present, present)
    return Division(name, (*names, JOINED), (*people, 0), present,
                    np.full(len(present), len(names), np.int16))


def teams(firm: Firm) -> Division | None:
    """The staff divided by team; see `division`."""
    numbers = np.atleast_2d(firm.people["team"])[0]
    return division("team", [f"{number + 1:03d}" for number in numbers.tolist()], of_seat=True)


@dataclass(frozen=True)
class Divided:
    """All divisions that a run counts: the seats' own, then those of `simlab.world.STANDING`, which
    people pass through."""

    divisions: tuple[Division, ...]

    @property
    def groups(self) -> tuple[tuple[str, str], ...]:
        """(division, group) along the group axis of results."""
        own = [(each.name, group) for each in self.divisions for group in each.groups]
        return (*own, *((d, g) for d, _, g in (name.partition(":") for name in STANDING)))

    @property
    def people(self) -> tuple[int | None, ...]:
        """Seats of each group at the start; None where people pass through it."""
        return (*(n for each in self.divisions for n in each.people), *[None] * len(STANDING))

    def labels(self) -> NDArray[np.int16]:
        """(2, division, seat) place on the group axis: of those present at the start, and of
        those who come later."""
        sizes = [len(each.groups) for each in self.divisions]
        first = np.cumsum([0, *sizes])[:-1].astype(np.int16)[:, None]
        if not self.divisions:
            return np.zeros((2, 0, 0), np.int16)
        return np.stack([np.stack([each.present for each in self.divisions]) + first,
                         np.stack([each.later for each in self.divisions]) + first])

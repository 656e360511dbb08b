"""Who is close to whom: a small world of colleagues, drawn once when a firm is made."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

NOBODY = -1
"""In a person's `ties`: no further colleague."""


def draw_ties(team: NDArray[np.integer], *, seed: int) -> NDArray[np.int32]:
    """(n, 3) slots of each seat's close colleagues from (n,) team numbers, `NOBODY` where fewer.

    Two neighbours on a ring through the team, and one colleague anywhere by a random matching: a
    cycle with a random matching is a small world (Bollobas, Chung 1988). Ties are mutual and stay
    with the seat. The same seed gives the same ties.
    """
    n = len(team)
    ties = np.full((n, 3), NOBODY, np.int32)
    order = np.argsort(team, kind="stable")
    for members in np.split(order, np.flatnonzero(np.diff(team[order])) + 1):
        if len(members) > 1:
            ties[members, 0] = np.roll(members, -1)
        if len(members) > 2:
            ties[members, 1] = np.roll(members, 1)
    shuffled = np.random.default_rng([seed, n]).permutation(n)
    one, other = shuffled[0 : n - n % 2 : 2], shuffled[1::2]
    new = (ties[one, :2] != other[:, None]).all(axis=1)
    ties[one[new], 2], ties[other[new], 2] = other[new], one[new]
    return ties

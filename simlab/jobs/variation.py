"""Which levers a lab's records saw change: only such a lever can have been tested by them.

Records made under one policy hold no variation in it. What says that a lever was moved, when and
for whom, is a past change that the user has declared and replayed (`simlab backtest`).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

from simlab.errors import LabError
from simlab.jobs.stored import stored
from simlab.lab import Lab
from simlab.policy import Policy, differing, parse_policy

EVENTS = "events/*/event.json"
"""Where a lab keeps the past changes that were replayed in it."""


def varied_levers(lab: Lab) -> frozenset[str]:
    """Fields that some replayed past change of the lab moved."""
    found: set[str] = set()
    for tree in stored(lab, EVENTS):
        try:
            before, after = (parse_policy(tree[part], part) for part in ("before", "after"))
        except (LabError, KeyError):  # of another version of the policy's form
            continue
        found |= differing(before, after)
    return frozenset(found)


def varied_pairs(lab: Lab, policies: Sequence[Policy]) -> frozenset[tuple[str, str]]:
    """Pairs of `policies` that differ only in levers which the lab's records saw change."""
    seen = varied_levers(lab)
    return frozenset(
        (one.name, other.name) for one, other in permutations(policies, 2)
        if differing(one, other) and differing(one, other) <= seen)

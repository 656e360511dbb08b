"""Which share of voluntary exits each cause has under a policy.

A cause is what raised the simulated hazard of leaving most above neutral; the engine counts every
voluntary exit under one (``reason_*``). The share is one of expectations, draw by draw: luck is
averaged out, so its interval says what is not known about the firm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simlab.decide.intervals import Interval, interval_of

STEM = "reason_"
"""Names of the outcomes that count voluntary exits by cause begin so."""


@dataclass(frozen=True)
class CauseShare:
    """Of one cause among the voluntary exits expected under one policy over the whole period."""

    policy: str
    cause: str
    """What stands behind `STEM` in the outcome's name."""
    share: Interval
    """Expected exits with this cause / expected voluntary exits of the same draw, 0..1."""
    draws: int
    """In which anybody is expected to leave: the share has no meaning in others."""


def cause_shares(
    totals: NDArray[np.float64], order: Mapping[str, int], names: tuple[str, ...]
) -> tuple[CauseShare, ...]:
    """Every cause under every policy, from `totals` (draw, replicate, policy, outcome) of the whole
    period; none where exits were not counted by cause, or nobody leaves in any draw."""
    causes = {name.removeprefix(STEM): place for place, name in enumerate(names)
              if name.startswith(STEM)}
    if not causes or "voluntary" not in names:
        return ()
    expected = totals.mean(axis=1)
    found = []
    for policy, p in order.items():
        whole = expected[:, p, names.index("voluntary")]
        leave = whole > 0
        if not leave.any():
            continue
        found += [
            CauseShare(policy, cause, interval_of(expected[leave, p, place] / whole[leave]),
                       int(leave.sum()))
            for cause, place in causes.items()]
    return tuple(found)

"""What a record looks like in about a hundred numbers, one file per kind of summary.

Every kind names its numbers (`NAMES`), the columns of the records without which it says nothing
(`NEEDS`) and counts them (`measure`). Counting over person-months is compiled; shares and means of
small groups are drawn towards the whole, so that every number is finite for every panel.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from calibration.measure import (
    business,
    exits,
    idle,
    ratings,
    results,
    signs,
    surveys,
    teams,
    training,
)
from calibration.measure.frame import Facts, Frame

__all__ = ["KINDS", "NAMES", "Facts", "Frame", "Kind", "measure"]


class Kind(Protocol):
    """A kind of summary: a module, or an object like one."""

    @property
    def NEEDS(self) -> tuple[str, ...]:  # noqa: N802
        """Columns ``table.column`` of the records it cannot do without."""

    @property
    def NAMES(self) -> tuple[str, ...]:  # noqa: N802
        """Names ``family/group`` of its numbers."""

    def measure(self, frame: Frame, /) -> NDArray[np.float64]:
        """Its numbers, float64 in the order of `NAMES`."""


KINDS: tuple[Kind, ...] = (
    results, exits, idle, business, ratings, teams, training, surveys, *signs.KINDS)
NAMES: tuple[str, ...] = tuple(name for kind in KINDS for name in kind.NAMES)


def measure(frame: Frame, kinds: tuple[Kind, ...] = KINDS) -> NDArray[np.float64]:
    """The numbers of these kinds, one after the other."""
    return np.concatenate([kind.measure(frame) for kind in kinds])

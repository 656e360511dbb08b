"""Exams behind completed courses.

Who completes what is a fact that simulated records share (exposure). What a course does is no
summary: who is trained is chosen, so that an association with results or exits would pass
selection off as an effect.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from calibration.measure.algebra import blend
from calibration.measure.frame import RECENT_CUT, Frame
from simlab.panel import SIGNS

NEEDS = (SIGNS["passed"], "enrolments.completed_on")
NAMES = tuple(f"exam/{g}" for g in ("all", "tenure_short", "tenure_long", "results_low",
                                    "results_high"))
_SETTLED = 12
"""Months of tenure from which it counts as long."""


def measure(frame: Frame) -> NDArray[np.float64]:
    """Shares of exams passed, in the order of `NAMES`."""
    passed, failed = frame.panel.passed, frame.panel.failed
    if passed is None or failed is None:
        raise ValueError("no exam results in this record")
    taken = np.nan_to_num(passed) + np.nan_to_num(failed)
    long = frame.facts.tenure >= _SETTLED
    everyone = np.ones_like(long)
    groups = (everyone, ~long, long, frame.recent < -RECENT_CUT, frame.recent > RECENT_CUT)
    whole = float(blend(np.nansum(passed), taken.sum(), 0.5))
    return np.array([blend(np.nan_to_num(passed)[g].sum(), taken[g].sum(), whole)
                     for g in groups])

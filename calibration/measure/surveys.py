"""Who answers a pulse survey."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from calibration.measure.algebra import blend
from calibration.measure.frame import Frame
from simlab.panel import SIGNS

NEEDS = (SIGNS["pulse"],)
NAMES = ("pulse/answered", "pulse/scatter")


def measure(frame: Frame) -> NDArray[np.float64]:
    """Share of those asked who answer, and the spread of answers, in the order of `NAMES`. A
    quarter in which nobody answered is one in which nobody was asked."""
    pulse, asked = frame.panel.pulse, frame.facts.panel.pulse
    if pulse is None or asked is None:
        raise ValueError("no pulse survey in this record")
    present = frame.employed & np.isfinite(asked).any(axis=0)
    answered = np.isfinite(pulse) & present
    spread = float(pulse[answered].std()) if answered.any() else 0.0
    return np.array([blend(answered.sum(), present.sum(), 0.5), spread])

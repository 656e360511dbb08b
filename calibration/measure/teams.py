"""How unevenly exits fall on teams, and whether they come in a row.

Both hold what teams have in common (a manager, a market) beside what colleagues do to one
another: they bound an association.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from calibration.measure.algebra import blend
from calibration.measure.frame import BANDS, Frame

NEEDS = ("employees.manager_key",)
NAMES = tuple(f"team_exits/{g}" for g in ("dispersion", "month_dispersion", "again_1"))


def measure(frame: Frame) -> NDArray[np.float64]:
    """Squared excess of exits over what tenure lets expect, over its binomial variance, in the
    order of `NAMES`: of teams over the record, of their months, and of months in a row."""
    here, band, teams = frame.employed, frame.facts.band, frame.facts.teams
    column = np.arange(frame.panel.months)
    hit = (frame.exited[:, None] == column) & here
    count = np.bincount(band[here], minlength=len(BANDS))
    exits = np.bincount(band[hit], minlength=len(BANDS))
    chance = blend(exits, count, hit.sum() / max(here.sum(), 1))[band]
    size = int(teams.max(initial=0)) + 1
    excess = np.zeros((size, frame.panel.months))
    np.add.at(excess, teams, np.where(here, hit - chance, 0.0))
    variance = max(float((chance * (1 - chance))[here].sum()), 1e-9)
    return np.array([
        (excess.sum(axis=1) ** 2).sum() / variance,
        (excess**2).sum() / variance,
        (excess[:, 1:] * excess[:, :-1]).sum() / variance,
    ])

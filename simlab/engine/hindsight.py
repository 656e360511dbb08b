"""Forecasts of months already known, each from its own past: what they were worth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simlab.draws import stream
from simlab.engine.panels import AS_RECORDED
from simlab.engine.reliability import LEADS, Corrections, Past, Reliability, monthly_chance
from simlab.engine.replay import Replay, arrivals, conditioned, employed_at_end
from simlab.panel import Panel
from simlab.policy import Policy
from simlab.progress import Progress

ORIGINS = 12
"""Latest months of the record that earlier forecasts are looked at from."""
LEAST_MONTHS = 3
"""Months of record before the first of them."""
MOST = 6000
"""Person-months looked at: so many say enough, and a large firm costs no more."""


def hindsight(
    panel: Panel,
    draws: NDArray[np.float64],
    *,
    copies: int = 64,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress | None = None,
    policy: Policy = AS_RECORDED,
) -> Corrections:
    """Corrections for forecasts from the end of `panel` under `draws` (draw, parameter), learnt
    from the same forecasts of its last months, each of which sees only what was known before.

    `draws` may come from a calibration on all of `panel`: then these months are no test of the
    forecast, which needs later ones. The same inputs and seed give the same corrections whatever
    the number of `threads`. Raises `Cancelled`.
    """
    def replay(known: Panel) -> Replay:
        return Replay(known, draws, copies, seed, threads, progress or Progress(), policy)

    present: list[list[Past]] = [[] for _ in range(LEADS)]
    origins = range(max(LEAST_MONTHS, panel.months - 1 - ORIGINS), panel.months - 1)
    rows = {t: employed_at_end(panel.until(t)) for t in origins}
    share = MOST / max(sum(len(row) for row in rows.values()), 1)
    rng = np.random.default_rng([seed, stream("hindsight", 0)])
    for origin, row in rows.items():
        known = panel.until(origin)
        chosen = row[rng.random(len(row)) < share]
        ahead = min(LEADS, panel.months - 1 - origin)
        found = conditioned(replay(known), chosen, ahead)
        person = np.flatnonzero(panel.first <= origin)[chosen]
        for lead, chance in enumerate(monthly_chance(found.left_by)):
            column = np.full(len(person), origin + 1 + lead)
            present[lead].append(_past(panel, chance, person, column))
    return Corrections(
        present=Reliability.of([_joined(p, len(draws)) for p in present], len(draws), seed),
        newcomers=Reliability.of([_joined(_arrived(panel, replay(panel)), len(draws))],
                                 len(draws), seed, level_only=True),
    )


def _past(
    panel: Panel, chance: NDArray[np.float64], person: NDArray[np.int64],
    column: NDArray[np.int64],
) -> Past:
    """What became of each person (row) in a month (column), where they were at risk in it and
    the record says."""
    left = panel.exited[person] == column
    known = (left | (panel.last[person] >= column)) & (column < panel.months)
    at_risk = known & (panel.exited[person] >= column)
    return Past(chance[:, at_risk].astype(np.float32), left[at_risk], column[at_risk])


def _arrived(panel: Panel, replay: Replay) -> list[Past]:
    """The first months of the last year's hires."""
    earliest = max(1, panel.months - ORIGINS)
    person = np.flatnonzero(panel.first >= earliest)
    left_by = arrivals(replay, max(len(person), 1), 0, LEADS)
    past = []
    for k, chance in enumerate(monthly_chance(left_by)):
        column = panel.first[person].astype(np.int64) + k
        past.append(_past(panel, chance[:, : len(person)], person, column))
    return past


def _joined(past: list[Past], draws: int) -> Past:
    if not past:
        return Past(np.zeros((draws, 0), np.float32), np.zeros(0, bool), np.zeros(0, np.int64))
    return Past(np.concatenate([p.chance for p in past], axis=1),
                np.concatenate([p.left for p in past]), np.concatenate([p.month for p in past]))

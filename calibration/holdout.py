"""Held-out last months: calibrate on all but the last months of a record and forecast those, with
the same corrections by hindsight as any forecast of the lab."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.baselines import person_months
from calibration.calibrate import LEAST_MONTHS
from simlab.engine.hindsight import hindsight
from simlab.engine.replay import Forecast, forecast
from simlab.panel import Panel, month_name
from simlab.posterior import Posterior
from simlab.progress import Progress

Matrix = NDArray[np.float64]

SHORTEST, ENOUGH_EXITS = 3, 10
"""As many last months are held out, or more until so many exits are among them."""
DRAWS = 40
LEVELS = (0.5, 0.8, 0.9)
_RESAMPLES = 400


@dataclass(frozen=True)
class Count:
    """Exits observed in a month, or in all held-out months, and their forecast (90%)."""

    month: str
    observed: int
    mean: float
    lower: float
    upper: float
    below: float
    """Share of futures with fewer exits, ties counted half."""


@dataclass(frozen=True)
class Holdout:
    """How the last months of a record were forecast from the months before."""

    cutoff: str
    """The last month used."""
    months: int
    people: int
    """Employed at its end whose outcome is known."""
    exits: int
    counts: tuple[Count, ...]
    total: Count
    coverage: dict[str, float]
    """Share of the months whose count lies in the central 50, 80, 90% ('50', '80', '90')."""
    brier: float
    """Of each person's probability to leave within the held-out months."""
    base_brier: float
    """The same of the base rate in the months before."""
    skill: float
    """1 - brier / base_brier: above 0 the model beats the base rate."""
    skill_lower: float
    skill_upper: float


def months_to_hold_out(panel: Panel) -> int:
    """How many last months of `panel` a check holds out: `SHORTEST`, or more until they hold
    `ENOUGH_EXITS` exits, but no more than a third of the record; 0 where it is too short."""
    longest = max(min(panel.months // 3, panel.months - LEAST_MONTHS), 0)
    for months in range(min(SHORTEST, longest), longest + 1):
        if exits_in_last(panel, months) >= ENOUGH_EXITS:
            return months
    return longest


def exits_in_last(panel: Panel, months: int) -> int:
    """Exits in the last `months` of people employed at the end of the month before."""
    cutoff = panel.months - 1 - months
    at_risk = panel.observed[:, cutoff] & (panel.exited > cutoff)
    return int((at_risk & (panel.exited < panel.months)).sum())


def hold_out(
    panel: Panel,
    months: int,
    learn: Callable[[Panel], Posterior],
    *,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Holdout:
    """Forecast the last `months` of `panel` with the posterior that `learn` finds in the months
    before. People who vanish without an exit are left out. Raises `Cancelled`."""
    cutoff = panel.months - 1 - months
    known = panel.until(cutoff)
    draws = learn(known).draws[:DRAWS]
    corrections = hindsight(known, draws, seed=seed, threads=threads, progress=progress)
    made = forecast(known, draws, horizon=months, seed=seed, threads=threads,
                    progress=progress, corrections=corrections)
    row = np.flatnonzero(panel.first <= cutoff)[made.row]
    ahead = panel.exited[row].astype(np.int64) - cutoff
    left = ahead <= months
    judged = left | (panel.last[row] >= cutoff + months)
    ahead, left = ahead[judged], left[judged]
    probability = made.left_by.mean(axis=0)[judged, months - 1].astype(np.float64)
    train = person_months(known, range(cutoff - months + 1), months)
    base = float(train.left.mean()) if len(train.left) else float("nan")
    futures = _futures(made, judged, seed)
    counts = [_count(month_name(known.start + cutoff + 1 + h), int((ahead == h + 1).sum()),
                     futures[:, h]) for h in range(months)]
    square, base_square = (probability - left) ** 2, (base - left) ** 2
    skill, lower, upper = _skill(square, base_square, seed)
    return Holdout(
        cutoff=month_name(known.start + cutoff), months=months, people=int(judged.sum()),
        exits=int(left.sum()), counts=tuple(counts),
        total=_count("", int(left.sum()), futures.sum(axis=1)),
        coverage={f"{100 * level:.0f}": float(np.mean([abs(c.below - 0.5) <= level / 2
                                                       for c in counts])) for level in LEVELS},
        brier=float(square.mean()), base_brier=float(base_square.mean()),
        skill=skill, skill_lower=lower, skill_upper=upper,
    )


def _futures(made: Forecast, judged: NDArray[np.bool_], seed: int) -> NDArray[np.int64]:
    """(future, month) exits among the people judged: each exit of a future is kept with the
    chance that it is one of theirs."""
    expected = made.left_by.mean(axis=0, dtype=np.float64)[:, -1]
    kept = float(expected[judged].sum() / max(expected.sum(), 1e-12))
    return np.random.default_rng([seed, 0x407]).binomial(made.exits, min(kept, 1.0))


def _count(month: str, observed: int, futures: NDArray[np.int64]) -> Count:
    lower, upper = np.quantile(futures, [0.05, 0.95])
    below = (futures < observed).mean() + (futures == observed).mean() / 2
    return Count(month, observed, float(futures.mean()), float(lower), float(upper),
                 float(below))


def _skill(
    square: NDArray[np.floating], base: NDArray[np.floating], seed: int
) -> tuple[float, float, float]:
    """Brier skill and its 90% interval over resampled people."""
    rng = np.random.default_rng(seed)
    n = len(square)
    weight = rng.multinomial(n, np.full(n, 1 / n), size=_RESAMPLES)
    ratio = (weight @ square) / np.maximum(weight @ base, 1e-12)
    lower, upper = np.quantile(1 - ratio, [0.05, 0.95])
    return float(1 - square.mean() / max(base.mean(), 1e-12)), float(lower), float(upper)

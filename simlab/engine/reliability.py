"""What earlier forecasts of the same record were worth, and forecasts corrected by it.

Replay puts people where the model thinks they stand. Where the model's form does not quite hold
(people without business for three months leave less often than it thinks, say), forecasts rank
people well and are yet too bold or too low throughout. So the months that are known already are
forecast as well, each from its own past, and two things are read from how they turned out, for
each number of months ahead: the level of exits, a log-odds added to every posterior draw of its
own, and one steepness, by which all log-odds are multiplied (logistic recalibration: Cox 1958,
applied to the pool of draws: Ranjan, Gneiting 2010). Months differ by more than everybody's own
luck: their spread is estimated beside the level, so that one odd month does not set it (random
effects: DerSimonian, Laird 1986), and futures meet such months too.

No copy and no draw is weighed by this: the level that a draw brings from the calibration is
replaced by the one seen, not multiplied with it, so what the months say about it counts once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import expit, logit

Matrix = NDArray[np.float64]

LEADS = 3
"""Months ahead that have a correction of their own; later ones take the last."""
ENOUGH_EXITS = 30
"""Exits seen at a lead below which nothing is corrected there."""
STEEPNESS_SPREAD = 0.3
"""SD of the normal prior of the log of the steepness, around a model that needs no correction."""
_EDGE = 1e-6
_WIDEST = 1.5
"""The steepness is sought between exp(-1.5) and exp(1.5)."""


@dataclass(frozen=True)
class Past:
    """Forecasts of months already known, at one number of months ahead."""

    chance: NDArray[np.float32]
    """(draw, k) chance to leave in the month, given that one was still there before it."""
    left: NDArray[np.bool_]
    """(k,) what happened."""
    month: NDArray[np.int64]
    """(k,) which month it was; any numbers."""


@dataclass(frozen=True)
class Reliability:
    """How forecasts of known months turned out, as corrections of later ones."""

    level: Matrix
    """(draw, lead) log-odds added to a month's chance of leaving."""
    steepness: Matrix
    """(draw, lead) factor of its log-odds; below 1 where the model was too bold."""
    estimate: Matrix
    """(lead,) the steepness before the uncertainty about it was drawn."""
    exits: NDArray[np.int64]
    """(lead,) known exits it was read from; below `ENOUGH_EXITS` nothing is corrected."""
    spread: float
    """SD of the log-odds that all people share in a month, at the first lead."""

    @classmethod
    def of(
        cls, past: Sequence[Past], draws: int, seed: int, *, level_only: bool = False
    ) -> Reliability:
        """Learnt from one `Past` a lead (1, 2, ...; at least one). `level_only` leaves the
        steepness alone: where everybody's chance is the same nothing tells about it."""
        level, steepness = np.zeros((draws, len(past))), np.ones((draws, len(past)))
        exits = np.array([int(p.left.sum()) for p in past])
        estimate, spread = np.ones(len(past)), 0.0
        for lead, seen in enumerate(past):
            if exits[lead] >= ENOUGH_EXITS:
                rng = np.random.default_rng([seed, lead])
                log_steepness, error = (0.0, 0.0) if level_only else _steepness(seen)
                estimate[lead] = np.exp(log_steepness)
                steepness[:, lead] = np.exp(log_steepness + error * rng.standard_normal(draws))
                level[:, lead], shared = _level(seen, steepness[:, lead], rng)
                spread = shared if lead == 0 else spread
            elif lead:
                level[:, lead], steepness[:, lead] = level[:, lead - 1], steepness[:, lead - 1]
                estimate[lead] = estimate[lead - 1]
        return cls(level, steepness, estimate, exits, spread)

    def corrected(self, left_by: NDArray[np.float32]) -> NDArray[np.float32]:
        """(draw, m, horizon) chances to have left within 1..horizon months, corrected month by
        month; who is sure to leave or stay in a month still is."""
        out = np.empty_like(left_by)
        stays = np.ones(left_by.shape[:2])
        for h, monthly in enumerate(monthly_chance(left_by)):
            lead = min(h, self.level.shape[1] - 1)
            moved = expit(self.level[:, [lead]] + self.steepness[:, [lead]] * _log_odds(monthly))
            sure = (monthly <= 0.0) | (monthly >= 1.0)
            stays = stays * (1.0 - np.where(sure, monthly, moved))
            out[:, :, h] = 1.0 - stays
        return out


@dataclass(frozen=True)
class Corrections:
    """Of forecasts under one set of draws."""

    present: Reliability
    """For people with a record."""
    newcomers: Reliability
    """For people hired after the record: the level only."""


def monthly_chance(left_by: NDArray[np.float32]) -> list[Matrix]:
    """For each month ahead the (draw, m) chance to leave in it, given one was there before."""
    chances = []
    before = np.zeros(left_by.shape[:2])
    for h in range(left_by.shape[2]):
        now = left_by[:, :, h].astype(np.float64)
        chances.append(np.clip((now - before) / np.maximum(1.0 - before, 1e-12), 0.0, 1.0))
        before = now
    return chances


def _log_odds(chance: Matrix) -> Matrix:
    return np.asarray(logit(np.clip(chance, _EDGE, 1.0 - _EDGE)))


def _steepness(seen: Past) -> tuple[float, float]:
    """Log of the steepness under which the pool of draws, each at the level seen, explains best
    who left; and its standard error."""
    odds = _log_odds(seen.chance.astype(np.float64))

    def against(log_steepness: float) -> float:
        slope = np.full(len(odds), np.exp(log_steepness))
        pool = expit(_levelled(odds, slope, seen.left.sum())).mean(axis=0)
        surprise = -np.log(np.where(seen.left, pool, 1.0 - pool)).sum()
        return float(surprise + 0.5 * (log_steepness / STEEPNESS_SPREAD) ** 2)

    best = float(minimize_scalar(against, bounds=(-_WIDEST, _WIDEST), method="bounded",
                                 options={"xatol": 1e-3}).x)
    step = 0.05
    bend = (against(best + step) - 2 * against(best) + against(best - step)) / step**2
    return best, min(1.0 / np.sqrt(max(bend, 1e-9)), STEEPNESS_SPREAD)


def _level(
    seen: Past, steepness: Matrix, rng: np.random.Generator
) -> tuple[Matrix, float]:
    """(draw,) level with its uncertainty, and the SD between months."""
    odds = _log_odds(seen.chance.astype(np.float64))
    levelled = _levelled(odds, steepness, seen.left.sum())
    pool = expit(levelled).mean(axis=0)
    _, month = np.unique(seen.month, return_inverse=True)
    happened, expected, luck = (np.bincount(month, weights=w) for w in
                                (seen.left, pool, pool * (1.0 - pool)))
    gap = np.log((happened + 0.5) / (expected + 0.5))
    mean, error, spread = random_effects(gap, luck / expected**2)
    level = levelled[:, 0] - steepness * odds[:, 0]
    return level + mean + error * rng.standard_normal(len(odds)), spread


def random_effects(value: Matrix, variance: Matrix) -> tuple[float, float, float]:
    """Mean of `value` (k,) measured with these sampling variances, its standard error, and the SD
    of the values beyond sampling, by the moments of DerSimonian and Laird (1986)."""
    weight = 1.0 / variance
    common = float((weight * value).sum() / weight.sum())
    excess = float((weight * (value - common) ** 2).sum()) - (len(value) - 1)
    scale = float(weight.sum() - (weight**2).sum() / weight.sum())
    between = max(excess / scale, 0.0) if len(value) > 2 else 0.0
    weight = 1.0 / (variance + between)
    mean = float((weight * value).sum() / weight.sum())
    return mean, float(weight.sum() ** -0.5), float(np.sqrt(between))


def _levelled(odds: Matrix, slope: Matrix, exits: float) -> Matrix:
    """(draw, k) log-odds times `slope`, moved so that each draw expects that number of `exits`
    (Newton's method in short steps)."""
    scaled = slope[:, None] * odds
    level = np.zeros(len(odds))
    for _ in range(100):
        chance = expit(level[:, None] + scaled)
        rise = np.maximum((chance * (1.0 - chance)).sum(axis=1), 1e-9)
        step = np.clip((exits - chance.sum(axis=1)) / rise, -1.0, 1.0)
        level = level + step
        if np.abs(step).max() < 1e-6:
            break
    return np.asarray(level[:, None] + scaled)

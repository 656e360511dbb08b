"""What a past change of policy says of the parameters that its levers work through.

Units that changed are held against units that did not, both as forecast from the months before: a
difference in differences on the log scale, whose forecast takes out who the people are. In the
model the same number follows from the levers' parameters (a quadratic in them, fitted over draws),
so the record weighs these by one normal likelihood. What moves both sides alike (season, market)
cancels; what cannot be told from the change widens the error. Where everybody changed at once
nothing cancels, and nothing is learnt. See docs/decisions/0010-past-changes.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr
from scipy.stats import chi2

from calibration.confounders import Confounder
from calibration.past_change import Group
from simlab.engine.reliability import random_effects
from simlab.panel import Panel
from simlab.parameters import INDEX, REGISTRY, Parameter, prior_draws

Matrix = NDArray[np.float64]

DRIFT = 0.1
"""SD (log) at least by which two parts of a firm drift apart in such a time for reasons that nobody
recorded: an assumption; more where the months before the change show more."""
BESIDE = 0.25
"""SD (log) that each other thing which moved at the same time adds: as strong as the manager
programme of Friebel, Heinz, Zubanov (2022), which cut quits by 20 to 25%."""
SHARED = frozenset({
    "season_unknown", "season_moved", "season_still", "market_unknown", "rest_moved", "rest_still",
    "decided"})
"""Codes of what meets both sides alike, or is in the forecasts of both."""
_CHANCE = 12.0
"""Squared correlation times draws from which a parameter is said to drive the effect: one in two
thousand by chance."""
_POOL = 8000
_WIDER = 3.0
_UNLIKELY = 0.9
"""Level of the test from which windows before the change are said to differ."""


@dataclass(frozen=True)
class Reading:
    """The likelihood of one past change, as plain data."""

    compared: bool
    """Whether some units did not change; without them nothing is learnt."""
    parameters: tuple[str, ...]
    """Those that drive the effect in the model and that no record moves."""
    coefficients: tuple[float, ...]
    """Of the expected effect (log ratio of exits with and without the change): constant, a slope
    and a square for each parameter in SDs of its registered prior."""
    observed: float
    """Log ratio of exits that happened to those forecast without the change, less that of the
    others."""
    errors: Mapping[str, float] = field(default_factory=dict)
    """SD by source: ``luck`` of both sides, ``level`` of the forecasts, ``model`` (what other
    parameters do to the effect), ``drift``, ``beside``."""

    @property
    def speaks(self) -> bool:
        """Whether anything can be learnt from it."""
        return self.compared and bool(self.parameters)

    @property
    def error(self) -> float:
        """SD of `observed` around the expected effect."""
        return float(np.sqrt(sum(sd**2 for sd in self.errors.values())))

    def expected(self, draws: Matrix) -> Matrix:
        """(draw,) effect that the model expects under these (draw, parameter)."""
        return np.asarray(_features(draws, self.parameters) @ np.array(self.coefficients))


@dataclass(frozen=True)
class Taught:
    """Parameters redrawn from prior times likelihood."""

    rows: Matrix
    """(draw, parameter)"""
    gained: Mapping[str, float]
    """Parameter -> 1 - variance after / variance before, at least 0."""


def read(
    panel: Panel, groups: Sequence[Group], draws: Matrix, movable: NDArray[np.bool_],
    confounders: Sequence[Confounder], sides: tuple[NDArray[np.bool_], NDArray[np.bool_]], *,
    column: int,
) -> Reading:
    """What the change in `column` of `panel` says. `groups` were replayed under `draws` (draw,
    parameter); `movable` (parameter,) are those that records can move; `sides` are the people
    (n,) whose policy changed, and those they are held against."""
    mine = next(group for group in groups if group.changed)
    rest = [group for group in groups if not group.changed]
    under, without = (_totals(part, len(draws)) for part in (mine.under, mine.without))
    effect = np.log((under.mean(axis=1) + 0.5) / (without.mean(axis=1) + 0.5))
    names = _drivers(effect, draws, movable)
    features = _features(draws, names)
    coefficients = np.linalg.lstsq(features, effect, rcond=None)[0]
    left = len(draws) - features.shape[1]
    spread = float(((effect - features @ coefficients) ** 2).sum()) / max(left, 1)
    errors = {"model": np.sqrt(max(spread - _noise(under, without), 0.0))}
    observed = _surprise(mine.observed, without)
    if rest:
        other = _totals(rest[0].without, len(draws))
        observed -= _surprise(rest[0].observed, other)
        level = np.log(without.mean(axis=1) + 0.5) - np.log(other.mean(axis=1) + 0.5)
        errors |= {
            "luck": np.sqrt(sum(1.0 / (group.observed.sum() + 0.5) for group in (mine, rest[0]))),
            "level": level.std(ddof=1),
            "drift": max(DRIFT, _drift(panel, sides, column, len(mine.observed))),
            "beside": BESIDE * np.sqrt(sum(c.open and c.code not in SHARED for c in confounders)),
        }
    return Reading(bool(rest), names, tuple(coefficients.tolist()), observed,
                   {name: float(sd) for name, sd in errors.items()})


def teach(
    rows: Matrix, readings: Sequence[Reading], registry: tuple[Parameter, ...], seed: int
) -> Taught:
    """`rows` (draw, parameter) with the parameters that `readings` speak of redrawn from prior
    (that of `registry`) times likelihood of all readings: weighed draws, resampled. Half of them
    come from a prior three times as wide, so that a change which the prior did not expect finds
    draws too. Every other parameter stays, being independent of them in the prior."""
    spoken = [reading for reading in readings if reading.speaks]
    names = sorted({name for reading in spoken for name in reading.parameters})
    if not names:
        return Taught(rows, {})
    columns = [INDEX[name] for name in names]
    wide = tuple(replace(p, sd=_WIDER * p.sd) for p in registry)
    narrow = prior_draws(_POOL, seed, registry)
    pool = np.concatenate([narrow, prior_draws(_POOL, seed + 1, wide)])
    weight = weights(spoken, pool) * _prior_share(pool, columns, registry)
    weight = weight / weight.sum()
    rng = np.random.default_rng([seed, len(rows)])
    places = (np.arange(len(rows)) + rng.random()) / len(rows)
    chosen = np.minimum(np.searchsorted(np.cumsum(weight), places), len(pool) - 1)
    out = rows.copy()
    out[:, columns] = pool[rng.permutation(chosen)][:, columns]
    before = narrow[:, columns].var(axis=0)
    after = weight @ (pool[:, columns] - weight @ pool[:, columns]) ** 2
    gained = np.maximum(1.0 - after / np.maximum(before, 1e-300), 0.0)
    return Taught(out, dict(zip(names, gained.tolist(), strict=True)))


def _prior_share(
    pool: Matrix, columns: Sequence[int], registry: tuple[Parameter, ...]
) -> Matrix:
    """(draw,) prior density over that of the mixture which the pool was drawn from, up to a
    factor."""
    log = np.zeros((2, len(pool)))
    for k in columns:
        p = registry[k]
        for row, sd in enumerate((p.sd, _WIDER * p.sd)):
            mass = ndtr((p.upper - p.mean) / sd) - ndtr((p.lower - p.mean) / sd)
            log[row] -= 0.5 * ((pool[:, k] - p.mean) / sd) ** 2 + np.log(sd * mass)
    return np.asarray(2.0 / (1.0 + np.exp(log[1] - log[0])))


def weights(readings: Sequence[Reading], draws: Matrix) -> Matrix:
    """(draw,) likelihood of all readings under each draw, summing to 1."""
    log = np.zeros(len(draws))
    for reading in readings:
        if reading.speaks:
            log -= 0.5 * ((reading.observed - reading.expected(draws)) / reading.error) ** 2
    weight = np.exp(log - log.max())
    return np.asarray(weight / weight.sum())


def parse(tree: Mapping[str, Any]) -> Reading:
    """A reading from plain data (``dataclasses.asdict``); KeyError or TypeError for what is none,
    or speaks of a parameter that there no longer is."""
    reading = Reading(**{**tree, "parameters": tuple(tree["parameters"]),
                         "coefficients": tuple(tree["coefficients"])})
    for name in reading.parameters:
        INDEX[name]
    return reading


def _totals(futures: Matrix, draws: int) -> Matrix:
    """(draw x replicate, month) -> (draw, replicate) exits over all months."""
    return np.asarray(futures.reshape(draws, -1, futures.shape[-1]).sum(axis=2))


def _surprise(observed: NDArray[np.int64], totals: Matrix) -> float:
    """Log ratio of what happened to what was forecast (draw, replicate)."""
    return float(np.log(observed.sum() + 0.5) - np.log(totals.mean(axis=1) + 0.5).mean())


def _noise(under: Matrix, without: Matrix) -> float:
    """Mean variance of a draw's effect from the finite number of its replicates (delta method)."""
    if under.shape[1] < 2:
        return 0.0
    paired = (under / np.maximum(under.mean(axis=1, keepdims=True), 0.5)
              - without / np.maximum(without.mean(axis=1, keepdims=True), 0.5))
    return float((paired.var(axis=1, ddof=1) / under.shape[1]).mean())


def _drivers(effect: Matrix, draws: Matrix, movable: NDArray[np.bool_]) -> tuple[str, ...]:
    """Effect parameters that no record moves and that the expected effect goes with, the strongest
    first and no more than one for every ten draws."""
    gap = effect - effect.mean()
    found = []
    for k, parameter in enumerate(REGISTRY):
        spread = draws[:, k] - draws[:, k].mean()
        scale = float((spread**2).sum() * (gap**2).sum())
        if parameter.effect and not movable[k] and scale > 0:
            squared = float(spread @ gap) ** 2 / scale
            if squared * len(draws) > _CHANCE:
                found.append((squared, parameter.name))
    return tuple(name for _, name in sorted(found, reverse=True)[: len(draws) // 10])


def _features(draws: Matrix, names: Sequence[str]) -> Matrix:
    """(draw, 1 + 2 k) a constant, and each parameter in SDs of its prior with its square."""
    z = np.stack([(draws[:, INDEX[n]] - REGISTRY[INDEX[n]].mean) / REGISTRY[INDEX[n]].sd
                  for n in names], axis=1) if names else np.zeros((len(draws), 0))
    return np.hstack([np.ones((len(draws), 1)), z, z**2])


def _drift(
    panel: Panel, sides: tuple[NDArray[np.bool_], NDArray[np.bool_]], column: int, months: int
) -> float:
    """SD (log) by which the ratio of the two sides' exit rates differed beyond luck between
    windows of so many months before the change, for a further window; 0 where chance explains it
    (Cochran's test: the moments of a few windows are mostly noise), or with fewer than three."""
    windows = [range(end - months, end) for end in range(column, months - 1, -months)]
    gap, variance = [], []
    for window in windows:
        logs, luck = [], 0.0
        for side in sides:
            left = sum(int((side & (panel.exited == t)).sum()) for t in window)
            heads = sum(int(panel.employed[side, t].sum()) for t in window)
            logs.append(np.log((left + 0.5) / max(heads, 1)))
            luck += 1.0 / (left + 0.5)
        gap.append(logs[0] - logs[1])
        variance.append(luck)
    if len(gap) < 3:
        return 0.0
    value, weight = np.array(gap), 1.0 / np.array(variance)
    apart = float((weight * (value - weight @ value / weight.sum()) ** 2).sum())
    if apart < chi2.ppf(_UNLIKELY, len(gap) - 1):
        return 0.0
    return random_effects(value, 1.0 / weight)[2] * float(np.sqrt(1.0 + 1.0 / len(gap)))

"""Replicates until simulation noise is small beside what is not known, and what they come to.

Noise in a draw's expected difference passes for uncertainty about the firm, and lets luck into
P(beats). So replicates are added until its standard error is a small share of the spread over
draws. Only what the answers need of the later replicates is kept.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from simlab.decide.outcomes import HEADLINE, outcome
from simlab.errors import LabError

ASKED = 0.1
"""Monte Carlo error over posterior SD that is aimed at: it then adds half a per cent to the width
of an interval."""


class Histories(Protocol):
    """What is reduced of a run."""

    @property
    def y(self) -> NDArray[np.float64]:
        """(draw, replicate, policy, month, outcome)"""

    @property
    def policies(self) -> tuple[str, ...]:
        """Names along the policy axis."""


@dataclass(frozen=True)
class Reduced:
    """What effects are computed from: of each replicate its totals, of the months their mean."""

    totals: NDArray[np.float64]
    """(draw, replicate, policy, outcome) months added up or averaged, as the outcome asks."""
    monthly: NDArray[np.float64]
    """(draw, policy, month, outcome) mean over the replicates."""
    groups: NDArray[np.float64] | None = None
    """(draw, replicate, policy, group, figure)"""

    @classmethod
    def of(cls, ensemble: Histories, names: Sequence[str]) -> Reduced:
        """Of the replicates of one run; `names` are those of its outcomes."""
        return cls(over_months(ensemble.y, names), ensemble.y.mean(axis=1),
                   getattr(ensemble, "groups", None))

    @classmethod
    def joined(cls, parts: Sequence[Reduced]) -> Reduced:
        """Of several runs over the same draws, replicates one after the other."""
        if len(parts) == 1:
            return parts[0]
        sizes = [part.totals.shape[1] for part in parts]
        groups = [part.groups for part in parts if part.groups is not None]
        return cls(
            np.concatenate([part.totals for part in parts], axis=1),
            np.average([part.monthly for part in parts], axis=0, weights=sizes),
            np.concatenate(groups, axis=1) if groups else None)


def over_months(y: NDArray[np.float64], names: Sequence[str]) -> NDArray[np.float64]:
    """(draw, replicate, policy, outcome): months added up or averaged, as the outcome asks."""
    total: NDArray[np.float64] = y.sum(axis=3)
    averaged = np.array([outcome(name).over_months == "mean" for name in names])
    total[..., averaged] /= y.shape[3]
    return total


@dataclass(frozen=True)
class Precision:
    """How fine the paired differences from the baseline became in the headline."""

    asked: float
    """Monte Carlo error over posterior SD that was aimed at; 0 where a number of replicates was
    asked for instead."""
    ratio: float
    """The largest over policies; infinite where noise hides all spread, NaN with one replicate."""
    replicates: int
    cap: int
    reached: bool
    """Whether `ratio` is at most `asked`; else the cap was."""


def precision(
    totals: NDArray[np.float64], baseline: int, names: Sequence[str], *, asked: float, cap: int
) -> Precision:
    """Of `totals` (draw, replicate, policy, outcome). LabError ``no_headline`` where it was not
    simulated."""
    if HEADLINE not in names:
        raise LabError("no_headline", outcome=HEADLINE)
    headline = totals[..., list(names).index(HEADLINE)]
    ratios = [noise_ratio(headline[:, :, p] - headline[:, :, baseline])
              for p in range(headline.shape[2]) if p != baseline]
    ratio = max(ratios) if not any(math.isnan(r) for r in ratios) else math.nan
    return Precision(asked, ratio, totals.shape[1], cap, ratio <= asked)


def noise_ratio(paired: NDArray[np.float64]) -> float:
    """Standard error of a draw's mean over replicates, over the SD of the expectations over
    draws, of paired differences (draw, replicate). 0 where policies never differ."""
    noise = noise_variance(paired)
    if math.isnan(noise):
        return math.nan
    if noise == 0.0:
        return 0.0
    spread = float(paired.mean(axis=1).var(ddof=1)) - noise if len(paired) > 1 else 0.0
    return math.sqrt(noise / spread) if spread > 0 else math.inf


def noise_variance(paired: NDArray[np.float64]) -> float:
    """Mean over draws of the variance of a draw's mean over replicates; NaN with one."""
    replicates = paired.shape[1]
    if replicates < 2:
        return math.nan
    return float(paired.var(axis=1, ddof=1).mean() / replicates)

"""Through which channels a policy works: the same draws and luck with each channel switched off.

A channel's part is what the difference loses without it. Parts need not add up: where channels
need one another, or stand in for one another, the rest is shown as what it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simlab.decide.intervals import Interval, interval_of
from simlab.decide.outcomes import HEADLINE


@dataclass(frozen=True)
class Part:
    """What one channel contributes to a difference in the headline."""

    channel: str
    difference: Interval
    """The whole difference less that without the channel; negative = it keeps people."""
    keeps: float
    """Share of draws in which it is below zero."""


@dataclass(frozen=True)
class Decomposition:
    """The expected difference of one pair in the headline, by channel; over `draws` draws."""

    policy: str
    against: str
    whole: Interval
    parts: tuple[Part, ...]
    remainder: Interval
    """Whole less all parts: interaction of channels, and what no channel holds."""
    draws: int


@dataclass(frozen=True)
class RampUp:
    """Business that newcomers in their ramp-up do not bring: without one, less with it."""

    policy: str
    loss: Interval
    """Money over the period, expectation."""
    difference: Interval | None
    """Against the baseline; None for the baseline."""


@dataclass(frozen=True)
class Apart:
    """Histories of the same draws and luck, as they are and with something switched off.

    Each (draw, replicate, policy, outcome), totals over the period, policies in one order.
    """

    whole: NDArray[np.float64]
    without: Mapping[str, NDArray[np.float64]]
    """Channel -> the same with it switched off."""
    no_ramp: NDArray[np.float64]
    """With newcomers as productive as they will be."""


def decompose(
    apart: Apart, order: Mapping[str, int], names: tuple[str, ...], baseline: str
) -> tuple[Decomposition, ...]:
    """Every policy against the baseline."""
    place, zero = names.index(HEADLINE), order[baseline]

    def gap(totals: NDArray[np.float64], p: int) -> NDArray[np.float64]:
        difference: NDArray[np.float64] = (
            totals[:, :, p, place] - totals[:, :, zero, place]).mean(axis=1)
        return difference

    found = []
    for policy, p in order.items():
        if p == zero:
            continue
        whole = gap(apart.whole, p)
        parts = {name: whole - gap(off, p) for name, off in apart.without.items()}
        found.append(Decomposition(
            policy=policy, against=baseline, whole=interval_of(whole),
            parts=tuple(Part(name, interval_of(part), float((part < 0).mean()))
                        for name, part in parts.items()),
            remainder=interval_of(whole - sum(parts.values())), draws=len(whole)))
    return tuple(found)


def ramp_up(
    apart: Apart, order: Mapping[str, int], names: tuple[str, ...], baseline: str
) -> tuple[RampUp, ...]:
    """One per policy."""
    place = names.index("business")
    loss = (apart.no_ramp - apart.whole)[..., place].mean(axis=1)
    zero = order[baseline]
    return tuple(
        RampUp(policy, interval_of(loss[:, p]),
               None if p == zero else interval_of(loss[:, p] - loss[:, zero]))
        for policy, p in order.items())

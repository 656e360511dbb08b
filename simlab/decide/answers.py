"""The answers of a comparison as plain frozen data, with their flat rows and JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import numpy as np

from simlab.decide.advice import Advice, LeverEvidence
from simlab.decide.causes import CauseShare
from simlab.decide.channels import Decomposition, RampUp
from simlab.decide.groups import GroupEffect
from simlab.decide.intervals import Fan, Interval
from simlab.decide.outcomes import HEADLINE
from simlab.decide.precision import Precision
from simlab.decide.terms import Standing, Terms
from simlab.decide.worth import Idle, Worth

Warrant = Literal["tested", "partly", "assumed", "unknown"]
"""How far the data informed an effect; `unknown` where simulation noise hides it. Records made
under one policy can sharpen what it works on, never test the policy itself: `tested` takes a past
change of the very lever, or units that differ in it."""


@dataclass(frozen=True)
class Total:
    """One outcome under one policy over the whole period (summed or averaged over months):
    what one future of this firm may bring, parameters and luck together."""

    policy: str
    outcome: str
    value: Interval


@dataclass(frozen=True)
class EffectOver:
    """The same effect over other draws of the parameters: before any data were seen, with what
    they did not inform at zero, or under a rival prior."""

    difference: Interval
    ratio: Interval | None
    beats: float


@dataclass(frozen=True)
class Effect:
    """`policy` against `against` in one outcome over the whole period."""

    policy: str
    against: str
    outcome: str
    difference: Interval
    """Of expectations: replicates are averaged within a draw, the interval is over draws."""
    ratio: Interval | None
    """Of expectations; None where the denominator can be zero."""
    beats: float
    """Share of draws in which the expected difference is favourable (for an outcome that is
    neither good nor bad: in which it is negative)."""
    ties: float
    """Share of draws in which it is exactly zero."""
    sees_better: float
    """Chance that this firm sees the better figure under `policy`: independent luck."""
    sees_equal: float
    monte_carlo_error: float
    """Standard error of a draw's expected difference from the finite number of replicates;
    NaN with one replicate, where it cannot be told from the spread over draws."""
    posterior_sd: float
    """Spread of the expected difference over draws with the simulation noise taken out."""
    correlation: float
    """Of the two policies' figures over replicates: what common random numbers gained."""
    cumulative: Fan
    """Expected difference added up (averaged, for averages) to each month, over draws."""
    prior: EffectOver | None
    """Before any data were seen."""
    zeroed: EffectOver | None
    """With every effect that the data did not inform at zero: what is left of the policy."""
    informed: float
    """1 - posterior / prior variance of the relative effect; NaN without a prior ensemble."""
    owed: Interval | None
    """Share of the effect's variance owed to parameters that the data did not inform; None where
    simulation noise hides the effect, or without the parameters."""
    warrant: Warrant
    rivals: Mapping[str, EffectOver] = field(default_factory=dict)
    """Name of a rival prior of what records cannot move -> the effect under it."""


@dataclass(frozen=True)
class Retained:
    """What one more person at or above standard who stays costs under `policy`."""

    policy: str
    against: str
    people: Interval
    """Expected regretted exits avoided."""
    cost: Interval
    """Expected cost difference; negative = saved."""
    nobody: float
    """Share of draws in which nobody is retained: there no price exists."""
    per_person: Interval | None
    """Over the draws in which somebody is; None where there are none."""


@dataclass(frozen=True)
class Dots:
    """Expected differences of `policy` from `against`, draw by draw (the first `MOST_DOTS`)."""

    policy: str
    against: str
    headline: tuple[float, ...]
    """People over the period."""
    cost: tuple[float, ...]
    """Money over the period; empty where costs were not simulated."""


MOST_DOTS = 200
"""Draws shown one by one."""


@dataclass(frozen=True)
class Comparison:
    """Every answer about a set of policies; plain data."""

    policies: tuple[str, ...]
    baseline: str
    headline: str
    months: tuple[str, ...]
    outcomes: tuple[str, ...]
    draws: int
    replicates: int
    fans: tuple[Fan, ...]
    running: tuple[Fan, ...]
    """The same added up to each month, for outcomes whose months are added up."""
    totals: tuple[Total, ...]
    effects: tuple[Effect, ...]
    retained: tuple[Retained, ...]
    provenance: dict[str, Any]
    terms: Terms = field(default_factory=Terms)
    """What was asked of a policy beside the headline."""
    standings: tuple[Standing, ...] = ()
    """Each policy among all: best, harm, target, budget."""
    worths: tuple[Worth, ...] = ()
    """Each policy against the baseline in money."""
    idle: Idle | None = None
    """What doing nothing costs."""
    groups: tuple[GroupEffect, ...] = ()
    """Effects by group of people, where groups were counted."""
    channels: tuple[Decomposition, ...] = ()
    """Each difference from the baseline by channel, where channels were switched off."""
    ramp_up: tuple[RampUp, ...] = ()
    levers: tuple[LeverEvidence, ...] = ()
    """The grade of evidence of each lever that differs from the baseline's."""
    advice: Mapping[str, Advice] = field(default_factory=dict)
    """Policy -> what the evidence allows against the baseline."""
    precision: Precision | None = None
    """How fine the replicates made the differences."""
    dots: tuple[Dots, ...] = ()
    """Each difference from the baseline draw by draw."""
    causes: tuple[CauseShare, ...] = ()
    """The share of each cause in voluntary exits, where exits were counted by cause."""
    plan: int | None = None
    """Seats that are to be filled, people: what headcount is held against."""

    @property
    def luck_apart(self) -> bool:
        """Whether luck could be told from what is not known: it takes two replicates a draw."""
        return self.replicates > 1

    def effect(self, policy: str, against: str, name: str = HEADLINE) -> Effect:
        """The effect of one pair in outcome `name`; a KeyError where it was not compared."""
        for each in self.effects:
            if (each.policy, each.against, each.outcome) == (policy, against, name):
                return each
        raise KeyError((policy, against, name))

    def to_rows(self) -> list[dict[str, Any]]:
        """One flat row per pair and outcome, for a table or a CSV file."""
        return [
            {
                "policy": e.policy, "against": e.against, "outcome": e.outcome,
                "difference": e.difference.mean, "difference_lower": e.difference.lower,
                "difference_upper": e.difference.upper,
                "ratio": e.ratio.mean if e.ratio else None,
                "ratio_lower": e.ratio.lower if e.ratio else None,
                "ratio_upper": e.ratio.upper if e.ratio else None,
                "beats": e.beats, "ties": e.ties,
                "sees_better": e.sees_better, "sees_equal": e.sees_equal,
                "monte_carlo_error": _plain(e.monte_carlo_error),
                "posterior_sd": _plain(e.posterior_sd),
                "correlation": _plain(e.correlation),
                "prior_beats": e.prior.beats if e.prior else None,
                "zeroed_beats": e.zeroed.beats if e.zeroed else None,
                "informed": _plain(e.informed),
                "owed": e.owed.mean if e.owed else None, "warrant": e.warrant,
            }
            for e in self.effects
        ]

    def group_rows(self) -> list[dict[str, Any]]:
        """One flat row per group, policy and figure."""
        return [
            {"division": g.division, "group": g.group, "people": g.people,
             "heads": g.heads, "policy": g.policy, "against": g.against, "figure": g.figure,
             **{f"{part}{end}": getattr(getattr(g, part), bound)
                for part in ("level", "difference", "rate", "rate_difference")
                for end, bound in (("", "mean"), ("_lower", "lower"), ("_upper", "upper"))},
             "beats": g.beats, "harm": g.harm}
            for g in self.groups]

    def to_json(self) -> dict[str, Any]:
        """The whole comparison as plain lists, dictionaries and numbers; NaN becomes None."""
        tree: dict[str, Any] = _plain(asdict(self))
        return {**tree, "luck_apart": self.luck_apart}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value

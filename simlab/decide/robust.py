"""How a policy stands in futures whose odds nobody knows (Lempert, Popper, Bankes 2003, RAND
MR-1626): what it loses against the best one in each, and where it falls short.

*Decision loss* (regret; Savage 1951) of a policy in a future is how much worse its objective is
than the best policy's in that future. Futures count alike: *expected* means the average over the
futures looked at, which claims nothing about how likely they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simlab.decide.intervals import Interval
from simlab.decide.outcomes import named, outcome
from simlab.decide.prim import Discovery, discover, proportion
from simlab.errors import LabError
from simlab.policy.threshold import Threshold

Floats = NDArray[np.float64]

RULES = ("expected", "p90", "largest")
"""What a policy may be chosen by: the average of its decision loss over futures, its 90th
percentile, or its largest (minimax regret)."""
RESAMPLES = 1000
_HARD = 0.75
"""Quantile of the objective over all futures and policies that is the threshold where none is
given."""


@dataclass(frozen=True)
class Loss:
    """A policy's decision loss over the futures, with 90% intervals from resampled futures. Of
    the largest the upper end is the figure itself: resampling cannot find a worse future."""

    policy: str
    expected: Interval
    p90: Interval
    largest: Interval
    best: Interval
    """Share of futures in which no policy is better."""
    met: Interval
    """Share of futures in which it meets every threshold."""
    met_each: tuple[Interval, ...]
    """The same for each threshold alone."""


@dataclass(frozen=True)
class Choice:
    """The policy a rule picks, and the share of resampled sets of futures in which it does."""

    rule: str
    policy: str
    sure: float


@dataclass(frozen=True)
class Robustness:
    """How the policies stand over all futures."""

    objective: str
    policies: tuple[str, ...]
    thresholds: tuple[Threshold, ...]
    thresholds_given: bool
    """Else there is one: the worst quarter of the objective over all futures and policies."""
    loss: Floats
    """(future, policy) decision loss, 0 or above."""
    losses: tuple[Loss, ...]
    choices: tuple[Choice, ...]
    fails: tuple[Discovery, ...]
    """Of each policy: where it does not meet the thresholds."""
    rival: str | None
    """The policy with the smallest largest loss, where another one is best in expectation."""
    beaten: Discovery
    """Where the policy that is best in expectation does worse than `rival`; without a rival, than
    any other policy."""

    def loss_of(self, policy: str) -> Loss:
        """The figures of one policy; a KeyError where there is none."""
        for each in self.losses:
            if each.policy == policy:
                return each
        raise KeyError(policy)

    def chosen(self, rule: str) -> str:
        """The policy that one of `RULES` picks; a KeyError for another rule."""
        return {each.rule: each.policy for each in self.choices}[rule]

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        tree = asdict(replace(self, thresholds=()))
        return {**tree, "loss": self.loss.tolist(),
                "thresholds": [each.model_dump(exclude_none=True) for each in self.thresholds]}


def checked_objective(name: str) -> str:
    """`name` where it is an outcome of which less or more is better; LabError ``unknown_outcome``
    or ``outcome_no_objective``."""
    if outcome(named(name)).better == "neither":
        raise LabError("outcome_no_objective", name=name)
    return name


def decision_loss(objective: Floats, better: str) -> Floats:
    """(future, policy) how much worse than the best policy's each objective (future, policy) is;
    `better` says whether ``lower`` or ``higher`` is."""
    if better == "lower":
        return np.asarray(objective - objective.min(axis=1, keepdims=True))
    return np.asarray(objective.max(axis=1, keepdims=True) - objective)


def robustness(
    points: Floats, names: Sequence[str], values: Mapping[str, Floats], policies: Sequence[str],
    objective: str, thresholds: Sequence[Threshold] = (), *, seed: int = 1,
) -> Robustness:
    """Hold the policies against each other over futures.

    `points` (future, uncertainty) is what each future is, `names` its columns; `values` holds for
    the objective and each outcome with a threshold (future, policy) expectations, policies in the
    order of `policies`. LabError ``too_few_policies`` below two.
    """
    if len(policies) < 2:
        raise LabError("too_few_policies", count=len(policies))
    aim, better = values[objective], outcome(objective).better
    held = tuple(thresholds) or (_worst_quarter(objective, aim, better),)
    met = np.stack([each.met(values[each.outcome]) for each in held], axis=2)
    loss = decision_loss(aim, better)
    figures = _resampled(loss, seed)
    choices = _choices(figures, policies)
    expected, largest = (policies.index(choices[k].policy) for k in (0, 2))
    rivals = [largest] if largest != expected else [
        p for p in range(len(policies)) if p != expected]
    beaten = np.asarray((loss[:, [expected]] > loss[:, rivals]).any(axis=1))
    return Robustness(
        objective=objective, policies=tuple(policies), thresholds=held,
        thresholds_given=bool(thresholds), loss=loss,
        losses=tuple(_loss(name, p, loss, figures[..., p], met[:, p])
                     for p, name in enumerate(policies)),
        choices=choices,
        fails=tuple(discover(points, np.asarray((~met[:, p]).any(axis=1)), names)
                    for p in range(len(policies))),
        rival=policies[largest] if largest != expected else None,
        beaten=discover(points, beaten, names))


def _worst_quarter(objective: str, aim: Floats, better: str) -> Threshold:
    if better == "lower":
        return Threshold(outcome=objective, at_most=float(np.quantile(aim, _HARD)))
    return Threshold(outcome=objective, at_least=float(np.quantile(aim, 1 - _HARD)))


def _figures(loss: Floats) -> Floats:
    """(rule, policy) by `RULES`."""
    return np.stack([loss.mean(axis=0), np.quantile(loss, 0.9, axis=0), loss.max(axis=0)])


def _resampled(loss: Floats, seed: int) -> Floats:
    """(1 + resample, rule, policy): the figures, then those of resampled futures. A Latin
    hypercube spreads futures more evenly than chance, so that the intervals are rather wide."""
    rng = np.random.default_rng(seed)
    picked = (rng.integers(0, len(loss), len(loss)) for _ in range(RESAMPLES))
    return np.stack([_figures(loss), *(_figures(loss[rows]) for rows in picked)])


def _choices(figures: Floats, policies: Sequence[str]) -> tuple[Choice, ...]:
    best = figures.argmin(axis=2)
    return tuple(Choice(rule, policies[best[0, r]], float((best[1:, r] == best[0, r]).mean()))
                 for r, rule in enumerate(RULES))


def _loss(
    policy: str, place: int, loss: Floats, figures: Floats, met: NDArray[np.bool_]
) -> Loss:
    """`figures` (1 + resample, rule) and `met` (future, threshold) are the policy's own."""
    n = len(loss)
    lower, upper = np.quantile(figures[1:], (0.05, 0.95), axis=0)
    expected, p90, largest = (
        Interval(float(figures[0, r]), float(min(lower[r], figures[0, r])),
                 float(max(upper[r], figures[0, r]))) for r in range(len(RULES)))
    return Loss(policy, expected, p90, largest,
                proportion(int((loss[:, place] == 0).sum()), n),
                proportion(int(met.all(axis=1).sum()), n),
                tuple(proportion(int(each.sum()), n) for each in met.T))

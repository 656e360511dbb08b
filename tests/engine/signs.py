"""Sign tests of mechanisms: the same firm, the same luck, two arms that differ in one thing.

An arm is a policy, perhaps with a parameter fixed or a fact of the firm changed. Parameters are
drawn from the prior, so a mechanism has to work wherever the evidence leaves room, not at one
lucky point; common random numbers leave only the difference that the arms make.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simlab.engine.ensemble import Ensemble, simulate
from simlab.engine.outcomes import OUTCOMES
from simlab.parameters import INDEX, prior_draws
from simlab.policy import Policy
from simlab.world import Firm

Measure = str | Callable[[Ensemble], NDArray[np.float64]]
"""An outcome's name, added up over the months, or a figure (draw, replicate, policy) of its own."""

ENOUGH = 0.95
"""Share of paired runs in which a mechanism must move its outcome the right way."""


@dataclass(frozen=True)
class Arm:
    """One side of a pair: a policy, parameters fixed against the draw, facts of the firm."""

    policy: Policy
    parameters: Mapping[str, float] = field(default_factory=dict)
    facts: Mapping[str, float] = field(default_factory=dict)


def policy(**levers: Any) -> Policy:
    """A policy that differs from the present only in the levers given."""
    return Policy.model_validate({"name": "arm", "title": {"en": "Arm", "zh": "臂"}, **levers})


def differences(
    firm: Firm,
    one: Policy | Arm,
    other: Policy | Arm,
    *measures: Measure,
    draws: int = 200,
    months: int = 18,
    replicates: int = 1,
    seed: int = 7,
) -> NDArray[np.float64]:
    """(measure, draw) each measure under `one` less that under `other`, mean over replicates."""
    runs = [_run(firm, arm, draws, months, replicates, seed) for arm in (one, other)]
    pairs = [[_figure(run, measure) for run in runs] for measure in measures]
    return np.array([(a - b).mean(axis=1) for a, b in pairs])


def _run(
    firm: Firm, given: Policy | Arm, draws: int, months: int, replicates: int, seed: int
) -> Ensemble:
    arm = given if isinstance(given, Arm) else Arm(given)
    theta = prior_draws(draws, seed)
    for name, value in arm.parameters.items():
        theta[:, INDEX[name]] = value
    return simulate(
        firm.with_facts(**arm.facts), [arm.policy], theta,
        months=months, replicates=replicates, seed=seed,
    )


def _figure(run: Ensemble, measure: Measure) -> NDArray[np.float64]:
    """(draw, replicate) of a measure in a run of one policy."""
    if isinstance(measure, str):
        return np.asarray(run.outcome(measure).sum(axis=-1)[..., 0])
    return np.asarray(measure(run)[..., 0])


def ratio(above: str, below: str) -> Measure:
    """The measure "one outcome per unit of another", both added up over the months."""

    def measure(run: Ensemble) -> NDArray[np.float64]:
        return run.outcome(above).sum(axis=-1) / np.maximum(run.outcome(below).sum(axis=-1), 1e-9)

    return measure


def share_with_sign(difference: NDArray[np.float64], sign: int) -> float:
    """Share of paired runs whose difference has the sign (+1 or -1); none at all counts against."""
    return float((np.sign(difference) == sign).mean())


def assert_moves(
    firm: Firm,
    one: Policy | Arm,
    other: Policy | Arm,
    signs: Mapping[str | tuple[str, str], int],
    **options: Any,
) -> None:
    """Fail unless `one` against `other` moves every outcome (or pair "above per below") of `signs`
    in its direction in at least `ENOUGH` of the paired runs."""
    measures = [name if isinstance(name, str) else ratio(*name) for name in signs]
    moved = differences(firm, one, other, *measures, **options)
    for (name, sign), difference in zip(signs.items(), moved, strict=True):
        share = share_with_sign(difference, sign)
        assert share >= ENOUGH, (
            f"{name} moved {'up' if sign > 0 else 'down'} in {share:.0%} of the paired runs "
            f"(mean difference {difference.mean():.4g}); expected at least {ENOUGH:.0%}"
        )


def assert_nothing(
    firm: Firm,
    one: Policy | Arm,
    other: Policy | Arm,
    *,
    but: tuple[str, ...] = (),
    draws: int = 20,
    months: int = 18,
    seed: int = 7,
) -> None:
    """Fail unless both arms give the very same histories: every outcome of every month bit for
    bit, but for those named."""
    a, b = (_run(firm, arm, draws, months, 1, seed) for arm in (one, other))
    for name in OUTCOMES:
        if name not in but:
            np.testing.assert_array_equal(a.outcome(name), b.outcome(name), err_msg=name)

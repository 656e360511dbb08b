"""Assumptions that no record here decides, side by side: length of notice, reading of results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

import scenarios
from simlab.engine.ensemble import simulate
from simlab.parameters import INDEX, prior_draws

Matrix = NDArray[np.float64]
POLICIES = ("move_only", "train_and_help")


@dataclass(frozen=True)
class Reading:
    """A variant of the draws and what the policy does under it: shares are of the initial staff,
    `effect` is the relative change of voluntary exits per draw."""

    name: str
    exits: tuple[float, float]
    """Voluntary exits under either policy, mean over draws."""
    effect: Matrix
    difference: Matrix
    """(draw,) voluntary exits of the second policy less those of the first."""


def readings(variants: Mapping[str, Matrix], *, replicates: int, seed: int) -> list[Reading]:
    """Each variant of the draws (draw, parameter) over the sales transition."""
    scenario = scenarios.load("sales_transition")
    firm = scenario.firm(seed=seed)
    policies = [scenario.policies[name] for name in POLICIES]
    found = []
    for name, theta in variants.items():
        run = simulate(firm, policies, theta, months=scenario.months, replicates=replicates,
                       current=scenario.current, seed=seed)
        quits = run.outcome("voluntary").sum(axis=-1).mean(axis=1)
        found.append(Reading(
            name, (float(quits[:, 0].mean()), float(quits[:, 1].mean())),
            quits[:, 1] / np.maximum(quits[:, 0], 0.5) - 1, quits[:, 1] - quits[:, 0],
        ))
    return found


def notices(draws: int, *, replicates: int, seed: int) -> list[Reading]:
    """Notice is binomial(3, `notice_chance`): at 0 and 1 it is exactly no month and three months;
    a third and two thirds give one and two months on average."""
    variants = {}
    for months in range(4):
        theta = prior_draws(draws, seed)
        theta[:, INDEX["notice_chance"]] = months / 3
        exact = "always" if months in (0, 3) else "on average"
        variants[f"{months} month{'' if months == 1 else 's'}, {exact}"] = theta
    return readings(variants, replicates=replicates, seed=seed)


def results(draws: int, *, replicates: int, seed: int) -> list[Reading]:
    """Why people with falling results go: they believe that they are not fit (a slope on
    efficacy), or they expect to be dismissed (the same slope on results below standard)."""
    theta = prior_draws(draws, seed)
    slope = theta[:, INDEX["efficacy_exit"]].copy()
    variants = {}
    for name, efficacy, anticipation in (
        ("not fit: slope on efficacy", 1.0, 0.0),
        ("dismissal expected: the same slope on results below standard", 0.0, 1.0),
        ("both, half the slope each", 0.5, 0.5),
        ("neither", 0.0, 0.0),
    ):
        given = theta.copy()
        given[:, INDEX["efficacy_exit"]] = efficacy * slope
        given[:, INDEX["anticipation_exit"]] = anticipation * slope
        variants[name] = given
    return readings(variants, replicates=replicates, seed=seed)

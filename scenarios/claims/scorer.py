"""Exact measures of the scorer and the bonus rule: one person, one month, no luck."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from scenarios.claims.case import CaseData, Figure
from scenarios.claims.study import Measured, Study
from simlab.engine.mesa_model import FirmModel
from simlab.policy import Policy
from simlab.practice import kpis
from simlab.world import Kpi, Status

CUSTOMERS = 10_000
"""Customers due, so many that any rate is met to a hundredth of a per cent."""


class Returned(CaseData):
    """A month's return rate, against the target that the policy sets for it. Sales come in
    exactly on target; no other KPI may be weighed."""

    rate: float = Field(gt=0, le=1)


def score_ratio(study: Study, figure: Figure, options: Returned) -> Measured:
    """The score at that return rate over the score at the target rate. What the scheme gives at
    a rate of none and of all bounds it."""
    return _ratio(study, figure, options, 0)


def bonus_ratio(study: Study, figure: Figure, options: Returned) -> Measured:
    """The bonus at that return rate over the bonus at the target rate, bounded likewise."""
    return _ratio(study, figure, options, 1)


def _ratio(study: Study, figure: Figure, options: Returned, place: int) -> Measured:
    policy = study.policy_of(figure)
    target = policy.incentive.targets[kpis(policy.practice)[Kpi.RETENTION]]
    found = [score_and_bonus(study, policy, rate)[place]
             for rate in (options.rate, target, 0.0, 1.0)]
    reached, usual, none, everyone = found
    return Measured(np.array([reached / usual]), (none / usual, everyone / usual))


def score_and_bonus(study: Study, policy: Policy, rate: float) -> tuple[float, float]:
    """(score, bonus) by the model's own rules `score` and `pay`, for a person on standard work of
    whose customers due a share `rate` returned and whose sales are exactly on target."""
    model = FirmModel(study.firm, policy, study.draws[0], seed=study.seed)
    model.apply("enter", 0)
    person = model.people[0]
    person["status"] = Status.ACTIVE
    person["typical"], person["usual"], person["business"] = 100.0, 0.5, 100.0
    person["returns_due"], person["returned"] = CUSTOMERS, round(CUSTOMERS * rate)
    model.apply("score", 0)
    model.apply("pay", 0)
    return float(person["score"]), float(person["bonus"])

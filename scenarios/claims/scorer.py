"""Exact measures of the scorer and the bonus rule: one person, one month, no luck."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from scenarios.claims.case import CaseData, Figure
from scenarios.claims.study import Measured, Study
from simlab.engine.mesa_model import FirmModel
from simlab.practice import kpis
from simlab.world import Status


class Attained(CaseData):
    """One KPI's actual figure against its target; every other KPI is exactly on target."""

    kpi: str
    actual: float = Field(ge=0)
    target: float = Field(gt=0)


def score_ratio(study: Study, figure: Figure, options: Attained) -> Measured:
    """The score with that attainment over the score with every KPI on target. What the cap
    allows at most bounds it."""
    policy = study.case.policy_of(figure)
    on_target, _ = score_and_bonus(study, policy, options.kpi, 1.0)
    reached, _ = score_and_bonus(study, policy, options.kpi, options.actual / options.target)
    bounds = [score_and_bonus(study, policy, options.kpi, x)[0] / on_target for x in (0.0, 1e6)]
    return Measured(np.array([reached / on_target]), (bounds[0], bounds[1]))


def bonus_ratio(study: Study, figure: Figure, options: Attained) -> Measured:
    """The bonus with that attainment over the bonus with every KPI on target."""
    policy = study.case.policy_of(figure)
    _, on_target = score_and_bonus(study, policy, options.kpi, 1.0)
    _, reached = score_and_bonus(study, policy, options.kpi, options.actual / options.target)
    bounds = [score_and_bonus(study, policy, options.kpi, x)[1] / on_target for x in (0.0, 1e6)]
    return Measured(np.array([reached / on_target]), (bounds[0], bounds[1]))


def score_and_bonus(study: Study, policy: str, kpi: str, attained: float) -> tuple[float, float]:
    """(score, bonus) by the model's own rules `score` and `pay`, for a person on standard work
    whose KPI attainments are 1 except `kpi`. A KPI without cases this month keeps its last
    attainment, so attainments are set and sales come in exactly on target."""
    model = FirmModel(study.firm, study.case.policy(policy), study.draws[0], seed=study.seed)
    model.apply("enter", 0)
    person = model.people[0]
    person["status"] = Status.ACTIVE
    person["attainment"][:] = 1.0
    person["attainment"][kpis(study.case.firm.practice).index(kpi)] = attained
    person["typical"], person["usual"], person["business"] = 100.0, 0.5, 100.0
    model.apply("score", 0)
    model.apply("pay", 0)
    return float(person["score"]), float(person["bonus"])

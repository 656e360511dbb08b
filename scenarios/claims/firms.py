"""A measure over many firms: facts drawn, the same parameters in each future."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, field_validator

from scenarios.claims.case import CaseData, Figure
from scenarios.claims.paired import divide
from scenarios.claims.study import Measured, Study
from scenarios.facts import FirmFacts, scenario_firm
from simlab.engine.ensemble import simulate
from simlab.engine.outcomes import OUTCOMES
from simlab.panel import month_number


class Firms(CaseData):
    """How many firms, between which facts, and which cut of the exits counts."""

    firms: int = Field(default=200, ge=1, le=10_000)
    cut: float = Field(ge=0, le=1, description="fall of turnover that a firm must exceed")
    facts: dict[str, tuple[float, float]] = Field(description="fact: lowest and highest value")

    @field_validator("facts")
    @classmethod
    def _facts(cls, value: dict[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
        for name, (low, high) in value.items():
            if name not in FirmFacts.model_fields:
                raise ValueError(f"no fact {name!r} of a firm")
            if low > high:
                raise ValueError(f"{name}: {low:g} is above {high:g}")
        return value


def share_of_firms(study: Study, figure: Figure, options: Firms) -> Measured:
    """In each future, the share of firms whose turnover rate the policy cuts by more than
    `cut`, against the same firm under the baseline and the same luck.

    The parameters of a future hold for all its firms, which differ in facts and in luck: what is
    not known about people is not known about any of them.
    """
    return Measured((_cuts(study, figure, options) > options.cut).mean(axis=0))


def typical_cut(study: Study, figure: Figure, options: Firms) -> Measured:
    """In each future, the cut of turnover in the median firm."""
    return Measured(np.asarray(np.nanmedian(_cuts(study, figure, options), axis=0)))


def _cuts(study: Study, figure: Figure, options: Firms) -> NDArray[np.float64]:
    """(firm, draw) share of its turnover rate that the policy takes away."""
    case = study.case
    key = ("firms", case.policy_of(figure), options.model_dump_json())
    if key not in study.kept:
        study.kept[key] = _simulated_cuts(study, figure, options)
    kept: NDArray[np.float64] = study.kept[key]
    return kept


def _simulated_cuts(study: Study, figure: Figure, options: Firms) -> NDArray[np.float64]:
    case = study.case
    policies = [case.policy(case.baseline), study.policy_of(figure)]
    cuts = np.zeros((options.firms, len(study.draws)))
    for number, facts in enumerate(drawn_facts(case.firm, options, study.seed)):
        study.progress.advance("firms", number, options.firms)
        firm = scenario_firm(facts, month_number(case.start), seed=study.seed + number)
        ensemble = simulate(
            firm, policies, study.draws, months=case.months, replicates=study.replicates,
            seed=study.seed + number, threads=study.threads,
        )
        study.progress.check()
        turnover = _turnover(ensemble.y)
        cuts[number] = 1.0 - divide(turnover[:, 1], turnover[:, 0])
    return cuts


def _turnover(y: NDArray[np.float64]) -> NDArray[np.float64]:
    """(draw, policy) exits over headcount-months."""
    totals = y.sum(axis=(1, 3))
    return divide(totals[..., OUTCOMES.index("exits")], totals[..., OUTCOMES.index("headcount")])


def drawn_facts(given: FirmFacts, options: Firms, seed: int) -> list[FirmFacts]:
    """`options.firms` firms with facts drawn evenly between their bounds; whole numbers where
    the fact is one; facts without bounds as `given`."""
    generator = np.random.default_rng(seed)
    fields: Mapping[str, object] = given.model_dump()
    firms = []
    for _ in range(options.firms):
        drawn: dict[str, object] = {}
        for name, (low, high) in options.facts.items():
            if isinstance(fields[name], int):
                drawn[name] = int(generator.integers(round(low), round(high) + 1))
            else:
                drawn[name] = float(generator.uniform(low, high))
        firms.append(FirmFacts.model_validate({**fields, **drawn}))
    return firms

"""Comparisons: time of a whole answer, what common random numbers gain, known answers of a toy."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.stats import norm, skellam

import scenarios
from deciding import Known
from scenarios import FirmFacts, scenario_firm
from simlab.decide import Comparison, Terms, compare
from simlab.engine.ensemble import Ensemble, simulate
from simlab.parameters import prior_draws
from simlab.policy import Policy
from simlab.world import Firm

PEOPLE, MONTHS = 300, 36


def measure(quick: bool) -> dict[str, float]:
    """Seconds of the whole answer (simulate and reduce; nothing is kept from before but the
    question itself and the compiled kernel), and unpaired over paired SD of the difference in the
    headline."""
    people, months = (60, 6) if quick else (PEOPLE, MONTHS)
    begin = time.perf_counter()
    _answer(people, months, 500)
    many = time.perf_counter() - begin
    warm = min(_seconds(people, months, 100) for _ in range(3))
    ensemble, _ = _answer(people, months, 40, replicates=10)
    return {"compare_500_draws_s": round(many, 3), "compare_100_draws_warm_s": round(warm, 3),
            "crn_sd_ratio": round(crn_sd_ratio(ensemble), 2)}


def _seconds(people: int, months: int, draws: int) -> float:
    begin = time.perf_counter()
    _answer(people, months, draws)
    return time.perf_counter() - begin


@cache
def _asked(people: int) -> tuple[scenarios.Scenario, Firm, list[Policy]]:
    """The question, read once: its scenario, a firm of so many people, two policies."""
    study = scenarios.load("sales_transition")
    facts = FirmFacts(**(study.facts.model_dump() | {"people": people}))
    firm = scenario_firm(facts, study.start, current=study.current, burn_in=study.burn_in)
    return study, firm, [study.policies["move_only"], study.policies["train_and_help"]]


def _answer(
    people: int, months: int, draws: int, replicates: int = 1
) -> tuple[Ensemble, Comparison]:
    study, firm, policies = _asked(people)
    ensemble = simulate(firm, policies, prior_draws(draws, 1), months=months,
                        replicates=replicates, current=study.current)
    return ensemble, compare(ensemble, "move_only")


def crn_sd_ratio(ensemble: Ensemble) -> float:
    """SD over histories of the difference in regretted exits between independent histories of one
    draw, over the SD between histories that meet the same luck."""
    totals = ensemble.outcome("regretted").sum(axis=3)
    paired = totals[:, :, 1] - totals[:, :, 0]
    apart = totals.var(axis=1, ddof=1).sum(axis=1).mean()
    return float(np.sqrt(apart / paired.var(axis=1, ddof=1).mean()))


@dataclass(frozen=True)
class Toy:
    """An ensemble that was written down instead of simulated."""

    y: NDArray[np.float64]
    policies: tuple[str, ...]
    start: int = 2020 * 12
    provenance: dict[str, Any] = field(default_factory=dict)


def poisson_toy(hazard_ratio: float, *, exits: float, draws: int, replicates: int) -> Toy:
    """Firms that lose Poisson(`exits`) people under one policy, and of these a share `hazard_ratio`
    under the other: each exit is avoided or not by its own luck, so histories are paired."""
    rng = np.random.default_rng(1)
    before = rng.poisson(exits, (draws, replicates))
    after = rng.binomial(before, hazard_ratio)
    y = np.stack([before, after], axis=2).astype(float)[..., None, None]
    return Toy(y, ("now", "better"))


def normal_toy(draws: int) -> Toy:
    """Three policies whose expected exits are 20 + N(0, .1), 20 + N(-1, 1) and 20 + N(-2, 2) over
    draws; costs are 0, 10 and 30 above the first one's. No luck."""
    rng = np.random.default_rng(1)
    exits = 20 + np.array([0, -1, -2]) + np.array([0.1, 1, 2]) * rng.standard_normal((draws, 3))
    cost = np.broadcast_to(100.0 + np.array([0, 10, 30]), exits.shape)
    y = np.repeat(np.stack([exits, cost], axis=-1)[:, None, :, None], 2, axis=1)
    return Toy(y, ("now", "a", "b"))


def chances() -> list[Known]:
    """P(best) of the third is P(its normal is below both others'), by quadrature over its own
    value; P(harm), the target and the budget follow from one normal each."""
    comparison = compare(normal_toy(40_000), "now", outcomes=("regretted", "cost"),
                         terms=Terms(at_most=18.0, budget=20.0))
    found = {each.policy: each for each in comparison.standings}
    target, budget = found["b"].target, found["b"].budget
    assert target is not None
    assert budget is not None
    best, _ = quad(lambda x: norm.pdf(x, -2, 2) * norm.sf(x, -1, 1) * norm.sf(x, 0, 0.1), -14, 3)
    return [
        Known("P(best) of three", best, found["b"].best, 0.01),
        Known("P(harm)", float(norm.sf(0, -2, np.hypot(2, 0.1))), found["b"].harm or 0.0, 0.01),
        Known("P(target met)", 0.5, target.expected, 0.01),
        Known("P(within budget)", 0.0, budget.expected, 0.0),
    ]


def known_answers() -> list[Known]:
    """A hazard ratio of .95 on 40 exits. Within a draw the expected difference is -2; coupled
    histories see fewer wherever an exit is avoided, 1 - exp(-2) = .86, independent ones with the
    chance of a Skellam variable, .57: the figure that is reported."""
    exits, ratio, replicates = 40.0, 0.95, 64
    toy = poisson_toy(ratio, exits=exits, draws=400, replicates=replicates)
    effect = compare(toy, outcomes=("regretted",)).effect("better", "now", "regretted")
    avoided = exits * (1 - ratio)
    fewer = skellam.cdf(-1, exits * ratio, exits)  # of the difference of independent Poissons
    return [
        Known("expected difference", -avoided, effect.difference.mean, 0.05),
        Known("ratio", ratio, effect.ratio.mean if effect.ratio else np.nan, 0.002),
        Known("Monte Carlo error of the difference", np.sqrt(avoided / replicates),
              effect.monte_carlo_error, 0.005),
        Known("correlation of pairs", np.sqrt(ratio), effect.correlation, 0.01),
        Known("P(better in expectation)", 1.0, effect.beats, 0.0),
        Known("chance to see fewer", float(fewer), effect.sees_better, 0.01),
        *chances(),
    ]

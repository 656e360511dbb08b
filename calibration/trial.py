"""A trial of which only a cross-section is known: who was in it, how they did before, who left.

Everybody in it is simulated in many copies through the months before it, so that what they brought
is conditional on having come this far, and through the trial itself. From each draw of the
parameters an auxiliary model of leaving (by tenure, earlier results and pay) is read off the
copies; how well it explains who left among those observed weighs the draw. An arm that was offered
something else is then predicted by the same draws under the same luck.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import norm, rankdata
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from simlab.engine.firm import assemble
from simlab.engine.lives import Lives, follow
from simlab.engine.panels import AS_RECORDED
from simlab.engine.ties import NOBODY
from simlab.errors import LabError
from simlab.parameters import prior_draws
from simlab.policy import Policy
from simlab.practice import NAMES as PRACTICES
from simlab.progress import Progress
from simlab.world import ROSTER, Firm, Status, blank

Matrix = NDArray[np.float64]

BEFORE = 6
"""Months before the trial whose results count as the earlier ones."""
COPIES = 60
"""Copies of each person."""
LEAST_EFFECTIVE = 100.0
"""Effective draws below which nothing is predicted."""
_RIDGE = 0.05
_STEPS = 8


@dataclass(frozen=True)
class Arm:
    """The n people of one arm at the start of a trial."""

    tenure: Matrix
    """(n,) months."""
    base: Matrix
    """(n,) base pay a month."""
    results: Matrix
    """(n,) results before the trial, on any scale that rises with them."""
    later: Matrix | None = None
    """(n,) results during the trial, of an arm to calibrate on; NaN where unknown."""
    left: NDArray[np.bool_] | None = None
    """(n,) who left during the trial; None where that is to be predicted."""


@dataclass(frozen=True)
class Fitted:
    """Draws that explain the arm calibrated on."""

    draws: Matrix
    """(draw, parameter), equally weighted."""
    effective: float
    """Effective number of prior draws they stand for."""
    simulated_share: float
    """Share that leaves in the prior's mean: what the model said before any datum."""


@dataclass(frozen=True)
class Predicted:
    """Chance to leave of each person of an arm, by draw."""

    chance: Matrix
    """(draw, n)"""
    usual: Matrix
    """(draw, n) the same people without what the arm was offered, under the same luck."""

    def share(self, rows: NDArray[np.bool_], seed: int) -> Matrix:
        """(draw,) share of `rows` who leave, the chance of so few people included."""
        rng = np.random.default_rng(seed)
        return np.asarray((rng.random((len(self.chance), int(rows.sum())))
                           < self.chance[:, rows]).mean(axis=1))


def scores(values: Matrix) -> Matrix:
    """Normal scores of ranks, so that results on any scale can be set side by side."""
    return np.asarray(norm.ppf((rankdata(values) - 0.5) / len(values)))


def fit(
    arm: Arm, months: int, *, practice: str = "general", draws: int = 2500, keep: int = 300,
    seed: int = 1, threads: int | None = None, progress: Progress | None = None,
) -> Fitted:
    """Weigh `draws` of the prior by who left of `arm` within `months` and, where later results are
    known, by how closely these follow the earlier ones; `keep` of them are drawn.

    LabError ``trial_unreachable`` where too few draws explain what happened. Raises ValueError for
    an arm without outcome.
    """
    left = arm.left
    if left is None:
        raise ValueError("an arm to calibrate on needs its outcome")
    theta = prior_draws(draws, seed)
    base = scores(arm.results)
    logs, shares = np.full(draws, -np.inf), np.zeros(draws)
    observed = None if arm.later is None else _correlation(base, arm.later)

    def weigh(row: int, made: _Copies) -> None:
        chance = made.chance(arm, base)
        shares[row] = chance.mean()
        logs[row] = np.where(left, np.log(chance), np.log1p(-chance)).sum()
        if observed is not None and arm.later is not None:
            error = 1 / np.sqrt(np.isfinite(arm.later).sum() - 3)
            gap = np.arctanh(observed) - np.arctanh(np.clip(made.persistence, -0.99, 0.99))
            logs[row] -= 0.5 * (gap / error) ** 2

    _simulate(arm, theta, [AS_RECORDED], months, practice, seed, threads, progress, weigh)
    weights = np.exp(logs - logs.max())
    weights /= weights.sum()
    effective = float(1 / (weights**2).sum())
    if effective < LEAST_EFFECTIVE:
        raise LabError("trial_unreachable", effective=round(effective),
                       least=round(LEAST_EFFECTIVE), draws=draws)
    points = (np.random.default_rng(seed).random() + np.arange(keep)) / keep
    rows = np.minimum(np.searchsorted(np.cumsum(weights), points), draws - 1)
    return Fitted(theta[rows], effective, float(shares.mean()))


def predict(
    arm: Arm, fitted: Fitted, offered: Policy, months: int, *, practice: str = "general",
    seed: int = 1, threads: int | None = None, progress: Progress | None = None,
) -> Predicted:
    """Chance to leave within `months` of everybody in `arm`, to whom `offered` is given from the
    first month of the trial on, beside their chance without it."""
    base = scores(arm.results)
    found = []
    for policy in (offered, AS_RECORDED):
        chance = np.zeros((len(fitted.draws), len(arm.tenure)))

        def note(row: int, made: _Copies, chance: Matrix = chance) -> None:
            chance[row] = made.chance(arm, base)

        _simulate(arm, fitted.draws, [AS_RECORDED] * BEFORE + [policy], months, practice, seed,
                  threads, progress, note)
        found.append(chance)
    return Predicted(*found)


@dataclass(frozen=True)
class _Copies:
    """The copies of an arm that came as far as the trial."""

    coefficients: Matrix
    persistence: float
    """Correlation of results in the trial with those before, in normal scores."""

    @classmethod
    def of(cls, arm: Arm, lives: Lives, months: int) -> _Copies:
        person = np.repeat(np.arange(len(arm.tenure)), COPIES)
        there = lives.exited >= BEFORE
        left = lives.exited[there] < BEFORE + months
        before = scores(_results(lives.business[:BEFORE, there]))
        during = lives.business[BEFORE : BEFORE + months, there]
        features = _features(arm, before, person[there])
        return cls(_logistic(features, left.astype(np.float64)),
                   _correlation(before, _results(during)))

    def chance(self, arm: Arm, results: Matrix) -> Matrix:
        """(n,) chance of the arm's own people with their own earlier `results` (scores)."""
        features = _features(arm, results, np.arange(len(arm.tenure)))
        return np.asarray(np.clip(expit(features @ self.coefficients), 1e-4, 1 - 1e-4))


def _simulate(
    arm: Arm, theta: Matrix, policies: Sequence[Policy], months: int, practice: str, seed: int,
    threads: int | None, progress: Progress | None, note: Callable[[int, _Copies], None],
) -> None:
    firm = _firm(arm, practice)

    def consume(row: int, lives: Lives) -> None:
        with threadpool_limits(1):
            note(row, _Copies.of(arm, lives, months))

    follow(lambda _: firm, theta, policies, BEFORE + months, consume, seed=seed, stage="trial",
           threads=threads, progress=progress)


def _firm(arm: Arm, practice: str) -> Firm:
    """`COPIES` of everybody, who do not influence one another, from `BEFORE` months before the
    trial on or from their own joining."""
    n = len(arm.tenure) * COPIES
    people = blank(ROSTER, n)
    joined = np.repeat(BEFORE - np.round(arm.tenure).astype(np.int32), COPIES)
    people["slot"] = np.arange(n)
    people["status"] = Status.AWAITED
    people["practice"] = PRACTICES.index(practice)
    people["arrives"] = np.maximum(joined, 0)
    people["entered"] = joined
    people["ties"] = NOBODY
    people["base"] = np.repeat(arm.base, COPIES)
    people["grade"] = 1
    reference = float(np.median(arm.base))
    return assemble(
        people, 0, season=0.0, base_reference=reference, entry_base=reference, coaching=0.5,
        support_capacity=0.4, resolution=0.7, standard=0.35, dismissal_months=0, grace_months=6,
        replacement_cost=3.0, coupled=False, vacancies=False,
    )


def _results(business: NDArray[np.float32]) -> Matrix:
    """(n,) mean over the months worked (T, n) of business against the usual, 0..1 a month; NaN for
    who worked in none."""
    worked = np.isfinite(business)
    earned = np.where(worked, np.maximum(business, 0), 0).astype(np.float64)
    usual = float(np.median(earned[earned > 0])) if (earned > 0).any() else 1.0
    total = (earned / (earned + usual)).sum(axis=0)
    months = worked.sum(axis=0)
    return np.where(months > 0, total / np.maximum(months, 1), np.nan)


def _features(arm: Arm, results: Matrix, person: NDArray[np.int64]) -> Matrix:
    """(n, 6) of the auxiliary model: constant, log tenure and its square, results and their
    square, log pay."""
    tenure = (np.log1p(arm.tenure) - 3.0)[person]
    pay = np.log(arm.base / np.median(arm.base))[person]
    return np.stack([np.ones(len(person)), tenure, tenure**2, results, results**2 - 1, pay],
                    axis=1)


def _logistic(features: Matrix, left: Matrix) -> Matrix:
    """Coefficients by a few Newton steps with a small ridge on all but the constant."""
    beta = np.zeros(features.shape[1])
    share = (left.sum() + 0.5) / (len(left) + 1)
    beta[0] = np.log(share / (1 - share))
    penalty = _RIDGE * len(left) / 100 * np.r_[0.0, np.ones(len(beta) - 1)] / 100
    for _ in range(_STEPS):
        chance = expit(np.clip(features @ beta, -12, 12))
        slope = features.T @ (left - chance) - penalty * beta
        gram = (features * (chance * (1 - chance))[:, None]).T @ features + np.diag(penalty + 1e-6)
        beta += np.clip(np.linalg.solve(gram, slope), -2, 2)
    return beta


def _correlation(one: Matrix, other: Matrix) -> float:
    known = np.isfinite(other)
    return float(np.corrcoef(one[known], scores(other[known]))[0, 1])

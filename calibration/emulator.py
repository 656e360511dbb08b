"""What a simulated staff makes of its parameters, learnt once: expected rates without luck.

Each rate (exits of a kind per head and year, by length of service, by age) is a Poisson
regression of simulated counts on the parameters, quadratic in those that leaving hangs on and
linear in all others. Fitting counts instead of their logarithms needs no staff to have exits of
every kind, and the luck of single staffs averages out. What a regression cannot follow is
measured on staffs held out and enters the likelihood as a tolerance.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import PoissonRegressor

from calibration.staff import AGES, FACTS, KINDS, SERVICE, Counts
from simlab.blas import one_thread
from simlab.parameters import INDEX, REGISTRY

Matrix = NDArray[np.float64]

LEARNT = (
    "exit_level", "exit_newcomer", "exit_tenure", "frailty_spread", "market_exit", "shock",
    "dismissal",
)
"""Parameters that totals of a staff can move; every other one keeps its prior."""
_BENT = tuple(INDEX[name] for name in (*LEARNT, "efficacy_exit"))
_LOGS = {INDEX["shock"]: 2e-4, INDEX["dismissal"]: 2e-3}
"""Chances whose logarithm enters, with what is added to them before."""
_CENTRE = np.array([p.mean for p in REGISTRY])
_SPREAD = np.array([p.sd for p in REGISTRY])
_PENALTY = 1e-7
_HELD_OUT = 5


def inputs(theta: Matrix, facts: Matrix) -> Matrix:
    """(n, feature) of n rows of parameters (n, parameter) and facts (n, fact)."""
    z = (theta - _CENTRE) / _SPREAD
    for column, added in _LOGS.items():
        z[:, column] = np.log(theta[:, column] + added) - np.log(_CENTRE[column] + added)
    own = (facts - [f.mean for f in FACTS]) / [f.sd for f in FACTS]
    main = np.hstack([z[:, _BENT], own])
    left, right = np.triu_indices(main.shape[1])
    return np.hstack([z[:, _varying()], own, main[:, left] * main[:, right]])


def _market_terms(theta: Matrix, market: Matrix, before: Matrix) -> Matrix:
    """(..., term) what the labour market of the year and of the year before adds: by itself,
    through its slope, and with the level of leaving; the last axis of `theta` are parameters."""
    slope = theta[..., INDEX["market_exit"]]
    above = theta[..., INDEX["exit_level"]] - _CENTRE[INDEX["exit_level"]]
    pushed = slope * market
    terms = [market, before, pushed, slope * before, pushed**2, pushed * above]
    return np.stack(terms, axis=-1)


@dataclass(frozen=True)
class Rate:
    """One expected rate as a function of features."""

    coefficients: Matrix
    level: float
    error: float
    """SD of the log rate that the regression misses, on staffs held out."""

    @classmethod
    def of(cls, features: Matrix, counts: Matrix, exposure: Matrix) -> Rate:
        """Fitted to `counts` (n,) of events over `exposure` (n,); every `_HELD_OUT`-th row tells
        the error."""
        good = exposure > 0
        features, counts, exposure = features[good], counts[good], exposure[good]
        held = np.arange(len(counts)) % _HELD_OUT == 0
        tried = _poisson(features[~held], counts[~held], exposure[~held])
        expected = exposure[held] * np.exp(features[held] @ tried[0] + tried[1])
        surplus = ((counts[held] - expected) ** 2 - expected).sum()
        error = float(np.sqrt(max(surplus / max((expected**2).sum(), 1e-12), 0.0)))
        coefficients, level = _poisson(features, counts, exposure)
        return cls(coefficients, level, error)

    def __call__(self, features: Matrix) -> Matrix:
        """(n,) expected events per unit of exposure."""
        return np.asarray(np.exp(np.minimum(features @ self.coefficients + self.level, 1.0)))


@dataclass(frozen=True)
class Emulator:
    """Every rate that a file of aggregates asks for."""

    by_kind: tuple[Rate, ...]
    """Exits of each kind per head and year, given the labour market."""
    overall: Rate
    """Exits of all kinds; only its error is used, so that kinds add up."""
    by_service: tuple[Rate, ...]
    """Exits per head and year within each band of service."""
    by_age: tuple[Rate, ...]
    """Exits per person-year within each band of age."""

    def kinds(self, theta: Matrix, features: Matrix, market: Matrix) -> Matrix:
        """(n, year, kind) exits per head and year along labour markets (n, year)."""
        before = np.hstack([market[:, :1], market[:, :-1]])
        added = _market_terms(theta[:, None], market, before)
        count = added.shape[-1]
        made = np.empty((*market.shape, len(self.by_kind)))
        for k, rate in enumerate(self.by_kind):
            own = features @ rate.coefficients[:-count] + rate.level
            made[:, :, k] = np.exp(np.minimum(
                own[:, None] + added @ rate.coefficients[-count:], 1.0))
        return made


def expected_turnover(theta: Matrix, facts: Matrix, counts: Counts) -> Matrix:
    """(S,) exits per head and year that a first regression expects of the staffs."""
    features = inputs(theta, facts)
    with one_thread():
        exits, people = counts.exits.sum(axis=(1, 2)), counts.people.sum(axis=1)
        return Rate.of(features, exits, people)(features)


def learn(
    theta: Matrix, facts: Matrix, counts: Counts,
    service: tuple[Sequence[int], Sequence[str]] | None,
    ages: Sequence[tuple[int, int, Sequence[str]]],
) -> Emulator:
    """Fit the rates to S simulated staffs: all kinds by year, `service` = (bounds in years, kinds
    counted), and each of `ages` = (youngest, oldest, kinds counted)."""
    features = inputs(theta, facts)
    with one_thread():
        return Emulator(
            by_kind=_learn_kinds(theta, features, counts),
            overall=_learn_kinds(theta, features, counts, (tuple(range(len(KINDS))),))[0],
            by_service=() if service is None else _learn_service(features, counts, *service),
            by_age=tuple(_learn_age(features, counts, *band) for band in ages),
        )


def _learn_kinds(
    theta: Matrix, features: Matrix, counts: Counts,
    groups: Sequence[Sequence[int]] = ((0,), (1,), (2,), (3,)),
) -> tuple[Rate, ...]:
    years = counts.people.shape[1]
    before = np.hstack([np.zeros((len(theta), 1)), counts.market[:, :-1]])
    full = np.concatenate([
        np.hstack([features, _market_terms(theta, counts.market[:, y], before[:, y])])
        for y in range(years)
    ])
    people = counts.people.T.ravel()
    return tuple(
        Rate.of(full, counts.exits[:, :, list(group)].sum(axis=2).T.ravel(), people)
        for group in groups
    )


def _learn_service(
    features: Matrix, counts: Counts, bounds: Sequence[int], of: Sequence[str]
) -> tuple[Rate, ...]:
    exits = counts.by_service[:, :, [KINDS.index(kind) for kind in of]].sum(axis=2)
    edges = [0, *bounds, SERVICE]
    people = counts.people.sum(axis=1)
    return tuple(
        Rate.of(features, exits[:, low:high].sum(axis=1), people)
        for low, high in pairwise(edges)
    )


def _learn_age(
    features: Matrix, counts: Counts, youngest: int, oldest: int, of: Sequence[str]
) -> Rate:
    band = slice(youngest - AGES[0], oldest - AGES[0] + 1)
    chosen = [KINDS.index(kind) for kind in of]
    exits = counts.by_age[:, band][:, :, chosen].sum(axis=(1, 2))
    return Rate.of(features, exits, counts.at_age[:, band].sum(axis=1))


def _poisson(features: Matrix, counts: Matrix, exposure: Matrix) -> tuple[Matrix, float]:
    model = PoissonRegressor(alpha=_PENALTY, solver="newton-cholesky", max_iter=50, tol=1e-7)
    with warnings.catch_warnings():
        # kinds of which hardly any staff has one stop early; their error shows on held-out rows
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(features, counts / exposure, sample_weight=exposure)
    return np.asarray(model.coef_), float(model.intercept_)


def _varying() -> NDArray[np.int64]:
    """Columns of parameters that the prior moves at all."""
    return np.flatnonzero(1e-5 * np.array([p.upper - p.lower for p in REGISTRY]) < _SPREAD)

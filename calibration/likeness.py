"""How well parameters explain the totals of a staff: the likelihood behind `fit_aggregates`.

Three things may part a total from the model: chance, as many people as it counts; a tolerance,
since the staff behind it is not of the model's making; and, for turnover, a level that wanders
from year to year for reasons that nobody recorded (a local level model: Harvey 1989).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.aggregates import Aggregates
from calibration.emulator import Emulator, inputs
from calibration.staff import KINDS

Matrix = NDArray[np.float64]

DRIFT_SD, NOISE_SD = 0.05, 0.03
"""Half-normal priors: SD of the yearly steps by which the log level of turnover wanders, and of a
single year's deviation. Assumed: staffs of a whole country move by a few per cent a year."""
_LEAST_SD = 1e-3


@dataclass(frozen=True)
class Point:
    """n points to be judged: parameters (n, parameter), facts (n, fact), and the SD of the yearly
    steps and of single years' deviations of log turnover, (n,) each."""

    theta: Matrix
    facts: Matrix
    drift: Matrix
    noise: Matrix


def log_likelihood(given: Aggregates, emulator: Emulator, point: Point) -> Matrix:
    """(n,) log likelihood of the totals, up to a constant."""
    features = inputs(point.theta, point.facts)
    gap = log_rates(given) - log_turnover(emulator, point, features, markets(given))
    total = _log_normal(gap, turnover_cover(given, emulator, point))
    for made, observed, cover in shapes(given, emulator, point, features):
        total = total + _log_normal(observed - made, cover[None])
    return total


def misfit(given: Aggregates, emulator: Emulator, point: Point) -> float:
    """Mean squared standardised distance of the totals from the model, over points and totals:
    about 1 where the model explains them, many times that where it cannot."""
    features = inputs(point.theta, point.facts)
    gap = log_rates(given) - log_turnover(emulator, point, features, markets(given))
    squares = [_scaled(gap, turnover_cover(given, emulator, point)) ** 2]
    for made, observed, cover in shapes(given, emulator, point, features):
        squares.append(_scaled(observed - made, cover[None]) ** 2)
    return float(np.concatenate(squares, axis=1).mean())


def log_rates(given: Aggregates) -> Matrix:
    """(year,) log turnover as it is in the file."""
    return np.log([row.rate for row in given.turnover])


def markets(given: Aggregates) -> Matrix:
    """(1, year) labour market of those years."""
    return np.array([[row.market for row in given.turnover]])


def log_turnover(
    emulator: Emulator, point: Point, features: Matrix, market: Matrix
) -> Matrix:
    """(n, year) log exits per head and year along labour markets (n or 1, year)."""
    path = np.broadcast_to(market, (len(features), market.shape[1]))
    return np.asarray(np.log(emulator.kinds(point.theta, features, path).sum(axis=2)))


def wandering(years: Matrix, point: Point) -> Matrix:
    """(n, year, year) covariance of log turnover about the model: a level that starts at the
    first year and takes steps of SD `drift` a year, and single years' deviations."""
    since = years - years[0]
    steps = np.minimum(since[:, None], since[None, :])
    return np.asarray(point.drift[:, None, None] ** 2 * steps
                      + point.noise[:, None, None] ** 2 * np.eye(len(years)))


def years_of(given: Aggregates) -> Matrix:
    """(year,) beginnings of the years of turnover, in years."""
    return np.array([row.year for row in given.turnover])


def turnover_cover(given: Aggregates, emulator: Emulator, point: Point) -> Matrix:
    """(n, year, year) covariance of recorded about expected log turnover."""
    chance = [0.0 if row.people is None else (1 - row.rate) / (row.rate * row.people)
              for row in given.turnover]
    apart = np.diag(np.array(chance) + _LEAST_SD**2)
    return wandering(years_of(given), point) + apart + emulator.overall.error**2


def shapes(
    given: Aggregates, emulator: Emulator, point: Point, features: Matrix
) -> list[tuple[Matrix, Matrix, Matrix]]:
    """(made (n, k), observed (k,), covariance (k, k)) of reasons, service and each age: log shares
    against the largest one, or log rates."""
    found = []
    if given.reasons is not None:
        by_kind = emulator.kinds(point.theta, features, np.zeros((len(features), 1)))[:, 0]
        groups = [[KINDS.index(kind) for kind in key.split("+")] for key in given.reasons.shares]
        rates = np.stack([by_kind[:, group].sum(axis=1) for group in groups], axis=1)
        missed = [min(emulator.by_kind[k].error for k in group) for group in groups]
        found.append(_log_shares(rates, list(given.reasons.shares.values()),
                                 given.reasons.leavers, given.reasons.tolerance, missed))
    if given.service is not None:
        rates = np.stack([rate(features) for rate in emulator.by_service], axis=1)
        missed = [rate.error for rate in emulator.by_service]
        found.append(_log_shares(rates, given.service.shares, given.service.leavers,
                                 given.service.tolerance, missed))
    for row, rate in zip(given.age, emulator.by_age, strict=True):
        chance = 0.0 if row.people is None else (1 - row.rate) / (row.rate * row.people)
        spread = chance + row.tolerance**2 + rate.error**2 + _LEAST_SD**2
        found.append((np.log(rate(features))[:, None], np.log([row.rate]), np.array([[spread]])))
    return found


def noisy(mean: Matrix, cover: Matrix, rng: np.random.Generator) -> Matrix:
    """`mean` (n, k) with normal deviations of covariance `cover` (n or 1, k, k)."""
    root = np.linalg.cholesky(cover)
    return np.asarray(mean + (root @ rng.standard_normal((*mean.shape, 1)))[:, :, 0])


def continued(
    given: Aggregates, emulator: Emulator, point: Point, market: Matrix,
    rng: np.random.Generator,
) -> Matrix:
    """(n, horizon) log turnover in the years after the file's last one along labour markets
    (n, horizon), drawn given what the recorded years were off by."""
    known, horizon = len(given.turnover), market.shape[1]
    past = np.broadcast_to(markets(given), (len(market), known))
    features = inputs(point.theta, point.facts)
    made = log_turnover(emulator, point, features, np.hstack([past, market]))
    years = years_of(given)
    cover = wandering(np.concatenate([years, years[-1] + 1 + np.arange(horizon)]), point)
    seen = turnover_cover(given, emulator, point)
    between = cover[:, :known, known:] + emulator.overall.error**2
    after = cover[:, known:, known:] + emulator.overall.error**2
    gain = np.swapaxes(np.linalg.solve(seen, between), 1, 2)
    gap = log_rates(given) - made[:, :known]
    mean = made[:, known:] + (gain @ gap[:, :, None])[:, :, 0]
    return noisy(mean, after - gain @ between + _LEAST_SD**2 * np.eye(horizon), rng)


def _log_shares(
    rates: Matrix, shares: Sequence[float], leavers: int, tolerance: float,
    missed: Sequence[float],
) -> tuple[Matrix, Matrix, Matrix]:
    share = np.asarray(shares)
    own = 1 / (leavers * share) + tolerance**2 + np.square(missed)
    largest = int(share.argmax())
    others = np.delete(np.arange(len(share)), largest)
    made = np.log(rates[:, others]) - np.log(rates[:, [largest]])
    return made, np.log(share[others] / share[largest]), np.diag(own[others]) + own[largest]


def _scaled(gap: Matrix, cover: Matrix) -> Matrix:
    root = np.linalg.cholesky(cover)
    return np.asarray(np.linalg.solve(root, gap[:, :, None])[:, :, 0])


def _log_normal(gap: Matrix, cover: Matrix) -> Matrix:
    """(n,) log density of gaps (n, k) under covariances (n or 1, k, k), up to a constant."""
    root = np.linalg.cholesky(cover)
    scaled = np.linalg.solve(root, gap[:, :, None])[:, :, 0]
    size = np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)
    return np.asarray(-0.5 * (scaled**2).sum(axis=1) - size)

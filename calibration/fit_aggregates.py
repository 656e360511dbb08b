"""From totals of a staff to draws of the parameters.

Staffs are simulated in rounds: from the prior, then around what the last round left plausible. An
emulator learns the rates of those near the totals, and chains draw parameters by prior times
likelihood (`calibration.likeness`). Only a few parameters are informed; every other one keeps its
prior, and its uncertainty passes into the learnt ones.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

import simlab
from calibration import staff
from calibration.aggregates import Aggregates
from calibration.chains import evolve
from calibration.emulator import LEARNT, Emulator, expected_turnover, inputs, learn
from calibration.likeness import (
    DRIFT_SD,
    NOISE_SD,
    Point,
    continued,
    log_likelihood,
    log_turnover,
    markets,
    misfit,
    noisy,
    shapes,
    turnover_cover,
)
from calibration.reference import renamed
from calibration.staff import FACTS, Counts, Fact
from calibration.stored import Origin, StoredTables
from simlab.errors import LabError
from simlab.parameters import INDEX, NAMES, REGISTRY
from simlab.policy import Policy
from simlab.posterior import Posterior
from simlab.progress import Progress

Matrix = NDArray[np.float64]

DRAWS = 1000
"""Posterior draws handed out: one a chain."""
LEAST = 500
"""Simulated staffs below which no emulator is fitted."""
FAR = 4.0
"""Mean squared standardised distance from which the model is said not to reach the totals."""
_SHARES = (0.25, 0.25, 0.5)
"""Of the simulations, by round."""
_SWEEPS = (400, 400, 800)
_PART = 100
"""Staffs in one stored part: a few seconds of work, which is what an interruption loses."""
_NEAR = np.log(3.0)
"""An emulator learns from staffs whose turnover is within this factor (log) of the recorded."""
_WIDER = 1.0
"""Standard deviations of the posterior by which a round's staffs scatter around it."""
_LEARNT = np.array([INDEX[name] for name in (*LEARNT, "efficacy_exit")])
_LOWER = np.array([float(p.lower) for p in REGISTRY])
_UPPER = np.array([float(p.upper) for p in REGISTRY])
_MEAN = np.array([p.mean for p in REGISTRY])
_SD = np.array([p.sd for p in REGISTRY])


@dataclass(frozen=True)
class Table:
    """Simulated staffs: parameters (S, parameter), facts (S, fact) and what was counted."""

    theta: Matrix
    facts: Matrix
    counts: Counts


@dataclass(frozen=True)
class Total:
    """One figure of the file against what the calibrated model makes of it (90% interval)."""

    kind: str
    """turnover, reasons, service or age."""
    name: str
    """Which one of its kind: a month, a group of reasons, a band."""
    observed: float
    lower: float
    median: float
    upper: float

    @property
    def inside(self) -> bool:
        """Whether the figure lies in the interval."""
        return self.lower <= self.observed <= self.upper


@dataclass(frozen=True)
class Found:
    """A calibration on aggregates."""

    posterior: Posterior
    point: Point
    """The draws with the staff's facts and the wandering of its level."""
    emulator: Emulator
    totals: tuple[Total, ...]
    facts: tuple[tuple[str, float, float, float], ...]
    """(name, mean, lower, upper) of the staff's facts, in years."""
    taken: float
    """Share of the chains' steps that were taken."""

    def forecast(self, given: Aggregates, market: Matrix, seed: int) -> Matrix:
        """(draw, horizon) turnover in the years after the last one of `given`, the file that was
        calibrated on, along labour markets (draw, horizon)."""
        rng = np.random.default_rng(seed)
        return np.exp(continued(given, self.emulator, self.point, market, rng))


@dataclass(frozen=True)
class _Staffs:
    """Staffs like that of a file: simulated, or read from where they are `stored`."""

    given: Aggregates
    policy: Policy
    threads: int | None
    progress: Progress
    stored: StoredTables | None

    def counted(self, theta: Matrix, facts: Matrix, market: Matrix, seed: int) -> Counts:
        """One staff per row of each, see `calibration.staff.count_exits`; progress is told as
        stage ``staffs``."""
        def simulate(first: int, last: int) -> Counts:
            rows = slice(first, last)
            return staff.count_exits(
                theta[rows], facts[rows], market[rows], practice=self.given.practice,
                policy=self.policy, seed=seed, threads=self.threads, first=first,
                progress=renamed(self.progress, "staffs", first, len(theta)))

        if self.stored is None:
            return simulate(0, len(theta))
        design = np.hstack([theta, facts, market])
        origin = Origin(
            data=hashlib.sha256(f"{self.given.practice} {self.policy!r}".encode()
                                + design.tobytes()).hexdigest(),
            until=self.given.turnover[-1].since, seed=seed, purpose="staffs", bounds=())
        return Counts.of_flat(self.stored.rows(
            origin, len(theta), _PART,
            lambda first, last: (design[first:last], simulate(first, last).flat()))[1])


def calibrate_aggregates(
    given: Aggregates, policy: Policy, *, simulations: int = 4000, seed: int = 1,
    threads: int | None = None, progress: Progress | None = None,
    cache: StoredTables | Path | None = None,
) -> Found:
    """Calibrate the model on totals alone, the staff living under `policy`.

    `cache` keeps what was counted in simulated staffs part by part, so that a stopped call goes on
    where it was. The same file, seed and version give the same draws with any number of threads.
    LabError ``too_few_staffs`` below `LEAST` simulations and ``aggregates_unreachable`` where the
    model does not make such totals; `Cancelled`.
    """
    emulator, _ = teach(given, policy, simulations=simulations, seed=seed, threads=threads,
                        progress=progress, cache=cache)
    return settle(given, emulator, seed=seed, simulations=simulations)


def teach(
    given: Aggregates, policy: Policy, *, simulations: int, seed: int,
    threads: int | None = None, progress: Progress | None = None,
    cache: StoredTables | Path | None = None,
) -> tuple[Emulator, Table]:
    """Simulate staffs around the totals and learn their rates: (emulator, the staffs it was
    taught with). The costly part; several files of the same form and level can share it."""
    progress = progress or Progress()
    if simulations < LEAST:
        raise LabError("too_few_staffs", simulations=simulations, least=LEAST)
    facts = known_facts(given)
    stored = StoredTables(cache) if isinstance(cache, Path) else cache
    staffs = _Staffs(given, policy, threads, progress, stored)
    table, emulator = None, None
    for number, share in enumerate(_SHARES):
        size, own = round(share * simulations), _seed(seed, number)
        theta, ages = _design(given, emulator, facts, size, own, _SWEEPS[number])
        market = staff.draw_markets(size, _seed(own, 3))
        made = Table(theta, ages, staffs.counted(theta, ages, market, _seed(own, 4)))
        table = made if table is None else _joined(made, table)
        emulator = _learn(given, table)
    assert table is not None
    assert emulator is not None
    return emulator, table


def settle(given: Aggregates, emulator: Emulator, *, seed: int, simulations: int) -> Found:
    """The posterior under an emulator that was taught for totals of this form."""
    facts = known_facts(given)
    chains, taken = _chains(given, emulator, facts, DRAWS, _seed(seed, 20), _SWEEPS[-1])
    point = _point(chains)
    apart = misfit(given, emulator, point)
    if apart > FAR:
        raise LabError("aggregates_unreachable", distance=round(apart, 1), far=FAR)
    posterior = Posterior(
        names=NAMES, draws=point.theta, prior=_prior(DRAWS, _seed(seed, 21)),
        provenance={"version": simlab.__version__, "data": fingerprint(given), "seed": seed,
                    "until": given.turnover[-1].since, "simulations": simulations,
                    "practice": given.practice},
    )
    low, high = np.quantile(point.facts, [0.05, 0.95], axis=0)
    learnt = tuple((fact.name, float(point.facts[:, k].mean()), float(low[k]), float(high[k]))
                   for k, fact in enumerate(facts))
    return Found(posterior, point, emulator, totals(given, emulator, point, _seed(seed, 22)),
                 learnt, taken)


def known_facts(given: Aggregates) -> tuple[Fact, ...]:
    """The facts of the staff with their priors: a year's doubt about what the file states."""
    stated = {"hire_age": given.hire_age, "retirement_age": given.retirement_age}
    found = []
    for fact in FACTS:
        value = stated.get(fact.name)
        found.append(fact if value is None else replace(fact, mean=value, sd=1.0))
    return tuple(found)


def fingerprint(given: Aggregates) -> str:
    """Sixteen hex digits of the file's content."""
    return hashlib.sha256(given.model_dump_json().encode()).hexdigest()[:16]


def totals(
    given: Aggregates, emulator: Emulator, point: Point, seed: int
) -> tuple[Total, ...]:
    """Every figure of the file beside what the posterior makes of it, chance and tolerance
    included."""
    rng = np.random.default_rng(seed)
    features = inputs(point.theta, point.facts)
    level = log_turnover(emulator, point, features, markets(given))
    made = np.exp(noisy(level, turnover_cover(given, emulator, point), rng))
    found = [_total("turnover", row.since, row.rate, made[:, k])
             for k, row in enumerate(given.turnover)]
    shape = iter(shapes(given, emulator, point, features))
    if given.reasons is not None:
        shares = given.reasons.shares
        found += _share_totals("reasons", list(shares), list(shares.values()), next(shape), rng)
    if given.service is not None:
        found += _share_totals("service", _bands(given.service.bounds), given.service.shares,
                               next(shape), rng)
    for row in given.age:
        rate, _, spread = next(shape)
        name = f"{row.youngest}-{row.oldest} {'+'.join(row.of)}"
        found.append(_total("age", name, row.rate, np.exp(noisy(rate, spread[None], rng))[:, 0]))
    return tuple(found)


def _design(
    given: Aggregates, emulator: Emulator | None, facts: tuple[Fact, ...], size: int, seed: int,
    sweeps: int,
) -> tuple[Matrix, Matrix]:
    """(parameters, facts) of a round's staffs: the prior, or a cloud around what an earlier
    emulator leaves plausible."""
    if emulator is None:
        return _prior(size, _seed(seed, 1)), staff.draw_facts(size, _seed(seed, 2), facts)
    chains, _ = _chains(given, emulator, facts, size, _seed(seed, 1), sweeps)
    point, rng = _point(chains), np.random.default_rng(_seed(seed, 2))
    theta, ages = point.theta.copy(), point.facts.copy()
    theta[:, _LEARNT] += _WIDER * theta[:, _LEARNT].std(axis=0) * rng.standard_normal(
        (size, len(_LEARNT)))
    ages += _WIDER * ages.std(axis=0) * rng.standard_normal(ages.shape)
    low, high = [f.lower for f in facts], [f.upper for f in facts]
    return np.clip(theta, _LOWER, _UPPER), np.clip(ages, low, high)


def _chains(
    given: Aggregates, emulator: Emulator, facts: tuple[Fact, ...], count: int, seed: int,
    sweeps: int,
) -> tuple[Matrix, float]:
    """(chain, parameter + fact + 2) draws by prior times likelihood."""
    size = len(REGISTRY)
    mean = np.array([f.mean for f in facts])
    spread = np.array([f.sd for f in facts])
    low = np.concatenate([_LOWER, [f.lower for f in facts], [0.0, 0.0]])
    high = np.concatenate([_UPPER, [f.upper for f in facts], [1.0, 1.0]])
    moving = np.concatenate([_LEARNT, np.arange(size, len(low))])

    def fresh(number: int) -> Matrix:
        own = np.random.default_rng(number)
        steps = np.abs(own.standard_normal((count, 2))) * [DRIFT_SD, NOISE_SD]
        return np.hstack([_prior(count, number), staff.draw_facts(count, number + 1, facts), steps])

    def density(rows: Matrix) -> Matrix:
        inside = ((rows >= low) & (rows <= high)).all(axis=1)
        held = np.clip(rows, low, high)
        prior = -0.5 * (((held[:, _LEARNT] - _MEAN[_LEARNT]) / _SD[_LEARNT]) ** 2).sum(axis=1)
        prior -= 0.5 * (((held[:, size:-2] - mean) / spread) ** 2).sum(axis=1)
        prior -= 0.5 * ((held[:, -2:] / [DRIFT_SD, NOISE_SD]) ** 2).sum(axis=1)
        return np.where(inside, prior + log_likelihood(given, emulator, _point(held)), -np.inf)

    return evolve(fresh(_seed(seed, 1)), density, moving, fresh, sweeps=sweeps,
                  seed=_seed(seed, 2))


def _point(rows: Matrix) -> Point:
    size = len(REGISTRY)
    return Point(rows[:, :size], rows[:, size:-2], rows[:, -2], rows[:, -1])


def _learn(given: Aggregates, table: Table) -> Emulator:
    """From the staffs near the recorded turnover; from all of them while too few are. Near by what
    is expected of their parameters: choosing by what happened would flatten every slope."""
    recorded = np.log(np.mean([row.rate for row in given.turnover]))
    gap = np.abs(np.log(expected_turnover(table.theta, table.facts, table.counts)) - recorded)
    near = gap < _NEAR
    if near.sum() < LEAST // 2:
        near = gap <= np.sort(gap)[min(LEAST // 2, len(gap)) - 1]
    service = None if given.service is None else (given.service.bounds, given.service.of)
    ages = [(row.youngest, row.oldest, row.of) for row in given.age]
    return learn(table.theta[near], table.facts[near], table.counts.rows(near), service, ages)


def _prior(n: int, seed: int) -> Matrix:
    """(n, parameter) independent draws of the prior."""
    low, high = ndtr((_LOWER - _MEAN) / _SD), ndtr((_UPPER - _MEAN) / _SD)
    share = np.random.default_rng(seed).random((n, len(_MEAN)))
    drawn = _MEAN + _SD * ndtri(low + share * (high - low))
    return np.asarray(np.clip(drawn, _LOWER, _UPPER))


def _joined(one: Table, other: Table) -> Table:
    return Table(np.vstack([one.theta, other.theta]), np.vstack([one.facts, other.facts]),
                 one.counts.with_more(other.counts))


def _bands(bounds: Sequence[int]) -> list[str]:
    edges = [0, *bounds]
    return [f"{a}-{b}" for a, b in pairwise(edges)] + [f"{bounds[-1]}+"]


def _share_totals(
    kind: str, names: Sequence[str], shares: Sequence[float],
    shape: tuple[Matrix, Matrix, Matrix], rng: np.random.Generator,
) -> list[Total]:
    made, _, cover = shape
    largest = int(np.argmax(shares))
    odds = np.insert(np.exp(noisy(made, cover[None], rng)), largest, 1.0, axis=1)
    drawn = odds / odds.sum(axis=1, keepdims=True)
    return [_total(kind, name, share, drawn[:, k])
            for k, (name, share) in enumerate(zip(names, shares, strict=True))]


def _total(kind: str, name: str, observed: float, made: Matrix) -> Total:
    low, middle, high = np.quantile(made, [0.05, 0.5, 0.95])
    return Total(kind, name, observed, float(low), float(middle), float(high))


def _seed(seed: int, part: int) -> int:
    return int(np.random.SeedSequence([seed, part]).generate_state(1)[0])

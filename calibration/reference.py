"""The reference table: simulated panels from known parameters, and their summaries.

It is made in two rounds. The first draws parameters from the prior; the second from the prior
cut to a box around what the first round leaves plausible, so that most simulations are spent
where the posterior lies (truncated sequential estimation: Deistler, Goncalves, Macke 2022).
Cutting the prior changes no posterior as long as the box holds it, hence its wide margins.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri
from scipy.stats import truncnorm

from calibration.stored import Origin, StoredTables
from calibration.summaries import Summariser
from simlab.engine.panels import simulate_panels
from simlab.panel import Panel, month_name
from simlab.parameters import REGISTRY
from simlab.parameters.priors import PRIORS, registry_under
from simlab.progress import Progress

Matrix = NDArray[np.float64]

CALIBRATED = np.array([p.calibrated for p in REGISTRY])
"""(parameter,) whether a firm's records can move it, where they are there."""
_EDGE = 1e-6
_TAIL = 0.002
_MARGIN = 0.6
"""A box reaches beyond the central 99.6% of draws by this share of their width."""
PURPOSES = ("table", "fit", "between", "draw", "prior", "check", "drift", "cross_check")
"""What a calibration draws random numbers for; append only, since the place gives the seed."""
PART_PERSON_MONTHS = 5_000_000
"""Simulated person-months in one part of a stored table: a few seconds of work, which is what an
interruption loses."""


@dataclass(frozen=True)
class Box:
    """Bounds of every parameter: the registry's, or narrower ones inside them."""

    lower: Matrix
    upper: Matrix
    prior: str = PRIORS[0]
    """The prior that is cut to them: one of `simlab.parameters.priors.PRIORS`."""

    @classmethod
    def whole(cls, prior: str = PRIORS[0]) -> Box:
        """The registry's own bounds. LabError ``unknown_prior``."""
        registry_under(prior)
        return cls(np.array([float(p.lower) for p in REGISTRY]),
                   np.array([float(p.upper) for p in REGISTRY]), prior)

    @cached_property
    def _mean(self) -> Matrix:
        return np.array([p.mean for p in registry_under(self.prior)])

    @cached_property
    def _sd(self) -> Matrix:
        return np.array([p.sd for p in registry_under(self.prior)])

    def prior_draws(self, n: int, seed: int) -> Matrix:
        """(n, parameter) independent draws of the prior cut to this box."""
        return self.prior_at(np.random.default_rng(seed).random((n, len(self.lower))))

    def prior_at(self, uniform: Matrix) -> Matrix:
        """The prior cut to this box at (n, parameter) places in 0..1 of each distribution."""
        lower, upper = (self.lower - self._mean) / self._sd, (self.upper - self._mean) / self._sd
        drawn = truncnorm.ppf(uniform, lower, upper, loc=self._mean, scale=self._sd)
        return np.clip(drawn, self.lower, self.upper)

    def unconstrain(self, theta: Matrix) -> Matrix:
        """(n, parameter) natural units -> the whole line, where the prior cut to this box is a
        standard normal: tails as light as its own make a regression's residuals alike."""
        below, above = self._mass()
        share = (ndtr((theta - self._mean) / self._sd) - below) / (above - below)
        return np.asarray(ndtri(np.clip(share, _EDGE, 1 - _EDGE)))

    def constrain(self, z: Matrix) -> Matrix:
        """The inverse of `unconstrain`."""
        below, above = self._mass()
        theta = self._mean + self._sd * ndtri(below + (above - below) * ndtr(z))
        return np.asarray(np.clip(theta, self.lower, self.upper))

    def _mass(self) -> tuple[Matrix, Matrix]:
        """Share of the whole normal below either bound."""
        low, high = (self.lower - self._mean) / self._sd, (self.upper - self._mean) / self._sd
        return ndtr(low), ndtr(high)

    def holds(self, theta: Matrix) -> NDArray[np.bool_]:
        """(n,) which rows lie inside."""
        return np.asarray(((theta >= self.lower) & (theta <= self.upper)).all(axis=1))

    def around(self, draws: Matrix, calibrated: NDArray[np.bool_] = CALIBRATED) -> Box:
        """The box around (n, parameter) draws, with margins; parameters that the record cannot
        move (`calibrated` is false) keep these bounds."""
        low, high = np.quantile(draws, [_TAIL, 1 - _TAIL], axis=0)
        margin = _MARGIN * (high - low)
        lower = np.where(calibrated, np.maximum(low - margin, self.lower), self.lower)
        upper = np.where(calibrated, np.minimum(high + margin, self.upper), self.upper)
        # a parameter whose draws all sit on a bound keeps some room
        thin = upper - lower < 1e-3 * (self.upper - self.lower)
        return Box(np.where(thin, self.lower, lower), np.where(thin, self.upper, upper),
                   self.prior)


@dataclass(frozen=True)
class Table:
    """Simulations: parameters (S, parameter) in natural units and summaries (S, K)."""

    theta: Matrix
    summaries: Matrix


def simulate_table(
    panel: Panel,
    summariser: Summariser,
    theta: Matrix,
    *,
    seed: int,
    threads: int | None,
    progress: Progress,
    stage: str = "reference",
    first: int = 0,
    total: int | None = None,
    besides: Callable[[int, Panel], None] | None = None,
) -> Table:
    """Summaries of one simulated panel per row of `theta`, progress told as `stage`; `first` is
    the number of the first row in a longer table of `total` rows. `besides` is shown every panel
    with its row, from several threads."""
    summaries = np.full((len(theta), len(summariser.names)), np.nan)

    def consume(row: int, made: Panel) -> None:
        summaries[row] = summariser.of_panel(made)
        if besides is not None:
            besides(row, made)

    simulate_panels(panel, theta, consume, seed=seed, threads=threads,
                    progress=renamed(progress, stage, first, total), first=first)
    return Table(theta, summaries)


@dataclass(frozen=True)
class Tables:
    """The reference tables of one record: simulated, or read from where they are `stored`."""

    panel: Panel
    summariser: Summariser
    data: str
    """Fingerprint of the record."""
    seed: int
    threads: int | None
    progress: Progress
    stored: StoredTables | None = None
    prior: str = PRIORS[0]

    @property
    def whole(self) -> Box:
        """The whole prior, not cut."""
        return Box.whole(self.prior)

    def table(self, box: Box, size: int, number: int) -> Table:
        """`size` rows drawn from the prior cut to `box`, for round `number` (1, 2, ..); progress
        is told as stage ``reference``."""
        seed = seed_of(self.seed, "table", number)
        return self.simulated(box.prior_draws(size, seed), box, seed, f"round {number}")

    def simulated(
        self, theta: Matrix, box: Box, seed: int, purpose: str, stage: str = "reference"
    ) -> Table:
        """One record for each row of `theta`, which box, seed and `purpose` must fix: rows that
        are stored under these are read, whatever `theta` says."""
        def simulate(first: int, last: int) -> tuple[Matrix, Matrix]:
            made = simulate_table(
                self.panel, self.summariser, theta[first:last], seed=seed, threads=self.threads,
                progress=self.progress, stage=stage, first=first, total=len(theta))
            return made.theta, made.summaries

        if self.stored is None:
            return Table(*simulate(0, len(theta)))
        end = self.panel.start + self.panel.months - 1
        origin = Origin(
            data=self.data, until=month_name(end), seed=self.seed, purpose=purpose,
            bounds=tuple(zip(box.lower.tolist(), box.upper.tolist(), strict=True)),
            prior=box.prior)
        work = max(int(self.panel.employed.sum()), 1)
        part = min(max(PART_PERSON_MONTHS // work, 1), len(theta))
        return Table(*self.stored.rows(origin, len(theta), part, simulate))


def seed_of(seed: int, purpose: str, number: int = 0) -> int:
    """A seed of its own for each purpose of a calibration, and for each round."""
    words = [seed, PURPOSES.index(purpose), number]
    return int(np.random.SeedSequence(words).generate_state(1)[0])


def renamed(
    progress: Progress, stage: str, first: int = 0, total: int | None = None
) -> Progress:
    """`progress` under another stage name, as units from `first` on of `total` (default: what is
    told); cancelling either cancels both."""
    inner = Progress(lambda _, done, size: progress.advance(stage, first + done, total or size))
    inner.flag = progress.flag
    return inner


def fingerprint_of(panel: Panel) -> str:
    """16 hex digits of everything a panel holds but the ids of people and teams."""
    digest = hashlib.sha256(str((panel.start, sorted(panel.leaving.items()))).encode())
    digest.update(panel.teams.tobytes())
    for field in fields(panel):
        array = getattr(panel, field.name)
        if isinstance(array, np.ndarray):
            digest.update(f"{field.name} {array.shape}".encode())
            digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()[:16]

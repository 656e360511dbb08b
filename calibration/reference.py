"""The reference table: simulated panels from known parameters, and their summaries.

It is made in two rounds. The first draws parameters from the prior; the second from the prior
cut to a box around what the first round leaves plausible, so that most simulations are spent
where the posterior lies (truncated sequential estimation: Deistler, Goncalves, Macke 2022).
Cutting the prior changes no posterior as long as the box holds it, hence its wide margins.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import truncnorm

from calibration import measure
from calibration.summaries import Summariser
from simlab.engine.kernel import fingerprint
from simlab.engine.panels import simulate_panels
from simlab.panel import Panel
from simlab.parameters import REGISTRY
from simlab.progress import Progress

Matrix = NDArray[np.float64]

_MEAN = np.array([p.mean for p in REGISTRY])
_SD = np.array([p.sd for p in REGISTRY])
CALIBRATED = np.array([p.calibrated for p in REGISTRY])
"""(parameter,) whether a firm's records can move it."""
_EDGE = 1e-6
_TAIL = 0.002
_MARGIN = 0.6
"""A box reaches beyond the central 99.6% of draws by this share of their width."""


@dataclass(frozen=True)
class Box:
    """Bounds of every parameter: the registry's, or narrower ones inside them."""

    lower: Matrix
    upper: Matrix

    @classmethod
    def whole(cls) -> Box:
        """The registry's own bounds."""
        return cls(np.array([float(p.lower) for p in REGISTRY]),
                   np.array([float(p.upper) for p in REGISTRY]))

    def prior_draws(self, n: int, seed: int) -> Matrix:
        """(n, parameter) independent draws of the prior cut to this box."""
        uniform = np.random.default_rng(seed).random((n, len(self.lower)))
        lower, upper = (self.lower - _MEAN) / _SD, (self.upper - _MEAN) / _SD
        drawn = truncnorm.ppf(uniform, lower, upper, loc=_MEAN, scale=_SD)
        return np.clip(drawn, self.lower, self.upper)

    def unconstrain(self, theta: Matrix) -> Matrix:
        """(n, parameter) natural units -> the whole line."""
        share = (theta - self.lower) / (self.upper - self.lower)
        share = np.clip(share, _EDGE, 1 - _EDGE)
        return np.asarray(np.log(share / (1 - share)))

    def constrain(self, z: Matrix) -> Matrix:
        """The inverse of `unconstrain`."""
        share = 1 / (1 + np.exp(-np.clip(z, -700, 700)))
        return np.asarray(self.lower + (self.upper - self.lower) * share)

    def holds(self, theta: Matrix) -> NDArray[np.bool_]:
        """(n,) which rows lie inside."""
        return np.asarray(((theta >= self.lower) & (theta <= self.upper)).all(axis=1))

    def around(self, draws: Matrix) -> Box:
        """The box around (n, parameter) draws, with margins; parameters that no record can
        move keep these bounds."""
        low, high = np.quantile(draws, [_TAIL, 1 - _TAIL], axis=0)
        margin = _MARGIN * (high - low)
        lower = np.where(CALIBRATED, np.maximum(low - margin, self.lower), self.lower)
        upper = np.where(CALIBRATED, np.minimum(high + margin, self.upper), self.upper)
        # a parameter whose draws all sit on a bound keeps some room
        thin = upper - lower < 1e-3 * (self.upper - self.lower)
        return Box(np.where(thin, self.lower, lower), np.where(thin, self.upper, upper))


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
) -> Table:
    """Summaries of one simulated panel per row of `theta`, progress told as `stage`."""
    summaries = np.full((len(theta), len(summariser.names)), np.nan)

    def consume(row: int, made: Panel) -> None:
        summaries[row] = summariser.of_panel(made)

    simulate_panels(panel, theta, consume, seed=seed, threads=threads,
                    progress=renamed(progress, stage))
    return Table(theta, summaries)


def renamed(progress: Progress, stage: str) -> Progress:
    """`progress` under another stage name; cancelling either cancels both."""
    inner = Progress(lambda _, done, total: progress.advance(stage, done, total))
    inner.flag = progress.flag
    return inner


def fingerprint_of(panel: Panel) -> str:
    """16 hex digits of everything a panel holds but the people's ids."""
    digest = hashlib.sha256(str(panel.start).encode())
    for array in (panel.hired, panel.first, panel.last, panel.exited, panel.grade, panel.base,
                  panel.observed, panel.business, panel.rating, panel.teams):
        digest.update(np.ascontiguousarray(array).tobytes())
    facts = {name: getattr(panel, name) for name in ("noticed", "key_from", "course")}
    for name, recorded in (facts | panel.signs).items():
        if recorded is not None:
            digest.update(name.encode())
            digest.update(np.ascontiguousarray(recorded).tobytes())
    return digest.hexdigest()[:16]


def kept(folder: Path | None, key: str, make: Callable[[], Table]) -> Table:
    """The table `key` from `folder`, or made and put there; only made where `folder` is None.

    The key must name the data, the seeds and the sizes; the model's and the summaries' own code
    are added here. An unreadable file is made anew.
    """
    if folder is None:
        return make()
    source = measure.fingerprint()
    parts = f"{key} {fingerprint()} {REGISTRY!r} {source}"
    name = hashlib.sha256(parts.encode()).hexdigest()[:16]
    file = folder / f"reference-{name}.npz"
    try:
        with np.load(file) as stored:
            return Table(stored["theta"], stored["summaries"])
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        pass
    table = make()
    buffer = io.BytesIO()
    np.savez(buffer, theta=table.theta, summaries=table.summaries)
    folder.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".part")
    draft.write_bytes(buffer.getvalue())
    draft.replace(file)
    return table

"""Simulation-based calibration: are known truths found back, as often as intervals say?

Truths are drawn from the prior cut to the box in which the posterior was learnt, records of the
same people are simulated from them, and the same amortised posterior is asked about each record
(Talts et al. 2018). So the coverage holds on average over firms with these people, dates and gaps
whose parameters lie in that box: where the posterior was taught, and where the record at hand
lies. It is no statement about truths outside the box, about one parameter value, or about a firm
that works otherwise than the model; the other gates look at that.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2
from scipy.stats.qmc import LatinHypercube
from sklearn.covariance import LedoitWolf

from calibration.calibrate import known_until
from calibration.reference import Tables, fingerprint_of, renamed
from calibration.rounds import Learnt
from calibration.stored import StoredTables
from calibration.summaries import Summariser
from simlab.blas import one_thread
from simlab.panel import Panel
from simlab.parameters import NAMES
from simlab.progress import Progress

Matrix = NDArray[np.float64]

TRUTHS = 300
"""Fresh truths unless asked otherwise."""
LEAST_TRUTHS = 50
PANELS = 4
"""Records simulated from each truth, so that the luck of one record decides little."""
RANK_DRAWS = 500
"""Posterior draws among which a truth is ranked."""
LEVELS = (0.5, 0.8, 0.9)
IDENTIFIED = 0.3
"""Contraction from which a parameter's coverage is held against the target; fixed beforehand."""
_BINS = 10


@dataclass(frozen=True)
class Coverage:
    """How often central intervals of one parameter hold the truth."""

    parameter: str
    identified: bool
    contraction: float
    """Prior to posterior, of the calibration that is checked: 1 - variance ratio."""
    coverage50: float
    coverage80: float
    coverage90: float
    error90: float
    """Standard error of `coverage90`, between truths."""
    near90: float
    """`coverage90` in the half of the simulated records most like the record at hand."""
    bias: float
    """Mean rank of the truth among the draws less one half: above 0, truths lie above them."""
    uniform: float
    """Chance of ranks as uneven as these if all is well (chi-squared, one record a truth)."""


@dataclass(frozen=True)
class Recovered:
    """N truths, M records simulated from each, and what the posterior said of them."""

    truth: Matrix
    """(N, parameter)"""
    mean: Matrix
    """(N, parameter) posterior mean on the first record of each truth; so `lower`, `upper`."""
    lower: Matrix
    upper: Matrix
    rank: Matrix
    """(N, M, parameter) share of posterior draws below the truth."""
    away: Matrix
    """(N, M) distance of each record from the one at hand, in what the posterior reads of it."""
    calibrated: NDArray[np.bool_]
    """(parameter,) which parameters this record can speak of."""
    outlying: float
    """Distance of the record at hand from the simulated ones (Mahalanobis, in all summaries) over
    that of the outermost 1 in 100 of them: above 1 the model hardly makes such a record."""

    def coverage(self, contraction: Matrix) -> tuple[Coverage, ...]:
        """A row for every parameter that records can move; `contraction` (parameter,) of the
        calibration that is checked."""
        near = self.away <= np.median(self.away)
        return tuple(self._row(int(k), float(contraction[k]), near)
                     for k in np.flatnonzero(self.calibrated))

    def _row(self, k: int, contraction: float, near: NDArray[np.bool_]) -> Coverage:
        rank = self.rank[:, :, k]
        inside = [np.abs(rank - 0.5) <= level / 2 for level in LEVELS]
        by_truth = inside[-1].mean(axis=1)
        return Coverage(
            NAMES[k], contraction >= IDENTIFIED, contraction,
            float(inside[0].mean()), float(inside[1].mean()), float(inside[2].mean()),
            float(by_truth.std(ddof=1) / np.sqrt(len(by_truth))),
            float(inside[2][near].mean()), float(rank.mean() - 0.5), uniformity(rank[:, 0]),
        )


def recover(
    panel: Panel,
    learnt: Learnt,
    *,
    until: int | None = None,
    truths: int = TRUTHS,
    panels: int = PANELS,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress | None = None,
    cache: StoredTables | Path | None = None,
) -> Recovered:
    """Simulate `panels` records from each of `truths` fresh truths and ask `learnt` about them.

    `panel` and `until` are those of the calibration that `learnt` comes from. `seed` must not be
    one that taught it: seeds are told apart here. `cache` keeps the simulated records part by
    part, so that a stopped call goes on where it was. Raises `Cancelled`.
    """
    progress = progress or Progress()
    known = known_until(panel, until)
    summariser = Summariser.like(known)
    fresh, luck, drawn = (int(s) for s in
                          np.random.SeedSequence([seed, 0x5BC]).generate_state(3))
    # a Latin hypercube: every parameter's whole range is met evenly, so that chance in the choice
    # of truths decides less
    places = LatinHypercube(len(NAMES), rng=fresh).random(truths)
    truth = learnt.box.prior_at(places)
    stored = StoredTables(cache) if isinstance(cache, Path) else cache
    tables = Tables(known, summariser, fingerprint_of(known), seed, threads, progress, stored)
    made = tables.simulated(np.repeat(truth, panels, axis=0), learnt.box, luck,
                            f"{truths} truths, {panels} records of each", "truths")
    observed = summariser.of_panel(known)
    telling = renamed(progress, "ranks")
    rank = np.empty((truths * panels, truth.shape[1]))
    about = np.empty((3, truths, truth.shape[1]))
    for row, summaries in enumerate(made.summaries):
        telling.advance("", row, len(rank))
        draws = learnt.draws(summaries, RANK_DRAWS, drawn + row)
        actual = made.theta[row]
        rank[row] = (draws < actual).mean(axis=0) + (draws == actual).mean(axis=0) / 2
        if row % panels == 0:
            low, high = np.quantile(draws, [0.05, 0.95], axis=0)
            about[:, row // panels] = draws.mean(axis=0), low, high
    telling.advance("", len(rank), len(rank))
    return Recovered(
        truth, about[0], about[1], about[2], rank.reshape(truths, panels, -1),
        _away(learnt, observed, made.summaries).reshape(truths, panels),
        summariser.calibrated, outlying(observed, made.summaries),
    )


def uniformity(rank: Matrix) -> float:
    """p-value of a chi-squared test that `rank` (n,) in 0..1 is uniform."""
    counts = np.bincount(np.minimum((rank * _BINS).astype(int), _BINS - 1), minlength=_BINS)
    expected = len(rank) / _BINS
    return float(chi2.sf(((counts - expected) ** 2 / expected).sum(), _BINS - 1))


def outlying(observed: Matrix, summaries: Matrix) -> float:
    """Distance of `observed` (K,) from `summaries` (S, K) over the 99th percentile of their own.

    Mahalanobis with a shrunk covariance (Ledoit, Wolf 2004), learnt on every other row; the
    rest say how far out an ordinary record lies.
    """
    x = summaries[np.isfinite(summaries).all(axis=1)]
    spread = np.maximum(x.std(axis=0), 1e-12)
    centre = x.mean(axis=0)
    scaled = (x - centre) / spread
    with one_thread():
        fitted = LedoitWolf().fit(scaled[::2])
        usual = np.sqrt(fitted.mahalanobis(scaled[1::2]))
        own = np.sqrt(fitted.mahalanobis(((observed - centre) / spread)[None, :]))
    return float(own[0] / np.quantile(usual, 0.99))


def _away(learnt: Learnt, observed: Matrix, summaries: Matrix) -> Matrix:
    """(S,) distance between what the posterior makes of simulated records and of the observed."""
    centres = learnt.centres(np.vstack([observed, summaries]))
    centres = centres / np.maximum(centres[1:].std(axis=0), 1e-12)
    return np.asarray(np.sqrt(((centres[1:] - centres[0]) ** 2).mean(axis=1)))

"""The amortised posterior: a regression from summaries to parameters, with honest spread.

Parameters live in an unbounded space. Four cross-fitted stages, each measured on held-out
simulations of a sales panel (30 parameters, four of which do nothing; RMSE over the prior's SD at
10,000 and 2,000 simulations; a plain net on standardised summaries: .556, .649):

1. an additive ridge regression on the summaries, each entered as a robust score, as its rank
   on the normal scale and that rank squared and cubed (.508, .528);
2. small nets that correct the first stage, fed with its predictions and shrunk by what
   cross-fitting says they are worth (.495, .523; .505, .526 with
   the stronger penalty in use);
3. a ridge regression of the log variance on the same and its squares, for the levels below too
   (on fresh truths the mean log density rose from .617 with nets to .653);
4. for named levels, a ridge regression given the summaries and all other parameters (in a
   simulated firm with an exit rate of .085 the predictive median moved from .076 to .079).

A tenth of the simulations teaches none of them. Ranks of its parameters among draws say how much
too wide the draws are or too narrow, and each parameter is stretched by that (recalibration:
Rodrigues, Prangle, Sisson 2018).

Draws are the mean at the observed summaries plus resampled held-out residual vectors, scaled by
the spread there: correlations between parameters, skewness and tails are those of the
simulations (regression adjustment: Beaumont, Zhang, Balding 2002; Blum, Francois 2010).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from calibration.features import CLIP, LEAST, Matrix, Scale
from calibration.regressions import FOLDS, Correction, Ridge, Spread, cross_fit, worth_of
from simlab.blas import one_thread
from simlab.errors import LabError

_BENT, _SURE = 16, 4.0
_ENOUGH_TO_RESERVE, _RESERVED, _MOST_RESERVED, _RANKED = 1000, 0.1, 1000, 200
"""Simulations from which a share is reserved, that share, the most of them, draws for a rank."""


@dataclass(frozen=True)
class _Level:
    """One parameter given the summaries and all other parameters, with their pairwise products.

    Where parameters trade off along a curve (the level of exits against all that raises them),
    drawing this one last keeps what they jointly produce as narrow as the data make it.
    """

    column: int
    others: NDArray[np.int64]
    centre: Matrix
    spread: Matrix
    bent: NDArray[np.int64]
    """Places among `others` whose products enter."""
    ridge: Ridge
    residual: Matrix
    """(S,) held-out, over their spread."""
    scale: Spread

    @staticmethod
    def inputs(features: Matrix, z: Matrix, bent: NDArray[np.int64]) -> Matrix:
        """(n, .) summaries' features beside standardised `z` and its products; the factor makes
        the penalty on parameters, which carry no noise, small."""
        z = np.clip(z, -CLIP, CLIP)
        left, right = np.triu_indices(len(bent))
        products = z[:, bent][:, left] * z[:, bent][:, right]
        return np.hstack([features, _SURE * z, _SURE * products])

    @classmethod
    def of(
        cls, features: Matrix, nets: Matrix, z: Matrix, column: int, others: NDArray[np.int64],
        folds: NDArray[np.int64],
    ) -> _Level:
        centre, spread = z[:, others].mean(axis=0), np.maximum(z[:, others].std(axis=0), 1e-12)
        given = (z[:, others] - centre) / spread
        target = z[:, [column]]
        nothing = np.array([], dtype=np.int64)
        straight = Ridge.of(cls.inputs(features, given, nothing), target)
        slopes = np.abs(straight.coefficients[features.shape[1]:, 0])
        bent = np.sort(np.argsort(-slopes, kind="stable")[:_BENT])
        inputs = cls.inputs(features, given, bent)
        guess = np.empty_like(target)
        for fold in range(FOLDS):
            held = folds == fold
            guess[held] = Ridge.of(inputs[~held], target[~held])(inputs[held])
        scale, residual = Spread.of(nets, target - guess, folds)
        return cls(column, others, centre, spread, bent, Ridge.of(inputs, target),
                   residual[:, 0], scale)

    def draw(
        self, features: Matrix, nets: Matrix, z: Matrix, rows: NDArray[np.int64]
    ) -> Matrix:
        """(n,) values for draws `z` (n, parameter) of the others, given one row of features and
        one of the nets' inputs."""
        given = (z[:, self.others] - self.centre) / self.spread
        own = self.inputs(np.empty((len(z), 0)), given, self.bent)
        # one row of features serves all draws: its share of the prediction is taken once
        split, ridge = features.shape[1], self.ridge
        shared = (features - ridge.centre[:split]) @ ridge.coefficients[:split] + ridge.level
        mean = (own - ridge.centre[split:]) @ ridge.coefficients[split:] + shared
        return np.asarray(mean[:, 0] + self.scale(nets)[0, 0] * self.residual[rows])


@dataclass(frozen=True)
class Amortised:
    """A fitted posterior for any observed summaries of the same kind."""

    relative_error: Matrix
    """(P,) RMSE of held-out predictions over the prior's SD, in the unbounded space: 1 = the
    summaries say nothing."""
    _scale: Scale
    _prior: tuple[Matrix, Matrix]
    _calibrated: NDArray[np.int64]
    _linear: Ridge
    _inputs: tuple[NDArray[np.int64], Matrix]
    _mean: Correction
    _spread: Spread
    _residual: Matrix
    _z: Matrix
    _levels: tuple[_Level, ...]
    _stretch: Matrix
    """(P,) factor on each calibrated parameter's distance from its median draw."""

    def draw(self, observed: Matrix, n: int, seed: int) -> Matrix:
        """(n, parameter) draws in the unbounded space given `observed` (K,) summaries.

        A parameter that was not calibrated keeps the value of the simulation whose residual is
        used, so that what calibrated and uncalibrated ones trade off stays together.
        """
        with one_thread():
            features = self._scale.features(observed[None, :])
            nets, centre, spread = self._centres(features)
        rng = np.random.default_rng(seed)
        size = len(self._residual)
        rows = rng.permutation(size)[:n] if n <= size else rng.integers(size, size=n)
        out = self._z[rows].copy()
        mean, sd = self._prior
        out[:, self._calibrated] = mean + sd * (centre[0] + spread[0] * self._residual[rows])
        with one_thread():
            for level in self._levels:
                out[:, level.column] = level.draw(features, nets, out, rows)
        drawn = out[:, self._calibrated]
        middle = np.median(drawn, axis=0)
        out[:, self._calibrated] = middle + self._stretch * (drawn - middle)
        return out

    def centres(self, summaries: Matrix) -> Matrix:
        """(n, P) means of calibrated parameters given (n, K) summaries, in prior SDs from the
        prior mean."""
        with one_thread():
            return self._centres(self._scale.features(summaries))[1]

    def _centres(self, features: Matrix) -> tuple[Matrix, Matrix, Matrix]:
        """The nets' inputs, (n, P) means and (n, P) spreads, in prior SDs."""
        first = self._linear(features)
        inputs = self._net_inputs(first)
        return inputs, np.asarray(first + self._mean(inputs)), self._spread(inputs)

    def _net_inputs(self, first: Matrix) -> Matrix:
        columns, sd = self._inputs
        return np.asarray(np.clip(first[:, columns] / sd, -CLIP, CLIP))


def fit(
    z: Matrix, summaries: Matrix, seed: int, calibrated: NDArray[np.bool_] | None = None,
    levels: Sequence[int] = (),
) -> Amortised:
    """Learn the posterior from simulations.

    `z` (S, P): parameters in the unbounded space, drawn from the prior. `summaries` (S, K) of
    what they produced. `calibrated` (P,): which parameters to learn; all unless given.
    `levels`: columns drawn last, in this order, each given all others drawn before; those that are
    not calibrated are passed over. Rows with
    a number that is not finite are left out. The same input and seed give the same result
    whatever the number of threads. LabError ``too_few_simulations`` below `LEAST`.
    """
    good = np.isfinite(summaries).all(axis=1) & np.isfinite(z).all(axis=1)
    z, x = z[good], summaries[good]
    if len(z) < LEAST:
        raise LabError("too_few_simulations", simulations=len(z), least=LEAST)
    chosen = np.arange(z.shape[1]) if calibrated is None else np.flatnonzero(calibrated)
    levels = [column for column in levels if column in chosen]
    kept_back = 0
    if len(z) >= _ENOUGH_TO_RESERVE:
        kept_back = min(round(_RESERVED * len(z)), _MOST_RESERVED)
    reserved, teaching = np.split(np.random.default_rng(seed).permutation(len(z)), [kept_back])
    with one_thread():
        fitted = _fit(z[teaching], x[teaching], seed, chosen, levels)
    if kept_back == 0:
        return fitted
    return replace(fitted, _stretch=_stretch(fitted, z[reserved], x[reserved], seed))


def _stretch(fitted: Amortised, z: Matrix, x: Matrix, seed: int) -> Matrix:
    """(P,) by how much draws must be stretched so that simulations that taught nothing, `z`
    (S, parameter) and `x` (S, K), rank among them as they should: the spread of the ranks on the
    normal scale, drawn towards that of all parameters by what sampling alone makes of it."""
    score = np.empty((len(z), len(fitted._calibrated)))
    for row, (truth, summaries) in enumerate(zip(z, x, strict=True)):
        draws = fitted.draw(summaries, _RANKED, seed + row)
        below = (draws < truth).sum(axis=0)[fitted._calibrated]
        score[row] = norm.ppf((below + 0.5) / (_RANKED + 1))
    # the spread of all possible scores, so that even ranks give exactly 1
    even = norm.ppf((np.arange(_RANKED + 1) + 0.5) / (_RANKED + 1)).std()
    spread = np.log(score.std(axis=0) / even)
    noise = 1 / (2 * len(z))
    signal = max(float(spread.var()) - noise, 0.0)
    common = spread.mean()
    return np.asarray(np.exp(common + signal / (signal + noise) * (spread - common)))


def _fit(
    z: Matrix, x: Matrix, seed: int, chosen: NDArray[np.int64], levels: Sequence[int]
) -> Amortised:
    mean, sd = z[:, chosen].mean(axis=0), np.maximum(z[:, chosen].std(axis=0), 1e-12)
    target = (z[:, chosen] - mean) / sd
    folds = np.random.default_rng(seed).permutation(len(z)) % FOLDS
    scale = Scale.of(x)
    features = scale.features(x)
    first = np.empty_like(target)
    for fold in range(FOLDS):
        held = folds == fold
        first[held] = Ridge.of(features[~held], target[~held])(features[held])
    worth = worth_of(target, first)
    first *= worth
    explained = 1 - ((target - first) ** 2).mean(axis=0)
    columns = np.flatnonzero(explained > 0.02)
    width = np.maximum(first[:, columns].std(axis=0), 1e-6)
    inputs = np.clip(first[:, columns] / width, -CLIP, CLIP)

    correction, corrected = cross_fit(inputs, target - first, folds, seed)
    residual = target - first - corrected
    spread, standard = Spread.of(inputs, residual, folds)
    error = np.sqrt((residual**2).mean(axis=0))
    return Amortised(
        relative_error=error,
        _scale=scale,
        _prior=(mean, sd),
        _calibrated=chosen,
        _linear=Ridge.of(features, target).shrunk(worth),
        _inputs=(columns, width),
        _mean=correction,
        _spread=spread,
        _residual=standard,
        _z=z,
        _levels=_learn_levels(features, inputs, z, levels,
                              dict(zip(chosen, sd * error, strict=True)), folds),
        _stretch=np.ones(len(chosen)),
    )


def _learn_levels(
    features: Matrix, nets: Matrix, z: Matrix, levels: Sequence[int], errors: dict[int, float],
    folds: NDArray[np.int64],
) -> tuple[_Level, ...]:
    """Levels given the others, where that predicts held-out rows better than not (`errors`, by
    column): with few simulations it may not."""
    learnt = []
    for place, column in enumerate(levels):
        others = np.setdiff1d(np.arange(z.shape[1]), levels[place:])
        level = _Level.of(features, nets, z, column, others, folds)
        if np.exp(0.5 * level.scale.level[0]) < errors[column]:
            learnt.append(level)
    return tuple(learnt)

"""The amortised posterior: a regression from summaries to parameters, with honest spread.

Parameters live in an unbounded space. Four cross-fitted stages, each measured on held-out
simulations of a sales panel (30 parameters, four of which do nothing; RMSE over the prior's SD at
10,000 and 2,000 simulations; a plain net on standardised summaries: .556, .649):

1. an additive ridge regression on the summaries, each entered as a robust score, as its rank
   on the normal scale and that rank squared and cubed (.508, .528);
2. small nets that correct the first stage, fed with its predictions and shrunk by what
   cross-fitting says they are worth (.495, .523; .505, .526 with
   the stronger penalty in use);
3. small nets for the log variance;
4. for named levels, a ridge regression given the summaries and all other parameters (in a
   simulated firm with an exit rate of .085 the predictive median moved from .076 to .079).

Draws are the mean at the observed summaries plus resampled held-out residual vectors, scaled by
the spread there: correlations between parameters, skewness and tails are those of the
simulations (regression adjustment: Beaumont, Zhang, Balding 2002; Blum, Francois 2010).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm
from sklearn.neural_network import MLPRegressor
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from simlab.errors import LabError

Matrix = NDArray[np.float64]

LEAST = 200
"""Simulations below which no posterior is fitted."""
_FOLDS = 5
_RIDGE = 0.1
"""Penalty per simulation, as if each feature carried noise of this variance. Well-specified data
would bear less, but real data never lie quite where a model can go, and differences between
near-equal summaries must not steer the posterior there."""
_CLIP = 4.0
_GRID = 1025
_HIDDEN, _EPOCHS, _PATIENCE, _RATE, _DECAY = 128, 30, 8, 3e-3, 1.0
_BENT, _SURE = 16, 4.0
_SPREAD_FLOOR = 1e-3
"""Squared residuals (prior variance = 1) are read as at least this in the log."""


@dataclass(frozen=True)
class Distance:
    """Where the observed summaries lie among the simulated ones."""

    score: Matrix
    """(K,) robust z: distance from the median in units of half the central 68%."""
    share_below: Matrix
    """(K,) share of simulations below the observed value (ties count half)."""
    flagged: NDArray[np.bool_]
    """(K,) fewer than 1 in 500 simulations lie as far out on that side: the model, under its
    prior, hardly ever makes such a value."""


@dataclass(frozen=True)
class _Scale:
    """Summaries as features: robust scores and powers of normal scores of ranks."""

    middle: Matrix
    spread: Matrix
    grid: Matrix
    """(G, K) quantiles of the simulated summaries at even levels."""
    end: float
    """The largest normal score: what lies outside every simulation is put at the edge."""

    @classmethod
    def of(cls, x: Matrix) -> _Scale:
        low, middle, high = np.quantile(x, [0.16, 0.5, 0.84], axis=0)
        spread = np.maximum((high - low) / 2, 1e-9 + 1e-6 * np.abs(middle))
        levels = np.linspace(0, 1, min(_GRID, len(x)))
        return cls(middle, spread, np.quantile(x, levels, axis=0),
                   min(float(norm.ppf(1 - 0.5 / len(x))), 3.0))

    def ranks(self, x: Matrix) -> Matrix:
        """(n, K) share of simulations below each value, ties in the middle."""
        out = np.empty_like(x)
        top = len(self.grid) - 1
        levels = np.linspace(0, 1, top + 1)
        for k in range(x.shape[1]):
            grid = self.grid[:, k]
            left = np.searchsorted(grid, x[:, k], "left")
            right = np.searchsorted(grid, x[:, k], "right")
            between = np.interp(x[:, k], grid, levels)
            tied = right - left > 1
            out[:, k] = np.where(tied, (left + right - 1) / 2 / top, between)
        return out

    def features(self, x: Matrix) -> Matrix:
        """(n, 4K)."""
        score = np.clip((x - self.middle) / self.spread, -_CLIP, _CLIP)
        rank = self.ranks(x)
        normal = np.clip(norm.ppf(np.clip(rank, 1e-12, 1 - 1e-12)), -self.end, self.end)
        return np.hstack([score, normal, normal**2 - 1.0, (normal**3 - 3 * normal) / 3])


@dataclass(frozen=True)
class _Ridge:
    centre: Matrix
    coefficients: Matrix
    level: Matrix

    @classmethod
    def of(cls, features: Matrix, target: Matrix) -> _Ridge:
        centre, level = features.mean(axis=0), target.mean(axis=0)
        x = features - centre
        gram = x.T @ x
        gram[np.diag_indices_from(gram)] += _RIDGE * len(x)
        return cls(centre, np.linalg.solve(gram, x.T @ (target - level)), level)

    def __call__(self, features: Matrix) -> Matrix:
        return np.asarray((features - self.centre) @ self.coefficients + self.level)

    def shrunk(self, worth: Matrix) -> _Ridge:
        """The same with its slopes multiplied by `worth` (P,)."""
        return _Ridge(self.centre, self.coefficients * worth, self.level)


@dataclass(frozen=True)
class _Correction:
    """Mean of the folds' nets, shrunk per target by what they were worth on held-out rows."""

    nets: tuple[MLPRegressor, ...]
    worth: Matrix

    def __call__(self, inputs: Matrix) -> Matrix:
        if not self.nets:
            return np.zeros((len(inputs), len(self.worth)))
        outputs = [_predict(net, inputs) for net in self.nets]
        return np.asarray(self.worth * np.mean(outputs, axis=0))


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
    ridge: _Ridge
    residual: Matrix
    """(S,) held-out, in natural units of the unbounded space."""

    @staticmethod
    def inputs(features: Matrix, z: Matrix, bent: NDArray[np.int64]) -> Matrix:
        """(n, .) summaries' features beside standardised `z` and its products; the factor makes
        the penalty on parameters, which carry no noise, small."""
        z = np.clip(z, -_CLIP, _CLIP)
        left, right = np.triu_indices(len(bent))
        products = z[:, bent][:, left] * z[:, bent][:, right]
        return np.hstack([features, _SURE * z, _SURE * products])

    @classmethod
    def of(
        cls, features: Matrix, z: Matrix, column: int, others: NDArray[np.int64],
        folds: NDArray[np.int64],
    ) -> _Level:
        centre, spread = z[:, others].mean(axis=0), np.maximum(z[:, others].std(axis=0), 1e-12)
        given = (z[:, others] - centre) / spread
        target = z[:, [column]]
        nothing = np.array([], dtype=np.int64)
        straight = _Ridge.of(cls.inputs(features, given, nothing), target)
        slopes = np.abs(straight.coefficients[features.shape[1]:, 0])
        bent = np.sort(np.argsort(-slopes, kind="stable")[:_BENT])
        inputs = cls.inputs(features, given, bent)
        guess = np.empty_like(target)
        for fold in range(_FOLDS):
            held = folds == fold
            guess[held] = _Ridge.of(inputs[~held], target[~held])(inputs[held])
        return cls(column, others, centre, spread, bent, _Ridge.of(inputs, target),
                   (target - guess)[:, 0])

    def draw(self, features: Matrix, z: Matrix, rows: NDArray[np.int64]) -> Matrix:
        """(n,) values for draws `z` (n, parameter) of the others, given one row of features."""
        given = (z[:, self.others] - self.centre) / self.spread
        wide = np.broadcast_to(features, (len(z), features.shape[1]))
        mean = self.ridge(self.inputs(wide, given, self.bent))[:, 0]
        return np.asarray(mean + self.residual[rows])


@dataclass(frozen=True)
class Amortised:
    """A fitted posterior for any observed summaries of the same kind."""

    relative_error: Matrix
    """(P,) RMSE of held-out predictions over the prior's SD, in the unbounded space: 1 = the
    summaries say nothing."""
    _scale: _Scale
    _prior: tuple[Matrix, Matrix]
    _calibrated: NDArray[np.int64]
    _linear: _Ridge
    _inputs: tuple[NDArray[np.int64], Matrix]
    _mean: _Correction
    _spread: _Correction
    _spread_level: Matrix
    _residual: Matrix
    _z: Matrix
    _levels: tuple[_Level, ...]

    def draw(self, observed: Matrix, n: int, seed: int) -> Matrix:
        """(n, parameter) draws in the unbounded space given `observed` (K,) summaries.

        A parameter that was not calibrated keeps the value of the simulation whose residual is
        used, so that what calibrated and uncalibrated ones trade off stays together.
        """
        centre, spread = self.centre(observed)
        rng = np.random.default_rng(seed)
        size = len(self._residual)
        rows = rng.permutation(size)[:n] if n <= size else rng.integers(size, size=n)
        out = self._z[rows].copy()
        mean, sd = self._prior
        out[:, self._calibrated] = mean + sd * (centre + spread * self._residual[rows])
        with threadpool_limits(1):
            features = self._scale.features(observed[None, :])
            for level in self._levels:
                out[:, level.column] = level.draw(features, out, rows)
        return out

    def centre(self, observed: Matrix) -> tuple[Matrix, Matrix]:
        """(P,) mean and (P,) spread of calibrated parameters, in prior SDs from the prior mean."""
        with threadpool_limits(1):
            first = self._linear(self._scale.features(observed[None, :]))
            inputs = self._net_inputs(first)
            centre = first + self._mean(inputs)
            spread = np.exp(0.5 * (self._spread_level + self._spread(inputs)))
        return centre[0], spread[0]

    def _net_inputs(self, first: Matrix) -> Matrix:
        columns, sd = self._inputs
        return np.asarray(np.clip(first[:, columns] / sd, -_CLIP, _CLIP))


def distance(observed: Matrix, summaries: Matrix) -> Distance:
    """How far `observed` (K,) lies from simulated `summaries` (S, K); rows that are not finite
    are left out."""
    x = summaries[np.isfinite(summaries).all(axis=1)]
    if len(x) < LEAST:
        raise LabError("too_few_simulations", simulations=len(x), least=LEAST)
    scale = _Scale.of(x)
    below = ((x < observed).mean(axis=0) + (x <= observed).mean(axis=0)) / 2
    rare = np.minimum(below, 1 - below) < 0.002
    return Distance((observed - scale.middle) / scale.spread, below,
                    rare & (np.ptp(x, axis=0) > 0))


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
    with threadpool_limits(1):  # one thread: sums in one order, so the same bits every time
        return _fit(z, x, seed, chosen, levels)


def _fit(
    z: Matrix, x: Matrix, seed: int, chosen: NDArray[np.int64], levels: Sequence[int]
) -> Amortised:
    mean, sd = z[:, chosen].mean(axis=0), np.maximum(z[:, chosen].std(axis=0), 1e-12)
    target = (z[:, chosen] - mean) / sd
    folds = np.random.default_rng(seed).permutation(len(z)) % _FOLDS
    scale = _Scale.of(x)
    features = scale.features(x)
    first = np.empty_like(target)
    for fold in range(_FOLDS):
        held = folds == fold
        first[held] = _Ridge.of(features[~held], target[~held])(features[held])
    worth = _worth(target, first)
    first *= worth
    explained = 1 - ((target - first) ** 2).mean(axis=0)
    columns = np.flatnonzero(explained > 0.02)
    width = np.maximum(first[:, columns].std(axis=0), 1e-6)
    inputs = np.clip(first[:, columns] / width, -_CLIP, _CLIP)

    correction, corrected = _cross_fit(inputs, target - first, folds, seed)
    residual = target - first - corrected
    log_square = np.log(residual**2 + _SPREAD_FLOOR)
    spread, wiggle = _cross_fit(inputs, log_square - log_square.mean(axis=0), folds, seed + 1)
    level = np.log(np.maximum((residual**2 / np.exp(wiggle)).mean(axis=0), 1e-12))
    error = np.sqrt((residual**2).mean(axis=0))
    return Amortised(
        relative_error=error,
        _scale=scale,
        _prior=(mean, sd),
        _calibrated=chosen,
        _linear=_Ridge.of(features, target).shrunk(worth),
        _inputs=(columns, width),
        _mean=correction,
        _spread=spread,
        _spread_level=level,
        _residual=residual / np.exp(0.5 * (level + wiggle)),
        _z=z,
        _levels=_learn_levels(features, z, levels, dict(zip(chosen, sd * error, strict=True)),
                              folds),
    )


def _learn_levels(
    features: Matrix, z: Matrix, levels: Sequence[int], errors: dict[int, float],
    folds: NDArray[np.int64],
) -> tuple[_Level, ...]:
    """Levels given the others, where that predicts held-out rows better than not (`errors`, by
    column): with few simulations it may not."""
    learnt = []
    for place, column in enumerate(levels):
        others = np.setdiff1d(np.arange(z.shape[1]), levels[place:])
        level = _Level.of(features, z, column, others, folds)
        if np.sqrt((level.residual**2).mean()) < errors[column]:
            learnt.append(level)
    return tuple(learnt)


def _cross_fit(
    inputs: Matrix, target: Matrix, folds: NDArray[np.int64], seed: int
) -> tuple[_Correction, Matrix]:
    """Nets that predict `target`, one a fold, and their shrunk held-out predictions."""
    nothing = np.zeros_like(target)
    if inputs.shape[1] == 0:
        return _Correction((), np.zeros(target.shape[1])), nothing
    nets, held_out = [], nothing
    for fold in range(_FOLDS):
        held = folds == fold
        net = _train(inputs[~held], target[~held], seed * _FOLDS + fold)
        held_out[held] = _predict(net, inputs[held])
        nets.append(net)
    worth = _worth(target, held_out)
    return _Correction(tuple(nets), worth), worth * held_out


def _worth(target: Matrix, held_out: Matrix) -> Matrix:
    """(P,) factor in 0..1.5 by which held-out predictions are best multiplied."""
    squares = np.maximum((held_out**2).sum(axis=0), 1e-12)
    return np.asarray(np.clip((target * held_out).sum(axis=0) / squares, 0.0, 1.5))


def _predict(net: MLPRegressor, inputs: Matrix) -> Matrix:
    return np.asarray(net.predict(inputs), dtype=np.float64).reshape(len(inputs), -1)


def _train(inputs: Matrix, target: Matrix, seed: int) -> MLPRegressor:
    """One small net by Adam with a falling rate, kept as it was at its best on a tenth."""
    order = np.random.default_rng(seed).permutation(len(inputs))
    check, train = np.split(order, [len(inputs) // 10])
    goal = target if target.shape[1] > 1 else target.ravel()
    net = MLPRegressor(hidden_layer_sizes=(_HIDDEN,), batch_size=min(128, len(train)),
                       learning_rate_init=_RATE, alpha=_DECAY, random_state=seed % 2**32)
    best, stale = np.inf, 0
    kept = None
    for epoch in range(_EPOCHS):
        # one pass at a time instead of fit(): our own stopping rule, and no warning when the
        # passes run out before the loss stands still
        net.partial_fit(inputs[train], goal[train])
        fall = 0.5 * (1 + np.cos(np.pi * (epoch + 1) / _EPOCHS))
        net._optimizer.learning_rate_init = _RATE * fall
        loss = float(((_predict(net, inputs[check]) - target[check]) ** 2).mean())
        if loss < best:
            best, stale = loss, 0
            kept = [w.copy() for w in net.coefs_], [w.copy() for w in net.intercepts_]
        else:
            stale += 1
            if stale >= _PATIENCE:
                break
    if kept is not None:
        net.coefs_, net.intercepts_ = kept
    return net

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
from sklearn.neural_network import MLPRegressor

from simlab.blas import one_thread
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
_ENOUGH_TO_RESERVE, _RESERVED, _MOST_RESERVED, _RANKED = 1000, 0.1, 1000, 200
"""Simulations from which a share is reserved, that share, the most of them, draws for a rank."""
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
class _Net:
    """A net as it was at its best: one hidden layer of rectified units."""

    hidden: Matrix
    hidden_bias: Matrix
    out: Matrix
    out_bias: Matrix

    def __call__(self, inputs: Matrix) -> Matrix:
        active = np.maximum(inputs @ self.hidden + self.hidden_bias, 0.0)
        return np.asarray(active @ self.out + self.out_bias)


@dataclass(frozen=True)
class _Correction:
    """Mean of the folds' nets, shrunk per target by what they were worth on held-out rows."""

    nets: tuple[_Net, ...]
    worth: Matrix

    def __call__(self, inputs: Matrix) -> Matrix:
        if not self.nets:
            return np.zeros((len(inputs), len(self.worth)))
        outputs = [net(inputs) for net in self.nets]
        return np.asarray(self.worth * np.mean(outputs, axis=0))


@dataclass(frozen=True)
class _Spread:
    """The SD of residuals, by what the nets look at: a ridge regression of their log squares on
    it and its squares. (Nets in its place left intervals too short wherever a parameter was
    predicted to be far out, and too long elsewhere.)"""

    ridge: _Ridge
    level: Matrix

    @classmethod
    def of(
        cls, inputs: Matrix, residual: Matrix, folds: NDArray[np.int64]
    ) -> tuple[_Spread, Matrix]:
        """Learnt from held-out `residual` (S, P); and these over their held-out spread."""
        size = np.maximum((residual**2).mean(axis=0), 1e-12)
        log_square = np.log(residual**2 / size + _SPREAD_FLOOR)
        bent = cls._bent(inputs)
        held_out = np.empty_like(log_square)
        for fold in range(_FOLDS):
            held = folds == fold
            held_out[held] = _Ridge.of(bent[~held], log_square[~held])(bent[held])
        # what differs from row to row counts as far as held-out rows bear it out
        middle = held_out.mean(axis=0)
        worth = _worth(log_square - middle, held_out - middle)
        wiggle = worth * (held_out - middle)
        level = np.log(np.maximum((residual**2 / np.exp(wiggle)).mean(axis=0), 1e-12))
        ridge = _Ridge.of(bent, log_square)
        ridge = _Ridge(ridge.centre, ridge.coefficients * worth, np.zeros_like(level))
        return cls(ridge, level), residual / np.exp(0.5 * (level + wiggle))

    @staticmethod
    def _bent(inputs: Matrix) -> Matrix:
        return np.hstack([inputs, inputs**2 - 1.0])

    def __call__(self, inputs: Matrix) -> Matrix:
        """(n, P)"""
        return np.asarray(np.exp(0.5 * (self.level + self.ridge(self._bent(inputs)))))


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
    """(S,) held-out, over their spread."""
    scale: _Spread

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
        cls, features: Matrix, nets: Matrix, z: Matrix, column: int, others: NDArray[np.int64],
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
        scale, residual = _Spread.of(nets, target - guess, folds)
        return cls(column, others, centre, spread, bent, _Ridge.of(inputs, target),
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
    _scale: _Scale
    _prior: tuple[Matrix, Matrix]
    _calibrated: NDArray[np.int64]
    _linear: _Ridge
    _inputs: tuple[NDArray[np.int64], Matrix]
    _mean: _Correction
    _spread: _Spread
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
    spread, standard = _Spread.of(inputs, residual, folds)
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
        held_out[held] = net(inputs[held])
        nets.append(net)
    worth = _worth(target, held_out)
    return _Correction(tuple(nets), worth), worth * held_out


def _worth(target: Matrix, held_out: Matrix) -> Matrix:
    """(P,) factor in 0..1.5 by which held-out predictions are best multiplied."""
    squares = np.maximum((held_out**2).sum(axis=0), 1e-12)
    return np.asarray(np.clip((target * held_out).sum(axis=0) / squares, 0.0, 1.5))


def _predict(net: MLPRegressor, inputs: Matrix) -> Matrix:
    return np.asarray(net.predict(inputs), dtype=np.float64).reshape(len(inputs), -1)


def _train(inputs: Matrix, target: Matrix, seed: int) -> _Net:
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
    weights, biases = kept or (net.coefs_, net.intercepts_)
    return _Net(weights[0], biases[0], weights[1], biases[1])

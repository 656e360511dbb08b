"""The regressions of which the amortised posterior is made, each learnt on simulations and judged
on those held out of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.neural_network import MLPRegressor

Matrix = NDArray[np.float64]

FOLDS = 5
_RIDGE = 0.1
"""Penalty per simulation, as if each feature carried noise of this variance. Well-specified data
would bear less, but real data never lie quite where a model can go, and differences between
near-equal summaries must not steer the posterior there."""
_HIDDEN, _EPOCHS, _PATIENCE, _RATE, _DECAY = 128, 30, 8, 3e-3, 1.0
_SPREAD_FLOOR = 1e-3
"""Squared residuals (prior variance = 1) are read as at least this in the log."""


@dataclass(frozen=True)
class Ridge:
    """A linear prediction of several targets, all with the same penalty."""

    centre: Matrix
    coefficients: Matrix
    level: Matrix

    @classmethod
    def of(cls, features: Matrix, target: Matrix) -> Ridge:
        """Learnt from `features` (S, F) and `target` (S, P)."""
        centre, level = features.mean(axis=0), target.mean(axis=0)
        x = features - centre
        gram = x.T @ x
        gram[np.diag_indices_from(gram)] += _RIDGE * len(x)
        return cls(centre, np.linalg.solve(gram, x.T @ (target - level)), level)

    def __call__(self, features: Matrix) -> Matrix:
        """(n, P)"""
        return np.asarray((features - self.centre) @ self.coefficients + self.level)

    def shrunk(self, worth: Matrix) -> Ridge:
        """The same with its slopes multiplied by `worth` (P,)."""
        return Ridge(self.centre, self.coefficients * worth, self.level)


@dataclass(frozen=True)
class Net:
    """A net as it was at its best: one hidden layer of rectified units."""

    hidden: Matrix
    hidden_bias: Matrix
    out: Matrix
    out_bias: Matrix

    def __call__(self, inputs: Matrix) -> Matrix:
        """(n, P)"""
        active = np.maximum(inputs @ self.hidden + self.hidden_bias, 0.0)
        return np.asarray(active @ self.out + self.out_bias)


@dataclass(frozen=True)
class Correction:
    """Mean of the folds' nets, shrunk per target by what they were worth on held-out rows."""

    nets: tuple[Net, ...]
    worth: Matrix

    def __call__(self, inputs: Matrix) -> Matrix:
        """(n, P)"""
        if not self.nets:
            return np.zeros((len(inputs), len(self.worth)))
        outputs = [net(inputs) for net in self.nets]
        return np.asarray(self.worth * np.mean(outputs, axis=0))


def cross_fit(
    inputs: Matrix, target: Matrix, folds: NDArray[np.int64], seed: int
) -> tuple[Correction, Matrix]:
    """Nets that predict `target`, one a fold, and their shrunk held-out predictions."""
    nothing = np.zeros_like(target)
    if inputs.shape[1] == 0:
        return Correction((), np.zeros(target.shape[1])), nothing
    nets, held_out = [], nothing
    for fold in range(FOLDS):
        held = folds == fold
        net = _train(inputs[~held], target[~held], seed * FOLDS + fold)
        held_out[held] = net(inputs[held])
        nets.append(net)
    worth = worth_of(target, held_out)
    return Correction(tuple(nets), worth), worth * held_out


@dataclass(frozen=True)
class Spread:
    """The SD of residuals, by what the nets look at: a ridge regression of their log squares on
    it and its squares. (Nets in its place left intervals too short wherever a parameter was
    predicted to be far out, and too long elsewhere.)"""

    ridge: Ridge
    level: Matrix

    @classmethod
    def of(
        cls, inputs: Matrix, residual: Matrix, folds: NDArray[np.int64]
    ) -> tuple[Spread, Matrix]:
        """Learnt from held-out `residual` (S, P); and these over their held-out spread."""
        size = np.maximum((residual**2).mean(axis=0), 1e-12)
        log_square = np.log(residual**2 / size + _SPREAD_FLOOR)
        bent = cls._bent(inputs)
        held_out = np.empty_like(log_square)
        for fold in range(FOLDS):
            held = folds == fold
            held_out[held] = Ridge.of(bent[~held], log_square[~held])(bent[held])
        # what differs from row to row counts as far as held-out rows bear it out
        middle = held_out.mean(axis=0)
        worth = worth_of(log_square - middle, held_out - middle)
        wiggle = worth * (held_out - middle)
        level = np.log(np.maximum((residual**2 / np.exp(wiggle)).mean(axis=0), 1e-12))
        ridge = Ridge.of(bent, log_square)
        ridge = Ridge(ridge.centre, ridge.coefficients * worth, np.zeros_like(level))
        return cls(ridge, level), residual / np.exp(0.5 * (level + wiggle))

    @staticmethod
    def _bent(inputs: Matrix) -> Matrix:
        return np.hstack([inputs, inputs**2 - 1.0])

    def __call__(self, inputs: Matrix) -> Matrix:
        """(n, P)"""
        return np.asarray(np.exp(0.5 * (self.level + self.ridge(self._bent(inputs)))))


def worth_of(target: Matrix, held_out: Matrix) -> Matrix:
    """(P,) factor in 0..1.5 by which held-out predictions are best multiplied."""
    squares = np.maximum((held_out**2).sum(axis=0), 1e-12)
    return np.asarray(np.clip((target * held_out).sum(axis=0) / squares, 0.0, 1.5))


def _predict(net: MLPRegressor, inputs: Matrix) -> Matrix:
    return np.asarray(net.predict(inputs), dtype=np.float64).reshape(len(inputs), -1)


def _train(inputs: Matrix, target: Matrix, seed: int) -> Net:
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
    return Net(weights[0], biases[0], weights[1], biases[1])

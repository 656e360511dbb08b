"""A figure of the model by a formula learnt from runs, where many thousand more runs cost too much.

Inputs are shares 0..1 of each parameter's distribution. Three kinds are fitted, and the one that
foretells runs it was not fitted to best is taken: polynomial chaos (Legendre polynomials up to a
total degree, by ridge regression: Sudret 2008, Reliab. Eng. Syst. Saf. 93:964), a Gaussian process
with a length of its own for every input, and gradient boosting.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations_with_replacement
from math import comb
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from simlab.blas import one_thread
from simlab.decide.intervals import Interval
from simlab.progress import Progress

LEAST_ROWS = 100
"""Runs below which no emulator is fitted."""
_FOLDS = 5
_RESAMPLES = 400
_HIGHEST = 9
_STEPS = 30
"""Of the search for a Gaussian process's kernel."""
_ALPHAS = tuple(10.0**power for power in np.arange(-6.0, 5.0))

Matrix = NDArray[np.float64]


class Polynomial:
    """Legendre polynomials of the inputs up to the total degree that half the rows allow."""

    def fit(self, x: Matrix, y: Matrix) -> Self:
        """`x` (row, input) in 0..1, `y` (row,)."""
        from sklearn.linear_model import RidgeCV

        self._powers = _powers(x.shape[1], len(x))
        self._model: Any = RidgeCV(_ALPHAS).fit(self._features(x), y)
        return self

    def predict(self, x: Matrix) -> Matrix:
        """(row,)"""
        return np.asarray(self._model.predict(self._features(x)), dtype=np.float64)

    def _features(self, x: Matrix) -> Matrix:
        degree = int(self._powers.max(initial=1))
        # normalised, so that ridge shrinks all terms alike
        basis = np.polynomial.legendre.legvander(2 * x - 1, degree) \
            * np.sqrt(2 * np.arange(degree + 1) + 1)
        features = np.ones((len(x), len(self._powers)))
        for column in range(x.shape[1]):
            features *= basis[:, column, self._powers[:, column]]
        return features


class GaussianProcess:
    """A smooth function with a length of its own for every input, and noise around it."""

    def __init__(self, kernel: Any = None) -> None:
        self._kernel = kernel

    def fit(self, x: Matrix, y: Matrix) -> Self:
        """`x` (row, input) in 0..1, `y` (row,). A kernel that was given is taken as it is."""
        from sklearn.gaussian_process import GaussianProcessRegressor
        from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel

        wide = np.full(x.shape[1], 2.0)
        kernel = self._kernel or ConstantKernel(1.0, (1e-2, 1e4)) * RBF(wide, (0.05, 1e3)) \
            + WhiteKernel(0.1, (1e-6, 10.0))
        self._model: Any = GaussianProcessRegressor(
            kernel, normalize_y=True, optimizer=None if self._kernel else _search)
        self._model.fit(x, y)
        return self

    def predict(self, x: Matrix) -> Matrix:
        """(row,)"""
        return np.asarray(self._model.predict(x), dtype=np.float64)

    def again(self) -> GaussianProcess:
        """One that keeps what was learnt of the kernel."""
        return GaussianProcess(self._model.kernel_)


def _search(objective: Any, start: Matrix, bounds: Matrix) -> tuple[Matrix, float]:
    from scipy.optimize import minimize

    found: Any = minimize(objective, start, method="L-BFGS-B", jac=True,
                          bounds=[(low, high) for low, high in bounds],
                          options={"maxiter": _STEPS})
    return found.x, float(found.fun)


class Boosting:
    """Small regression trees, each on what the ones before left over."""

    def fit(self, x: Matrix, y: Matrix) -> Self:
        """`x` (row, input) in 0..1, `y` (row,)."""
        from sklearn.ensemble import GradientBoostingRegressor

        self._model: Any = GradientBoostingRegressor(
            n_estimators=200, max_depth=3, learning_rate=0.05, subsample=0.7, random_state=1)
        self._model.fit(x, y)
        return self

    def predict(self, x: Matrix) -> Matrix:
        """(row,)"""
        return np.asarray(self._model.predict(x), dtype=np.float64)


Kind = Polynomial | GaussianProcess | Boosting
_KINDS: dict[str, Callable[[], Kind]] = {
    "polynomial": Polynomial, "gaussian_process": GaussianProcess, "boosting": Boosting}


@dataclass(frozen=True)
class Emulator:
    """The kind that foretells best, fitted to all rows."""

    kind: str
    r2: Interval
    """Share of the variance of rows left out of the fit that it foretells, with its 90% interval
    over resampled rows."""
    fitted: Kind

    def refitted(self, x: Matrix, y: Matrix) -> Kind:
        """The same kind on other rows (what a Gaussian process learnt of its kernel is kept)."""
        again = self.fitted.again() if isinstance(self.fitted, GaussianProcess) \
            else _KINDS[self.kind]()
        return again.fit(x, y)


def emulate(
    x: Matrix, y: Matrix, seed: int = 1, progress: Progress | None = None
) -> Emulator:
    """The emulator of `y` (row,) over `x` (row, input) that foretells rows left out best."""
    import warnings

    from sklearn.exceptions import ConvergenceWarning

    with one_thread(), warnings.catch_warnings():
        # a length at its upper bound is an input that does nothing, which is an answer
        warnings.simplefilter("ignore", ConvergenceWarning)
        errors = {}
        for place, (kind, make) in enumerate(_KINDS.items()):
            errors[kind] = _held_out(make, x, y, place, progress or Progress())
        kind = min(errors, key=lambda name: float((errors[name] ** 2).mean()))
        fitted = _KINDS[kind]().fit(x, y)
    return Emulator(kind, _r2(errors[kind], y, seed), fitted)


def _held_out(
    make: Callable[[], Kind], x: Matrix, y: Matrix, place: int, progress: Progress
) -> Matrix:
    """(row,) errors of foretelling each row by a fit without its fold."""
    folds = np.arange(len(x)) % _FOLDS
    error = np.empty(len(x))
    for fold in range(_FOLDS):
        held = folds == fold
        progress.advance("emulator", place * _FOLDS + fold, len(_KINDS) * _FOLDS)
        error[held] = y[held] - make().fit(x[~held], y[~held]).predict(x[held])
    return error


def _r2(error: Matrix, y: Matrix, seed: int) -> Interval:
    chosen = np.random.default_rng(seed).integers(len(y), size=(_RESAMPLES, len(y)))
    spread = y[chosen].var(axis=1)
    resampled = 1 - np.divide((error[chosen] ** 2).mean(axis=1), spread,
                              out=np.ones_like(spread), where=spread > 0)
    found = 1 - float((error**2).mean()) / float(y.var()) if y.var() > 0 else 0.0
    lower, upper = np.quantile(resampled, (0.05, 0.95))
    return Interval(found, float(lower), float(upper))


def _powers(inputs: int, rows: int) -> NDArray[np.int64]:
    """(term, input) degrees of each term."""
    degree = 1
    while degree < _HIGHEST and comb(inputs + degree + 1, degree + 1) <= rows // 2:
        degree += 1
    terms = [picked for total in range(degree + 1)
             for picked in combinations_with_replacement(range(inputs), total)]
    powers = np.zeros((len(terms), inputs), np.int64)
    for row, picked in enumerate(terms):
        for column in picked:
            powers[row, column] += 1
    return powers

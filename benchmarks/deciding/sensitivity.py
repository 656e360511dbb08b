"""What moves a difference, and what knowing more is worth: known answers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, qmc

from deciding import Known
from simlab.decide.emulator import emulate
from simlab.decide.sobol import sobol_indices
from simlab.decide.value_of_information import evpi, evppi
from simlab.decide.warrant import Parameters

Matrix = NDArray[np.float64]


def known_answers() -> list[Known]:
    """Sobol indices of the Ishigami function, learnt from 400 runs, and the value of information
    of a policy whose gain is .4 plus a normal of SD 1 and one of SD .6."""
    return [*_variance(), *_worth()]


def _variance() -> list[Known]:
    x = qmc.LatinHypercube(3, rng=np.random.default_rng(1)).random(400)
    angle = np.pi * (2 * x - 1)
    y = np.sin(angle[:, 0]) + 7 * np.sin(angle[:, 1]) ** 2 + 0.1 * angle[:, 2] ** 4 * np.sin(
        angle[:, 0])

    def resampled(rng: np.random.Generator) -> tuple[NDArray[np.intp], Matrix]:
        rows = rng.integers(len(x), size=len(x))
        return rows, y[rows]

    found = {each.name: each for each in sobol_indices("abc", emulate(x, y), x, resampled, 1)}
    known = {"a": (0.314, 0.558), "b": (0.442, 0.442), "c": (0.0, 0.244)}
    return [Known(f"Ishigami, {order} index of {name}", value, getattr(found[name], order).mean,
                  0.06)
            for name, pair in known.items()
            for order, value in zip(("first", "total"), pair, strict=True)]


def _worth() -> list[Known]:
    rng = np.random.default_rng(3)
    draws = rng.normal(size=(6000, 2))
    benefit = np.zeros((6000, 4, 2))
    benefit[..., 1] = (0.4 + draws @ np.array([1.0, 0.6]))[:, None] + rng.normal(
        0, 1.5, size=(6000, 4))

    def loss(spread: float) -> float:
        """Of a normal with mean .4: what never choosing wrongly gains (unit normal loss)."""
        return float(spread * norm.pdf(0.4 / spread) - 0.4 * norm.sf(0.4 / spread))

    parts = {each.name: each.value.mean for each in evppi(
        benefit, Parameters(("one", "two"), draws, np.zeros(2, bool)),
        {"one": ["one"], "two": ["two"]})}
    return [Known("EVPI", loss(float(np.hypot(1.0, 0.6))), evpi(benefit).mean, 0.03),
            Known("EVPPI of the wider one", loss(1.0), parts["one"], 0.03),
            Known("EVPPI of the narrower one", loss(0.6), parts["two"], 0.03)]

"""Draws of the model's parameters as plain data: what calibration hands out and all else takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Posterior:
    """`draws` (draw, parameter) in natural units beside as many draws of the prior.

    `names` are the registry's parameter names in registry order. `provenance` names code
    version, data hash, seed, number of simulations and the cut-off month.
    """

    names: tuple[str, ...]
    draws: NDArray[np.float64]
    prior: NDArray[np.float64]
    provenance: dict[str, Any]

    def contraction(self) -> NDArray[np.float64]:
        """(parameter,) 1 - posterior variance / prior variance: 0 = the data said nothing,
        1 = the data settled it; may be slightly negative by sampling."""
        prior = self.prior.var(axis=0)
        ratio = np.divide(self.draws.var(axis=0), prior, out=np.ones_like(prior), where=prior > 0)
        return np.asarray(1.0 - ratio)

"""A second opinion on a posterior: neural posterior estimation with the package `sbi`.

The same simulations and summaries as the lab's own posterior learnt from, another way to learn: a
masked autoregressive flow trained by maximum likelihood (NPE: Papamakarios, Murray 2016;
Greenberg, Nonnenmacher, Macke 2019). It is held beside the lab's own posterior and never takes its
place: on a toy model its 90% intervals held 83 to 85% where the lab's own held 90 to 91%.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.reference import CALIBRATED, seed_of
from calibration.rounds import DRAWS, Found
from simlab.errors import LabError
from simlab.parameters import NAMES
from simlab.progress import Progress

Matrix = NDArray[np.float64]

_CLIP = 5.0
_PATIENCE = 20
"""Passes over the simulations without a better held-out likelihood that end the training."""


@dataclass(frozen=True)
class Opinion:
    """One parameter by both methods: means and 90% intervals in natural units."""

    name: str
    mean: float
    lower: float
    upper: float
    other_mean: float
    other_lower: float
    other_upper: float
    apart: float
    """Distance of the means in units of the lab's own posterior SD."""
    spread: float
    """The other method's posterior SD over the lab's own."""


@dataclass(frozen=True)
class CrossCheck:
    """The lab's own posterior beside the second one."""

    method: str
    """Package and version."""
    opinions: tuple[Opinion, ...]
    """Of the calibrated parameters."""
    epochs: int
    """Passes over the simulations."""

    @property
    def largest(self) -> Opinion:
        """The parameter on which the two differ most."""
        return max(self.opinions, key=lambda one: abs(one.apart))


def require_sbi() -> None:
    """LabError ``sbi_missing`` where the package is not installed."""
    if importlib.util.find_spec("sbi") is None:
        raise LabError("sbi_missing")


def cross_check(found: Found, own: Matrix, *, seed: int, progress: Progress) -> CrossCheck:
    """Learn the posterior of `found`'s record a second way, from the same simulations, and hold
    it beside the lab's `own` draws (n, parameter). The same input and seed give the same result.

    Raises LabError ``sbi_missing``; `Cancelled` where `progress` was cancelled.
    """
    require_sbi()
    box, used = found.learnt.box, found.learnt.used
    z, x = box.unconstrain(found.table.theta), found.table.summaries[:, used]
    good = np.isfinite(x).all(axis=1)
    low, middle, high = np.quantile(x[good], [0.16, 0.5, 0.84], axis=0)
    spread = np.maximum((high - low) / 2, 1e-9 + 1e-6 * np.abs(middle))

    def scaled(values: Matrix) -> Matrix:
        return np.asarray(np.clip((values - middle) / spread, -_CLIP, _CLIP))

    drawn, epochs = _learn(z[good][:, CALIBRATED], scaled(x[good]), scaled(found.observed[used]),
                           seed_of(seed, "cross_check"), progress)
    whole = np.zeros((len(drawn), len(CALIBRATED)))
    whole[:, CALIBRATED] = drawn
    other = box.constrain(whole)
    opinions = tuple(_opinion(int(k), own, other) for k in np.flatnonzero(CALIBRATED))
    return CrossCheck(f"sbi {metadata.version('sbi')}", opinions, epochs)


def _opinion(k: int, own: Matrix, other: Matrix) -> Opinion:
    sd = max(float(own[:, k].std()), 1e-12)
    lower, upper = np.quantile(own[:, k], (0.05, 0.95))
    other_lower, other_upper = np.quantile(other[:, k], (0.05, 0.95))
    mean, other_mean = float(own[:, k].mean()), float(other[:, k].mean())
    return Opinion(NAMES[k], mean, float(lower), float(upper), other_mean, float(other_lower),
                   float(other_upper), (other_mean - mean) / sd, float(other[:, k].std()) / sd)


def _learn(
    z: Matrix, x: Matrix, observed: Matrix, seed: int, progress: Progress
) -> tuple[Matrix, int]:
    """(n, P) draws in the unbounded space given `observed` (K,), and passes of training over
    `z` (S, P) and `x` (S, K)."""
    import torch
    from sbi.inference import NPE

    batches = 0

    def watched(batch: Any) -> Any:
        # asked for weights of every batch's loss: where training can be stopped
        nonlocal batches
        batches += 1
        progress.advance("cross_check", batches, 0)
        return torch.ones(len(batch))

    with _quietly(torch, seed):
        trainer = NPE(density_estimator="maf", show_progress_bars=False, tracker=_Untracked())
        trainer.append_simulations(torch.as_tensor(z, dtype=torch.float32),
                                   torch.as_tensor(x, dtype=torch.float32))
        estimator = trainer.train(stop_after_epochs=_PATIENCE, calibration_kernel=watched)
        given = torch.as_tensor(observed[None, :], dtype=torch.float32)
        with torch.no_grad():
            drawn = estimator.sample((DRAWS,), condition=given)
        epochs = int(trainer.summary["epochs_trained"][-1])
    return np.asarray(drawn.reshape(DRAWS, -1).numpy(), dtype=np.float64), epochs


@contextlib.contextmanager
def _quietly(torch: Any, seed: int) -> Iterator[None]:
    """One thread, so that sums come in one order; a generator of its own; nothing printed."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng(devices=[]), warnings.catch_warnings(), \
                contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            torch.manual_seed(seed)
            yield
    finally:
        torch.set_num_threads(threads)


class _Untracked:
    """A tracker of training that keeps nothing: the package's own writes logs where it runs."""

    log_dir = None

    def log_metric(self, name: str, value: float, step: int | None = None) -> None:
        """One figure of one pass."""

    def log_metrics(self, metrics: dict[str, float], step: int | None = None) -> None:
        """Several."""

    def log_params(self, params: dict[str, Any]) -> None:
        """The settings."""

    def add_figure(self, name: str, figure: Any, step: int | None = None) -> None:
        """A picture."""

    def flush(self) -> None:
        """Nothing to write."""

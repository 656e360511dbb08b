"""The one registry of the model's parameters: meaning, unit, bounds, prior, evidence.

Rules read parameters by name (`as_records`); calibration works on them in an
unbounded space (`unconstrain`), because a posterior net must not step over a bound.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from importlib import resources
from typing import Any, Literal

import numpy as np
import yaml
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

Role = Literal["process", "association", "policy"]
"""`policy`: how a lever itself acts, nothing without it; `association`: how one thing goes with
another; `process`: everything that has no zero. Correlations bound associations only: the
strength of a policy comes from trials, or is called an assumption."""


@dataclass(frozen=True)
class Parameter:
    """One parameter. `mean` and `sd` are those of the normal that, cut to `lower`..`upper`, is
    its prior. `grade` says what kind of evidence `source` is, `role` what the parameter is to the
    model, `column` (``table.column``, or a KPI of monthly performance) which record would show
    it; empty where only a past change of the lever or a pilot can."""

    name: str
    en: str
    zh: str
    unit: str
    lower: float
    upper: float
    mean: float
    sd: float
    source: str
    grade: str
    calibrated: bool
    role: Role = "process"
    column: str = ""
    correlation: float | None = None
    """The published correlation with leaving within a year, where the grade is one."""

    @property
    def effect(self) -> bool:
        """Whether zero means that it does nothing: it is no level, spread, memory or rate."""
        return self.role != "process"

    def meaning(self, lang: str) -> str:
        """What the parameter means, in `lang`."""
        return self.zh if lang == "zh" else self.en


def _read() -> tuple[Parameter, ...]:
    text = resources.files(__package__).joinpath("registry.yaml").read_text(encoding="utf-8")
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    rows: dict[str, dict[str, Any]] = yaml.load(text, Loader=loader)
    return tuple(Parameter(name=name, **row) for name, row in rows.items())


REGISTRY: tuple[Parameter, ...] = _read()
NAMES: tuple[str, ...] = tuple(p.name for p in REGISTRY)
INDEX: dict[str, int] = {name: i for i, name in enumerate(NAMES)}

_LOWER = np.array([p.lower for p in REGISTRY])
_UPPER = np.array([p.upper for p in REGISTRY])


def prior_draws(
    n: int, seed: int, registry: tuple[Parameter, ...] = REGISTRY
) -> NDArray[np.float64]:
    """(n, parameter) independent draws from the prior, in natural units.

    Each parameter's numbers come from its name, so one more in `registry` moves no other's.
    """
    shares = [np.random.default_rng((seed, zlib.crc32(p.name.encode()))).random(n)
              for p in registry]
    return prior_quantiles(np.stack(shares, axis=1), registry)


def prior_quantiles(
    shares: NDArray[np.float64], registry: tuple[Parameter, ...] = REGISTRY
) -> NDArray[np.float64]:
    """(n, parameter) shares of the prior, 0..1 -> the values below which so much of it lies."""
    values = np.empty(shares.shape)
    for k, p in enumerate(registry):
        low, high = ndtr((p.lower - p.mean) / p.sd), ndtr((p.upper - p.mean) / p.sd)
        values[:, k] = np.clip(
            p.mean + p.sd * ndtri(low + shares[:, k] * (high - low)), p.lower, p.upper)
    return values


def prior_mean() -> NDArray[np.float64]:
    """(parameter,) the centre of each prior."""
    return np.array([p.mean for p in REGISTRY])


def as_records(
    draws: NDArray[np.float64], registry: tuple[Parameter, ...] = REGISTRY
) -> NDArray[np.void]:
    """(n, parameter) numbers -> (n,) records with a field per parameter of `registry`.

    Raises ValueError where a row has another number of figures than the registry parameters.
    """
    draws = np.ascontiguousarray(draws, dtype=np.float64)
    if draws.ndim != 2 or draws.shape[1] != len(registry):
        raise ValueError(
            f"draws of shape {draws.shape} for {len(registry)} parameters; expected (n, parameter)"
        )
    # parameters that are not the lab's go in front: numba takes a record that only begins with
    # another's fields for a kind of it
    order = sorted(range(len(registry)), key=lambda k: registry[k].name in INDEX)
    record = np.dtype([(registry[k].name, "f8") for k in order])
    return np.ascontiguousarray(draws[:, order]).view(record).reshape(draws.shape[0])


def unconstrain(theta: NDArray[np.float64]) -> NDArray[np.float64]:
    """Natural units -> the whole line: the logit of the place between the bounds."""
    share = np.clip((theta - _LOWER) / (_UPPER - _LOWER), 1e-6, 1 - 1e-6)
    return np.asarray(np.log(share / (1 - share)), dtype=np.float64)


def constrain(z: NDArray[np.float64]) -> NDArray[np.float64]:
    """The inverse of `unconstrain`."""
    return np.asarray(_LOWER + (_UPPER - _LOWER) / (1 + np.exp(-z)), dtype=np.float64)

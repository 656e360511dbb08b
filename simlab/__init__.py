"""An HR simulation lab: people, their work and their leaving, calibrated from a firm's records.

The names below are the public interface; everything else may change between versions. They are
loaded when first used, so that ``import simlab`` and the command line start quickly.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simlab.decide.answers import Comparison
    from simlab.decide.compare import compare
    from simlab.engine.ensemble import Ensemble, simulate
    from simlab.errors import LabError
    from simlab.lab import Lab
    from simlab.panel import Panel
    from simlab.policy import Policy, load_policy
    from simlab.posterior import Posterior
    from simlab.progress import Progress
    from simlab.world import Firm

__version__ = "0.1.0"

__all__ = [
    "Comparison",
    "Ensemble",
    "Firm",
    "Lab",
    "LabError",
    "Panel",
    "Policy",
    "Posterior",
    "Progress",
    "compare",
    "load_policy",
    "simulate",
]

_HOME = {
    "Comparison": "simlab.decide.answers",
    "Ensemble": "simlab.engine.ensemble",
    "Firm": "simlab.world",
    "Lab": "simlab.lab",
    "LabError": "simlab.errors",
    "Panel": "simlab.panel",
    "Policy": "simlab.policy",
    "Posterior": "simlab.posterior",
    "Progress": "simlab.progress",
    "compare": "simlab.decide.compare",
    "load_policy": "simlab.policy",
    "simulate": "simlab.engine.ensemble",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])

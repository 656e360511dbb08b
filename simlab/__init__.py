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
    from simlab.decide.experiment import Experiment
    from simlab.decide.optimise import Effort, optimise
    from simlab.decide.sensitivity import sensitivity
    from simlab.decide.terms import Terms
    from simlab.engine.ensemble import Ensemble, simulate
    from simlab.engine.mesa_model import FirmModel, PersonAgent
    from simlab.engine.month import MONTH, Month
    from simlab.errors import LabError
    from simlab.jobs.batching import batch
    from simlab.jobs.runner import Runner
    from simlab.jobs.stressing import stress
    from simlab.lab import Lab
    from simlab.panel import Panel
    from simlab.parameters import Parameter, prior_draws
    from simlab.policy import Policy, load_policy
    from simlab.policy.search import Search
    from simlab.posterior import Posterior
    from simlab.progress import Progress
    from simlab.rules import exponential, normal, rule, uniform
    from simlab.world import Firm

__version__ = "0.1.0"

__all__ = [
    "MONTH",
    "Comparison",
    "Effort",
    "Ensemble",
    "Experiment",
    "Firm",
    "FirmModel",
    "Lab",
    "LabError",
    "Month",
    "Panel",
    "Parameter",
    "PersonAgent",
    "Policy",
    "Posterior",
    "Progress",
    "Runner",
    "Search",
    "Terms",
    "batch",
    "compare",
    "exponential",
    "load_policy",
    "normal",
    "optimise",
    "prior_draws",
    "rule",
    "sensitivity",
    "simulate",
    "stress",
    "uniform",
]

_HOME = {
    "MONTH": "simlab.engine.month",
    "Comparison": "simlab.decide.answers",
    "Experiment": "simlab.decide.experiment",
    "Effort": "simlab.decide.optimise",
    "Ensemble": "simlab.engine.ensemble",
    "Firm": "simlab.world",
    "FirmModel": "simlab.engine.mesa_model",
    "Lab": "simlab.lab",
    "LabError": "simlab.errors",
    "Month": "simlab.engine.month",
    "Panel": "simlab.panel",
    "Parameter": "simlab.parameters",
    "PersonAgent": "simlab.engine.mesa_model",
    "Policy": "simlab.policy",
    "Posterior": "simlab.posterior",
    "Progress": "simlab.progress",
    "Runner": "simlab.jobs.runner",
    "Search": "simlab.policy.search",
    "Terms": "simlab.decide.terms",
    "batch": "simlab.jobs.batching",
    "compare": "simlab.decide.compare",
    "exponential": "simlab.rules",
    "load_policy": "simlab.policy",
    "normal": "simlab.rules",
    "optimise": "simlab.decide.optimise",
    "prior_draws": "simlab.parameters",
    "rule": "simlab.rules",
    "sensitivity": "simlab.decide.sensitivity",
    "simulate": "simlab.engine.ensemble",
    "stress": "simlab.jobs.stressing",
    "uniform": "simlab.rules",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])

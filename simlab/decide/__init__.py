"""Which policy, and how sure: reductions of simulated outcomes to answers with intervals."""

from simlab.decide.answers import Comparison
from simlab.decide.compare import compare
from simlab.decide.effects import Beside
from simlab.decide.terms import Terms
from simlab.decide.warrant import Parameters

__all__ = ["Beside", "Comparison", "Parameters", "Terms", "compare"]

"""Which policy, and how sure: reductions of simulated outcomes to answers with intervals."""

from simlab.decide.answers import Comparison
from simlab.decide.compare import Beside, compare
from simlab.decide.warrant import Parameters

__all__ = ["Beside", "Comparison", "Parameters", "compare"]

"""Which policy, and how sure: reductions of simulated outcomes to answers with intervals."""

from simlab.decide.answers import Comparison
from simlab.decide.compare import compare

__all__ = ["Comparison", "compare"]

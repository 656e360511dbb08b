"""Which policy, and how sure: reductions of simulated outcomes to answers with intervals."""

from simlab.decide.compare import Comparison, compare

__all__ = ["Comparison", "compare"]

"""Claim cases: claims in circulation as scenario pairs, each simulated and judged by one rule.

The claims are vendors' figures without a source or a control group. None is a target of
calibration: a case sets facts of the firm and levers, never parameters, and where the model
disagrees the verdict says so.
"""

from scenarios.claims.case import Case
from scenarios.claims.load import load, names, parse
from scenarios.claims.measures import MEASURES
from scenarios.claims.run import CaseResult, FigureResult, run
from scenarios.claims.verdict import Judgement, Verdict, combine, judge

__all__ = [
    "MEASURES",
    "Case",
    "CaseResult",
    "FigureResult",
    "Judgement",
    "Verdict",
    "combine",
    "judge",
    "load",
    "names",
    "parse",
    "run",
]

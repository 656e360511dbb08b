"""Policies: what HR may change and what it costs, as validated data.

A policy is seven levers with defaults that change nothing: an empty policy is the firm as it is.
"""

from simlab.policy.edit import field_of, levers, with_fields
from simlab.policy.levers import (
    Conditions,
    Hiring,
    Incentive,
    Intervention,
    Policy,
    Selection,
    Signs,
    StageWeights,
    Support,
    Training,
    differing,
)
from simlab.policy.load import compile_policies, field_problems, load_policy, parse_policy
from simlab.policy.schema import policy_schema
from simlab.policy.threshold import Threshold

__all__ = [
    "Conditions",
    "Hiring",
    "Incentive",
    "Intervention",
    "Policy",
    "Selection",
    "Signs",
    "StageWeights",
    "Support",
    "Threshold",
    "Training",
    "compile_policies",
    "differing",
    "field_of",
    "field_problems",
    "levers",
    "load_policy",
    "parse_policy",
    "policy_schema",
    "with_fields",
]

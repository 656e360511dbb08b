"""What can be asked: scenarios (a firm, a horizon, rival policies) as YAML, and their loader.

A scenario sets facts of the firm and levers; it never sets parameters of the model.
"""

from scenarios.facts import FirmFacts, scenario_firm
from scenarios.load import Scenario, load, names, policies, policy, schema

__all__ = [
    "FirmFacts",
    "Scenario",
    "load",
    "names",
    "policies",
    "policy",
    "scenario_firm",
    "schema",
]

"""What can be asked: scenarios (a firm, a horizon, rival policies) as YAML, and their loader.

A scenario sets facts of the firm and levers; it never sets parameters of the model.
"""

from scenarios.event import Event, event_schema, load_event
from scenarios.facts import FirmFacts, scenario_firm
from scenarios.load import Scenario, load, names, policies, policy, schema

__all__ = [
    "Event",
    "FirmFacts",
    "Scenario",
    "event_schema",
    "load",
    "load_event",
    "names",
    "policies",
    "policy",
    "scenario_firm",
    "schema",
]

"""What can be asked: scenarios (a firm, a horizon, rival policies) as YAML, and their loader.

A scenario sets facts of the firm and levers; it never sets parameters of the model.
"""

from scenarios.event import Event, event_schema, load_event
from scenarios.facts import FirmFacts, scenario_firm
from scenarios.load import Scenario, built_in, first_of, load, names, policies, policy, schema
from scenarios.study import StudyFile, load_study, study_names, study_schema
from scenarios.uncertainty import Level, Uncertainty

__all__ = [
    "Event",
    "FirmFacts",
    "Level",
    "Scenario",
    "StudyFile",
    "Uncertainty",
    "built_in",
    "event_schema",
    "first_of",
    "load",
    "load_event",
    "load_study",
    "names",
    "policies",
    "policy",
    "scenario_firm",
    "schema",
    "study_names",
    "study_schema",
]

"""What each monthly outcome is: added up over months or averaged, and which way is better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from simlab.engine.outcomes import OUTCOMES
from simlab.errors import LabError

HEADLINE = "regretted"
"""Voluntary exits of people at or above standard: the measure a policy is judged by first."""

FULL_COST = "full_cost"
"""Cost and the business of customers lost with a leaver, at the margin where one is stated: what a
search is judged by, so that it cannot save by losing people and their customers."""


@dataclass(frozen=True)
class Outcome:
    """How the months of an outcome become one figure, and whether less of it is good."""

    over_months: Literal["sum", "mean"]
    better: Literal["lower", "higher", "neither"]
    unit: Literal["people", "money", "count", "index", "points", "months"]


_EXITS = Outcome("sum", "lower", "people")
_COST = Outcome("sum", "lower", "money")
_INDEX = Outcome("mean", "higher", "index")
_NEITHER = Outcome("mean", "neither", "index")
_REASON = Outcome("sum", "neither", "people")
_SEEN = Outcome("sum", "lower", "count")

_KNOWN = {
    "headcount": Outcome("mean", "neither", "people"),
    "exits": _EXITS,
    "voluntary": _EXITS,
    "involuntary": _EXITS,
    "other_exits": _EXITS,
    "retirements": Outcome("sum", "neither", "people"),
    "regretted": _EXITS,
    "avoidable": _EXITS,
    "arrivals": Outcome("sum", "neither", "people"),
    "vacancies": Outcome("mean", "lower", "people"),
    "business": Outcome("sum", "higher", "money"),
    "key_business": Outcome("sum", "higher", "money"),
    "lost_business": Outcome("sum", "lower", "money"),
    "complaints": Outcome("sum", "lower", "count"),
    "standard_complaints": Outcome("sum", "lower", "count"),
    "returns_due": Outcome("sum", "neither", "count"),
    "returned": Outcome("sum", "higher", "count"),
    "key_customers": Outcome("mean", "higher", "count"),
    "renewals_due": Outcome("sum", "neither", "count"),
    "renewed": Outcome("sum", "higher", "count"),
    "requests": Outcome("sum", "neither", "count"),
    "raised": Outcome("sum", "neither", "count"),
    "resolved": Outcome("sum", "neither", "count"),
    "repeats": Outcome("sum", "lower", "count"),
    "waiting": Outcome("sum", "lower", "count"),
    "past_sla": Outcome("sum", "lower", "count"),
    "below_expected": Outcome("sum", "lower", "people"),
    "training_hours": Outcome("sum", "neither", "count"),
    "exams_passed": Outcome("sum", "higher", "count"),
    "exams_failed": _SEEN,
    "alerts": Outcome("sum", "neither", "count"),
    "false_alarms": _SEEN,
    "approached": Outcome("sum", "neither", "count"),
    "helped": Outcome("sum", "neither", "count"),
    "absence": _SEEN,
    "tickets_pressure": _SEEN,
    "tickets_communication": _SEEN,
    "tickets_resources": _SEEN,
    "key_people": Outcome("mean", "neither", "people"),
    "cost": _COST,
    FULL_COST: _COST,
    "pay_cost": _COST,
    "training_cost": _COST,
    "support_cost": _COST,
    "help_cost": _COST,
    "replacement_cost": _COST,
    "conditions_cost": _COST,
    "tenure": Outcome("mean", "higher", "months"),
    "skill": _INDEX,
    "meets_profile": _INDEX,
    "efficacy": _INDEX,
    "reward": _INDEX,
    "morale": _INDEX,
    "stress": Outcome("mean", "lower", "index"),
    "belonging": _INDEX,
    "support": _INDEX,
    "control": _INDEX,
    "score": Outcome("mean", "higher", "points"),
} | {name: _REASON for name in OUTCOMES if name.startswith("reason_")}


def named(name: str, among: Sequence[str] = OUTCOMES) -> str:
    """`name` where it is one of them; LabError ``unknown_outcome`` with the nearest names."""
    if name not in among:
        near = get_close_matches(name, among, n=3, cutoff=0.4) or among[:3]
        raise LabError("unknown_outcome", name=name, near=", ".join(near))
    return name


def outcome(name: str) -> Outcome:
    """The description of outcome `name`; one nobody described is averaged and never judged."""
    return _KNOWN.get(name, _NEITHER)

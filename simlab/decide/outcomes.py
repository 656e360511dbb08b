"""What each monthly outcome is: added up over months or averaged, and which way is better."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

HEADLINE = "regretted"
"""Voluntary exits of people at or above standard: the measure a policy is judged by first."""


@dataclass(frozen=True)
class Outcome:
    """How the months of an outcome become one figure, and whether less of it is good."""

    over_months: Literal["sum", "mean"]
    better: Literal["lower", "higher", "neither"]
    unit: Literal["people", "money", "count", "index", "points"]


_EXITS = Outcome("sum", "lower", "people")
_COST = Outcome("sum", "lower", "money")
_INDEX = Outcome("mean", "higher", "index")
_NEITHER = Outcome("mean", "neither", "index")

_KNOWN = {
    "headcount": Outcome("mean", "neither", "people"),
    "exits": _EXITS,
    "voluntary": _EXITS,
    "involuntary": _EXITS,
    "other_exits": _EXITS,
    "regretted": _EXITS,
    "arrivals": Outcome("sum", "neither", "people"),
    "vacancies": Outcome("mean", "lower", "people"),
    "business": Outcome("sum", "higher", "money"),
    "key_business": Outcome("sum", "higher", "money"),
    "complaints": Outcome("sum", "lower", "count"),
    "requests": Outcome("sum", "neither", "count"),
    "past_sla": Outcome("sum", "lower", "count"),
    "helped": Outcome("sum", "neither", "count"),
    "key_people": Outcome("mean", "neither", "people"),
    "cost": _COST,
    "pay_cost": _COST,
    "training_cost": _COST,
    "support_cost": _COST,
    "help_cost": _COST,
    "replacement_cost": _COST,
    "conditions_cost": _COST,
    "efficacy": _INDEX,
    "morale": _INDEX,
    "stress": Outcome("mean", "lower", "index"),
    "score": Outcome("mean", "higher", "points"),
}


def outcome(name: str) -> Outcome:
    """The description of outcome `name`; one nobody described is averaged and never judged."""
    return _KNOWN.get(name, _NEITHER)

"""Policies from YAML, and into the record that the rules read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import ValidationError

from simlab.errors import LabError
from simlab.i18n import catalogue
from simlab.policy.levers import Policy
from simlab.practice import industries, kpis, serves, skills
from simlab.world import POLICY, SKILLS, STAGES, Audience, Help, Sign, blank

_HELP = {kind.name.lower(): kind for kind in Help}
_AUDIENCE = {audience.name.lower(): audience for audience in Audience}
_NEVER = 1_000_000


def load_policy(path: Path) -> Policy:
    """Read one policy from a YAML file; LabError names file and field of what is wrong."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise LabError("policy_missing", file=str(path)) from None
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise LabError("not_yaml", file=str(path), detail=str(error)[:200]) from None
    return parse_policy(data, str(path))


def parse_policy(data: Any, source: str) -> Policy:
    """Validate a policy given as plain data; `source` (file or file: policy) goes into errors."""
    try:
        return Policy.model_validate(data)
    except ValidationError as error:
        problems = field_problems(error, source)
        raise LabError("policy_invalid", file=source, problems=problems) from None


def field_problems(error: ValidationError, source: str, above: str = "") -> tuple[LabError, ...]:
    """Each invalid field of `source` as an error of its own; `above` goes before field names.

    A list counted as too short only because an item in it is invalid is not named besides.
    """
    found = error.errors()
    inner = [
        problem
        for problem in found
        if not any(
            other["loc"][: len(problem["loc"])] == problem["loc"] and other is not problem
            for other in found
        )
    ]
    return tuple(_field_problem(problem, source, above) for problem in inner)


_SAME = {
    "float_type": "number", "float_parsing": "number", "int_type": "number",
    "int_parsing": "number", "finite_number": "number", "int_from_float": "whole",
    "bool_type": "yes_no", "bool_parsing": "yes_no", "string_type": "text",
    "dict_type": "mapping", "model_type": "mapping", "model_attributes_type": "mapping",
    "list_type": "list", "tuple_type": "list", "extra_forbidden": "extra",
}
"""Kinds of pydantic's errors that read as one; the others keep their name."""


def _field_problem(problem: Any, source: str, above: str) -> LabError:
    """One of pydantic's errors as the sentence ``error.field_<kind>``; a kind without a sentence is
    told in pydantic's own words."""
    kind = _SAME.get(problem["type"], problem["type"])
    said = {
        "file": source,
        "field": ".".join([*filter(None, [above]), *map(str, problem["loc"])]) or "(policy)",
        "given": str(problem["input"])[:80],
        **problem.get("ctx", {}),
    }
    if f"error.field_{kind}" in catalogue("en"):
        return LabError(f"field_{kind}", **said)
    detail = problem["msg"].removeprefix("Value error, ")
    return LabError("policy_field", file=source, field=said["field"], detail=detail)


def compile_policies(policies: Sequence[Policy]) -> NDArray[np.void]:
    """(policies,) records of type POLICY."""
    records = blank(POLICY, len(policies))
    for record, policy in zip(records, policies, strict=True):
        _incentive(record, policy)
        _training(record, policy)
        _support(record, policy)
        _intervention(record, policy)
        record["key_share"] = policy.selection.key_share
        record["key_ramp"] = policy.selection.ramp_months
        record["select_fit"] = policy.selection.by_fit
        record["fill_months"] = policy.hiring.fill_months
        record["hire_skill"] = policy.hiring.skill
        record["hire_cost"] = policy.hiring.cost
        record["experienced"] = policy.hiring.experienced
        record["experienced_pay"] = policy.hiring.experienced_pay
        record["candidates"] = policy.hiring.candidates
        record["workload"] = policy.conditions.workload
        record["remote"] = policy.conditions.remote_days
        record["conditions_cost"] = policy.conditions.cost
    return records


def _incentive(record: np.void, policy: Policy) -> None:
    incentive, names = policy.incentive, kpis(policy.practice)
    record["stage_from"] = _NEVER
    for s, stage in enumerate(incentive.stages[:STAGES]):
        # the first stage also holds before the transition begins
        record["stage_from"][s] = stage.from_month if s else -_NEVER
        for kpi, weight in stage.weights.items():
            record["weights"][s, names.index(kpi)] = weight
    # what is weighed is done: the pull of a task is the weight of the KPIs it serves
    record["pull"] = record["weights"] @ serves(policy.practice).T
    for field in (
        "base_factor",
        "commission",
        "key_commission",
        "payout_lag",
        "milestone_share",
        "guarantee",
        "guarantee_months",
        "bonus_pool",
        "recoverable",
        "stage_bonus",
        "bonus_elasticity",
        "attainment_cap",
        "transparency",
    ):
        record[field] = getattr(incentive, field)
    record["pay_change"] = np.log(incentive.base_factor)
    record["bonus_cap"] = incentive.bonus_cap or 0.0
    for kpi, target in incentive.targets.items():
        record["target"][names.index(kpi)] = target


def _support(record: np.void, policy: Policy) -> None:
    record["support_capacity"] = policy.support.capacity
    record["support_cost"] = policy.support.cost
    for field in (
        "sla",
        "escalation",
        "escalate_after",
        "escalate_repeats",
        "routing",
        "history",
        "feedback",
    ):
        record[field] = getattr(policy.support, field)


def _training(record: np.void, policy: Policy) -> None:
    names = skills(policy.practice)
    for skill, hours in policy.training.course_hours.items():
        record["course_hours"][names.index(skill)] = hours
    places = industries(policy.practice)
    for industry, hours in policy.training.industry_hours.items():
        record["course_hours"][SKILLS + places.index(industry)] = hours
    on_offer = np.flatnonzero(record["course_hours"] > 0)
    record["courses"] = np.bitwise_or.reduce(1 << on_offer, initial=0)
    for field in ("hours_per_month", "fragments", "coaching", "pass_mark", "retake_share", "fee"):
        record[field] = getattr(policy.training, field)
    record["audience"] = _AUDIENCE[policy.training.audience]
    record["lead"] = policy.training.lead_months


def _intervention(record: np.void, policy: Policy) -> None:
    intervention = policy.intervention
    for sign in Sign:
        record["signs"][sign] = getattr(intervention.signs, sign.name.lower())
    record["help_on"] = intervention.active
    record["help_falling"] = intervention.falling_months
    record["help_absence"] = intervention.absence_days
    record["help_contacts"] = intervention.contacts_share
    record["help_capacity"] = intervention.capacity
    record["help_threshold"] = intervention.threshold
    record["help_kind"] = _HELP[intervention.kind]
    record["help_delay"] = intervention.delay
    record["help_months"] = intervention.months
    record["help_cost"] = intervention.cost
    record["approach_cost"] = intervention.approach_cost

"""A policy with some fields set otherwise, named as errors and the reference name them."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError

from simlab.errors import LabError
from simlab.policy.levers import Policy
from simlab.policy.load import field_problems


def with_fields(
    policy: Policy, fields: Mapping[str, Any], *, name: str | None = None, source: str | None = None
) -> Policy:
    """The policy with fields set: ``{"training.coaching": 0.5,
    "incentive.stages.0.weights.sales_amount": 0.6}``. A part of a list is named by its place.

    `name` renames the result, `source` goes into errors instead of the policy's name. LabError
    ``unknown_lever`` with the nearest names there are, ``policy_invalid`` with each field that is
    out of its range.
    """
    given = policy.model_dump(mode="json")
    said = source or policy.name
    for path, value in fields.items():
        _set(given, path, value, said)
    if name is not None:
        given["name"] = name
    try:
        return Policy.model_validate(given)
    except ValidationError as error:
        problems = field_problems(error, said)
        raise LabError("policy_invalid", file=said, problems=problems) from None


def field_of(policy: Policy, path: str) -> Any:
    """The value of a field named by its path; LabError ``unknown_lever``."""
    found: Any = policy.model_dump(mode="json")
    for step in path.split("."):
        found = _entered(found, step, path, policy.name)
    return found


def levers() -> tuple[str, ...]:
    """Paths of all fields that a policy has, without the parts that a user names."""
    return tuple(
        f"{lever}.{name}"
        for lever, field in Policy.model_fields.items()
        if isinstance(field.default, BaseModel)
        for name in type(field.default).model_fields
    )


def _set(tree: dict[str, Any], path: str, value: Any, source: str) -> None:
    *above, last = path.split(".")
    if not above or not isinstance(tree.get(above[0]), dict) or above[0] == "title":
        raise _unknown(path, source)
    holder: Any = tree
    for step in above:
        holder = _entered(holder, step, path, source)
    if isinstance(holder, list):
        _entered(holder, last, path, source)  # there is such a place
        holder[int(last)] = value
    elif isinstance(holder, dict) and (last in holder or len(above) > 1):
        holder[last] = value  # parts that a user names, such as a KPI's weight, may be new
    else:
        raise _unknown(path, source)


def _entered(holder: Any, step: str, path: str, source: str) -> Any:
    if isinstance(holder, list):
        if step.isdigit() and int(step) < len(holder):
            return holder[int(step)]
    elif isinstance(holder, dict) and step in holder:
        return holder[step]
    raise _unknown(path, source)


def _unknown(path: str, source: str) -> LabError:
    near = get_close_matches(path, levers(), n=3, cutoff=0.4) or levers()[:3]
    return LabError("unknown_lever", lever=path, policy=source, near=", ".join(near))

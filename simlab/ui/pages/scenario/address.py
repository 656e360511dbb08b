"""What is being tried, as the address of the page says it: to be shared, kept, or written by hand.

``?scenario=sales_transition&start=move_only&training.coaching=0.5``: fields as paths of a policy,
values as JSON. A page that is loaded again, by whomever, shows the same.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import scenarios
from simlab.errors import LabError
from simlab.jobs.saving import saved_policies
from simlab.jobs.setting import policy_named
from simlab.lab import Lab
from simlab.policy import Policy, field_of, with_fields
from simlab.policy.form import form

LONGEST = 8000
"""Characters of one value that are still read."""


@dataclass(frozen=True)
class Tried:
    """A policy being tried: another one with some fields changed."""

    scenario: str
    start: str
    """Name of the policy that the changes begin from."""
    fields: Mapping[str, Any] = field(default_factory=dict)
    """Path -> value of what differs from it."""

    def policy(self, lab: Lab, name: str | None = None) -> Policy:
        """The policy itself; LabError for a scenario, start or field that there is not. Files are
        none: an address may have been written by anybody."""
        study, offered = scenarios.built_in(self.scenario), starts(self.scenario, lab)
        if self.start not in {*offered, *scenarios.policies()}:
            raise LabError("not_offered", name=self.start, known=", ".join(offered))
        return with_fields(policy_named(study, self.start, lab), self.fields, name=name)

    def address(self) -> str:
        """What stands behind the page's path."""
        said = {"scenario": self.scenario, "start": self.start,
                **{path: json.dumps(value, ensure_ascii=False)
                   for path, value in self.fields.items()}}
        return "?" + urlencode(said, quote_via=quote)


def read(query: Mapping[str, str], lab: Lab) -> Tried:
    """What an address asks for; without one, the first scenario of the lab's kind of staff and
    its last policy. LabError for anything in it that there is not."""
    scenario = query.get("scenario") or first_scenario(lab)
    study = scenarios.built_in(scenario)
    start = query.get("start") or list(study.policies)[-1]
    fields = {path: _value(path, said) for path, said in query.items() if "." in path}
    tried = Tried(scenario, start, fields)
    tried.policy(lab)
    return tried


def first_scenario(lab: Lab) -> str:
    """The scenario that is offered first: one of the people in the lab's records."""
    return scenarios.first_of(lab.practice)


def starts(scenario: str, lab: Lab) -> dict[str, Mapping[str, str]]:
    """Policies that changes can begin from, and their titles: the scenario's, then the lab's own
    of its practice."""
    study = scenarios.load(scenario)
    kept = {name: each.policy for name, each in saved_policies(lab).items()
            if each.policy.practice == study.facts.practice}
    return {name: policy.title for name, policy in {**study.policies, **kept}.items()}


def differing_fields(policy: Policy, start: Policy) -> dict[str, Any]:
    """The fields, prices too, in which a policy differs from the one it began from."""
    paths = (entry.path for section in form(start.practice, "en") for entry in section.entries)
    return {path: field_of(policy, path) for path in paths
            if not _same(field_of(policy, path), field_of(start, path))}


def _same(one: Any, other: Any) -> bool:
    """Whether two values are the same but for the rounding of importance points to weights."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, float | int) and isinstance(other, float | int):
        return math.isclose(one, other, abs_tol=1e-4)
    return bool(one == other)


def _value(path: str, said: str) -> Any:
    if len(said) > LONGEST:
        raise LabError("address_value", field=path)
    try:
        return json.loads(said)
    except ValueError:
        raise LabError("address_value", field=path) from None

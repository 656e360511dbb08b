"""Policies that a lab keeps of its own: written as YAML, never lost to a second tab."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import yaml

import scenarios
from simlab.errors import LabError
from simlab.i18n import LANGUAGES
from simlab.jobs.common import fingerprint
from simlab.lab import Lab
from simlab.policy import Policy, load_policy

_FOLDER = "policies"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")


@dataclass(frozen=True)
class Saved:
    """A policy as it stands in the lab."""

    policy: Policy
    version: str
    """Changes with every change of the policy."""


def saved_policies(lab: Lab) -> Mapping[str, Saved]:
    """The lab's own policies by name, in the order of their names. LabError for a file that no
    longer holds one."""
    found = {}
    for path in sorted((lab.path / _FOLDER).glob("*.yaml")):
        policy = load_policy(path)
        found[policy.name] = Saved(policy, version_of(policy))
    return found


def save_policy(lab: Lab, policy: Policy, *, replaces: str | None = None) -> Saved:
    """Keep a policy in the lab under its name.

    `replaces` is the version that was edited; None = it is new. LabError ``policy_kept`` where
    the name is taken by another, ``policy_changed`` where someone has changed the policy since.
    """
    with lab.writing():
        before = saved_policies(lab).get(policy.name)
        if before is not None and before.policy != policy:
            if replaces is None:
                raise LabError("policy_kept", name=policy.name)
            if replaces != before.version:
                raise LabError("policy_changed", name=policy.name)
        lab.write(f"{_FOLDER}/{policy.name}.yaml", as_yaml(policy).encode())
    return Saved(policy, version_of(policy))


def named(policy: Policy, name: str, title: Mapping[str, str]) -> Policy:
    """The policy under another name and title; LabError ``policy_name`` for a name that files and
    commands could not hold, or that a built-in policy has."""
    if not _NAME.fullmatch(name) or name in scenarios.policies():
        raise LabError("policy_name", name=name)
    said = {lang: title.get(lang) or name for lang in LANGUAGES}
    return policy.model_copy(update={"name": name, "title": said})


def remove_policy(lab: Lab, name: str) -> None:
    """Take a policy out of the lab; LabError ``policy_not_kept``."""
    with lab.writing():
        if name not in saved_policies(lab):
            raise LabError("policy_not_kept", name=name, known=", ".join(saved_policies(lab)))
        (lab.path / _FOLDER / f"{name}.yaml").unlink()


def as_yaml(policy: Policy) -> str:
    """The policy as a file that `simlab compare --policy` takes; what changes nothing is left
    out."""
    written = {"name": policy.name, "title": policy.title, "practice": policy.practice,
               **policy.model_dump(mode="json", exclude_defaults=True)}
    return str(yaml.safe_dump(written, sort_keys=False, allow_unicode=True, width=100))


def version_of(policy: Policy) -> str:
    """Sixteen hex digits of everything in a policy."""
    return fingerprint(policy.model_dump(mode="json"))

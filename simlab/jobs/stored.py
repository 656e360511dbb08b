"""What a lab holds of results that were made before: JSON trees, each with when it was ``made``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from simlab.errors import LabError
from simlab.jobs.common import file_name, read_json
from simlab.lab import Lab

Tree = Mapping[str, Any]
RESULTS: Mapping[str, tuple[str, str]] = {
    "answers": ("answers/grid.json", "scenario"),
    "comparison": ("comparisons/*.json", "scenario"),
    "courses": ("courses/*.json", "name"),
    "event": ("events/*/event.json", "name"),
    "forecast": ("forecasts/*/forecast.json", "start"),
    "incentives": ("incentives/*.json", "name"),
    "optimisation": ("optimisations/*.json", "scenario"),
    "outlook": ("outlook/*.json", "scenario"),
    "rolling": ("rolling/*/rolling.json", "start"),
    "sensitivity": ("sensitivity/*.json", "scenario"),
    "stress": ("stress/*.json", "scenario"),
    "support": ("support/*.json", "name"),
    "talent": ("talent/*.json", "name"),
}
"""Kind of result -> where the lab keeps them, and the field that tells one from the others."""


def stored(lab: Lab, pattern: str) -> list[Tree]:
    """The JSON files of the lab that match `pattern`; unreadable ones are left out."""
    paths = sorted(lab.path.glob(pattern))
    trees = [read_json(lab, str(path.relative_to(lab.path))) for path in paths]
    return [tree for tree in trees if isinstance(tree, dict) and "made" in tree]


def stored_result(lab: Lab, kind: str, name: str) -> Tree:
    """The result of that kind and name. LabErrors ``no_result_kind`` and ``no_result``."""
    if kind not in RESULTS:
        raise LabError("no_result_kind", kind=kind, known=", ".join(RESULTS))
    pattern, field = RESULTS[kind]
    found = {str(tree[field]): tree for tree in stored(lab, pattern)}
    if name not in found:
        raise LabError("no_result", kind=kind, name=name, known=", ".join(found) or "-")
    return found[name]


def file_of_policy(kind: str, scenario: str, policy: str) -> str:
    """Where the lab keeps an answer about one policy of a scenario."""
    return f"{kind}/{file_name(scenario)}.{file_name(policy)}.json"


def stored_of_policy(lab: Lab, kind: str, scenario: str, policy: str) -> Tree | None:
    """What the lab holds of that kind about a policy of a scenario; None where it was not asked."""
    tree = read_json(lab, file_of_policy(kind, scenario, policy))
    return tree if isinstance(tree, dict) and "made" in tree else None


def latest(trees: Sequence[Tree]) -> Tree | None:
    """The one made last; None of none."""
    return max(trees, key=lambda tree: str(tree["made"]), default=None)


def stored_answers(lab: Lab) -> Tree | None:
    """The grid of questions that the lab holds; None where it was not asked."""
    return latest(stored(lab, "answers/grid.json"))


def latest_search(lab: Lab, scenario: str | None = None) -> Tree | None:
    """The stored search of `scenario`, or the latest; None where there is none."""
    return latest([tree for tree in stored(lab, "optimisations/*.json")
                   if scenario in (None, tree["scenario"])])


def latest_stress(lab: Lab, scenario: str | None = None) -> Tree | None:
    """The stored stress test of `scenario`, or the latest; None where there is none."""
    return latest([tree for tree in stored(lab, "stress/*.json")
                   if scenario in (None, tree["scenario"])])


def latest_sensitivity(lab: Lab, scenario: str | None = None) -> Tree | None:
    """The stored sensitivity study of `scenario`, or the latest; None where there is none."""
    return latest([tree for tree in stored(lab, "sensitivity/*.json")
                   if scenario in (None, tree["scenario"])])


def latest_incentives(lab: Lab, scenario: str | None = None) -> Tree | None:
    """The pay plan of `scenario`, or of any, that was looked into last; None of none."""
    return latest([tree for tree in stored(lab, "incentives/*.json")
                   if scenario in (None, tree["scenario"])])


def latest_courses(lab: Lab, scenario: str | None = None) -> Tree | None:
    """The policy of `scenario`, or of any, whose courses were tried last; None of none."""
    return latest([tree for tree in stored(lab, "courses/*.json")
                   if scenario in (None, tree["scenario"])])


def latest_comparison(lab: Lab, scenario: str | None = None) -> Tree | None:
    """The stored comparison of `scenario`, or the latest; None where there is none at all.
    LabError ``no_comparison_named`` where there is none of that scenario."""
    found = stored(lab, "comparisons/*.json")
    if scenario is None:
        return latest(found)
    for tree in found:
        if tree["scenario"] == scenario:
            return tree
    known = ", ".join(sorted(tree["scenario"] for tree in found)) or "-"
    raise LabError("no_comparison_named", name=scenario, known=known)


def latest_rolling(lab: Lab) -> Tree | None:
    """The latest forecasts of past months; None where there are none."""
    return latest(stored(lab, "rolling/*/rolling.json"))


def latest_event(lab: Lab) -> Tree | None:
    """The past change replayed last; None where there is none."""
    return latest(stored(lab, "events/*/event.json"))

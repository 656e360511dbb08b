"""What the evidence allows: each lever's grade, and whether a policy can be recommended or piloted.

The rule is plain: what rests on an assumption can be piloted, not recommended.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from simlab.parameters import REGISTRY

if TYPE_CHECKING:
    from simlab.decide.answers import Effect

Advice = Literal["recommend", "pilot", "against", "undecided"]
LIKELY = 0.9
"""P(beats) from which a policy whose effect the data tested is recommended."""
GRADES = ("local trial", "local observation", "published trial", "published correlation",
          "assumption")
"""Strongest first."""
WORKS_THROUGH: Mapping[str, tuple[str, ...]] = {
    "incentive": ("reward_exit", "pay_exit", "pay_change_exit", "control_informed",
                  "control_exit"),
    "training": ("course_gain", "coaching_gain", "coaching_belonging", "efficacy_exit",
                 "belonging_exit"),
    "support": ("support_exit", "key_support", "wait_anger", "stress_support", "feedback_gain"),
    "intervention": ("help_exit", "relief_target", "relief_demand", "workload_demand",
                     "visit_coaching", "visit_win", "visit_efficacy", "counselling_stress"),
    "selection": ("demand_misfit", "felt_fit", "demand_change", "stress_exit", "efficacy_exit"),
    "hiring": ("activity_newcomer", "exit_newcomer", "exit_tenure"),
    "conditions": ("remote_exit", "stress_exit"),
}
"""Lever -> parameters that carry what it does to people."""
_GRADE = {parameter.name: parameter.grade for parameter in REGISTRY}


@dataclass(frozen=True)
class LeverEvidence:
    """What is known of one lever in which a policy differs from the baseline."""

    policy: str
    against: str
    lever: str
    fields: tuple[str, ...]
    grade: str
    """Of the weakest parameter that it works through, one of `GRADES`: a chain of causes is known
    no better. `local trial` where the records hold a past change of all these fields."""
    parameters: Mapping[str, str]
    """Parameter -> its grade: `local observation` where the data informed it, else as published
    or assumed."""


def lever_evidence(
    policy: str, against: str, moved: Collection[str], informed: Collection[str],
    varied: Collection[str],
) -> tuple[LeverEvidence, ...]:
    """One per lever among the fields `moved` (``lever.field``); `informed` names the parameters
    that the data informed, `varied` the fields that a replayed past change moved."""
    found = []
    for lever, works in WORKS_THROUGH.items():
        fields = tuple(sorted(field for field in moved if field.partition(".")[0] == lever))
        if not fields:
            continue
        grades = {name: GRADES[1] if name in informed else _GRADE[name] for name in works}
        grade = GRADES[0] if set(fields) <= set(varied) else max(
            grades.values(), key=GRADES.index)
        found.append(LeverEvidence(policy, against, lever, fields, grade, grades))
    return tuple(found)


def advise(effect: Effect) -> Advice:
    """What follows from the headline effect of a policy against the baseline: *recommend* where
    the data tested it and it most likely beats the baseline, *against* where it is as likely to do
    worse, *undecided* where simulation noise hides it, else *pilot*."""
    if effect.beats <= 0.5:
        return "against"
    if effect.warrant == "unknown":
        return "undecided"
    return "recommend" if effect.warrant == "tested" and effect.beats >= LIKELY else "pilot"

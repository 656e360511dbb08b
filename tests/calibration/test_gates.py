"""Do gates pass what should pass, fail what should fail, and say why?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from calibration.calibrate import Check
from calibration.gates import NAMES, Gate, judge, passed
from calibration.holdout import Count, Holdout
from calibration.recovery import Coverage

GOOD = Coverage("exit_level", True, 0.8, 0.5, 0.8, 0.9, 0.01, 0.9, 0.0, 0.5)
VAGUE = replace(GOOD, parameter="dismissal", identified=False, contraction=0.1, coverage90=0.6)
TOTAL = Count("", 30, 28.0, 20.0, 37.0, 0.6)
HELD = Holdout("2017-03", 3, 500, 30, (TOTAL,), TOTAL, {"50": 1, "80": 1, "90": 1}, 0.05, 0.06,
               0.17, 0.1, 0.2)


def checks(inside: int, total: int = 9, level: bool = True) -> list[Check]:
    rows = [Check("exit_rate/all", 0.05 if level else 0.2, 0.04, 0.05, 0.06)]
    return rows + [Check("refund/share", 1.0 if k < inside else 9.0, 0.0, 1.0, 2.0)
                   for k in range(total - 1)]


def gates(**changes: Any) -> dict[str, Gate]:
    given: dict[str, Any] = {
        "used": np.ones(100, bool), "checks": checks(7), "rows": [GOOD, VAGUE],
        "outlying": 1.3, "truths": 300, "holdout": HELD, "exits_ahead": 30}
    found = judge(**(given | changes))
    assert tuple(gate.name for gate in found) == NAMES
    assert all(gate.said["en"] != gate.said["zh"] for gate in found)
    return {gate.name: gate for gate in found}


def test_all_is_well() -> None:
    found = gates()
    assert {gate.state for gate in found.values()} == {"passed"}
    assert passed(tuple(found.values()))
    assert "30" in found["holdout"].said["zh"]


@pytest.mark.parametrize(("gate", "changes", "said"), [
    ("coverage", {"rows": [replace(GOOD, coverage90=0.84)]}, "0.840"),
    ("coverage", {"rows": [replace(GOOD, coverage90=0.96)]}, "0.960"),
    ("coverage", {"rows": [replace(GOOD, coverage90=0.935)] * 4}, "0.935"),
    ("distance", {"used": np.arange(100) >= 11}, "11 of 100"),
    ("predictive", {"checks": checks(4)}, "5 of 9"),
    ("predictive", {"checks": checks(8, level=False)}, "20.00%"),
    ("holdout", {"holdout": replace(HELD, total=replace(TOTAL, observed=60, below=0.998))},
     "there were 60"),
    ("holdout", {"holdout": replace(HELD, skill=-0.02)}, "no better than the base rate"),
    ("contraction", {"rows": [VAGUE]}, "none of 1"),
])
def test_each_gate_fails_with_its_reason(gate: str, changes: dict[str, Any], said: str) -> None:
    found = gates(**changes)
    assert found[gate].state == "failed"
    assert said in found[gate].said["en"]
    assert not passed(tuple(found.values()))
    assert all(other.state != "failed" for name, other in found.items() if name != gate)


def test_what_cannot_be_tested_is_neither_passed_nor_failed() -> None:
    found = gates(holdout=None, exits_ahead=4)
    assert found["holdout"].state == "untested"
    assert "have 4 exits" in found["holdout"].said["en"]
    assert passed(tuple(found.values()))
    assert gates(rows=[VAGUE])["coverage"].state == "untested"


def test_what_chance_may_have_done_fails_nothing() -> None:
    rows = [replace(GOOD, coverage90=0.82), *[replace(GOOD, coverage90=0.9)] * 3]
    assert gates(rows=rows, truths=60)["coverage"].state == "passed"
    assert gates(rows=rows, truths=300)["coverage"].state == "failed"


def test_only_identified_parameters_are_held_to_coverage() -> None:
    assert gates(rows=[GOOD, replace(VAGUE, coverage90=0.1)])["coverage"].state == "passed"

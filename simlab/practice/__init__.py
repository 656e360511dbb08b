"""Role packs: skills, KPIs, tasks and cycle lengths of a practice, in zh and en. Data, no code.

The month reads them through records of type `simlab.world.PRACTICE`; nothing branches on a
practice's name.
"""

from __future__ import annotations

import functools
from importlib import resources
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from simlab.world import DEPARTMENTS, INDUSTRIES, KPIS, PRACTICE, SKILLS, TASKS, blank

NAMES = ("sales", "medical", "general")
"""The role packs, in the order of a person's `practice` number."""


@functools.cache
def pack(name: str) -> dict[str, Any]:
    """The role pack as written in its YAML file."""
    text = resources.files(__package__).joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    data: dict[str, Any] = yaml.safe_load(text)
    sizes = (len(data["skills"]), len(data["kpis"]), len(data["tasks"]))
    if sizes != (SKILLS, KPIS, TASKS):
        raise ValueError(f"role pack {name!r} has {sizes} skills, KPIs and tasks")
    if len(data["industries"]) > INDUSTRIES or len(data["departments"]) != DEPARTMENTS:
        raise ValueError(
            f"role pack {name!r} needs {DEPARTMENTS} departments and at most {INDUSTRIES} "
            "industries"
        )
    return data


def skills(name: str) -> tuple[str, ...]:
    """Skill names of a role pack, in the order of a person's `skills`."""
    return tuple(pack(name)["skills"])


def kpis(name: str) -> tuple[str, ...]:
    """KPI names of a role pack, in the order of a person's `attainment`."""
    return tuple(pack(name)["kpis"])


def industries(name: str) -> tuple[str, ...]:
    """Industries (specialties) of a role pack, in the order of a person's `insight`."""
    return tuple(pack(name)["industries"])


def departments(name: str) -> tuple[str, ...]:
    """Supporting departments of a role pack, in the order of a person's `requests`."""
    return tuple(pack(name)["departments"])


def serves(name: str) -> NDArray[np.float64]:
    """(TASKS, KPIS) how far each task serves each KPI."""
    table = np.zeros((TASKS, KPIS))
    for t, task in enumerate(pack(name)["tasks"].values()):
        for kpi, weight in task["serves"].items():
            table[t, kpis(name).index(kpi)] = weight
    return table


def practice_records() -> NDArray[np.void]:
    """(practices,) of PRACTICE in the order of `NAMES`."""
    records = blank(PRACTICE, len(NAMES))
    for i, name in enumerate(NAMES):
        data, record = pack(name), records[i]
        for k, skill in enumerate(data["skills"].values()):
            record["standard_demand"][k] = skill["standard"]
            record["key_demand"][k] = skill["key"]
            record["entry_skill"][k] = skill["entry"]
            record["entry_fit"] += skill["entry"] * skill["standard"]
        for k, kpi in enumerate(data["kpis"].values()):
            record["target"][k] = kpi["target"]
        record["serves"] = serves(name)
        record["insight_skill"] = skills(name).index(data["insight_skill"])
        _shares(record["industry_share"], data["industries"])
        _shares(record["department_share"], data["departments"])
        for figure in (
            "cycle", "account_value", "key_standard", "term", "standard_due", "standard_return",
            "profile", "hours",
        ):
            record[figure] = data[figure]
    return records


def _shares(row: NDArray[np.float32], listed: dict[str, dict[str, Any]]) -> None:
    """Writes the shares of a list of the pack into a record's row, stated so that they sum to 1:
    a line more in the pack needs no other line changed."""
    given = np.array([entry["share"] for entry in listed.values()])
    row[: len(given)] = given / given.sum()

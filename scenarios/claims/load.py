"""Claim cases by name."""

from __future__ import annotations

from importlib import resources
from typing import Any

import yaml
from pydantic import ValidationError

from scenarios.claims.case import Case
from scenarios.claims.measures import MEASURES
from simlab.errors import LabError
from simlab.policy import field_problems


def names() -> tuple[str, ...]:
    """The cases in their own order: V1, V2, ... V11."""
    files = [file.name for file in resources.files(__package__).iterdir()]
    found = [name[:-5] for name in files if name.endswith(".yaml")]
    return tuple(sorted(found, key=lambda name: int(name[1:])))


def load(name: str) -> Case:
    """The case called `name`, in either letter case; LabError names the known ones."""
    wanted = name.upper()
    if wanted not in names():
        raise LabError("unknown_claim", name=name, known=", ".join(names()))
    file = resources.files(__package__).joinpath(f"{wanted}.yaml")
    return parse(yaml.safe_load(file.read_text(encoding="utf-8")), f"{wanted}.yaml")


def parse(data: Any, source: str) -> Case:
    """A case given as plain data; LabError names `source` and each field that is wrong."""
    try:
        case = Case.model_validate(data)
    except ValidationError as error:
        problems = field_problems(error, source)
        raise LabError("claim_invalid", file=source, problems=problems) from None
    problems = ()
    for index, figure in enumerate(case.figures):
        where = f"figures.{index}"
        if figure.measure not in MEASURES:
            detail = f"no measure {figure.measure!r}; there are {', '.join(MEASURES)}"
            unknown = LabError("policy_field", file=source, field=f"{where}.measure", detail=detail)
            problems = (*problems, unknown)
            continue
        try:
            MEASURES[figure.measure].options.model_validate(figure.options)
        except ValidationError as error:
            problems = (*problems, *field_problems(error, source, f"{where}.options"))
    if problems:
        raise LabError("claim_invalid", file=source, problems=problems)
    return case

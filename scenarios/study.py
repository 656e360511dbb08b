"""A study as a file: a scenario run at many points, over many draws, to be analysed elsewhere."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from scipy.stats import qmc

from scenarios.load import NamedOrWritten, read_yaml
from simlab.engine.ensemble import MOST_REPLICATES
from simlab.errors import LabError
from simlab.policy import field_problems
from simlab.policy.levers import BothLanguages
from simlab.policy.schema import json_schema
from simlab.policy.search import Choices, Points, Range, Searched, dimensions

Design = Literal["listed", "factorial", "latin_hypercube", "sobol"]
Row = Mapping[str, Any]
"""A row of a design: the path of each factor -> its value."""
MOST_POINTS = 1_000_000


class StudyFile(BaseModel):
    """A study as it is written in YAML."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: BothLanguages
    scenario: str = Field(min_length=1)
    policies: tuple[NamedOrWritten, ...] = ()
    design: Design = "listed"
    factors: dict[str, Searched] = {}
    points: int | None = Field(default=None, ge=1, le=MOST_POINTS)
    parameters: Literal["posterior", "prior"] = "posterior"
    prior: str = "registry"
    draws: int = Field(default=100, ge=1, le=100_000)
    replicates: int = Field(default=1, ge=1, le=MOST_REPLICATES)
    months: int | None = Field(default=None, ge=1, le=120)
    seed: int = Field(default=1, ge=0, lt=2**64)
    outcomes: tuple[str, ...] = ()
    by: Literal["month", "total"] = "month"

    @model_validator(mode="after")
    def _fits_paths(self) -> Self:
        for path, factor in self.factors.items():
            if isinstance(factor, Points) and (path == "months" or path.startswith("firm.")):
                raise ValueError(f"points are for KPI weights; {path} takes a range or choices")
        if "months" in self.factors and self.months is not None:
            raise ValueError("months stand both by themselves and among the factors")
        return self

    @model_validator(mode="after")
    def _fits_design(self) -> Self:
        if (self.design == "listed") == bool(self.factors):
            raise ValueError("the design listed has no factors; every other one needs some")
        sampled = self.design in ("latin_hypercube", "sobol")
        if sampled != (self.points is not None):
            raise ValueError("points are for the designs latin_hypercube and sobol, which need "
                             "them; the points of factorial are all combinations")
        if self.design == "sobol" and self.points is not None and self.points & (self.points - 1):
            below = 1 << (self.points.bit_length() - 1)
            raise ValueError(f"a Sobol sequence is balanced at powers of 2 only: ask for {below} "
                             f"or {2 * below} points instead of {self.points}")
        if self.design == "factorial":
            for name, each in dimensions(self.factors).items():
                if isinstance(each, Range) and each.step is None:
                    raise ValueError(f"the range of {name} needs a step in a factorial design")
        return self

    def rows(self) -> list[Row]:
        """The design: what each factor is set to, row by row. One empty row where it is listed."""
        named = dimensions(self.factors)
        rows: list[tuple[Any, ...]]
        if self.design == "factorial":
            grids = [_grid(each) for each in named.values()]
            if math.prod(map(len, grids)) > MOST_POINTS:
                raise LabError("study_too_large", points=math.prod(map(len, grids)),
                               most=MOST_POINTS)
            rows = list(itertools.product(*grids))
        elif self.points is not None:
            rows = [tuple(map(_at, named.values(), shares))
                    for shares in self._cube(len(named), self.points).tolist()]
        else:
            rows = [()]
        return [self._set(dict(zip(named, row, strict=True))) for row in rows]

    def _set(self, values: Mapping[str, Any]) -> Row:
        """The value of each factor; KPI weights are shares of their points."""
        row: dict[str, Any] = {}
        for path, factor in self.factors.items():
            if isinstance(factor, Points):
                points = {kpi: values[f"{path}.{kpi}"] for kpi in factor.points}
                row[path] = {kpi: each / sum(points.values()) for kpi, each in points.items()}
            else:
                row[path] = values[path]
        return row

    def _cube(self, factors: int, points: int) -> NDArray[np.float64]:
        """(point, factor) in 0..1. Latin hypercube: McKay, Beckman, Conover 1979; Sobol sequence
        scrambled after Owen 1998."""
        sampler = (qmc.Sobol(factors, rng=self.seed) if self.design == "sobol"
                   else qmc.LatinHypercube(factors, rng=self.seed))
        return sampler.random(points)


def study_schema(lang: str = "en") -> dict[str, Any]:
    """JSON Schema of a study file."""
    return json_schema(StudyFile, lang)


def study_names() -> tuple[str, ...]:
    """Built-in studies."""
    folder = resources.files(__package__).joinpath("studies")
    return tuple(sorted(p.name[:-5] for p in folder.iterdir() if p.name.endswith(".yaml")))


def load_study(name_or_path: str) -> StudyFile:
    """A built-in study, or one from a YAML file. LabError names file and field of what is wrong."""
    if name_or_path in study_names():
        data: Any = yaml.safe_load(study_text(name_or_path))
    elif name_or_path.endswith((".yaml", ".yml")):
        data = read_yaml(Path(name_or_path), "study_missing")
    else:
        raise LabError("unknown_study", name=name_or_path, known=", ".join(study_names()))
    return parse_study(data, name_or_path)


def study_text(name: str) -> str:
    """A built-in study as it is written."""
    folder = resources.files(__package__).joinpath("studies")
    return folder.joinpath(f"{name}.yaml").read_text(encoding="utf-8")


def parse_study(data: Any, source: str) -> StudyFile:
    """The study that a YAML file called `source` holds as `data`. LabErrors ``study_keys`` and
    ``study_invalid``."""
    if not isinstance(data, dict):
        raise LabError("study_keys", file=source, expected=", ".join(StudyFile.model_fields))
    try:
        return StudyFile.model_validate(data)
    except ValidationError as error:
        problems = field_problems(error, source)
        raise LabError("study_invalid", file=source, problems=problems) from None


def _at(dimension: Range | Choices, share: float) -> Any:
    """The value at `share` (0 to below 1) of what a factor spans; each step or choice has an equal
    part of it."""
    if isinstance(dimension, Choices):
        return dimension.choices[int(share * len(dimension.choices))]
    if dimension.step is None:
        return dimension.lower + share * (dimension.upper - dimension.lower)
    grid = _grid(dimension)
    return grid[int(share * len(grid))]


def _grid(dimension: Range | Choices) -> list[Any]:
    if isinstance(dimension, Choices):
        return list(dimension.choices)
    assert dimension.step is not None
    steps = round((dimension.upper - dimension.lower) / dimension.step)
    return [dimension.lower + k * dimension.step for k in range(steps + 1)]

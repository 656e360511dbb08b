"""Published or reported totals of a staff, as a file: what a hospital without records has.

Turnover by year, reasons of exits, leavers' length of service, exits by age. Nobody is named and
no person is followed, so these figures speak about the level and the shape of leaving only.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from calibration.staff import AGES, KINDS, SERVICE
from simlab.errors import LabError
from simlab.panel import month_number
from simlab.policy import field_problems

Matrix = NDArray[np.float64]
Kind = Literal["voluntary", "involuntary", "other", "retirement"]
Month = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
Rate = Annotated[float, Field(gt=0, lt=1)]
Tolerance = Annotated[float, Field(ge=0, le=1)]
_ROUNDING = 0.01


class _Figure(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Turnover(_Figure):
    """Exits over mean headcount in a year that begins with month `since`."""

    since: Month
    rate: Rate
    people: int | None = Field(default=None, ge=1)
    """Mean headcount; tells how much of the rate is chance."""
    market: float = Field(default=0.0, ge=-1, le=1)
    """Log outside labour market of that year, 0 = usual."""

    @property
    def year(self) -> float:
        """Years since year 0 at its beginning."""
        return month_number(self.since) / 12


class Reasons(_Figure):
    """Shares of exits by kind; kinds that a record cannot tell apart are joined by +, as in
    ``voluntary+other``: a resignation after a private event is in the record like any other."""

    shares: dict[str, Annotated[float, Field(gt=0, lt=1)]] = Field(min_length=2)
    leavers: int = Field(ge=2)
    tolerance: Tolerance = 0.1

    @model_validator(mode="after")
    def _whole(self) -> Self:
        named = [kind for key in self.shares for kind in key.split("+")]
        if sorted(named) != sorted(KINDS):
            raise ValueError(f"reasons must name each of {', '.join(KINDS)} once; got {named}")
        _sum_to_one(list(self.shares.values()))
        return self


class Service(_Figure):
    """Shares of leavers by years of service: below bounds[0], from there to below bounds[1], ...,
    the last bound and more; `of` says which kinds of exit are counted."""

    bounds: tuple[Annotated[int, Field(ge=1, lt=SERVICE)], ...] = Field(min_length=1)
    shares: tuple[Annotated[float, Field(gt=0, lt=1)], ...]
    of: tuple[Kind, ...] = get_args(Kind)
    leavers: int = Field(ge=2)
    tolerance: Tolerance = 0.1

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if list(self.bounds) != sorted(set(self.bounds)):
            raise ValueError("bounds must rise")
        if len(self.shares) != len(self.bounds) + 1:
            raise ValueError(f"{len(self.bounds)} bounds need {len(self.bounds) + 1} shares")
        _sum_to_one(self.shares)
        return self


class Age(_Figure):
    """Exits a year over people of age `youngest` to `oldest` (inclusive, in years)."""

    youngest: int = Field(ge=AGES[0], le=AGES[1])
    oldest: int = Field(ge=AGES[0], le=AGES[1])
    rate: Rate
    of: tuple[Kind, ...] = get_args(Kind)
    people: int | None = Field(default=None, ge=1)
    tolerance: Tolerance = 0.15

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.oldest < self.youngest:
            raise ValueError("oldest must not be below youngest")
        return self


class Aggregates(_Figure):
    """Everything that is known of a staff without its people."""

    practice: Literal["sales", "medical", "general"] = "medical"
    source: str = Field(min_length=1)
    """Where the figures come from, for whoever reads a result later."""
    hire_age: float | None = Field(default=None, ge=26, le=50)
    retirement_age: float | None = Field(default=None, ge=52, le=78)
    turnover: tuple[Turnover, ...] = Field(min_length=1)
    reasons: Reasons | None = None
    service: Service | None = None
    age: tuple[Age, ...] = ()

    @model_validator(mode="after")
    def _one_series(self) -> Self:
        years = [row.year for row in self.turnover]
        if any(later - sooner < 1 for sooner, later in pairwise(years)):
            raise ValueError("turnover must be in order of time, its years not overlapping")
        return self

    def until(self, years: int) -> Aggregates:
        """The same with the first `years` years of turnover only."""
        return self.model_copy(update={"turnover": self.turnover[:years]})


def load_aggregates(path: Path) -> Aggregates:
    """Read a YAML file of aggregates. LabError ``aggregates_missing``, ``not_yaml`` or
    ``aggregates_invalid``, which names each field that is wrong."""
    try:
        data: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, IsADirectoryError):
        raise LabError("aggregates_missing", file=str(path)) from None
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise LabError("not_yaml", file=str(path), detail=str(error)[:200]) from None
    try:
        return Aggregates.model_validate(data)
    except ValidationError as error:
        problems = field_problems(error, str(path))
        raise LabError("aggregates_invalid", file=str(path), problems=problems) from None


def _sum_to_one(shares: Sequence[float]) -> None:
    if abs(sum(shares) - 1) > _ROUNDING:
        raise ValueError(f"shares must sum to 1; they sum to {sum(shares):g}")

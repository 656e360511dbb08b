"""What a search may move and what it must respect: levers with ranges, objectives, constraints.

The safeguards stand by default. Without them a search finds the policies that look cheap because
people are pushed out, overloaded, paid less than they live on, or not replaced.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Self

from pydantic import Discriminator, Field, Tag, model_validator

from simlab.errors import LabError
from simlab.policy.edit import with_fields
from simlab.policy.levers import Lever, Policy, refused

_GRID, _FINE = 10, 3
"""Decimals kept of a value on a grid, so that 3 x 0.1 is 0.3; and, of any other, beyond the first
digit of its range: nobody sets a lever finer than a thousandth of it."""


class Range(Lever):
    """Values of a field between two bounds, all of them or those on a grid."""

    lower: float
    upper: float
    step: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.lower >= self.upper:
            raise refused("range_order", lower=f"{self.lower:g}", upper=f"{self.upper:g}")
        if self.step is not None:
            steps = (self.upper - self.lower) / self.step
            if abs(steps - round(steps)) > 1e-6:
                raise refused("range_step", step=f"{self.step:g}", lower=f"{self.lower:g}",
                              upper=f"{self.upper:g}")
        return self


class Choices(Lever):
    """Values of a field, one by one."""

    choices: tuple[bool | int | float | str | None, ...] = Field(min_length=2)


class Points(Lever):
    """KPI weights of a stage as points of importance: a KPI's weight is its share of all points,
    so that weights always sum to 1."""

    points: dict[str, Range] = Field(min_length=2)

    @model_validator(mode="after")
    def _some(self) -> Self:
        least = [each.lower for each in self.points.values()]
        if min(least) < 0 or max(least) <= 0:
            raise refused("points")
        return self


def _written_as(item: Any) -> str:
    keys = set(item) if isinstance(item, dict) else set(type(item).model_fields)
    return next((key for key in ("choices", "points") if key in keys), "range")


Searched = Annotated[
    Annotated[Range, Tag("range")] | Annotated[Choices, Tag("choices")]
    | Annotated[Points, Tag("points")], Discriminator(_written_as)]


def dimensions(searched: Mapping[str, Searched]) -> dict[str, Range | Choices]:
    """Every value that is varied, by name; each KPI's points are one."""
    found: dict[str, Range | Choices] = {}
    for path, each in searched.items():
        if isinstance(each, Points):
            found |= {f"{path}.{kpi}": points for kpi, points in each.points.items()}
        else:
            found[path] = each
    return found


class Limit(Lever):
    """What a figure may come to at most: in expectation, or with a probability over what is not
    known about the firm."""

    at_most: float
    probability: float | None = Field(default=None, ge=0.5, lt=1)


class Floor(Lever):
    """What a figure must come to at least."""

    at_least: float = Field(ge=0, le=2)


class Constraints(Lever):
    """What every policy found must keep to. Only the budget may be left open."""

    budget: Limit | None = None
    pay_floor: Floor = Floor(at_least=0.9)
    hours: Limit = Limit(at_most=180)
    involuntary: Limit = Limit(at_most=0)
    headcount: Limit = Limit(at_most=0.02)
    group_loss: Limit = Limit(at_most=1)


class Search(Lever):
    """A search for policies: what it moves, what it is judged by, what it must respect."""

    start: str | None = None
    levers: dict[str, Searched] = Field(min_length=1)
    objectives: tuple[str, ...] = Field(default=("regretted", "full_cost"), min_length=2,
                                        max_length=4)
    constraints: Constraints = Constraints()

    def dimensions(self) -> dict[str, Range | Choices]:
        """Every value that is searched, by name."""
        return dimensions(self.levers)

    def fields(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Fields of a policy, by their paths, from a value for each of `dimensions`."""
        return {
            path: _weights({kpi: values[f"{path}.{kpi}"] for kpi in searched.points})
            if isinstance(searched, Points)
            else _rounded(values[path], searched)
            for path, searched in self.levers.items()
        }

    def policy(self, start: Policy, values: Mapping[str, Any], name: str) -> Policy:
        """The policy `start` with the searched values set, called `name`."""
        return with_fields(start, self.fields(values), name=name)

    def problems(self, start: Policy, source: str) -> Iterator[LabError]:
        """What is wrong with a lever's path or range: an error for each that `start` refuses."""
        for path, searched in self.levers.items():
            for fields in _ends(path, searched):
                try:
                    with_fields(start, fields, source=f"{source}: search.levers")
                except LabError as error:
                    yield from error.problems or (error,)
                    break


def _ends(path: str, searched: Range | Choices | Points) -> list[dict[str, Any]]:
    """Settings of one lever that are valid only where all of its values are."""
    if isinstance(searched, Points):
        return [{path: _weights({kpi: each.upper for kpi, each in searched.points.items()})}]
    if isinstance(searched, Choices):
        return [{path: value} for value in searched.choices]
    ends = [searched.lower, searched.upper]
    return [{path: value} for value in ends + ([searched.lower + searched.step]
                                               if searched.step else [])]


def _rounded(value: Any, searched: Range | Choices) -> Any:
    if not isinstance(value, float) or isinstance(searched, Choices):
        return value
    width = searched.upper - searched.lower
    return round(value, _GRID if searched.step else _FINE - math.floor(math.log10(width)))


def _weights(points: Mapping[str, float]) -> dict[str, float]:
    """Shares of the points to four digits; the largest takes what rounding leaves."""
    total = sum(points.values())
    shares = {kpi: round(each / total, 4) for kpi, each in points.items()}
    largest = max(shares, key=lambda kpi: shares[kpi])
    rest = sum(share for kpi, share in shares.items() if kpi != largest)
    return {**shares, largest: round(1.0 - rest, 4)}

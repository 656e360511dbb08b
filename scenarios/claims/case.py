"""A claim case as data: the claim in words, its figures and bands, the firm and the policies.

A case sets facts of the firm and levers, never parameters of the model.
"""

from __future__ import annotations

import math
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from scenarios.facts import FirmFacts, scenario_firm
from scenarios.load import policy as named_policy
from simlab.errors import LabError
from simlab.panel import month_number
from simlab.policy import Policy
from simlab.world import Firm


class CaseData(BaseModel):
    """Base of all parts of a case: plain frozen data, nothing unknown."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(CaseData):
    """A text in both languages."""

    en: str = Field(min_length=1)
    zh: str = Field(min_length=1)


class Figure(CaseData):
    """One figure of a claim, and how it is measured."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    says: Words
    measure: str = Field(description="name of a measure")
    options: dict[str, Any] = Field(default={}, description="of the measure")
    policy: str | None = Field(default=None, description="default: the one that is not baseline")
    claimed: float | None = Field(default=None, description="none where only a band is claimed")
    band: tuple[float | None, float | None] | None = Field(
        default=None, description="what counts as claimed; null = open on that side"
    )
    no_effect: float | None = Field(
        default=None, description="value where the policy does nothing; none for a level"
    )
    beside: bool = Field(default=False, description="shown, but no part of the claim")
    unit: Literal["share", "ratio", "points", "count", "seconds"] = "ratio"

    @model_validator(mode="after")
    def _band(self) -> Self:
        if self.band is None:
            if self.claimed is not None or not self.beside:
                raise ValueError("a figure of the claim needs a band; or set beside: true")
            return self
        lower, upper = self.edges
        if lower > upper or self.band == (None, None):
            raise ValueError("a band runs from its lower edge to its upper one")
        if self.claimed is not None and not lower <= self.claimed <= upper:
            raise ValueError(f"band {lower:g} to {upper:g} does not hold claimed {self.claimed:g}")
        if self.no_effect is not None and lower <= self.no_effect <= upper:
            raise ValueError("the band holds no_effect: a policy without effect would agree")
        return self

    @property
    def edges(self) -> tuple[float, float]:
        """The band with its open sides at infinity."""
        lower, upper = self.band or (None, None)
        return (-math.inf if lower is None else lower, math.inf if upper is None else upper)


class Case(CaseData):
    """A claim in circulation, made testable."""

    name: str = Field(pattern=r"^V\d+$")
    title: Words
    claim: Words
    form: Words = Field(description="the operational form, in words")
    ours: tuple[Words, ...] = Field(description="numbers that are this lab's, not the claim's")
    start: str = Field(default="2026-01", pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    months: int = Field(ge=1, le=120)
    draws: int = Field(default=200, ge=1, description="futures where nothing else is asked")
    replicates: int = Field(default=8, ge=1, description="histories a future")
    parameters: bool = Field(default=True, description="parameters of the model take part")
    replaced: bool = Field(default=True, description="leavers are replaced")
    firm: FirmFacts
    policies: tuple[Policy, ...] = Field(min_length=1)
    baseline: str
    figures: tuple[Figure, ...] = Field(min_length=1)

    @field_validator("policies", mode="before")
    @classmethod
    def _by_name(cls, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return [_built_in(item) if isinstance(item, str) else item for item in value]

    @model_validator(mode="after")
    def _names(self) -> Self:
        policies = [policy.name for policy in self.policies]
        if len(set(policies)) < len(policies):
            raise ValueError(f"two policies share a name: {', '.join(policies)}")
        for wanted in (self.baseline, *(f.policy for f in self.figures if f.policy is not None)):
            if wanted not in policies:
                raise ValueError(f"no policy {wanted!r} here; there are {', '.join(policies)}")
        for policy in self.policies:
            if policy.practice != self.firm.practice:
                raise ValueError(f"policy {policy.name} is for {policy.practice}, the firm for "
                                 f"{self.firm.practice}")
        figures = [figure.name for figure in self.figures]
        if len(set(figures)) < len(figures):
            raise ValueError(f"two figures share a name: {', '.join(figures)}")
        return self

    def policy(self, name: str) -> Policy:
        """The case's policy called `name`."""
        return next(policy for policy in self.policies if policy.name == name)

    def policy_of(self, figure: Figure) -> str:
        """Name of the policy whose effect `figure` measures: its own, else the first that is not
        the baseline, else the baseline."""
        others = [policy.name for policy in self.policies if policy.name != self.baseline]
        return figure.policy or (others[0] if others else self.baseline)

    def scenario_firm(self, *, seed: int) -> Firm:
        """The starting firm, its staff drawn from the facts."""
        firm = scenario_firm(self.firm, month_number(self.start), seed=seed)
        return firm.with_facts(vacancies=int(self.replaced))


def _built_in(name: str) -> Any:
    try:
        return named_policy(name)
    except LabError as error:
        raise ValueError(str(error)) from None

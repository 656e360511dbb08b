"""Facts of a firm, and the firm they describe: synthetic, or with the people of a record."""

from __future__ import annotations

from typing import Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from simlab.engine.panels import base_pay, empty_accounts
from simlab.engine.replay import employed_at_end
from simlab.engine.ties import draw_ties
from simlab.panel import Panel, season
from simlab.practice import NAMES, practice_records
from simlab.world import (
    COUPLINGS,
    DEPARTMENT,
    DEPARTMENTS,
    FIRM,
    PERSON,
    TEAM,
    Firm,
    Status,
    blank,
)

AGE_SPREAD = 8.0
YOUNGEST = 20.0
"""SD of a synthetic staff's age and its lower end, in years; only retirement depends on them."""


class FirmFacts(BaseModel):
    """What is known or assumed of the firm. People come from the records where there are any;
    `people`, `tenure_months` and `base_pay` describe a synthetic staff otherwise."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    practice: Literal["sales", "medical", "general"] = "sales"
    people: int = Field(default=150, ge=1, le=1_000_000)
    team_size: int = Field(default=10, ge=1, le=1000)
    tenure_months: float = Field(default=24, ge=0, le=240, description="mean tenure")
    age: float = Field(default=34, ge=18, le=80, description="mean age of a synthetic staff")
    retirement_age: float = Field(default=60, ge=40, le=90)
    base_pay: float = Field(default=10_000, gt=0, description="median base pay a month")
    base_spread: float = Field(default=0.25, ge=0, le=2, description="SD of log base pay")
    season: tuple[float, ...] = Field(
        default=(0.0,) * 12, description="log multiplier of business, January to December"
    )
    coaching: float = Field(default=0.5, ge=0, le=1, description="managers' skill as coaches")
    support_capacity: float = Field(
        default=0.3, ge=0, description="requests that other departments resolve a month and head"
    )
    standard: float = Field(default=0.35, ge=0, le=1, description="level of results, 0..1")
    dismissal_months: int = Field(default=4, ge=0, le=36, description="0 = nobody is dismissed")
    grace_months: int = Field(default=6, ge=0, le=36)
    replacement_cost: float = Field(default=3.0, ge=0, description="months of base pay per exit")
    market: float = Field(default=0.0, ge=-1, le=1, description="log outside labour market")

    @model_validator(mode="after")
    def _twelve(self) -> Self:
        if len(self.season) != 12:
            raise ValueError(f"season needs 12 months, January to December; got {len(self.season)}")
        return self


def scenario_firm(
    facts: FirmFacts, start: int, *, panel: Panel | None = None, seed: int = 1
) -> Firm:
    """The firm at the start of a history, first month `start` (months since year 0).

    With a `panel` its people employed at its end are taken: tenure, pay, grade and season from
    the record; their traits and states are drawn conditional on having stayed so far. Without
    one, a staff is drawn from the facts.
    """
    people, reference, seasonal = (
        _recorded_staff(panel) if panel is not None else _synthetic_staff(facts, seed)
    )
    n = len(people)
    people["slot"] = np.arange(n)
    people["status"] = Status.AWAITED
    people["practice"] = NAMES.index(facts.practice)
    people["team"] = np.arange(n) // facts.team_size
    people["ties"] = draw_ties(people["team"], seed=seed)
    teams = blank(TEAM, int(people["team"].max(initial=0)) + 1)
    teams["coaching"] = facts.coaching
    departments = blank(DEPARTMENT, DEPARTMENTS)
    departments["capacity"] = facts.support_capacity * n / DEPARTMENTS
    departments["resolution"] = 0.9
    firm = blank(FIRM, 1)
    firm["season"] = seasonal
    firm["base_reference"] = reference
    firm["entry_base"] = float(np.percentile(people["base"], 40)) if n else facts.base_pay
    firm["target"] = facts.standard
    firm["dismissal_months"] = facts.dismissal_months
    firm["grace"] = facts.grace_months
    firm["replacement_cost"] = facts.replacement_cost
    firm["market"] = facts.market
    firm["vacancies"] = 1
    for coupling in COUPLINGS:
        firm[coupling] = 1
    return Firm(
        start=start,
        people=people,
        accounts=empty_accounts(n),
        teams=teams,
        departments=departments,
        firm=firm,
        practices=practice_records(),
    )


Staff = tuple[np.ndarray, float, np.ndarray]


def _synthetic_staff(facts: FirmFacts, seed: int) -> Staff:
    generator = np.random.default_rng(seed)
    people = blank(PERSON, facts.people)
    tenure = generator.exponential(facts.tenure_months, facts.people)
    people["entered"] = -np.minimum(tenure, 240).astype(np.int32)
    spread = np.exp(facts.base_spread * generator.standard_normal(facts.people))
    people["base"] = facts.base_pay * spread
    people["grade"] = 1
    people["retires"] = _retirement(facts, seed)
    return people, facts.base_pay, np.array(facts.season)


def _retirement(facts: FirmFacts, seed: int) -> np.ndarray:
    """(people,) the month in which each reaches retirement age, from the first on. A generator of
    its own: a firm that asks for other ages has the same people otherwise."""
    generator = np.random.default_rng([seed, facts.people])
    age = facts.age + AGE_SPREAD * generator.standard_normal(facts.people)
    months = 12 * (facts.retirement_age - np.maximum(age, YOUNGEST))
    return np.maximum(np.ceil(months), 1).astype(np.int32)


def _recorded_staff(panel: Panel) -> Staff:
    row = employed_at_end(panel)
    people = blank(PERSON, len(row))
    people["entered"] = panel.hired[row] - panel.months
    everyone = base_pay(panel)
    people["base"] = everyone[row]
    people["grade"] = panel.grade[row].max(axis=1, initial=0)
    return people, float(np.median(everyone)), season(panel)

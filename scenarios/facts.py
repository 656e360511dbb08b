"""Facts of a firm, and the firm they describe: synthetic, or with the people of a record."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from simlab.engine.firm import assemble
from simlab.engine.panels import AS_RECORDED, base_pay
from simlab.engine.replay import employed_at_end, standing
from simlab.engine.ties import draw_ties
from simlab.panel import Panel, season
from simlab.policy import Policy
from simlab.policy.levers import refused
from simlab.practice import NAMES
from simlab.progress import Progress
from simlab.world import MARKET_YEARS, ROSTER, Firm, Status, blank

AGE_SPREAD = 8.0
YOUNGEST = 20.0
"""SD of a synthetic staff's age and its lower end, in years; only retirement depends on them."""


SURROUNDINGS = ("market", "coaching", "support_capacity", "standard", "dismissal_months",
                "grace_months", "replacement_cost")
"""Facts that may be others for the same people."""

LogMarket = Annotated[float, Field(ge=-1, le=1)]


class FirmFacts(BaseModel):
    """What is known or assumed of the firm. People come from the records where there are any;
    `people`, `tenure_months` and `base_pay` describe a synthetic staff otherwise."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    practice: Literal["sales", "medical", "general"] = "sales"
    people: int = Field(default=150, ge=1, le=1_000_000)
    team_size: int = Field(default=10, ge=1, le=1000)
    tenure_months: float = Field(default=24, ge=0, le=240)
    age: float = Field(default=34, ge=18, le=80)
    retirement_age: float = Field(default=60, ge=40, le=90)
    base_pay: float = Field(default=10_000, gt=0)
    base_spread: float = Field(default=0.25, ge=0, le=2)
    season: tuple[float, ...] = (0.0,) * 12
    coaching: float = Field(default=0.5, ge=0, le=1)
    support_capacity: float = Field(default=0.3, ge=0)
    standard: float = Field(default=0.35, ge=0, le=1)
    dismissal_months: int = Field(default=4, ge=0, le=36)
    grace_months: int = Field(default=6, ge=0, le=36)
    replacement_cost: float = Field(default=3.0, ge=0)
    market: LogMarket | Annotated[
        tuple[LogMarket, ...], Field(min_length=1, max_length=MARKET_YEARS)
    ] = 0.0

    @model_validator(mode="after")
    def _twelve(self) -> Self:
        if len(self.season) != 12:
            raise refused("season", months=str(len(self.season)))
        return self


def scenario_firm(
    facts: FirmFacts,
    start: int,
    *,
    panel: Panel | None = None,
    draws: NDArray[np.float64] | None = None,
    current: Policy = AS_RECORDED,
    burn_in: int = 0,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Firm:
    """The firm at the start of a history, first month `start` (months since year 0).

    With a `panel` its people employed at its end are taken, each as they stand by a replay of
    their record under each row of `draws` (draw, parameter) and the `current` policy: one past
    per draw. Without one, a staff is drawn from the facts, and each history lives `burn_in`
    months before month 0, so that queues, commission falling due and expectations are those of a
    running firm. Raises ValueError for a panel without draws, `Cancelled` during a replay.
    """
    if panel is None:
        people = _synthetic_staff(facts, seed, burn_in)
        reference, seasonal = facts.base_pay, np.array(facts.season)
        names = tuple(f"P{number}" for number in range(1, facts.people + 1))
    else:
        if draws is None:
            raise ValueError("people of a record are replayed: give the parameter draws")
        people, names = _recorded_staff(panel, draws, current, seed, threads, progress)
        reference, seasonal = float(np.median(base_pay(panel))), season(panel)
    n = people.shape[-1]
    people["slot"] = np.arange(n)
    people["practice"] = NAMES.index(facts.practice)
    people["team"] = _teams(panel, facts.team_size) if panel else np.arange(n) // facts.team_size
    people["ties"] = draw_ties(np.atleast_2d(people["team"])[0], seed=seed)
    entry = float(np.percentile(np.atleast_2d(people["base"])[0], 40)) if n else facts.base_pay
    return assemble(
        people,
        start,
        season=seasonal,
        base_reference=reference,
        entry_base=entry,
        resolution=0.9,
        **surroundings(facts),
        burn_in=0 if panel else burn_in,
        names=names,
    )


def surroundings(facts: FirmFacts) -> dict[str, Any]:
    """The facts that say nothing of who is there at the start, as
    `simlab.engine.firm.with_surroundings` takes them."""
    return {name: getattr(facts, name) for name in SURROUNDINGS}


def _synthetic_staff(facts: FirmFacts, seed: int, burn_in: int) -> NDArray[np.void]:
    generator = np.random.default_rng(seed)
    people = blank(ROSTER, facts.people)
    tenure = generator.exponential(facts.tenure_months, facts.people)
    people["status"] = Status.AWAITED
    people["arrives"] = -burn_in
    people["entered"] = -burn_in - np.minimum(tenure, 240).astype(np.int32)
    spread = np.exp(facts.base_spread * generator.standard_normal(facts.people))
    people["base"] = facts.base_pay * spread
    people["grade"] = 1
    people["retires"] = _retirement(facts, seed)
    return people


def _retirement(facts: FirmFacts, seed: int) -> np.ndarray:
    """(people,) the month in which each reaches retirement age, from the first on. A generator of
    its own: a firm that asks for other ages has the same people otherwise."""
    generator = np.random.default_rng([seed, facts.people])
    age = facts.age + AGE_SPREAD * generator.standard_normal(facts.people)
    months = 12 * (facts.retirement_age - np.maximum(age, YOUNGEST))
    return np.maximum(np.ceil(months), 1).astype(np.int32)


def _recorded_staff(
    panel: Panel,
    draws: NDArray[np.float64],
    current: Policy,
    seed: int,
    threads: int | None,
    progress: Progress | None,
) -> tuple[NDArray[np.void], tuple[str, ...]]:
    """(draw, n) people as they stand at the end of the record, and their n ids."""
    row, people = standing(
        panel, draws, seed=seed, threads=threads, progress=progress, policy=current
    )
    return people, tuple(panel.person[i] for i in row)


def _teams(panel: Panel, size: int) -> NDArray[np.int64]:
    """(n,) teams of the people employed at the panel's end: their recorded unit, cut into teams of
    about `size`; people without one are put together in the order of the record."""
    row = employed_at_end(panel)
    units = [panel.unit[i] for i in row] if panel.unit else [""] * len(row)
    team = np.zeros(len(row), np.int64)
    following = 0
    for unit in sorted(set(units)):
        members = np.flatnonzero([u == unit for u in units])
        teams = max(round(len(members) / size), 1)
        team[members] = following + np.arange(len(members)) * teams // len(members)
        following += teams
    return team

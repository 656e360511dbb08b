"""The seven levers of a policy (pydantic models; unknown fields are refused).

What a field means and its unit stand once, in both languages, as the texts ``field.MODEL.FIELD``;
they reach the JSON Schema and the reference from there (`simlab.policy.schema`).
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from simlab.practice import industries, kpis, skills


def refused(kind: str, **said: str) -> PydanticCustomError:
    """What a validator raises: the sentence is ``error.field_<kind>`` of the language files."""
    words = ", ".join(f"{name} {{{name}}}" for name in said)
    return PydanticCustomError(kind, words, dict(said))


def _both(said: dict[str, str]) -> dict[str, str]:
    if set(said) != {"en", "zh"}:
        raise refused("both_languages", given=", ".join(said) or "-")
    return said


BothLanguages = Annotated[
    dict[str, str],
    AfterValidator(_both),
    WithJsonSchema(
        {
            "type": "object",
            "required": ["en", "zh"],
            "additionalProperties": False,
            "properties": {"en": {"type": "string"}, "zh": {"type": "string"}},
        }
    ),
]
"""A text in English and Chinese."""


class Lever(BaseModel):
    """Base of all levers: plain frozen data, nothing unknown."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class StageWeights(Lever):
    """KPI weights from a month of the transition on; they sum to 1."""

    from_month: int = Field(default=0, ge=0, le=120)
    weights: dict[str, float]

    @model_validator(mode="after")
    def _sum(self) -> Self:
        total = sum(self.weights.values())
        if abs(total - 1) > 1e-6 or min(self.weights.values(), default=0) < 0:
            raise refused("weights_sum", total=f"{total:g}")
        return self


class Incentive(Lever):
    """What is paid for."""

    stages: tuple[StageWeights, ...] = Field(
        default=(StageWeights(weights={"sales_amount": 1.0}),), min_length=1, max_length=3
    )
    base_factor: float = Field(default=1.0, ge=0.5, le=2)
    commission: float = Field(default=0.0, ge=0, le=0.5)
    key_commission: float = Field(default=0.0, ge=0, le=0.5)
    payout_lag: int = Field(default=1, ge=0, le=11)
    milestone_share: float = Field(default=0.0, ge=0, le=1)
    guarantee: float = Field(default=0.0, ge=0, le=1)
    guarantee_months: int = Field(default=0, ge=0, le=60)
    recoverable: bool = False
    stage_bonus: float = Field(default=0.0, ge=0, le=2)
    bonus_pool: float = Field(default=0.0, ge=0, le=2)
    bonus_elasticity: float = Field(default=1.0, ge=0, le=5)
    bonus_cap: float | None = Field(default=None, gt=0, le=5)
    targets: dict[str, float] = {}
    attainment_cap: float = Field(default=1.2, ge=0.5, le=5)
    transparency: bool = False


class Training(Lever):
    """What is taught."""

    course_hours: dict[str, float] = {}
    industry_hours: dict[str, float] = {}
    hours_per_month: float = Field(default=8, ge=0, le=80)
    fragments: bool = False
    coaching: float = Field(default=0.0, ge=0, le=1)
    pass_mark: float = Field(default=0.4, ge=0, le=1)
    retake_share: float = Field(default=0.33, ge=0.05, le=1)
    audience: Literal["everybody", "key", "below"] = Field(
        default="everybody",
    )
    lead_months: int = Field(default=0, ge=0, le=24)
    fee: float = Field(default=0.0, ge=0)


class Support(Lever):
    """Who helps with requests of key work."""

    capacity: float = Field(default=1.0, ge=0, le=5)
    sla: int = Field(default=1, ge=0, le=12)
    escalation: float = Field(default=1.0, ge=1, le=5)
    escalate_after: int = Field(default=1, ge=1, le=12)
    escalate_repeats: int = Field(default=0, ge=0, le=9)
    routing: float = Field(default=0.0, ge=0, le=1)
    history: bool = False
    feedback: bool = False
    cost: float = Field(default=0.0, ge=0)


class Signs(Lever):
    """What each visible sign adds to the risk index (0..1, capped at 1)."""

    falling: float = Field(default=0.5, ge=0, le=1)
    absence: float = Field(default=0.2, ge=0, le=1)
    pressure: float = Field(default=0.2, ge=0, le=1)
    communication: float = Field(default=0.2, ge=0, le=1)
    contacts: float = Field(default=0.1, ge=0, le=1)


class Intervention(Lever):
    """Who is approached, when, and with what."""

    active: bool = False
    signs: Signs = Signs()
    falling_months: int = Field(default=2, ge=1, le=6)
    absence_days: float = Field(default=3.0, ge=0, le=31)
    contacts_share: float = Field(default=0.6, ge=0, le=1)
    capacity: float = Field(default=5.0, ge=0, le=100)
    threshold: float = Field(default=0.5, ge=0, le=1)
    kind: Literal["coaching", "joint_visit", "relief", "unblock", "workload", "counselling"] = (
        "coaching"
    )
    delay: int = Field(default=0, ge=0, le=12)
    months: int = Field(default=3, ge=1, le=12)
    cost: float = Field(default=0.0, ge=0)
    approach_cost: float = Field(default=0.0, ge=0)


class Selection(Lever):
    """Who moves to key work."""

    key_share: float = Field(default=0.0, ge=0, le=1)
    ramp_months: int = Field(default=12, ge=1, le=60)
    by_fit: float = Field(default=0.0, ge=0, le=1)


class Hiring(Lever):
    """Who comes in, and how fast."""

    fill_months: float = Field(default=2.0, ge=0, le=24)
    skill: float = Field(default=0.0, ge=-0.3, le=0.3)
    experienced: float = Field(default=0.0, ge=0, le=1)
    experienced_pay: float = Field(default=1.2, ge=0.5, le=3)
    candidates: int = Field(default=1, ge=1, le=50)
    cost: float = Field(default=2.0, ge=0, le=36)


class Conditions(Lever):
    """Working conditions."""

    workload: float = Field(default=1.0, ge=0.5, le=2)
    remote_days: float = Field(default=0.0, ge=0, le=5)
    cost: float = Field(default=0.0, ge=0)


class Policy(Lever):
    """A bundle of levers with a name and a title in both languages."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: BothLanguages
    practice: Literal["sales", "medical", "general"] = "sales"
    incentive: Incentive = Incentive()
    training: Training = Training()
    support: Support = Support()
    intervention: Intervention = Intervention()
    selection: Selection = Selection()
    hiring: Hiring = Hiring()
    conditions: Conditions = Conditions()

    @model_validator(mode="after")
    def _known_names(self) -> Self:
        for stage in self.incentive.stages:
            _known("kpi", stage.weights, kpis(self.practice))
        _known("kpi", self.incentive.targets, kpis(self.practice))
        for kpi, target in self.incentive.targets.items():
            if target <= 0:
                raise refused("target", kpi=kpi, target=f"{target:g}")
        _known("skill", self.training.course_hours, skills(self.practice))
        _known("industry", self.training.industry_hours, industries(self.practice))
        return self


def _known(what: str, given: dict[str, float], allowed: tuple[str, ...]) -> None:
    for name in given:
        if name not in allowed:
            raise refused(f"unknown_{what}", name=name, known=", ".join(allowed))


_PRICES = {"cost", "fee", "approach_cost"}
"""Fields that say what a policy costs, and move nobody."""


def differing(one: Policy, other: Policy) -> frozenset[str]:
    """Fields, as ``lever.field``, in which two policies treat people differently."""
    found = set()
    for lever, fields in Policy.model_fields.items():
        first, second = getattr(one, lever), getattr(other, lever)
        if isinstance(fields.default, Lever):
            found |= {f"{lever}.{name}" for name in type(first).model_fields
                      if name not in _PRICES and getattr(first, name) != getattr(second, name)}
    return frozenset(found)

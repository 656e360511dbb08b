"""The seven levers of a policy (pydantic models; unknown fields are refused)."""

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

from simlab.practice import industries, kpis, skills


def _both(said: dict[str, str]) -> dict[str, str]:
    if set(said) != {"en", "zh"}:
        raise ValueError(f"needs en and zh; got {', '.join(said) or 'nothing'}")
    return said


BothLanguages = Annotated[
    dict[str, str],
    AfterValidator(_both),
    WithJsonSchema({
        "type": "object", "required": ["en", "zh"], "additionalProperties": False,
        "properties": {"en": {"type": "string"}, "zh": {"type": "string"}},
    }),
]
"""A text in English and Chinese."""


class Lever(BaseModel):
    """Base of all levers: plain frozen data, nothing unknown."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class StageWeights(Lever):
    """KPI weights from a month of the transition on; they sum to 1."""

    from_month: int = Field(default=0, ge=0, le=120, description="of the transition")
    weights: dict[str, float] = Field(description="weight per KPI of the role pack, sum 1")

    @model_validator(mode="after")
    def _sum(self) -> Self:
        total = sum(self.weights.values())
        if abs(total - 1) > 1e-6 or min(self.weights.values(), default=0) < 0:
            raise ValueError(f"KPI weights must be at least 0 and sum to 1; they sum to {total:g}")
        return self


class Incentive(Lever):
    """What is paid for."""

    stages: tuple[StageWeights, ...] = Field(
        default=(StageWeights(weights={"sales_amount": 1.0}),), min_length=1, max_length=3
    )
    base_factor: float = Field(default=1.0, ge=0.5, le=2, description="factor on base pay")
    commission: float = Field(default=0.0, description="share of standard business", ge=0, le=0.5)
    key_commission: float = Field(default=0.0, description="share of key business", ge=0, le=0.5)
    payout_lag: int = Field(default=1, ge=0, le=11, description="months from close to payout")
    milestone_share: float = Field(
        default=0.0, ge=0, le=1, description="of key commission, paid at opening"
    )
    guarantee: float = Field(
        default=0.0, ge=0, le=1, description="share of expected income guaranteed"
    )
    guarantee_months: int = Field(default=0, ge=0, le=60)
    recoverable: bool = Field(
        default=False, description="the guarantee is an advance, recovered from later income"
    )
    stage_bonus: float = Field(
        default=0.0, ge=0, le=2, description="of base, for each key account opened, won or renewed"
    )
    bonus_pool: float = Field(default=0.0, ge=0, le=2, description="of base, at a score of 100")
    bonus_elasticity: float = Field(default=1.0, ge=0, le=5)
    bonus_cap: float | None = Field(
        default=None, gt=0, le=5, description="highest bonus, as a share of base; none = no cap"
    )
    targets: dict[str, float] = Field(
        default={}, description="figure at which a KPI's attainment is 1, else the pack's"
    )
    attainment_cap: float = Field(default=1.2, ge=0.5, le=5, description="cap of one attainment")
    transparency: bool = Field(default=False, description="people see own score, gap and advice")


class Training(Lever):
    """What is taught."""

    course_hours: dict[str, float] = Field(default={}, description="hours of the course per skill")
    industry_hours: dict[str, float] = Field(
        default={}, description="hours of the course per industry"
    )
    hours_per_month: float = Field(default=8, ge=0, le=80)
    fragments: bool = Field(default=False, description="in fragments: costs half the selling time")
    coaching: float = Field(default=0.0, description="share of managers' coaching used", ge=0, le=1)
    pass_mark: float = Field(default=0.4, description="skill at which the exam is even", ge=0, le=1)
    retake_share: float = Field(
        default=0.33, ge=0.05, le=1, description="of the course, taken again after a failed exam"
    )
    audience: Literal["everybody", "key", "below"] = Field(
        default="everybody",
        description="everybody, people in or moving to key work, or people below standard",
    )
    lead_months: int = Field(
        default=0, ge=0, le=24, description="months before moving in which people count as moving"
    )
    fee: float = Field(default=0.0, ge=0, description="money per course hour")


class Support(Lever):
    """Who helps with requests of key work."""

    capacity: float = Field(default=1.0, ge=0, le=5, description="factor on departments' capacity")
    sla: int = Field(default=1, ge=0, le=12, description="months")
    escalation: float = Field(
        default=1.0, ge=1, le=5, description="factor on the priority of escalated requests"
    )
    escalate_after: int = Field(
        default=1, ge=1, le=12, description="months past the SLA at which a request is escalated"
    )
    escalate_repeats: int = Field(
        default=0, ge=0, le=9, description="requests waiting in one department; 0 = off"
    )
    routing: float = Field(
        default=0.0, ge=0, le=1, description="share of requests sent to the department with room"
    )
    history: bool = Field(
        default=False, description="customers' history and changing needs visible to the owner"
    )
    feedback: bool = Field(
        default=False, description="customers' feedback goes straight to the owner"
    )
    cost: float = Field(default=0.0, ge=0, description="money a month, unit of capacity and head")


class Signs(Lever):
    """What each visible sign adds to the risk index (0..1, capped at 1)."""

    falling: float = Field(default=0.5, ge=0, le=1, description="falling results, month on month")
    absence: float = Field(default=0.2, ge=0, le=1, description="frequent absence")
    pressure: float = Field(default=0.2, ge=0, le=1, description="repeated tickets about pressure")
    communication: float = Field(
        default=0.2, ge=0, le=1, description="repeated tickets about communication"
    )
    contacts: float = Field(default=0.1, ge=0, le=1, description="fewer contacts with colleagues")


class Intervention(Lever):
    """Who is approached, when, and with what."""

    active: bool = False
    signs: Signs = Signs()
    falling_months: int = Field(default=2, ge=1, le=6)
    absence_days: float = Field(default=3.0, ge=0, le=31, description="a month, from which a sign")
    contacts_share: float = Field(
        default=0.6, ge=0, le=1, description="of usual contacts, below which a sign"
    )
    capacity: float = Field(default=5.0, ge=0, le=100, description="people a month per 100")
    threshold: float = Field(default=0.5, description="risk index that raises an alert", ge=0, le=1)
    kind: Literal["coaching", "joint_visit", "relief", "unblock", "workload", "counselling"] = (
        "coaching"
    )
    delay: int = Field(default=0, ge=0, le=12, description="months from offer to beginning")
    months: int = Field(default=3, ge=1, le=12)
    cost: float = Field(default=0.0, ge=0, description="money a month and person helped")
    approach_cost: float = Field(default=0.0, ge=0, description="money per person approached")


class Selection(Lever):
    """Who moves to key work."""

    key_share: float = Field(
        default=0.0, ge=0, le=1, description="of people, at the end of the ramp"
    )
    ramp_months: int = Field(default=12, ge=1, le=60)
    by_fit: float = Field(
        default=0.0, ge=0, le=1, description="0 = by turn, 1 = by fit with key work"
    )


class Hiring(Lever):
    """Who comes in, and how fast."""

    fill_months: float = Field(
        default=2.0, ge=0, le=24, description="mean months to fill a vacancy"
    )
    skill: float = Field(default=0.0, ge=-0.3, le=0.3, description="shift of newcomers' skills")
    experienced: float = Field(default=0.0, ge=0, le=1, description="share of newcomers")
    experienced_pay: float = Field(
        default=1.2, ge=0.5, le=3, description="their base pay over that of other newcomers"
    )
    candidates: int = Field(default=1, ge=1, le=50, description="per vacancy; the best is taken")
    cost: float = Field(default=2.0, ge=0, le=36, description="months of base pay per hire")


class Conditions(Lever):
    """Working conditions."""

    workload: float = Field(default=1.0, ge=0.5, le=2, description="factor on demands")
    remote_days: float = Field(default=0.0, ge=0, le=5, description="days a week at home")
    cost: float = Field(default=0.0, ge=0, description="money a head and month")


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
            _known("KPI", stage.weights, kpis(self.practice))
        _known("KPI", self.incentive.targets, kpis(self.practice))
        for kpi, target in self.incentive.targets.items():
            if target <= 0:
                raise ValueError(f"the target of {kpi} must be above 0; got {target:g}")
        _known("skill", self.training.course_hours, skills(self.practice))
        _known("industry", self.training.industry_hours, industries(self.practice))
        return self


def _known(what: str, given: dict[str, float], allowed: tuple[str, ...]) -> None:
    for name in given:
        if name not in allowed:
            raise ValueError(f"unknown {what} {name!r}; expected one of {', '.join(allowed)}")

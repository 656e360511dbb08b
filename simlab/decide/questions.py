"""The questions a firm asks of the lab, and what each one is answered by.

Three kinds: how many (`Level`), what goes with leaving (`Link`), and what a policy would do
(`Lever`, a standard step of one lever on top of the policy that others are measured against).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Level:
    """How much of an outcome there will be with nothing changed."""

    name: str
    outcome: str
    column: str
    """The record that shows it."""


@dataclass(frozen=True)
class Link:
    """Whether something goes with leaving, and how strongly: parameters of the model."""

    name: str
    parameters: tuple[str, ...]


@dataclass(frozen=True)
class Lever:
    """What a standard step of one lever does to an outcome."""

    name: str
    step: Mapping[str, Any] = field(default_factory=dict)
    """Field, as ``lever.field``, -> value."""
    outcome: str = "voluntary"


Question = Level | Link | Lever

QUESTIONS: tuple[Question, ...] = (
    Level("exits", "exits", "exits.last_day"),
    Level("business", "business", "monthly_performance.sales_amount"),
    Level("absence", "absence", "attendance_monthly.leave_days"),
    Level("complaints", "complaints", "account_months.complaints"),
    Link("results_leaving", ("efficacy_exit",)),
    Link("tenure_leaving", ("exit_tenure",)),
    Link("pay_leaving", ("pay_exit",)),
    Link("reward_leaving", ("reward_exit",)),
    Link("stress_leaving", ("stress_exit",)),
    Link("support_leaving", ("support_exit",)),
    Link("belonging_leaving", ("belonging_exit", "peers_belonging")),
    Lever("base_pay", {"incentive.base_factor": 1.1}),
    Lever("guarantee", {"incentive.guarantee": 0.9, "incentive.guarantee_months": 12}),
    Lever("weights", {"incentive.bonus_pool": 0.3, "incentive.stages": [
        {"weights": {"sales_amount": 0.5, "customer_satisfaction": 0.5}}]}, "complaints"),
    Lever("courses", {"training.hours_per_month": 8, "training.course_hours": {
        "needs_discovery": 24, "executive_communication": 24}}),
    Lever("coaching", {"training.coaching": 0.8}),
    Lever("support", {"support.capacity": 2.0}),
    Lever("support_complaints", {"support.capacity": 2.0}, "complaints"),
    Lever("help", {"intervention.active": True, "intervention.capacity": 10.0,
                   "intervention.threshold": 0.3}),
    Lever("selection", {"selection.by_fit": 0.8}),
    Lever("hiring", {"hiring.candidates": 5}),
    Lever("home", {"conditions.remote_days": 2}),
    Lever("workload", {"conditions.workload": 0.8}),
)
"""In the order in which they are shown. Steps are in the terms of a sales scenario."""

"""What a report can show, as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class Client:
    """For whom a report is."""

    name: str = ""
    logo: str = ""
    """A picture as a data URI; empty = none."""


@dataclass(frozen=True)
class DataUsed:
    """What the records hold, in totals."""

    people: int
    first_month: str
    last_month: str
    person_months: int
    exits: int
    fingerprint: str
    source: Mapping[str, str] | str = ""


@dataclass(frozen=True)
class Check:
    """One summary of the record against the calibrated model's 90%."""

    label: Mapping[str, str] | str
    observed: float
    lower: float
    median: float
    upper: float

    @property
    def inside(self) -> bool:
        """Whether the observed value lies inside."""
        return self.lower <= self.observed <= self.upper


@dataclass(frozen=True)
class ParameterRow:
    """A parameter before and after the data. Intervals are ``{mean, lower, upper}``."""

    name: str
    meaning: Mapping[str, str] | str
    unit: str
    prior: Mapping[str, float]
    posterior: Mapping[str, float]
    contraction: float
    source: str
    calibrated: bool
    informed: Literal["estimated", "partly", "assumed"]
    """How far the data speak; texts ``informed.<informed>``."""


@dataclass(frozen=True)
class Fit:
    """How the calibration went."""

    until: str
    simulations: int
    checks: Sequence[Check]
    parameters: Sequence[ParameterRow]
    cautions: Sequence[Mapping[str, str]] = ()
    """Sentences to bear in mind, {en, zh} each."""
    resting: Sequence[Mapping[str, str]] = ()
    """Sentences {en, zh}: which parameters keep their prior for want of which column."""
    continued_from: str | None = None
    """The month whose posterior gave the first search; None where it began from the prior."""
    drift: Mapping[str, Any] | None = None
    """What the former posterior foretold of the months since (`calibration.drift`)."""
    beside: Mapping[str, Any] | None = None
    """The posterior learnt a second way (`calibration.cross_check`)."""
    months: Sequence[Mapping[str, Any]] = ()
    """Exits of every month known beside simulated ones: rows ``month, observed, mean, p05, p25,
    p75, p95``; empty in calibrations made before these were kept."""

    @property
    def inside(self) -> int:
        """How many summaries lie inside."""
        return sum(check.inside for check in self.checks)


@dataclass(frozen=True)
class NoChange:
    """The forecast with nothing changed: rows ``{month, mean, p05, p25, p50, p75, p95}``."""

    rows: Sequence[Mapping[str, Any]]
    futures: int


@dataclass(frozen=True)
class Contents:
    """All a report can show; what a lab does not have yet stays None."""

    created: str
    client: Client = Client()
    question: Mapping[str, str] | str = ""
    titles: Mapping[str, Mapping[str, str] | str] = field(default_factory=dict)
    """Policy name -> its title."""
    data: DataUsed | None = None
    fit: Fit | None = None
    forecast: NoChange | None = None
    comparison: Mapping[str, Any] | None = None
    over_prior: bool = False
    """Whether the comparison was made over assumptions alone."""
    answers: Mapping[str, Any] | None = None
    """The grid of questions (``Answers.to_json()``)."""
    rolling: Mapping[str, Any] | None = None
    """Scored forecasts of past months (``Rolled.to_json()``)."""
    optimisation: Mapping[str, Any] | None = None
    """A search and its front (``Found.to_json()`` of `simlab.jobs.optimising`)."""
    sensitivity: Mapping[str, Any] | None = None
    """What moves the difference between policies (``Studied.to_json()``)."""
    event: Mapping[str, Any] | None = None
    """A past change replayed (``Backtest.to_json()``)."""
    totals: str | None = None
    """Source of the totals that the comparison's posterior comes from; None where it comes from
    records, or there is none."""
    stress: Mapping[str, Any] | None = None
    """Policies where things turn out otherwise (``Stressed.to_json()``)."""
    incentives: Mapping[str, Any] | None = None
    """What a pay plan rewards (``Incentives.to_json()``)."""
    courses: Mapping[str, Any] | None = None
    """Which course pays (``Courses.to_json()``)."""
    check: Mapping[str, Any] | None = None
    """What a check of the calibration found; None where it was not checked."""
    stale: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Kind of result (texts ``cli.kind.<kind>``) -> what changed since it was made (texts
    ``cli.cause.<cause>``); only those that are out of date."""
    provenance: Mapping[str, Any] = field(default_factory=dict)

"""Measures that are sums of monthly outcomes: shares of the staff, ratios, odds, signs."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, field_validator, model_validator

from scenarios.claims.case import CaseData, Figure
from scenarios.claims.study import Measured, Study
from simlab.engine.outcomes import OUTCOMES


class Window(CaseData):
    """Months of the history that count, first to last, both included."""

    first: int = Field(default=1, ge=1, le=120)
    last: int | None = Field(default=None, ge=1, le=120, description="default: the end")

    @property
    def months(self) -> slice:
        """The window as a slice of the month axis."""
        return slice(self.first - 1, self.last)


def _known(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if name not in OUTCOMES:
            raise ValueError(f"no outcome {name!r}; there are {', '.join(OUTCOMES)}")
    return names


class Events(Window):
    """Which outcomes are added up."""

    events: tuple[str, ...] = Field(min_length=1)

    _events = field_validator("events")(_known)


class Rate(Events):
    """Events over what they are counted against."""

    per: tuple[str, ...] = Field(min_length=1)

    _per = field_validator("per")(_known)


class Part(Window):
    """A part and the whole it is a share of."""

    part: str
    whole: str

    @model_validator(mode="after")
    def _outcomes(self) -> Self:
        _known((self.part, self.whole))
        return self


def share_of_staff(study: Study, figure: Figure, options: Events) -> Measured:
    """Events of the window over the people there in the first month. (A case about the initial
    staff sets `replaced: false`, so that nobody else can be counted.)"""
    policy = study.case.policy_of(figure)
    events = study.total(options.events, policy, options.months).mean(axis=1)
    return Measured(events / study.total(["headcount"], policy, slice(0, 1)).mean(axis=1))


def rate(study: Study, figure: Figure, options: Rate) -> Measured:
    """Events over their base under the figure's policy alone."""
    return Measured(_rate(study, study.case.policy_of(figure), options))


def rate_ratio(study: Study, figure: Figure, options: Rate) -> Measured:
    """The rate under the policy over the rate under the baseline. With exits per headcount and
    month this is the ratio of exit hazards."""
    case = study.case
    return Measured(divide(_rate(study, case.policy_of(figure), options),
                           _rate(study, case.baseline, options)))


def rate_difference(study: Study, figure: Figure, options: Rate) -> Measured:
    """The rate under the policy less that under the baseline, per hundred and year."""
    case = study.case
    policy = _rate(study, case.policy_of(figure), options)
    return Measured(1200.0 * (policy - _rate(study, case.baseline, options)))


def odds_ratio(study: Study, figure: Figure, options: Part) -> Measured:
    """Odds of a part in its whole under the policy over those under the baseline."""
    def odds(policy: str) -> NDArray[np.float64]:
        part = study.total([options.part], policy, options.months).mean(axis=1)
        whole = study.total([options.whole], policy, options.months).mean(axis=1)
        return divide(part, whole - part)

    return Measured(divide(odds(study.case.policy_of(figure)), odds(study.case.baseline)))


def paired_sign(study: Study, figure: Figure, options: Rate) -> Measured:
    """Share of all paired runs (same draw, same luck) in which the rate is higher under the
    policy: one figure over all futures."""
    def runs(policy: str) -> NDArray[np.float64]:
        return divide(study.total(options.events, policy, options.months),
                      study.total(options.per, policy, options.months))

    higher = runs(study.case.policy_of(figure)) > runs(study.case.baseline)
    return Measured(np.array([higher.mean()]))


def _rate(study: Study, policy: str, options: Rate) -> NDArray[np.float64]:
    """(draw,) expected events over expected base."""
    return divide(study.total(options.events, policy, options.months).mean(axis=1),
                  study.total(options.per, policy, options.months).mean(axis=1))


def divide(above: NDArray[np.float64], below: NDArray[np.float64]) -> NDArray[np.float64]:
    """`above` / `below`, NaN where nothing is below."""
    out = np.full(np.broadcast(above, below).shape, np.nan)
    return np.asarray(np.divide(above, below, out=out, where=below > 0))

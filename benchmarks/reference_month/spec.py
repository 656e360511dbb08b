"""The reference month: what every engine of `benchmarks/peers.py` computes, in the same units.

One person-month has ten states, three uniforms, one normal, one exponential and one logistic
decision to quit; a leaver's seat is filled at once by a newcomer with the starting states. Each
file beside this one writes it as a good user of that engine would. This one holds the figures,
needs nothing but NumPy, and says when two engines agree.

    sales    = skill (1 + LUCK z)                                      z: normal
    support   += SUPPORT (1 - min(WAITING e, 1) - support)               e: exponential
    income     = 1 + COMMISSION sales
    reward    += REWARD (1/2 + held(income - expected, +-1/2) - reward)
    expected  += EXPECTED (income - expected)
    skill     += LEARNING a (1 - skill)                                  a: uniform
    efficacy  += EFFICACY (held(sales, 0..1) - efficacy)
    stress    += STRESS (1/2 + CALM (1/2 - support) + (b < COMPLAINT) UPSET - stress)
    belonging += BELONGING (support - belonging)                         b: uniform
    morale    += MORALE (mean of efficacy, reward, belonging - morale)
    tenure    += 1
    quits      = c < 1 / (1 + exp(-(LEVEL - 2 morale + 3/2 stress - reward - TENURE tenure)))
                                                                         c: uniform
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

START = {
    "tenure": 0.0, "skill": 0.4, "sales": 0.4, "support": 0.5, "reward": 0.5,
    "expected": 1.2, "efficacy": 0.5, "stress": 0.5, "belonging": 0.5, "morale": 0.5,
}
"""The ten states and the values of a newcomer."""
STATES = tuple(START)

LUCK, WAITING, COMMISSION = 0.3, 0.5, 0.5
SUPPORT, REWARD, EXPECTED, LEARNING = 0.2, 0.3, 0.1, 0.05
EFFICACY, STRESS, CALM, COMPLAINT, UPSET = 0.2, 0.3, 0.3, 0.15, 0.4
BELONGING, MORALE = 0.1, 0.3
LEVEL, TENURE = -2.5, 0.01
MORALE_SLOPE, STRESS_SLOPE, REWARD_SLOPE = 2.0, 1.5, 1.0


class Staff(Protocol):
    """A staff in some engine, ready to be moved on."""

    def advance(self, months: int) -> int:
        """Run `months` months; returns how many people quit in them."""

    def states(self) -> dict[str, np.ndarray]:
        """The ten states now, one value per seat."""


@dataclass(frozen=True)
class Sample:
    """What one engine made of the same firm."""

    engine: str
    people: int
    months: int
    quits: int
    means: dict[str, float]
    sds: dict[str, float]

    @staticmethod
    def of(engine: str, staff: Staff, people: int, months: int) -> Sample:
        """Run a fresh staff and take the quits and the moments of its last month."""
        quits = staff.advance(months)
        found = {name: np.asarray(value, dtype=np.float64)
                 for name, value in staff.states().items()}
        if set(found) != set(STATES) or any(v.shape != (people,) for v in found.values()):
            raise ValueError(f"{engine} does not hold the ten states of {people} people")
        return Sample(engine, people, months, quits,
                      {name: float(v.mean()) for name, v in found.items()},
                      {name: float(v.std()) for name, v in found.items()})


def distances(one: Sample, other: Sample) -> dict[str, float]:
    """How far two samples lie apart, in standard errors of the difference: the quit rate and the
    mean of each state. People are independent of one another, so means are of `people` values."""
    size_one, size_other = one.people * one.months, other.people * other.months
    rate_one, rate_other = one.quits / size_one, other.quits / size_other
    error = np.sqrt(rate_one * (1 - rate_one) / size_one
                    + rate_other * (1 - rate_other) / size_other)
    apart = {"quit rate": float((rate_one - rate_other) / error)}
    for name in STATES:
        error = np.hypot(one.sds[name] / np.sqrt(one.people),
                         other.sds[name] / np.sqrt(other.people))
        apart[name] = float((one.means[name] - other.means[name]) / error)
    return apart


LIMIT = 4.5
"""Standard errors beyond which engines disagree: among 50 comparisons of equal models one in
3,000 runs exceeds it."""


def disagreements(samples: list[Sample]) -> list[str]:
    """Every figure in which an engine differs from the first by more than `LIMIT`."""
    first = samples[0]
    return [
        f"{sample.engine}: {name} lies {distance:+.1f} standard errors from {first.engine}"
        for sample in samples[1:]
        for name, distance in distances(sample, first).items()
        if abs(distance) > LIMIT
    ]

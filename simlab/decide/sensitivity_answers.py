"""The answers of a sensitivity study as plain frozen data, with their flat rows and JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simlab.decide.intervals import Interval
from simlab.decide.outcomes import HEADLINE
from simlab.decide.screening import Screened
from simlab.decide.sobol import Index
from simlab.decide.switching import BreakEven, Threshold
from simlab.decide.value_of_information import Known


@dataclass(frozen=True)
class Swing:
    """The expected difference with one parameter, or one fact of the firm, at two values."""

    name: str
    fact: bool
    low: float
    """The value: a parameter's 5%; of a fact what it is multiplied by, or what is added to the log
    of the labour market."""
    high: float
    at_low: Interval
    """The difference there, with the 90% interval of its Monte Carlo error."""
    at_high: Interval
    swing: Interval
    """From the one to the other, under the same luck."""


@dataclass(frozen=True)
class Emulated:
    """The emulator of one difference."""

    kind: str
    r2: Interval
    runs: int
    held: Interval
    """Variance of the difference with all other parameters at their medians against that with all
    of them varying: how much the screened ones hold."""
    indices: tuple[Index, ...]
    """Empty where the emulator foretells too little."""


@dataclass(frozen=True)
class OnePolicy:
    """What moves the difference of one policy to the baseline."""

    policy: str
    difference: Interval
    """Expected difference over the period; the 90% interval is over draws."""
    beats: float
    """Share of draws in which the expected difference is favourable."""
    screen: tuple[Screened, ...]
    emulator: Emulated
    tornado: tuple[Swing, ...]
    thresholds: tuple[Threshold, ...]
    break_even: tuple[BreakEven, ...]
    per_person: Interval | None
    """What a regretted exit avoided must be worth beyond its replacement for the policy to pay;
    None where nobody is expected to be retained, or money is not among the outcomes."""


@dataclass(frozen=True)
class Valued:
    """What goes into net value besides all cost items, the replacement of leavers among them."""

    margin: float = 0.0
    """Money that a unit of business leaves."""
    person: float = 0.0
    """Money that a regretted exit avoided is worth beyond its replacement."""

    def of(self, totals: NDArray[np.float64], outcomes: Sequence[str]) -> NDArray[np.float64]:
        """(draw, replicate, policy) net value from `totals` (draw, replicate, policy, outcome)."""
        business, lost, cost = (totals[..., list(outcomes).index(name)]
                                for name in ("business", HEADLINE, "cost"))
        return np.asarray(self.margin * business - self.person * lost - cost)


@dataclass(frozen=True)
class Sensitivity:
    """Every answer of a sensitivity study; plain data."""

    baseline: str
    outcome: str
    draws: int
    replicates: int
    trajectories: int
    benefit: str
    """What a choice is judged by: ``outcome``, or ``net_value`` in money."""
    valued: Valued
    least_r2: float
    policies: tuple[OnePolicy, ...]
    chosen: str
    """The policy with the best expected benefit as things are known."""
    evpi: Interval
    """Expected value of knowing every parameter before choosing."""
    evppi: tuple[Known, ...]
    """Of knowing one parameter."""
    evidence: tuple[Known, ...]
    """Of knowing all that one record or study would show."""
    together: tuple[str, str, float] | None
    """The two screened parameters whose rank correlation over draws is largest."""

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)

    def to_rows(self) -> list[dict[str, Any]]:
        """One flat row per policy and parameter, for a table or a CSV file."""
        worth = {each.name: each for each in self.evppi}
        rows = []
        for one in self.policies:
            indices = {index.name: index for index in one.emulator.indices}
            for each in one.screen:
                known = worth[each.name].value
                index = indices.get(each.name)
                rows.append({
                    "policy": one.policy, "against": self.baseline, "outcome": self.outcome,
                    "parameter": each.name, "mu": each.mu, "sigma": each.sigma,
                    "luck": each.luck, **_flat("mu_star", each.mu_star),
                    **_flat("first", index.first if index else None),
                    **_flat("total", index.total if index else None), **_flat("evppi", known)})
        return rows


def _flat(name: str, value: Interval | None) -> dict[str, float | None]:
    return {name: value.mean if value else None, f"{name}_lower": value.lower if value else None,
            f"{name}_upper": value.upper if value else None}

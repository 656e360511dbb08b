"""What the measures of a case are computed from, simulated once however many ask for it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.claims.case import Case, Figure
from simlab.engine.ensemble import Ensemble, history_number, simulate
from simlab.engine.mesa_model import FirmModel, PersonAgent
from simlab.policy import Policy
from simlab.progress import Progress
from simlab.world import Firm


@dataclass(frozen=True)
class Measured:
    """A figure in every simulated future."""

    values: NDArray[np.float64]
    """(future,); NaN where the figure has no value."""
    attainable: tuple[float, float] | None = None
    """Bounds set by the model's structure whatever its parameters, where there are such."""
    reason: Mapping[str, str] | None = None
    """Why this cannot be tested here, in both languages."""


@dataclass
class Study:
    """A case over `draws` (draw, parameter), `replicates` histories each.

    Histories of one draw and replicate meet the same luck under every policy.
    """

    case: Case
    draws: NDArray[np.float64]
    replicates: int
    seed: int = 1
    threads: int | None = None
    progress: Progress = field(default_factory=Progress)
    kept: dict[Hashable, Any] = field(default_factory=dict)
    """What one measure made and another needs too."""

    def policy_of(self, figure: Figure) -> Policy:
        """The policy whose effect `figure` measures."""
        return self.case.policy(self.case.policy_of(figure))

    @cached_property
    def firm(self) -> Firm:
        """The firm of the case at its start."""
        return self.case.scenario_firm(seed=self.seed)

    @cached_property
    def ensemble(self) -> Ensemble:
        """Every policy of the case over every draw."""
        return simulate(
            self.firm, self.case.policies, self.draws, months=self.case.months,
            replicates=self.replicates, seed=self.seed, threads=self.threads,
            progress=self.progress,
        )

    def total(
        self, outcomes: Iterable[str], policy: str, months: slice = slice(None)
    ) -> NDArray[np.float64]:
        """(draw, replicate) sum of some outcomes over some months under one policy."""
        place = self.ensemble.policies.index(policy)
        parts = [self.ensemble.outcome(name)[:, :, place, months] for name in outcomes]
        return np.asarray(np.sum(parts, axis=0).sum(axis=-1))

    def histories(
        self, policy: Policy, agents: Mapping[int, type[PersonAgent]] | None = None
    ) -> Iterator[tuple[int, FirmModel]]:
        """(draw, history at its start), month by month in the caller's hands: for what the
        monthly outcomes do not hold. The same luck as in the ensemble."""
        total = len(self.draws) * self.replicates
        for history in range(total):
            self.progress.advance("simulate", history, total)
            draw, replicate = divmod(history, self.replicates)
            yield draw, FirmModel(
                self.firm, policy, self.draws[draw], seed=self.seed,
                history=int(history_number(draw, replicate)), agents_by_slot=agents,
            )

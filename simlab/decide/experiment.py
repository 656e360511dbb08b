"""The model as something to be tried at points of its parameters: what sensitivity asks of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from simlab.decide.outcomes import outcome
from simlab.engine.ensemble import Ensemble, run_tasks, simulate
from simlab.engine.outcomes import OUTCOMES
from simlab.policy import Policy
from simlab.progress import Progress
from simlab.world import Firm

BLOCK = 64
"""Rows simulated between two parts that are kept."""


class Model(Protocol):
    """What a sensitivity study runs. Figures are over the whole period."""

    @property
    def policies(self) -> tuple[str, ...]:
        """Names along the policy axis."""

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Names along the outcome axis."""

    @property
    def draws(self) -> NDArray[np.float64]:
        """(draw, parameter) what is known of the parameters."""

    def over_draws(self, progress: Progress) -> NDArray[np.float64]:
        """(draw, replicate, policy, outcome), every history with luck of its own."""

    def at(
        self, rows: NDArray[np.float64], luck: int, stage: str, progress: Progress
    ) -> NDArray[np.float64]:
        """(row, replicate, policy, outcome) at these parameters (row, parameter).

        Replicate r meets the same luck in every row, so that rows differ by their parameters
        alone; another `luck` is another set of replicates. `stage` is what progress is told.
        """


Keep = Callable[[tuple[Any, ...], Callable[[], NDArray[np.float64]]], NDArray[np.float64]]
"""(what decides a part, how to make it) -> the part, made or found."""


def _made(_: tuple[Any, ...], make: Callable[[], NDArray[np.float64]]) -> NDArray[np.float64]:
    return make()


@dataclass(frozen=True)
class Experiment:
    """Policies in a firm, over draws of the parameters or at chosen points of them."""

    firm: Firm
    """With one past per draw where its people come from records."""
    tried: tuple[Policy, ...]
    draws: NDArray[np.float64]
    months: int
    outcomes: tuple[str, ...]
    replicates: int = 8
    current: Policy | None = None
    seed: int = 1
    keep: Keep = _made
    """Where parts are kept, so that a study that was stopped goes on."""

    @property
    def policies(self) -> tuple[str, ...]:
        """Names of the policies."""
        return tuple(policy.name for policy in self.tried)

    def over_draws(self, progress: Progress) -> NDArray[np.float64]:
        """See `Model.over_draws`."""
        parts = []
        for replicate in range(self.replicates):
            parts.append(self.keep(("draws", replicate, self.draws),
                                   partial(self._replicate, replicate, progress)))
            progress.advance("draws", replicate + 1, self.replicates)
        return np.concatenate(parts, axis=1)

    def at(
        self, rows: NDArray[np.float64], luck: int, stage: str, progress: Progress
    ) -> NDArray[np.float64]:
        """See `Model.at`. Where people have pasts, each replicate takes those of another draw."""
        parts = []
        for first in range(0, len(rows), BLOCK):
            block = rows[first:first + BLOCK]
            parts.append(self.keep(
                ("at", luck, block), partial(self._block, block, luck, progress)))
            progress.advance(stage, min(first + BLOCK, len(rows)), len(rows))
        return np.concatenate(parts)

    def _replicate(self, replicate: int, progress: Progress) -> NDArray[np.float64]:
        return _totals(simulate(
            self.firm, self.tried, self.draws, months=self.months, first_replicate=replicate,
            seed=self.seed, current=self.current, progress=beneath(progress)), self.outcomes)

    def _block(
        self, rows: NDArray[np.float64], luck: int, progress: Progress
    ) -> NDArray[np.float64]:
        found = np.empty((len(rows), self.replicates, len(self.tried), len(self.outcomes)))
        firm = self._with_pasts(luck)
        seed = int(np.random.SeedSequence([self.seed, luck]).generate_state(1)[0])
        quiet = beneath(progress)

        def work(row: int) -> None:
            # one call a row, its replicates as draws: their numbers, and so their luck, are then
            # the same in every row
            same = np.repeat(rows[row:row + 1], self.replicates, axis=0)
            found[row] = _totals(simulate(
                firm, self.tried, same, months=self.months, seed=seed, current=self.current,
                threads=1, progress=quiet), self.outcomes)[:, 0]

        run_tasks(work, range(len(rows)), "simulate", None, quiet)
        return found

    def _with_pasts(self, luck: int) -> Firm:
        people = self.firm.people
        if people.ndim == 1 or len(people) == 1:
            return self.firm
        chosen = (luck * self.replicates + np.arange(self.replicates)) % len(people)
        return replace(self.firm, people=people[chosen])


def beneath(progress: Progress) -> Progress:
    """One that is stopped with `progress` and tells nobody how far it is."""
    quiet = Progress()
    quiet.flag = progress.flag
    return quiet


def _totals(ensemble: Ensemble, names: Sequence[str]) -> NDArray[np.float64]:
    """(draw, replicate, policy, outcome): months added up or averaged, as the outcome asks."""
    picked = ensemble.y[..., [OUTCOMES.index(name) for name in names]]
    total: NDArray[np.float64] = picked.sum(axis=3)
    averaged = np.array([outcome(name).over_months == "mean" for name in names])
    total[..., averaged] /= picked.shape[3]
    return total

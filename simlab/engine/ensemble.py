"""Many histories of a firm under several policies: the array behind every answer."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simlab.draws import split_seed
from simlab.engine.kernel import fingerprint, load_kernel
from simlab.engine.month import MONTH, Month
from simlab.engine.outcomes import OUTCOMES
from simlab.parameters import as_records
from simlab.policy import Policy, compile_policies
from simlab.progress import Progress
from simlab.world import PORTFOLIO, Firm

CHUNK_PERSON_MONTHS = 400_000
"""Work in one chunk: tens of milliseconds, so progress moves and overhead does not show."""


@dataclass(frozen=True)
class Ensemble:
    """`y[draw, replicate, policy, month, outcome]` in the order of `outcomes`.

    Histories of one (draw, replicate) meet the same luck under every policy (common random
    numbers), so differences between policies are paired.
    """

    y: NDArray[np.float64]
    policies: tuple[str, ...]
    start: int
    """First simulated month, months since year 0."""
    provenance: dict[str, Any]
    outcomes: tuple[str, ...] = OUTCOMES

    def outcome(self, name: str) -> NDArray[np.float64]:
        """(draw, replicate, policy, month) of one outcome."""
        return self.y[..., self.outcomes.index(name)]


def simulate(
    firm: Firm,
    policies: Sequence[Policy],
    draws: NDArray[np.float64],
    *,
    months: int,
    replicates: int = 1,
    current: Policy | None = None,
    seed: int = 1,
    threads: int | None = None,
    chunk: int | None = None,
    progress: Progress | None = None,
    month: Month = MONTH,
) -> Ensemble:
    """Run every policy over every parameter draw (draw, parameter), `replicates` times each.

    Each history first lives the firm's burn-in under its `current` policy (default: the first
    one), the past that all policies share; those months are not recorded.

    The result is the same, bit for bit, for any number of `threads` and any `chunk` (histories
    per call). Raises `Cancelled` where the progress object was cancelled.
    """
    progress = progress or Progress()
    progress.advance("compile", 0, 1)
    lived = Histories.of(firm, policies, draws, months=months, replicates=replicates,
                         current=current, seed=seed, month=month)
    y = np.empty((lived.count, len(policies), months, len(month.outcomes)))
    size = chunk or max(1, CHUNK_PERSON_MONTHS // lived.person_months)
    tasks = [(first, min(first + size, lived.count)) for first in range(0, lived.count, size)]
    # rows made for this call and for one history alone may be lived in: no second copy of a
    # million people
    spare = (lived.state[0][0] if lived.count == 1 and len(policies) == 1
             and firm.people.dtype != month.person else None)
    kernel = load_kernel(month)

    def work(task: tuple[int, int]) -> None:
        first, last = task
        lived.run(kernel, first, last, y[first:last], progress.flag, spare)

    run_tasks(work, tasks, "simulate", threads, progress)
    return Ensemble(
        y=y.reshape(len(draws), replicates, len(policies), months, len(month.outcomes)),
        policies=tuple(p.name for p in policies),
        start=firm.start,
        provenance={"kernel": fingerprint(month), "seed": seed, "replicates": replicates},
        outcomes=month.outcomes,
    )


@dataclass(frozen=True)
class Histories:
    """Numbered histories of a firm as the kernel takes them: plain arrays, any range of which can
    be run alone, anywhere. History `h` lives under parameter draw ``h // replicates``."""

    start: int
    state: tuple[NDArray[np.void], ...]
    """See `state`."""
    policies: NDArray[np.void]
    """(policy,) of POLICY."""
    current: NDArray[np.void]
    """(1,) of POLICY: what the burn-in is lived under."""
    parameters: NDArray[np.void]
    """(draw,)"""
    burn_in: int
    months: int
    replicates: int
    seed: int

    @classmethod
    def of(
        cls, firm: Firm, policies: Sequence[Policy], draws: NDArray[np.float64], *, months: int,
        replicates: int, current: Policy | None, seed: int, month: Month = MONTH,
    ) -> Histories:
        """All histories of a call of `simulate` with the same arguments."""
        return cls(
            start=firm.start, state=state(firm, month), policies=compile_policies(policies),
            current=compile_policies([current or policies[0]]),
            parameters=as_records(draws, month.parameters), burn_in=firm.burn_in, months=months,
            replicates=replicates, seed=seed)

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.parameters) * self.replicates

    @property
    def person_months(self) -> int:
        """That one of them lives, under all policies."""
        people: int = self.state[0].shape[-1]
        return max(people * (self.burn_in + self.months * len(self.policies)), 1)

    def run(
        self, kernel: ModuleType, first: int, last: int, out: NDArray[np.float64],
        cancel: NDArray[np.uint8], people: NDArray[np.void] | None = None,
    ) -> None:
        """Histories `first` to `last` - 1 into `out` (history, policy, month, outcome); stops
        where `cancel` is set. `people` are rows to live in (default: new ones)."""
        if people is None:
            people = np.empty_like(self.state[0][0])
        kernel.run(self.start, *self.state, self.policies, self.parameters, self.current,
                   self.burn_in, *split_seed(self.seed), first, last, self.replicates,
                   self.months, cancel, people, out)


def state(firm: Firm, month: Month = MONTH) -> tuple[NDArray[np.void], ...]:
    """A firm's arrays as the kernel takes them: people (1 or draw, n), a portfolio of accounts
    per person, teams, departments, the firm, practices."""
    return (
        np.atleast_2d(month.people(firm.people)),
        portfolios(firm.accounts),
        firm.teams,
        firm.departments,
        firm.firm,
        firm.practices,
    )


def portfolios(accounts: NDArray[np.void]) -> NDArray[np.void]:
    """(n, ACCOUNTS) accounts as (n,) records of type PORTFOLIO: the same memory."""
    return np.ascontiguousarray(accounts).view(PORTFOLIO)[:, 0]


def run_tasks(
    work: Callable[[Any], None],
    tasks: Sequence[Any],
    stage: str,
    threads: int | None,
    progress: Progress,
) -> None:
    """Run `work` on every task in a pool of threads, reporting progress.

    Whichever comes first compiles while the others wait for numba's lock. A failure or Ctrl-C
    sets the cancel flag, waits for the running kernels to stop and is raised.
    """
    total = len(tasks)
    with ThreadPoolExecutor(max_workers=threads or os.cpu_count()) as pool:
        try:
            for done, _ in enumerate(pool.map(work, tasks), start=1):
                progress.advance(stage, done, total)
        except BaseException:
            progress.cancel()
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    progress.check()

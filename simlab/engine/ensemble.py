"""Many histories of a firm under several policies: the array behind every answer."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simlab.draws import split_seed
from simlab.engine.groups import Divided
from simlab.engine.kernel import fingerprint, load_kernel
from simlab.engine.month import MONTH, Month
from simlab.engine.outcomes import OUTCOMES
from simlab.parameters import as_records
from simlab.policy import Policy, compile_policies
from simlab.progress import Progress
from simlab.world import PORTFOLIO, Counted, Firm

CHUNK_PERSON_MONTHS = 100_000
"""Work in one chunk: tens of milliseconds, so that progress moves, overhead does not show, and no
thread waits long for another's last one."""
MOST_DRAWS, MOST_REPLICATES = 1 << 22, 1 << 10
"""Of one run: together they number the histories of a seed."""


def history_number(draw: ArrayLike, replicate: ArrayLike) -> NDArray[np.uint32]:
    """The number by which a history's luck is addressed: the same for a draw and a replicate,
    however many of either there are."""
    number = np.asarray(replicate, np.uint32) * np.uint32(MOST_DRAWS)
    return number + np.asarray(draw, np.uint32)


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
    groups: NDArray[np.float64] | None = None
    """(draw, replicate, policy, group, `simlab.world.Counted`) over all months, where asked for."""
    divided: Divided | None = None
    """What the groups are."""

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
    first_replicate: int = 0,
    current: Policy | None = None,
    divided: Divided | None = None,
    seed: int = 1,
    threads: int | None = None,
    chunk: int | None = None,
    progress: Progress | None = None,
    month: Month = MONTH,
) -> Ensemble:
    """Run every policy over every parameter draw (draw, parameter), `replicates` times each.

    A replicate of a draw is the same history however many there are, so a run from
    `first_replicate` on extends an earlier one. With `divided` the groups of people that it names
    are counted, too.

    Each history first lives the firm's burn-in under its `current` policy (default: the first
    one), the past that all policies share; those months are not recorded.

    The result is the same, bit for bit, for any number of `threads` and any `chunk` (histories
    per call). Raises `Cancelled` where the progress object was cancelled.
    """
    progress = progress or Progress()
    progress.advance("compile", 0, 1)
    lived = Histories.of(firm, policies, draws, months=months, replicates=replicates,
                         first_replicate=first_replicate, current=current, seed=seed, month=month,
                         divided=divided)
    y = np.empty((lived.count, len(policies), months, len(month.outcomes)))
    counted = (lived.count, len(policies), len(divided.groups), len(Counted)) if divided else (
        lived.count, len(policies), 0, 0)
    groups = np.zeros(counted)
    size = chunk or max(1, CHUNK_PERSON_MONTHS // lived.person_months)
    tasks = [(first, min(first + size, lived.count)) for first in range(0, lived.count, size)]
    # rows made for this call and for one history alone may be lived in: no second copy of a
    # million people
    spare = (lived.state[0][0] if lived.count == 1 and len(policies) == 1
             and firm.people.dtype != month.person else None)
    kernel = load_kernel(month)

    def work(task: tuple[int, int]) -> None:
        first, last = task
        lived.run(kernel, first, last, y[first:last], progress.flag, spare, groups[first:last])

    run_tasks(work, tasks, "simulate", threads, progress)
    return Ensemble(
        y=y.reshape(len(draws), replicates, len(policies), months, len(month.outcomes)),
        policies=tuple(p.name for p in policies),
        start=firm.start,
        provenance={"kernel": fingerprint(month), "seed": seed, "replicates": replicates},
        outcomes=month.outcomes,
        groups=groups.reshape(len(draws), replicates, *counted[1:]) if divided else None,
        divided=divided,
    )


@dataclass(frozen=True)
class Histories:
    """Numbered histories of a firm as the kernel takes them: plain arrays, any range of which can
    be run alone, anywhere. The `h`-th lives under parameter draw ``h // replicates``."""

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
    labels: NDArray[np.int16]
    """See `Divided.labels`."""
    first_replicate: int = 0

    @classmethod
    def of(
        cls, firm: Firm, policies: Sequence[Policy], draws: NDArray[np.float64], *, months: int,
        replicates: int, current: Policy | None, seed: int, month: Month = MONTH,
        first_replicate: int = 0, divided: Divided | None = None,
    ) -> Histories:
        """All histories of a call of `simulate` with the same arguments. ValueError for more draws
        or replicates than there are numbers for."""
        if len(draws) > MOST_DRAWS or first_replicate + replicates > MOST_REPLICATES:
            raise ValueError(f"{len(draws)} draws x {first_replicate + replicates} replicates; at "
                             f"most {MOST_DRAWS} x {MOST_REPLICATES}")
        return cls(
            start=firm.start, state=state(firm, month), policies=compile_policies(policies),
            current=compile_policies([current or policies[0]]),
            parameters=as_records(draws, month.parameters), burn_in=firm.burn_in, months=months,
            replicates=replicates, seed=seed, first_replicate=first_replicate,
            labels=(divided or Divided(())).labels())

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
        groups: NDArray[np.float64] | None = None,
    ) -> int:
        """Histories `first` to `last` - 1 into `out` (history, policy, month, outcome); returns how
        many were finished, fewer where `cancel` was set. `people` are rows to live in (default: new
        ones); `groups` (history, policy, group, figure) are added to."""
        if people is None:
            people = np.empty_like(self.state[0][0])
        if groups is None:
            groups = np.zeros((last - first, len(self.policies), 0, 0))
        draw, replicate = np.divmod(np.arange(first, last), self.replicates)
        finished: int = kernel.run(
            self.start, *self.state, self.policies, self.parameters, self.current, self.burn_in,
            *split_seed(self.seed), draw, history_number(draw, replicate + self.first_replicate),
            self.months, self.labels, cancel, people, out, groups)
        return finished


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

"""Many histories of a firm under several policies: the array behind every answer."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simlab.draws import split_seed
from simlab.engine.kernel import fingerprint, load_kernel
from simlab.engine.month import MONTH
from simlab.engine.outcomes import OUTCOMES
from simlab.parameters import as_records
from simlab.policy import Policy, compile_policies
from simlab.progress import Progress
from simlab.rules import Rule
from simlab.world import Firm

CHUNK_PERSON_MONTHS = 400_000
"""Work in one chunk: tens of milliseconds, so progress moves and overhead does not show."""


@dataclass(frozen=True)
class Ensemble:
    """`y[draw, replicate, policy, month, outcome]` in the order of `OUTCOMES`.

    Histories of one (draw, replicate) meet the same luck under every policy (common random
    numbers), so differences between policies are paired.
    """

    y: NDArray[np.float64]
    policies: tuple[str, ...]
    start: int
    """First simulated month, months since year 0."""
    provenance: dict[str, Any]

    def outcome(self, name: str) -> NDArray[np.float64]:
        """(draw, replicate, policy, month) of one outcome."""
        return self.y[..., OUTCOMES.index(name)]


def simulate(
    firm: Firm,
    policies: Sequence[Policy],
    draws: NDArray[np.float64],
    *,
    months: int,
    replicates: int = 1,
    seed: int = 1,
    threads: int | None = None,
    chunk: int | None = None,
    progress: Progress | None = None,
    month: tuple[Rule, ...] = MONTH,
) -> Ensemble:
    """Run every policy over every parameter draw (draw, parameter), `replicates` times each.

    The result is the same, bit for bit, for any number of `threads` and any `chunk` (histories
    per call). Raises `Cancelled` where the progress object was cancelled.
    """
    progress = progress or Progress()
    progress.advance("compile", 0, 1)
    kernel = load_kernel(month)
    compiled = compile_policies(policies)
    params = as_records(draws)
    histories = len(draws) * replicates
    y = np.empty((len(policies), histories, months, len(OUTCOMES)))
    k0, k1 = split_seed(seed)
    size = chunk or max(1, CHUNK_PERSON_MONTHS // max(len(firm.people) * months, 1))
    tasks = [
        (p, first, min(first + size, histories))
        for first in range(0, histories, size)
        for p in range(len(policies))
    ]

    def work(task: tuple[int, int, int]) -> None:
        p, first, last = task
        kernel.run(
            firm.start,
            *state(firm),
            compiled[p : p + 1],
            params,
            k0,
            k1,
            first,
            last,
            replicates,
            months,
            progress.flag,
            y[p, first:last],
        )

    run_tasks(work, tasks, "simulate", threads, progress)
    shaped = y.reshape(len(policies), len(draws), replicates, months, len(OUTCOMES))
    return Ensemble(
        y=np.ascontiguousarray(shaped.transpose(1, 2, 0, 3, 4)),
        policies=tuple(p.name for p in policies),
        start=firm.start,
        provenance={"kernel": fingerprint(month), "seed": seed, "replicates": replicates},
    )


def state(firm: Firm) -> tuple[NDArray[np.void], ...]:
    """A firm's arrays in the order in which the kernel takes them."""
    return (firm.people, firm.accounts, firm.teams, firm.departments, firm.firm, firm.practices)


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

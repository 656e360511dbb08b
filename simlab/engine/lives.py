"""Every life of one simulated history, month by month: results, exit and its kind."""

from __future__ import annotations

import queue
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simlab.draws import split_seed
from simlab.engine.ensemble import run_tasks, state
from simlab.engine.kernel import load_kernel
from simlab.engine.panels import buffers
from simlab.panel import SIGNS, STILL_HERE
from simlab.parameters import as_records
from simlab.policy import Policy, compile_policies
from simlab.progress import Progress
from simlab.world import Firm

Prepare = Callable[[int], Firm]
"""History -> the firm it starts from."""


@dataclass(frozen=True)
class Lives:
    """What became of n people over T months. The arrays are reused: copy what must be kept."""

    business: NDArray[np.float32]
    """(T, n) results of the month, NaN where the person did not work."""
    exited: NDArray[np.int32]
    """(n,) month of the exit, `simlab.panel.STILL_HERE` if none."""
    kind: NDArray[np.int8]
    """(n,) `simlab.world.Exit` of those who left."""


def follow(
    prepare: Prepare, draws: NDArray[np.float64], policies: Sequence[Policy], months: int,
    consume: Callable[[int, Lives], None], *, seed: int, stage: str,
    threads: int | None = None,
    progress: Progress | None = None,
    first: int = 0,
) -> None:
    """One history of `months` per row of `draws` (history, parameter) under `policies` (one a
    month; the last goes on), from the firm that `prepare` gives it, handed to `consume` from worker
    threads.

    Meant for firms without vacancies, where a seat holds one person for good; all firms must have
    equally many. `first` is the number of the first history in a longer series. Progress is told
    as `stage`. Raises `Cancelled`.
    """
    progress = progress or Progress()
    progress.advance("compile", 0, 1)
    kernel = load_kernel()
    params, compiled = as_records(draws), compile_policies(policies)
    k0, k1 = split_seed(seed)
    nothing = np.zeros(0, np.int32), np.zeros((0, 0), np.int8), np.full(len(SIGNS), -1)
    spare: queue.SimpleQueue[dict[str, NDArray[Any]]] = queue.SimpleQueue()

    def work(row: int) -> None:
        firm = prepare(row)
        try:
            out = spare.get_nowait()
        except queue.Empty:
            out = buffers(months, firm.people.shape[-1], 0)
        for never in ("exited", "noticed"):
            out[never][:] = STILL_HERE
        finished = kernel.run_panel(
            firm.start, *state(firm), compiled, params[row : row + 1], k0, k1, first + row,
            months, progress.flag, *nothing, *out.values(),
        )
        if finished:
            consume(row, Lives(out["business"], out["exited"], out["kind"]))
        spare.put(out)

    run_tasks(work, range(len(draws)), stage, threads, progress)

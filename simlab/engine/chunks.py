"""Chunks of a study: some histories of one firm, to be run alone, here or on another machine.

Large arrays (people, accounts, parameters) are named in a chunk by a fingerprint and held beside
it, so that many chunks share them and a machine is sent them once.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from types import ModuleType
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from simlab.engine.ensemble import Histories
from simlab.engine.groups import Divided
from simlab.engine.kernel import load_kernel
from simlab.engine.month import MONTH
from simlab.progress import Progress

IN_FLIGHT = 2
"""Chunks under way for each thread: one runs while the next waits, and memory stays flat."""

K = TypeVar("K")
Arrays = tuple[NDArray[np.void], ...]
Held = Callable[[str], Arrays]
"""A fingerprint -> the arrays that a chunk names by it."""


@dataclass(frozen=True)
class Chunk:
    """Some replicates of some draws of a firm under some policies."""

    staff: str
    """Names (people, accounts)."""
    parameters: str
    """Names (parameters,), a row per draw."""
    around: Arrays
    """Teams, departments, the firm, practices."""
    policies: NDArray[np.void]
    current: NDArray[np.void]
    start: int
    burn_in: int
    months: int
    seed: int
    draws: tuple[int, int]
    """The first, and the one after the last."""
    replicates: tuple[int, int]
    """The first, and the one after the last."""
    kept: tuple[int, ...]
    """Outcomes wanted, by their place."""
    averaged: tuple[bool, ...] | None
    """None: months are wanted one by one. Else each outcome is one figure over all months, which
    are averaged where this says so and added up otherwise."""

    @property
    def count(self) -> int:
        """Histories under each policy: the replicates of the first draw, then of the next."""
        return (self.draws[1] - self.draws[0]) * (self.replicates[1] - self.replicates[0])

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Of its figures: (history, policy, month, outcome)."""
        months = self.months if self.averaged is None else 1
        return self.count, len(self.policies), months, len(self.kept)

    def histories(self, held: Held) -> Histories:
        """Of the firm whose arrays are held: these replicates of all draws."""
        people, accounts = held(self.staff)
        (parameters,) = held(self.parameters)
        return Histories(
            start=self.start, state=(people, accounts, *self.around), policies=self.policies,
            current=self.current, parameters=parameters, burn_in=self.burn_in,
            months=self.months, replicates=self.replicates[1] - self.replicates[0],
            first_replicate=self.replicates[0], seed=self.seed, labels=Divided(()).labels())


@dataclass(frozen=True)
class Failure:
    """What went wrong with one policy in some histories of a chunk."""

    policy: int
    """Its place in the chunk."""
    first: int
    last: int
    """Histories `first` to `last` - 1 of the chunk, counted from 0."""
    stage: str
    """``simulate`` (an exception), ``outcomes`` (figures that are not finite) or ``worker`` (lost
    again and again)."""
    type: str
    message: str
    trace: str


@dataclass(frozen=True)
class Made:
    """What a chunk came to."""

    figures: NDArray[np.float64]
    """(history, policy, month, outcome); over all months together the month's axis has length 1.
    NaN where a run failed."""
    failures: tuple[Failure, ...]


def run_chunk(chunk: Chunk, held: Held, cancel: NDArray[np.uint8] | None = None) -> Made:
    """Run a chunk on this thread. What fails is a `Failure` and leaves the other histories alone;
    where `cancel` is set meanwhile, the figures are worth nothing."""
    kernel = load_kernel()
    runs = _Runs(chunk, chunk.histories(held), kernel,
                 np.zeros(1, np.uint8) if cancel is None else cancel)
    runs.attempt(0, chunk.count, 0, len(chunk.policies))
    runs.check()
    return Made(runs.figures, tuple(runs.failures))


class _Runs:
    """The histories of one chunk while they are run."""

    def __init__(
        self, chunk: Chunk, histories: Histories, kernel: ModuleType, cancel: NDArray[np.uint8]
    ) -> None:
        self._chunk, self._histories, self._kernel = chunk, histories, kernel
        self._cancel = cancel
        self.figures = np.full(chunk.shape, np.nan)
        self.failures: list[Failure] = []

    def attempt(self, first: int, last: int, low: int, high: int) -> None:
        """Histories under policies `low` to `high` - 1. Where that fails it is tried again in
        halves, so that one bad run takes no other with it."""
        try:
            self._run(first, last, low, high)
        except Exception as error:
            if high - low > 1:
                middle = (low + high) // 2
                self.attempt(first, last, low, middle)
                self.attempt(first, last, middle, high)
            elif last - first > 1:
                middle = (first + last) // 2
                self.attempt(first, middle, low, high)
                self.attempt(middle, last, low, high)
            else:
                self.failures.append(Failure(
                    low, first, last, "simulate", type(error).__name__, str(error),
                    "".join(traceback.format_exception(error))))

    def _run(self, first: int, last: int, low: int, high: int) -> None:
        chunk = self._chunk
        lived = replace(self._histories, policies=chunk.policies[low:high])
        y = np.empty((last - first, high - low, chunk.months, len(MONTH.outcomes)))
        begin = chunk.draws[0] * lived.replicates
        lived.run(self._kernel, begin + first, begin + last, y, self._cancel)
        if chunk.averaged is not None:
            y = y.sum(axis=2, keepdims=True)
        y = y[..., chunk.kept]
        if chunk.averaged is not None:
            y[..., chunk.averaged] /= chunk.months
        self.figures[first:last, low:high] = y

    def check(self) -> None:
        """Runs with a figure that is not finite have failed as well."""
        found = {(each.policy, each.first) for each in self.failures}
        bad = ~np.isfinite(self.figures).all(axis=(2, 3))
        for history, policy in np.argwhere(bad).tolist():
            if (policy, history) not in found:
                self.failures.append(Failure(
                    policy, history, history + 1, "outcomes", "NotFinite",
                    "a figure is not finite", ""))
                self.figures[history, policy] = np.nan


def run_here(
    chunks: Iterable[tuple[K, Chunk]], held: Held, *, threads: int | None = None,
    progress: Progress | None = None,
) -> Iterator[tuple[K, Made]]:
    """Run chunks, each with a name of the caller's, on this machine in a pool of threads; gives
    each name with what its chunk came to as it is finished, in no certain order. Few are under way
    at any time. Raises `Cancelled`; whatever ends the loop stops the kernels that are running."""
    progress = progress or Progress()
    threads = threads or os.cpu_count() or 1
    pending: dict[Future[Made], K] = {}
    with ThreadPoolExecutor(threads) as pool:
        try:
            for name, chunk in chunks:
                progress.check()
                arrays = {key: held(key) for key in (chunk.staff, chunk.parameters)}
                work = pool.submit(run_chunk, chunk, arrays.__getitem__, progress.flag)
                pending[work] = name
                if len(pending) >= IN_FLIGHT * threads:
                    yield from _finished(pending, progress)
            while pending:
                yield from _finished(pending, progress)
        except BaseException:
            progress.cancel()
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _finished(
    pending: dict[Future[Made], K], progress: Progress
) -> Iterator[tuple[K, Made]]:
    done, _ = wait(pending, return_when=FIRST_COMPLETED)
    for work in done:
        made = work.result()
        progress.check()
        yield pending.pop(work), made

"""A past change of policy replayed: what the months before it foretell with and without it.

Everything a forecast sees ends with the month before the change. The people are the very ones of
the record, each as they stood then (`simlab.engine.replay.standing`); whoever joined later is in
neither the forecast nor what is held against it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from simlab.engine.ensemble import simulate
from simlab.engine.panels import panel_firm
from simlab.engine.replay import standing
from simlab.panel import STILL_HERE, Panel
from simlab.policy import Policy
from simlab.progress import Progress
from simlab.world import Status

Story = Literal["with", "without", "both", "neither"]
"""Whose 90% interval holds what happened: the forecast with the change, that without it."""
EDGES = (0.05, 0.95)


@dataclass(frozen=True)
class Group:
    """Exits of the people of one group month by month, as they happened and as foretold."""

    changed: bool
    """Whether the policy changed for them."""
    people: int
    """Present when the change began."""
    on_notice: float
    """Of them expected to have decided to leave before it, by replay."""
    lost: int
    """Of them lost from the record without an exit in these months: whether they left is not
    known, and the forecast counts them."""
    observed: NDArray[np.int64]
    """(month,)"""
    without: NDArray[np.float64]
    """(future, month) under the policy before."""
    under: NDArray[np.float64]
    """(future, month) under the new policy; for those it did not reach the same as `without`."""
    expected: NDArray[np.float64]
    """(draw,) difference that the change makes to expected exits over all the months."""

    @property
    def story(self) -> Story:
        """Which forecast the exits over all the months agree with."""
        total = float(self.observed.sum())
        held = [bool(low <= total <= high) for low, high in
                (np.quantile(part.sum(axis=1), EDGES) for part in (self.under, self.without))]
        return {(True, True): "both", (True, False): "with", (False, True): "without",
                (False, False): "neither"}[held[0], held[1]]  # type: ignore[return-value]

    def place(self, futures: NDArray[np.float64]) -> float:
        """Share of `futures` (future, month) with fewer exits over all the months than happened,
        ties counted half: near 0 or 1 where the forecast did not foresee it."""
        totals, total = futures.sum(axis=1), float(self.observed.sum())
        return float((totals < total).mean() + 0.5 * (totals == total).mean())


def replay_change(
    panel: Panel,
    draws: NDArray[np.float64],
    *,
    column: int,
    months: int,
    before: Policy,
    after: Policy,
    changed: NDArray[np.bool_],
    others: NDArray[np.bool_] | None = None,
    replicates: int = 8,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress | None = None,
) -> tuple[Group, ...]:
    """Exits in the `months` from `column` on of the people present at its start: those for whom
    the policy changed (`changed` (n,), rows of `panel`), then those they are held against
    (`others` (n,), everybody else unless given) where there are any.

    `draws` (draw, parameter) must come from a calibration on the months before `column`. Raises
    `Cancelled`; a group of nobody is left out.
    """
    progress = progress or Progress()
    known = panel.until(column - 1)
    row, people = standing(known, draws, seed=seed, threads=threads, progress=progress,
                           policy=before)
    whole = np.flatnonzero(panel.first <= column - 1)[row]
    firm = replace(panel_firm(known), start=panel.start + column)
    rest = ~changed if others is None else others & ~changed

    def groups() -> Iterator[Group]:
        for mine, policies in ((changed[whole], [before, after]), (rest[whole], [before])):
            here = np.flatnonzero(mine)
            if not len(here):
                continue
            part = people[:, here].copy()
            part["slot"] = np.arange(len(here))
            made = simulate(
                replace(firm, people=part, accounts=firm.accounts[: len(here)],
                        names=tuple(panel.person[k] for k in whole[here])),
                policies, draws, months=months, replicates=replicates, seed=seed, current=before,
                threads=threads, progress=progress)
            exits = made.outcome("exits")
            yield Group(
                changed=len(policies) > 1, people=len(here),
                on_notice=float((part["status"] == Status.NOTICE).sum(axis=1).mean()),
                lost=_lost(panel, whole[here], column, months),
                observed=_left(panel, whole[here], column, months),
                without=exits[:, :, 0].reshape(-1, months),
                under=exits[:, :, -1].reshape(-1, months),
                expected=(exits[:, :, -1] - exits[:, :, 0]).sum(axis=2).mean(axis=1))

    return tuple(groups())


def _left(panel: Panel, rows: NDArray[np.int64], column: int, months: int) -> NDArray[np.int64]:
    left = panel.exited[rows]
    return np.array([(left == column + m).sum() for m in range(months)], dtype=np.int64)


def _lost(panel: Panel, rows: NDArray[np.int64], column: int, months: int) -> int:
    unknown = panel.exited[rows] == STILL_HERE
    return int((unknown & (panel.last[rows] < column + months - 1)).sum())

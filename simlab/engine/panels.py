"""Simulated records of a real firm: the same people, entry dates, pay and gaps, other luck."""

from __future__ import annotations

import queue
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simlab.draws import split_seed
from simlab.engine.ensemble import run_tasks, state
from simlab.engine.firm import assemble
from simlab.engine.kernel import load_kernel
from simlab.engine.ties import NOBODY
from simlab.panel import STILL_HERE, Panel, season
from simlab.parameters import as_records
from simlab.policy import Policy, compile_policies
from simlab.practice import NAMES
from simlab.progress import Progress
from simlab.world import PERSON, Firm, Status, blank

AS_RECORDED = Policy(name="as_recorded", title={"en": "As recorded", "zh": "按现状"})
"""What a record without policy data was made under: nothing changes, nobody moves to key work."""

Consume = Callable[
    [int, NDArray[np.float32], NDArray[np.int8], NDArray[np.int32], NDArray[np.bool_]], None
]
"""Called with (history, business (n, T), rating (n, T), exited (n,), observed (n, T))."""


def base_pay(panel: Panel) -> NDArray[np.float64]:
    """(n,) each person's base pay a month: the first known, else the median of all, else 1."""
    known = np.isfinite(panel.base) & (panel.base > 0)
    first = np.take_along_axis(panel.base, known.argmax(axis=1)[:, None], axis=1)[:, 0]
    everyone = float(np.median(panel.base[known])) if known.any() else 1.0
    return np.where(known.any(axis=1), first, everyone).astype(np.float64)


def panel_firm(panel: Panel, *, practice: str = "sales") -> Firm:
    """The firm behind a panel at its first month: its people, each arriving when first seen.

    There is one team, vacancies are off and people do not influence one another, because the
    panel records neither teams nor managers. The season is the panel's own.
    """
    n = len(panel.person)
    base = base_pay(panel)
    people = blank(PERSON, n)
    people["slot"] = np.arange(n)
    people["status"] = Status.AWAITED
    people["practice"] = NAMES.index(practice)
    people["arrives"] = panel.first
    people["entered"] = panel.hired
    people["ties"] = NOBODY
    people["base"] = base
    people["grade"] = panel.grade.max(axis=1, initial=0)
    reference = float(np.median(base)) if n else 1.0
    return assemble(
        people,
        panel.start,
        season=season(panel),
        base_reference=reference,
        entry_base=reference,
        coaching=0.5,
        support_capacity=max(0.4, 2.0 / max(n, 1)),
        resolution=0.7,
        standard=0.35,
        dismissal_months=3,
        grace_months=6,
        replacement_cost=3.0,
        coupled=False,
        vacancies=False,
        names=panel.person,
    )


def simulate_panels(
    panel: Panel,
    draws: NDArray[np.float64],
    consume: Consume,
    *,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress | None = None,
) -> None:
    """One simulated panel per row of `draws` (history, parameter), handed to `consume` from
    worker threads. The arrays are reused: copy what must be kept.

    A person without a known exit who disappears from the record before its end is censored in
    the simulated panel at the same month; one with a known exit is not, so that simulated exits
    may come earlier or later.
    """
    progress = progress or Progress()
    progress.advance("compile", 0, 1)
    kernel = load_kernel()
    firm = panel_firm(panel)
    params = as_records(draws)
    policies = compile_policies([AS_RECORDED])
    k0, k1 = split_seed(seed)
    months, n = panel.months, len(panel.person)
    allowed = _could_be_seen(panel).T.copy()
    spare: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()

    def work(history: int) -> None:
        try:
            rows = spare.get_nowait()
        except queue.Empty:
            rows = _buffers(months, n)
        rows["exited"][:] = STILL_HERE
        finished = kernel.run_panel(
            firm.start,
            *state(firm),
            policies,
            params[history : history + 1],
            k0,
            k1,
            history,
            months,
            progress.flag,
            rows["business"],
            rows["rating"],
            rows["pay"],
            rows["exited"],
            rows["kind"],
        )
        if finished:
            observed = allowed & ~np.isnan(rows["business"])
            business = np.where(observed, rows["business"], 0).T
            rating = np.where(observed, rows["rating"], 0).T
            consume(
                history,
                np.ascontiguousarray(business),
                np.ascontiguousarray(rating),
                rows["exited"],
                np.ascontiguousarray(observed.T),
            )
        spare.put(rows)

    run_tasks(work, range(len(draws)), "simulate", threads, progress)


def simulated_panel(panel: Panel, draw: NDArray[np.float64], *, seed: int = 1) -> Panel:
    """One simulated record of the panel's people under one parameter row (parameter,)."""
    made: list[Panel] = []

    def keep(
        _: int,
        business: NDArray[np.float32],
        rating: NDArray[np.int8],
        exited: NDArray[np.int32],
        observed: NDArray[np.bool_],
    ) -> None:
        made.append(observe(panel, business, rating, exited.copy(), observed))

    simulate_panels(panel, draw[None, :], keep, seed=seed, threads=1)
    return made[0]


def observe(
    panel: Panel,
    business: NDArray[np.float32],
    rating: NDArray[np.int8],
    exited: NDArray[np.int32],
    observed: NDArray[np.bool_],
) -> Panel:
    """A simulated record in the frame of `panel`: its people, dates and pay, other results.

    An exit after the month in which the person is lost from sight is not seen.
    """
    lost = _lost_from_sight(panel)
    last = np.where(exited <= lost, exited, lost)
    months = panel.months
    grade = np.broadcast_to(panel.grade.max(axis=1, initial=0)[:, None], (len(last), months))
    base = np.broadcast_to(base_pay(panel)[:, None], (len(last), months))
    return Panel(
        start=panel.start,
        person=panel.person,
        hired=panel.hired,
        first=panel.first,
        last=last.astype(np.int32),
        exited=np.where(exited <= lost, exited, STILL_HERE).astype(np.int32),
        grade=grade.astype(np.int32),
        base=base.astype(np.float32),
        observed=observed,
        business=business,
        rating=rating,
    )


def _lost_from_sight(panel: Panel) -> NDArray[np.int64]:
    """(n,) last column in which the person could be observed, were they to stay."""
    known = panel.exited < STILL_HERE
    return np.where(known, panel.months - 1, panel.last).astype(np.int64)


def _could_be_seen(panel: Panel) -> NDArray[np.bool_]:
    """(n, T) months that a record would show if the person worked: not before the first, not
    after being lost from sight, not in a gap of the real record."""
    column = np.arange(panel.months)
    inside = (column >= panel.first[:, None]) & (column <= _lost_from_sight(panel)[:, None])
    gap = panel.employed & ~panel.observed
    return np.asarray(inside & ~gap)


def _buffers(months: int, n: int) -> dict[str, NDArray[Any]]:
    return {
        "business": np.empty((months, n), np.float32),
        "rating": np.empty((months, n), np.int8),
        "pay": np.empty((months, n), np.float32),
        "exited": np.empty(n, np.int32),
        "kind": np.zeros(n, np.int8),
    }

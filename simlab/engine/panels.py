"""Simulated records of a real firm: the same people, entry dates, pay and gaps, other luck."""

from __future__ import annotations

import queue
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simlab.draws import split_seed, stream
from simlab.engine.ensemble import run_tasks, state
from simlab.engine.firm import assemble
from simlab.engine.kernel import load_kernel
from simlab.engine.ties import NOBODY
from simlab.panel import SIGNS, STILL_HERE, Panel, season
from simlab.parameters import INDEX, as_records
from simlab.policy import Policy, compile_policies
from simlab.practice import NAMES
from simlab.progress import Progress
from simlab.world import PERSON, Firm, Status, blank

AS_RECORDED = Policy(name="as_recorded", title={"en": "As recorded", "zh": "按现状"})
"""What a record without policy data was made under: nothing changes, nobody moves to key work."""

Consume = Callable[[int, Panel], None]
"""Called with the number of the history and its simulated record."""


def base_pay(panel: Panel) -> NDArray[np.float64]:
    """(n,) each person's base pay a month: the first known, else the median of all, else 1."""
    known = np.isfinite(panel.base) & (panel.base > 0)
    first = np.take_along_axis(panel.base, known.argmax(axis=1)[:, None], axis=1)[:, 0]
    everyone = float(np.median(panel.base[known])) if known.any() else 1.0
    return np.where(known.any(axis=1), first, everyone).astype(np.float64)


def panel_firm(panel: Panel, *, practice: str = "sales", coupled: bool = False) -> Firm:
    """The firm behind a panel at its first month: its people, each arriving when first seen.

    Vacancies are off: who comes is in the record. People do not influence one another unless
    `coupled`: then those of a recorded team do, by who left and by the team's climate. The
    season is the panel's own.
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
    people["team"] = panel.teams if coupled else 0
    people["grade"] = panel.grade.max(axis=1, initial=0)
    reference = float(np.median(base)) if n else 1.0
    firm = assemble(
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
    together = coupled and bool(panel.unit)
    return firm.with_facts(couple_peers=together, couple_climate=together)


def simulate_panels(
    panel: Panel,
    draws: NDArray[np.float64],
    consume: Consume,
    *,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress | None = None,
    first: int = 0,
    policy: Policy = AS_RECORDED,
) -> None:
    """One simulated record of the people of `panel` per row of `draws` (history, parameter),
    handed to `consume` from worker threads.

    It has what `panel` has: its people, entry dates, pay, gaps, teams, key work and completed
    courses as facts, and simulated results, exits and of `SIGNS` those recorded. A person
    without a known exit who disappears from the record before its end is censored at the same
    month; one with a known exit is not, so that simulated exits may come earlier or later.

    They live under `policy`, and are staff of its practice.

    `first` is the number of the first history, by which its luck is addressed: rows 250 to 499
    of a longer table come out the same alone as together with the others.
    """
    progress = progress or Progress()
    progress.advance("compile", 0, 1)
    kernel = load_kernel()
    firm = panel_firm(panel, practice=policy.practice, coupled=True)
    params = as_records(draws)
    policies = compile_policies([policy])
    k0, k1 = split_seed(seed)
    observer = Observer.of(panel, seed)
    spare: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()

    def work(history: int) -> None:
        try:
            rows = spare.get_nowait()
        except queue.Empty:
            rows = observer.buffers()
        for never in ("exited", "noticed"):
            rows[never][:] = STILL_HERE
        finished = kernel.run_panel(
            firm.start, *state(firm), policies, params[history : history + 1], k0, k1,
            first + history, panel.months, progress.flag, observer.key_from, observer.course,
            observer.place, *rows.values(),
        )
        if finished:
            consume(history, observer.panel(rows, first + history, draws[history]))
        spare.put(rows)

    run_tasks(work, range(len(draws)), "simulate", threads, progress)


def simulated_panel(
    panel: Panel, draw: NDArray[np.float64], *, seed: int = 1, policy: Policy = AS_RECORDED
) -> Panel:
    """One simulated record of the panel's people under one parameter row (parameter,)."""
    made: list[Panel] = []
    simulate_panels(panel, draw[None, :], lambda _, one: made.append(one), seed=seed, threads=1,
                    policy=policy)
    return made[0]


@dataclass(frozen=True)
class Observer:
    """Turns what the kernel notes of a history into a record with the gaps of a real one."""

    like: Panel
    seed: int
    key_from: NDArray[np.int32]
    """(n,), empty where no key account is recorded."""
    course: NDArray[np.int8]
    """(T, n), empty where no course is recorded."""
    place: NDArray[np.int64]
    """Of each of `SIGNS`, its place among those recorded; -1 where it is not."""
    _lost: NDArray[np.int64]
    """(n,) last column in which the person could be observed, were they to stay."""
    _observed: NDArray[np.bool_]
    """(T, n) months that the record would show if the person worked."""
    _signs: dict[str, NDArray[np.bool_]]
    """(T, n) the same for each recorded sign."""
    _margin: Margin | None

    @classmethod
    def of(cls, panel: Panel, seed: int) -> Observer:
        """The observer of simulated records of `panel`'s people."""
        known = panel.exited < STILL_HERE
        lost = np.where(known, panel.months - 1, panel.last).astype(np.int64)
        held = list(panel.signs)
        return cls(
            panel, seed,
            np.zeros(0, np.int32) if panel.key_from is None else panel.key_from,
            np.zeros((0, 0), np.int8) if panel.course is None else panel.course.T.copy(),
            np.array([held.index(k) if k in held else -1 for k in SIGNS]),
            lost,
            _could_be_seen(panel, lost, panel.observed),
            {name: _could_be_seen(panel, lost, _kept(name, figure))
             for name, figure in panel.signs.items()},
            None if panel.score is None else Margin.of(panel.score, panel.teams),
        )

    def buffers(self) -> dict[str, NDArray[Any]]:
        """What the kernel writes of one history."""
        return buffers(self.like.months, len(self.like.person), len(self._signs))

    def panel(
        self, rows: dict[str, NDArray[Any]], history: int, draw: NDArray[np.float64]
    ) -> Panel:
        """The record of one history, a copy: its people, dates and pay are those of `like`.

        An exit after the month in which the person is lost from sight is not seen.
        """
        like = self.like
        worked = ~np.isnan(rows["business"])
        observed = self._observed & worked
        business = np.where(observed, rows["business"], 0) if like.amounts else np.full_like(
            rows["business"], np.nan)
        exited = np.where(rows["exited"] <= self._lost, rows["exited"], STILL_HERE)
        signs: dict[str, Any] = {
            name: self._sign(name, figure, worked, history, draw)
            for name, figure in zip(self._signs, rows["signs"], strict=True)
        }
        return replace(
            like,
            last=np.where(rows["exited"] <= self._lost, rows["exited"], self._lost).astype(
                np.int32),
            exited=exited.astype(np.int32),
            noticed=None if like.noticed is None else np.where(
                exited < STILL_HERE, np.minimum(rows["noticed"], exited), STILL_HERE
            ).astype(np.int32),
            grade=self._grade,
            base=self._base,
            observed=np.ascontiguousarray(observed.T),
            business=np.ascontiguousarray(business.T),
            rating=np.ascontiguousarray(
                np.where(observed & self._rated, rows["rating"], 0).astype(np.int8).T),
            leaving={},
            **signs,
        )

    def _sign(
        self, name: str, noted: NDArray[np.float32], worked: NDArray[np.bool_], history: int,
        draw: NDArray[np.float64],
    ) -> NDArray[np.float32]:
        """(n, T) a noted sign, where the record would hold it."""
        seen = np.where(self._signs[name] & worked, noted, np.float32(np.nan)).T
        if name == "score" and self._margin is not None:
            key = [self.seed % 2**32, self.seed >> 32, stream("manager_score", 0), history]
            noise = np.random.default_rng(key).standard_normal(seen.shape)
            return self._margin.fill(seen + draw[INDEX["score_noise"]] * noise)
        return np.ascontiguousarray(seen)

    @cached_property
    def _grade(self) -> NDArray[np.int32]:
        highest = self.like.grade.max(axis=1, initial=0)[:, None]
        return np.broadcast_to(highest, self.like.grade.shape).astype(np.int32)

    @cached_property
    def _base(self) -> NDArray[np.float32]:
        known = "compensation.base" in self.like.recorded
        base = base_pay(self.like) if known else np.full(len(self.like.person), np.nan)
        return np.broadcast_to(base[:, None], self.like.base.shape).astype(np.float32)

    @cached_property
    def _rated(self) -> bool:
        return "ratings.rating" in self.like.recorded


@dataclass(frozen=True)
class Margin:
    """The scores that managers give, whoever gets them: an ordinal measurement model.

    How lenient a manager is, whether scores are inflated or forced into ranks, is a fact of the
    record: in a simulated month each team has its recorded scores, handed out by rank of what
    the manager sees. A team whose scores are all equal says nothing about anybody.
    """

    _group: NDArray[np.int64]
    """(n, T) number of each person's team and month."""
    _scores: NDArray[np.float32]
    """Recorded scores, sorted within groups, one group after the other."""
    _first: NDArray[np.int64]
    """Where a group's scores begin."""
    _count: NDArray[np.int64]

    @classmethod
    def of(cls, score: NDArray[np.float32], team: NDArray[np.int64]) -> Margin:
        """Of recorded scores (n, T) and each person's team (n,)."""
        months = score.shape[1]
        group = team[:, None] * months + np.arange(months)
        known = np.isfinite(score)
        size = int(group.max(initial=0)) + 1
        count = np.bincount(group[known], minlength=size)
        order = np.lexsort((score[known], group[known]))
        return cls(group, score[known][order], np.cumsum(count) - count, count)

    def fill(self, seen: NDArray[np.float64]) -> NDArray[np.float32]:
        """(n, T) the groups' scores by rank of what was seen (n, T; NaN: no score)."""
        known = np.isfinite(seen) & (self._count[self._group] > 0)
        group = self._group[known]
        order = np.lexsort((seen[known], group))
        count = np.bincount(group, minlength=len(self._count))
        rank = np.arange(len(group)) - (np.cumsum(count) - count)[group[order]]
        place = np.empty(len(group), np.int64)
        place[order] = ((rank + 0.5) * self._count[group[order]] / count[group[order]]).astype(
            np.int64)
        out = np.full(seen.shape, np.nan, np.float32)
        out[known] = self._scores[self._first[group] + place]
        return out


def _kept(name: str, figure: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(n, T) where a sign was taken down. Who answers a survey is itself simulated, so that only
    months in which nobody answered count as not asked."""
    known = np.isfinite(figure)
    return np.broadcast_to(known.any(axis=0), known.shape) if name == "pulse" else known


def _could_be_seen(
    panel: Panel, lost: NDArray[np.int64], taken: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """(T, n) months that a record would show if the person worked: not before the first, not
    after being `lost` from sight, not in a gap of what was `taken` down (n, T), nor in a month in
    which that was of nobody."""
    column = np.arange(panel.months)
    inside = (column >= panel.first[:, None]) & (column <= lost[:, None])
    gap = panel.employed & ~taken
    return np.ascontiguousarray((inside & ~gap & taken.any(axis=0)).T)


def buffers(months: int, n: int, signs: int) -> dict[str, NDArray[Any]]:
    """What the kernel writes of one history of n people, in the order in which it takes them."""
    return {
        "business": np.empty((months, n), np.float32),
        "rating": np.empty((months, n), np.int8),
        "pay": np.empty((months, n), np.float32),
        "exited": np.empty(n, np.int32),
        "noticed": np.empty(n, np.int32),
        "kind": np.zeros(n, np.int8),
        "signs": np.empty((signs, months, n), np.float32),
    }

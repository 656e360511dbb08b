"""Where each real person stands: their record replayed in weighted copies, then carried on.

The rules of the month run over the person's own record with results and survival clamped, in
many copies that differ in what no record shows (ability, frailty, a decision not yet announced).
Copies that explain the record badly lose weight (a bootstrap particle filter: Gordon, Salmond,
Smith 1993; static traits rejuvenated after Liu, West 2001). Colleagues are held at neutral
figures meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simlab.draws import split_seed, stream
from simlab.engine.ensemble import portfolios, run_tasks, state
from simlab.engine.firm import empty_accounts
from simlab.engine.kernel import load_kernel
from simlab.engine.panels import AS_RECORDED, panel_firm
from simlab.panel import STILL_HERE, Panel
from simlab.parameters import as_records
from simlab.policy import Policy, compile_policies
from simlab.progress import Progress
from simlab.world import PERSON, SEEN, Exit, Status, blank

PATHS = 4
"""Sampled futures per person and parameter draw, for counts over people."""
LEAST_COPIES = 10.0
"""Effective copies below which a person's own figure should not be used."""
MORE = 8
"""Times as many copies for people whose record few copies explain."""


@dataclass(frozen=True)
class Forecast:
    """Exits of the people employed at the end of a panel, month by month after it."""

    person: tuple[str, ...]
    """m people forecast: observed in the panel's last column, not left by its end."""
    row: NDArray[np.int64]
    """(m,) their rows in the panel."""
    left_by: NDArray[np.float32]
    """(draw, m, horizon) probability to have left within 1..horizon months; 0 or 1 for those who
    have announced their last month."""
    exits: NDArray[np.int64]
    """(draw x path, horizon) simulated exits of those people a month."""
    exits_all: NDArray[np.int64]
    """(draw x path, horizon) the same with newcomers, who arrive as in the last twelve months."""
    effective: NDArray[np.float32]
    """(m,) smallest effective number of copies met on the way, the median over draws: a figure
    averaged over draws leans on the copies of all of them, not on its worst draw."""


@dataclass(frozen=True)
class Replayed:
    """What a replay of m people under each draw found."""

    left_by: NDArray[np.float32]
    """(draw, m, horizon) probability to have left within 1..horizon months."""
    paths: NDArray[np.int8]
    """(draw, m, PATHS) month 1..horizon of the exit in sampled futures, 0 = none."""
    effective: NDArray[np.float32]
    """(draw, m) smallest effective number of copies."""
    standing: NDArray[np.void]
    """(draw, m) one copy of each person at the end of the record, drawn by weight."""


@dataclass(frozen=True)
class Replay:
    """A way to replay people of one panel: under these draws, this policy, this seed."""

    panel: Panel
    draws: NDArray[np.float64]
    copies: int
    seed: int
    threads: int | None
    progress: Progress
    policy: Policy

    def run(
        self, people: NDArray[np.void], seen: NDArray[np.void], months: int, horizon: int,
        *, times: int = 1,
    ) -> Replayed:
        """Replay `people` (m,) over `months` of what was `seen` (m, T), in `times` as many copies,
        then carry them on for `horizon` months. Raises `Cancelled`."""
        self.progress.advance("compile", 0, 1)
        kernel = load_kernel()
        firm = panel_firm(self.panel).with_facts(couple_income=0)
        params, policies = as_records(self.draws), compile_policies([self.policy])
        k0, k1 = split_seed(self.seed)
        m, n = len(people), len(self.draws)
        found = Replayed(
            left_by=np.zeros((n, m, horizon), np.float32),
            paths=np.zeros((n, m, PATHS), np.int8),
            effective=np.zeros((n, m), np.float32),
            standing=np.zeros((n, m), people.dtype),
        )
        number = np.uint32(stream("replay", 0))
        _, _, teams, departments, firms, practices = state(firm)
        accounts = portfolios(empty_accounts(m))

        def work(draw: int) -> None:
            kernel.replay(
                firm.start, people, accounts, teams, departments, firms, practices, policies,
                params[draw : draw + 1], k0, k1, draw, seen, months, horizon,
                times * self.copies, PATHS, number, self.progress.flag, found.left_by[draw],
                found.paths[draw], found.effective[draw], found.standing[draw],
            )

        run_tasks(work, range(n), "replay", self.threads, self.progress)
        return found


def forecast(
    panel: Panel,
    draws: NDArray[np.float64],
    *,
    horizon: int,
    copies: int = 64,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress | None = None,
    policy: Policy = AS_RECORDED,
) -> Forecast:
    """Replay everyone employed at the end of `panel` under each row of `draws` (draw, parameter)
    and carry them on for `horizon` months.

    People whose record few copies explain are replayed again in `MORE` times as many. `panel`
    must hold nothing later than the origin (`Panel.until`). Raises `Cancelled`.
    """
    row = employed_at_end(panel)
    people, seen = panel_firm(panel).people[row], _seen(panel)[row]
    replay = Replay(panel, draws, copies, seed, threads, progress or Progress(), policy)
    found = replay.run(people, seen, panel.months, horizon)
    if len(draws):
        odd = np.flatnonzero(np.median(found.effective, axis=0) < LEAST_COPIES)
        again = replay.run(people[odd], seen[odd], panel.months, horizon, times=MORE)
        found.left_by[:, odd], found.paths[:, odd] = again.left_by, again.paths
        found.effective[:, odd] = again.effective
    _announced(panel, row, found)
    exits = _monthly(found.paths, horizon)
    return Forecast(
        person=tuple(panel.person[i] for i in row),
        row=row,
        left_by=found.left_by,
        exits=exits,
        exits_all=exits + _newcomers(replay, horizon),
        effective=np.median(found.effective, axis=0)
        if len(draws)
        else np.zeros(len(row), np.float32),
    )


def _announced(panel: Panel, row: NDArray[np.int64], found: Replayed) -> None:
    """Whoever has announced their last month leaves then, whatever the model thinks."""
    for k, month in enumerate(panel.announced[row] - panel.months + 1):
        if month < STILL_HERE - panel.months:
            horizon = found.left_by.shape[2]
            found.left_by[:, k] = np.arange(1, horizon + 1) >= month
            found.paths[:, k] = month if month <= horizon else 0


def standing(
    panel: Panel,
    draws: NDArray[np.float64],
    *,
    copies: int = 32,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress | None = None,
    policy: Policy = AS_RECORDED,
) -> tuple[NDArray[np.int64], NDArray[np.void]]:
    """Everyone employed at the end of `panel`, as they stand then under each row of `draws`.

    Returns their rows in the panel (m,) and records of PERSON (draw, m): one weighted copy each,
    months counted from the month after the record (hiring lies before 0). `policy` is what they
    were paid under: their expectations and commission still due come from it. Whoever has
    announced their last month is on notice until then. Raises `Cancelled`.
    """
    row = employed_at_end(panel)
    firm = panel_firm(panel)
    # a seed of its own: what befell people before must not befall them again
    past = (seed + (stream("standing", 0) << 32)) % 2**64
    replay = Replay(panel, draws, copies, past, threads, progress or Progress(), policy)
    people = replay.run(firm.people[row], _seen(panel)[row], panel.months, 0).standing
    people["entered"] -= panel.months
    people["due"] = np.roll(people["due"], -panel.months, axis=-1)
    people["log_weight"] = 0
    known = panel.announced[row] < STILL_HERE
    people["status"][:, known] = Status.NOTICE
    people["leaving"][:, known] = Exit.VOLUNTARY
    people["notice"][:, known] = np.minimum(panel.announced[row][known] - panel.months + 1, 127)
    return row, people


def employed_at_end(panel: Panel) -> NDArray[np.int64]:
    """Rows of the people with a record in the last column who have not left by its end."""
    end = panel.months - 1
    return np.flatnonzero(panel.observed[:, end] & (panel.exited > end))


def _seen(panel: Panel) -> NDArray[np.void]:
    """(n, T) what the record says of each month."""
    seen = blank(SEEN, len(panel.person), panel.months)
    known = panel.observed & np.isfinite(panel.business)
    seen["has_business"] = known
    seen["business"] = np.where(known, panel.business, 0)
    seen["rating"] = np.where(panel.observed, panel.rating, 0)
    column = np.arange(panel.months)
    seen["stayed"] = (column >= panel.first[:, None]) & (column < panel.exited[:, None])
    return seen


def _monthly(paths: NDArray[np.int8], horizon: int) -> NDArray[np.int64]:
    """(draw, m, path) exit months -> (draw x path, horizon) exits a month."""
    counts = [(paths == h + 1).sum(axis=1) for h in range(horizon)]
    return np.stack(counts, axis=-1).reshape(-1, horizon).astype(np.int64)


def _newcomers(replay: Replay, horizon: int) -> NDArray[np.int64]:
    """(draw x path, horizon) exits of people hired after the origin; each future month's hires
    are drawn from the observed monthly hires of the last twelve months."""
    panel = replay.panel
    recent = np.arange(max(panel.months - 12, 1), panel.months)
    hires = np.array([(panel.first == t).sum() for t in recent])
    width = len(replay.draws) * PATHS
    exits = np.zeros((width, horizon), np.int64)
    if hires.size == 0 or hires.max() == 0:
        return exits
    most = int(hires.max())
    counts = np.random.default_rng(replay.seed).choice(hires, size=(width, horizon))
    firm = panel_firm(panel)
    for h in range(horizon):
        people = blank(PERSON, most)
        people["slot"] = len(panel.person) + h * most + np.arange(most)
        people["status"] = Status.ARRIVING
        people["base"] = firm.firm["entry_base"][0]
        ahead = horizon - h
        paths = replay.run(people, blank(SEEN, most, 1), panel.months + h, ahead).paths
        here = np.arange(most)[None, :, None] < counts[:, h].reshape(-1, 1, PATHS)
        for k in range(ahead):
            exits[:, h + k] += ((paths == k + 1) & here).sum(axis=1).reshape(-1)
    return exits

"""Where each real person stands: their record replayed in weighted copies, then carried on.

The rules of the month run over the person's own record with results and survival clamped, in
many copies that differ in what no record shows (ability, frailty, a decision not yet announced).
Copies that explain the record badly lose weight (a bootstrap particle filter: Gordon, Salmond,
Smith 1993; static traits rejuvenated after Liu, West 2001). Colleagues are held at neutral
figures meanwhile.

Copies are weighed within one draw of the parameters, never one draw against another: a posterior
calibrated on the same months has used them for that already, and they count once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from simlab.draws import split_seed, stream
from simlab.engine.ensemble import portfolios, run_tasks, state
from simlab.engine.firm import empty_accounts
from simlab.engine.kernel import load_kernel
from simlab.engine.panels import AS_RECORDED, panel_firm
from simlab.engine.reliability import Corrections, monthly_chance
from simlab.panel import STILL_HERE, Panel
from simlab.parameters import as_records
from simlab.policy import Policy, compile_policies
from simlab.progress import Progress
from simlab.world import PERSON, SEEN, Exit, Status, blank

PATHS = 10
"""Sampled futures of everybody per parameter draw, for counts over people."""
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
    leaves: NDArray[np.int8]
    """(draw x path, m) month 1..horizon of each person's exit in sampled futures, 0 = none."""
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
                times * self.copies, number, self.progress.flag, found.left_by[draw],
                found.effective[draw], found.standing[draw],
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
    corrections: Corrections | None = None,
    paths: int = PATHS,
) -> Forecast:
    """Replay everyone employed at the end of `panel` under each row of `draws` (draw, parameter)
    and carry them on for `horizon` months.

    `panel` must hold nothing later than the origin (`Panel.until`). `corrections` of the same
    draws (`simlab.engine.hindsight`) put right what earlier forecasts got wrong throughout.
    `paths` futures are sampled per draw. Raises `Cancelled`.
    """
    row = employed_at_end(panel)
    replay = Replay(panel, draws, copies, seed, threads, progress or Progress(), policy)
    found = conditioned(replay, row, horizon)
    left_by = found.left_by if corrections is None else corrections.present.corrected(found.left_by)
    _announced(panel, row, left_by)
    rng = np.random.default_rng([seed, stream("futures", 0)])
    spread = 0.0 if corrections is None else corrections.present.spread
    shared = spread * rng.standard_normal((len(draws), paths, horizon))
    leaves = sampled(left_by, shared, rng)
    exits = _monthly(leaves, horizon)
    return Forecast(
        person=tuple(panel.person[i] for i in row),
        row=row,
        left_by=left_by,
        leaves=leaves,
        exits=exits,
        exits_all=exits + _newcomers(replay, shared, corrections),
        effective=np.median(found.effective, axis=0)
        if len(draws)
        else np.zeros(len(row), np.float32),
    )


def conditioned(replay: Replay, row: NDArray[np.int64], horizon: int) -> Replayed:
    """The people in these rows of the panel, replayed to its end and carried on for `horizon`
    months; those whose record few copies explain are replayed again in `MORE` times as many."""
    panel = replay.panel
    people, seen = panel_firm(panel).people[row], _seen(panel)[row]
    found = replay.run(people, seen, panel.months, horizon)
    if len(replay.draws):
        odd = np.flatnonzero(np.median(found.effective, axis=0) < LEAST_COPIES)
        again = replay.run(people[odd], seen[odd], panel.months, horizon, times=MORE)
        found.left_by[:, odd], found.effective[:, odd] = again.left_by, again.effective
    return found


def _announced(panel: Panel, row: NDArray[np.int64], left_by: NDArray[np.float32]) -> None:
    """Whoever has announced their last month leaves then, whatever the model thinks."""
    for k, month in enumerate(panel.announced[row] - panel.months + 1):
        if month < STILL_HERE - panel.months:
            left_by[:, k] = np.arange(1, left_by.shape[2] + 1) >= month


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


def sampled(
    left_by: NDArray[np.float32], shared: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.int8]:
    """(draw x path, m) month 1..horizon of the exit in futures sampled from chances `left_by`
    (draw, m, horizon); 0 = none. Everybody has luck of their own; `shared` (draw, path, horizon)
    is what a month adds to everybody's log-odds."""
    draws, paths, _ = shared.shape
    out = np.zeros((draws, paths, left_by.shape[1]), np.int8)
    for draw in range(draws):
        gone = np.zeros(out.shape[1:], bool)
        for h, chance in enumerate(monthly_chance(left_by[[draw]])):
            odds = logit(chance) + shared[draw, :, [h]].T
            leaves = ~gone & (rng.random(gone.shape) < expit(odds))
            out[draw][leaves] = h + 1
            gone |= leaves
    return out.reshape(draws * paths, -1)


def _monthly(leaves: NDArray[np.int8], horizon: int) -> NDArray[np.int64]:
    """(future, m) months of exit -> (future, horizon) exits a month."""
    return np.stack([(leaves == h + 1).sum(axis=1) for h in range(horizon)], axis=-1)


def _newcomers(
    replay: Replay, shared: NDArray[np.float64], corrections: Corrections | None
) -> NDArray[np.int64]:
    """(draw x path, horizon) exits of people hired after the origin; each future month's hires
    are drawn from the observed monthly hires of the last twelve months."""
    panel = replay.panel
    draws, paths, horizon = shared.shape
    exits = np.zeros((draws * paths, horizon), np.int64)
    recent = np.arange(max(panel.months - 12, 1), panel.months)
    hires = np.array([(panel.first == t).sum() for t in recent])
    if hires.size == 0 or hires.max() == 0:
        return exits
    most = int(hires.max())
    rng = np.random.default_rng([replay.seed, stream("newcomers", 0)])
    counts = rng.choice(hires, size=(draws * paths, horizon))
    for h in range(horizon):
        left_by = arrivals(replay, most, h, horizon - h)
        if corrections is not None:
            left_by = corrections.newcomers.corrected(left_by)
        leaves = sampled(left_by, shared[:, :, h:], rng)
        leaves[np.arange(most) >= counts[:, [h]]] = 0
        exits[:, h:] += _monthly(leaves, horizon - h)
    return exits


def arrivals(replay: Replay, count: int, ahead: int, horizon: int) -> NDArray[np.float32]:
    """(draw, count, horizon) chances of people hired `ahead` months after the end of the record
    to have left within 1..horizon months, the month of hiring being the first."""
    people = blank(PERSON, count)
    people["slot"] = len(replay.panel.person) + ahead * count + np.arange(count)
    people["status"] = Status.ARRIVING
    people["base"] = panel_firm(replay.panel).firm["entry_base"][0]
    months = replay.panel.months + ahead
    return replay.run(people, blank(SEEN, count, 1), months, horizon).left_by

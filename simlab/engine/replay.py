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
from simlab.engine.kernel import load_kernel
from simlab.engine.panels import AS_RECORDED, empty_accounts, panel_firm
from simlab.panel import Panel
from simlab.parameters import as_records
from simlab.policy import Policy, compile_policies
from simlab.progress import Progress
from simlab.world import PERSON, SEEN, Status, blank

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
    """(draw, m, horizon) probability to have left within 1..horizon months."""
    exits: NDArray[np.int64]
    """(draw x path, horizon) simulated exits of those people a month."""
    exits_all: NDArray[np.int64]
    """(draw x path, horizon) the same with newcomers, who arrive as in the last twelve months."""
    effective: NDArray[np.float32]
    """(m,) smallest effective number of copies met on the way, the median over draws: a figure
    averaged over draws leans on the copies of all of them, not on its worst draw."""


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
    progress = progress or Progress()
    probability, paths, effective = _run(
        panel, people, seen, panel.months, draws, horizon, copies, seed, threads, progress, policy
    )
    if len(draws):
        odd = np.flatnonzero(np.median(effective, axis=0) < LEAST_COPIES)
        probability[:, odd], paths[:, odd], effective[:, odd] = _run(
            panel, people[odd], seen[odd], panel.months, draws, horizon, MORE * copies, seed,
            threads, progress, policy,
        )
    exits = _monthly(paths, horizon)
    return Forecast(
        person=tuple(panel.person[i] for i in row),
        row=row,
        left_by=probability,
        exits=exits,
        exits_all=exits
        + _newcomers(panel, draws, horizon, copies, seed, threads, progress, policy),
        effective=np.median(effective, axis=0) if len(draws) else np.zeros(len(row), np.float32),
    )


def employed_at_end(panel: Panel) -> NDArray[np.int64]:
    """Rows of the people with a record in the last column who have not left by its end."""
    end = panel.months - 1
    return np.flatnonzero(panel.observed[:, end] & (panel.exited > end))


def _seen(panel: Panel) -> NDArray[np.void]:
    """(n, T) what the record says of each month."""
    seen = blank(SEEN, len(panel.person), panel.months)
    seen["has_business"] = panel.observed
    seen["business"] = np.where(panel.observed, panel.business, 0)
    seen["rating"] = np.where(panel.observed, panel.rating, 0)
    column = np.arange(panel.months)
    seen["stayed"] = (column >= panel.first[:, None]) & (column < panel.exited[:, None])
    return seen


def _run(
    panel: Panel,
    people: NDArray[np.void],
    seen: NDArray[np.void],
    months: int,
    draws: NDArray[np.float64],
    horizon: int,
    copies: int,
    seed: int,
    threads: int | None,
    progress: Progress,
    policy: Policy,
) -> tuple[NDArray[np.float32], NDArray[np.int8], NDArray[np.float32]]:
    """(draw, m, horizon) probabilities, (draw, m, PATHS) exit months, (draw, m) copies left."""
    progress.advance("compile", 0, 1)
    kernel = load_kernel()
    firm = panel_firm(panel).with_facts(couple_income=0)
    params, policies = as_records(draws), compile_policies([policy])
    k0, k1 = split_seed(seed)
    m = len(people)
    probability = np.zeros((len(draws), m, horizon), np.float32)
    paths = np.zeros((len(draws), m, PATHS), np.int8)
    effective = np.zeros((len(draws), m), np.float32)
    number = np.uint32(stream("replay", 0))
    _, _, teams, departments, firms, practices = state(firm)
    accounts = portfolios(empty_accounts(m))
    standing = np.zeros((len(draws), m), people.dtype)

    def work(draw: int) -> None:
        kernel.replay(
            firm.start, people, accounts, teams, departments, firms, practices, policies,
            params[draw : draw + 1], k0, k1, draw, seen, months, horizon, copies, PATHS, number,
            progress.flag, probability[draw], paths[draw], effective[draw],
            standing[draw],
        )

    run_tasks(work, range(len(draws)), "replay", threads, progress)
    return probability, paths, effective


def _monthly(paths: NDArray[np.int8], horizon: int) -> NDArray[np.int64]:
    """(draw, m, path) exit months -> (draw x path, horizon) exits a month."""
    counts = [(paths == h + 1).sum(axis=1) for h in range(horizon)]
    return np.stack(counts, axis=-1).reshape(-1, horizon).astype(np.int64)


def _newcomers(
    panel: Panel,
    draws: NDArray[np.float64],
    horizon: int,
    copies: int,
    seed: int,
    threads: int | None,
    progress: Progress,
    policy: Policy,
) -> NDArray[np.int64]:
    """(draw x path, horizon) exits of people hired after the origin; each future month's hires
    are drawn from the observed monthly hires of the last twelve months."""
    recent = np.arange(max(panel.months - 12, 1), panel.months)
    hires = np.array([(panel.first == t).sum() for t in recent])
    width = len(draws) * PATHS
    exits = np.zeros((width, horizon), np.int64)
    if hires.size == 0 or hires.max() == 0:
        return exits
    most = int(hires.max())
    counts = np.random.default_rng(seed).choice(hires, size=(width, horizon))
    firm = panel_firm(panel)
    for h in range(horizon):
        people = blank(PERSON, most)
        people["slot"] = len(panel.person) + h * most + np.arange(most)
        people["status"] = Status.ARRIVING
        people["base"] = firm.firm["entry_base"][0]
        ahead = horizon - h
        nothing = blank(SEEN, most, 1)
        _, paths, _ = _run(
            panel, people, nothing, panel.months + h, draws, ahead, copies, seed, threads,
            progress, policy,
        )
        here = np.arange(most)[None, :, None] < counts[:, h].reshape(-1, 1, PATHS)
        for k in range(ahead):
            exits[:, h + k] += ((paths == k + 1) & here).sum(axis=1).reshape(-1)
    return exits

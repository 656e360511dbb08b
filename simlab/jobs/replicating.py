"""Replicates until a comparison is fine enough, and the same draws with channels switched off."""

from __future__ import annotations

from collections.abc import Sequence

from simlab.decide.channels import Apart
from simlab.decide.precision import Precision, Reduced, over_months, precision
from simlab.engine.ensemble import Ensemble
from simlab.engine.groups import Divided
from simlab.engine.switches import CHANNELS, RAMP, without
from simlab.jobs.setting import Setting
from simlab.policy import Policy
from simlab.progress import Progress

BATCH, MOST = 8, 64
"""Replicates a draw that are run at a time, and at most."""
FEWER, LEAST_DRAWS = 5, 20
"""Channels are looked at over so many times fewer draws, but not fewer than these."""


def replicate(
    setting: Setting, policies: Sequence[Policy], main: Ensemble, *, baseline: int, months: int,
    asked: float, cap: int, divided: Divided | None, progress: Progress,
) -> tuple[list[Reduced], Precision]:
    """Further replicates of the histories in `main` until the Monte Carlo error of every paired
    difference from the `baseline` (its place) is `asked` times the posterior SD, or there are
    `cap` of them; an `asked` of 0 takes those there are.

    Each extends the earlier ones: the same draw and replicate is the same history.
    """
    parts = [Reduced.of(main, main.outcomes)]
    only = setting.over(slice(None))
    while True:
        here = Reduced.joined(parts)
        found = precision(here.totals, baseline, main.outcomes, asked=asked, cap=cap)
        if found.reached or not asked or found.replicates >= cap:
            return parts[1:], found
        more = min(BATCH, cap - found.replicates)
        run = only.run(policies, months=months, replicates=more,
                       first_replicate=found.replicates, divided=divided, progress=progress)
        parts = [here, Reduced.of(run, run.outcomes)] if len(parts) == 1 else [
            parts[0], Reduced.joined([*parts[1:], Reduced.of(run, run.outcomes)])]


def switched_off(
    setting: Setting, policies: Sequence[Policy], main: Ensemble, *, months: int,
    progress: Progress,
) -> Apart:
    """The first draws of `main` again, same luck, with each channel switched off in turn, and with
    newcomers who need no time."""
    draws, replicates = main.y.shape[:2]
    count = min(draws, max(draws // FEWER, LEAST_DRAWS))

    def off(names: Sequence[str]) -> Ensemble:
        others, rows = without(names, policies, setting.drawn.main[:count])
        return setting.with_rows(rows).run(others, months=months, replicates=replicates,
                                      progress=progress)

    return Apart(
        whole=over_months(main.y[:count], main.outcomes),
        without={name: over_months(off(switches).y, main.outcomes)
                 for name, switches in CHANNELS.items()},
        no_ramp=over_months(off(RAMP).y, main.outcomes))

"""Replicates until a comparison is fine enough, and the same draws with channels switched off."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from simlab.decide.channels import Apart
from simlab.decide.precision import Precision, Reduced, over_months, precision
from simlab.engine.ensemble import Ensemble
from simlab.engine.groups import Divided
from simlab.engine.switches import CHANNELS, RAMP, without
from simlab.jobs.common import fingerprint
from simlab.jobs.setting import Setting
from simlab.lab import Lab
from simlab.policy import Policy
from simlab.progress import Progress

BATCH, MOST = 8, 64
"""Replicates a draw that are run at a time, and at most."""
UNFINISHED = "comparisons/unfinished"
"""Where a lab keeps the batches of comparisons that are under way."""
FEWER, LEAST_DRAWS = 5, 20
"""Channels are looked at over so many times fewer draws, but not fewer than these."""


class Kept:
    """Further replicates of one comparison, kept in the lab while it is under way: stopped and
    asked again, it goes on from them."""

    def __init__(self, lab: Lab, about: Mapping[str, Any]) -> None:
        self._lab = lab
        self._folder = f"{UNFINISHED}/{fingerprint(about)}"

    def load(self, first: int, count: int) -> Reduced | None:
        """The batch of `count` replicates from `first` on; None where it is not there, or not
        whole."""
        try:
            with np.load(self._lab.path / self._name(first, count)) as found:
                return Reduced(found["totals"], found["monthly"], found.get("groups"))
        except (OSError, ValueError, KeyError, zipfile.BadZipFile):
            return None

    def save(self, first: int, batch: Reduced) -> None:
        """Keep a batch."""
        content = io.BytesIO()
        arrays: dict[str, Any] = {"totals": batch.totals, "monthly": batch.monthly}
        if batch.groups is not None:
            arrays["groups"] = batch.groups
        np.savez(content, **arrays)
        with self._lab.writing():
            self._lab.write(self._name(first, batch.totals.shape[1]), content.getvalue())

    def clear(self) -> None:
        """Forget all batches: the comparison is made."""
        shutil.rmtree(self._lab.path / self._folder, ignore_errors=True)
        with suppress(OSError):  # another comparison is not finished
            (self._lab.path / UNFINISHED).rmdir()

    def _name(self, first: int, count: int) -> str:
        return f"{self._folder}/{first:04d}-{count}.npz"


def replicate(
    setting: Setting, policies: Sequence[Policy], main: Ensemble, *, baseline: int, months: int,
    asked: float, cap: int, divided: Divided, kept: Kept, progress: Progress,
) -> tuple[list[Reduced], Precision]:
    """Further replicates of the histories in `main` until the Monte Carlo error of every paired
    difference from the `baseline` (its place) is `asked` times the posterior SD, or there are
    `cap` of them; an `asked` of 0 takes those there are.

    Each extends the earlier ones: the same draw and replicate is the same history. Batches in
    `kept` are not run again.
    """
    first, further = Reduced.of(main, main.outcomes), list[Reduced]()
    only = setting.over(slice(None))
    while True:
        here = Reduced.joined([first, *further])
        found = precision(here.totals, baseline, main.outcomes, asked=asked, cap=cap)
        done = found.replicates
        if found.reached or not asked or done >= cap:
            return further, found
        progress.advance("replicate", done, cap)
        more = min(BATCH, cap - done)
        batch = kept.load(done, more)
        if batch is None:
            batch = Reduced.of(only.run(
                policies, months=months, replicates=more, first_replicate=done, divided=divided,
                progress=progress), main.outcomes)
            kept.save(done, batch)
        further = [Reduced.joined([*further, batch])]


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

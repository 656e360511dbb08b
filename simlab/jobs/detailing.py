"""Policies run in the month told in more detail, a replicate at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from simlab.engine.detail import DETAILED
from simlab.engine.ensemble import Ensemble
from simlab.jobs.setting import Setting
from simlab.policy import Policy
from simlab.progress import Progress


def detailed(
    setting: Setting, policies: Sequence[Policy], *, months: int, replicates: int, stage: str,
    progress: Progress,
) -> Iterator[Ensemble]:
    """One ensemble of one replicate after the other, so that months and figures of all of them are
    never held at once. Replicates are told as `stage`. Raises `Cancelled`."""
    progress.advance("compile", 0, 1)
    quiet = Progress()
    quiet.flag = progress.flag
    for replicate in range(replicates):
        yield setting.run(policies, months=months, first_replicate=replicate, progress=quiet,
                          month=DETAILED)
        progress.advance(stage, replicate + 1, replicates)

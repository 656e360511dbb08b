"""What a study will take before it is run: counted, and measured on a sample of it."""

from __future__ import annotations

import os
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from scenarios.study import StudyFile
from simlab.engine.kernel import load_kernel
from simlab.jobs.batching import described, run_missing
from simlab.jobs.own_studies import find_study
from simlab.jobs.setting import set_up
from simlab.jobs.study_folder import StudyFolder
from simlab.jobs.study_plan import Plan, bases
from simlab.lab import Lab
from simlab.progress import Progress

PERSON_MONTHS = 1_000_000
"""About what is run as a sample: a tenth of a second."""
POINTS, DRAWS = 8, 16
"""Of the sample at most."""


@dataclass(frozen=True)
class StudyEstimate:
    """What a study will take on this machine."""

    name: str
    points: int
    draws: int
    replicates: int
    runs: int
    """Histories under a policy, in all."""
    megabytes: float
    """Of Parquet."""
    minutes: float
    threads: int
    """That the minutes are for."""
    sample: int
    """Runs that size and time were measured on."""

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def estimate(
    lab: Lab | None, study: str, *, threads: int | None = None, progress: Progress | None = None
) -> StudyEstimate:
    """Count the runs of `study` and measure on a few of them, spread over its design, what they
    take on one thread, in a folder that is gone afterwards; `threads` (default: one per processor)
    share the work evenly, as chunks of histories do. LabError as of `batch`.
    """
    progress = progress or Progress()
    progress.advance("estimate", 0, 1)
    file = find_study(lab, study)
    sample = _sample(file)
    setting = set_up(lab, sample.scenario, draws=sample.draws, seed=sample.seed,
                     prior=sample.prior, from_prior=sample.parameters == "prior",
                     progress=progress)
    points = len(file.rows()) * len(bases(file, setting.study))
    few = Plan(sample, setting)
    wanted = PERSON_MONTHS // max(
        setting.firm.people.shape[-1] * sum(point.months for point in few.points) * sample.draws, 1)
    plan = Plan(sample.model_copy(update={
        "replicates": max(1, min(wanted, file.replicates))}), setting)
    load_kernel()  # to compile it is no part of a run
    with tempfile.TemporaryDirectory() as kept:
        folder = StudyFolder(Path(kept))
        folder.begin(plan, described(plan), fresh=False)
        begin = time.perf_counter()
        run_missing(plan, folder, None, 1, progress)
        seconds = time.perf_counter() - begin
        size = sum(map(_figures, folder.runs()))
    runs, threads = points * file.draws * file.replicates, threads or os.cpu_count() or 1
    progress.advance("estimate", 1, 1)
    return StudyEstimate(
        file.name, points, file.draws, file.replicates, runs, size * runs / plan.runs / 1e6,
        seconds * runs / plan.runs / 60 / threads, threads, plan.runs)


def _sample(file: StudyFile) -> StudyFile:
    """The same study at a few points of its design and draws, a history each."""
    fewer: dict[str, Any] = {"draws": min(file.draws, DRAWS), "replicates": 1}
    if file.design != "listed":
        fewer |= {"design": "latin_hypercube", "points": min(POINTS, len(file.rows()))}
    return file.model_copy(update=fewer)


def _figures(path: Path) -> int:
    """Bytes of the figures in a file: what surrounds them weighs nothing where there are many."""
    held = pq.ParquetFile(path).metadata
    return sum(held.row_group(part).column(k).total_compressed_size
               for part in range(held.num_row_groups) for k in range(held.num_columns))

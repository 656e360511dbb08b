"""Run a study into a folder: begun, stopped, gone on with, here or on a cluster."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from scenarios.study import StudyFile
from simlab.engine.chunks import Made, run_here
from simlab.errors import Cancelled, LabError
from simlab.jobs.common import fingerprint
from simlab.jobs.own_studies import FOLDER, find_study
from simlab.jobs.setting import set_up
from simlab.jobs.study_folder import StudyFolder
from simlab.jobs.study_plan import Plan, Planned, bases
from simlab.jobs.study_summary import summarised
from simlab.lab import Lab
from simlab.progress import Progress


@dataclass(frozen=True)
class StudyState:
    """How far a study is."""

    path: str
    name: str
    title: Mapping[str, str]
    scenario: str
    calibrated: bool
    check: Mapping[str, Any]
    people_from: str
    points: int
    policies: tuple[str, ...]
    titles: Mapping[str, Mapping[str, str]]
    """Policy -> its title."""
    draws: int
    replicates: int
    runs: int
    """Histories under a policy, in all."""
    done: int
    """Of these, computed (failed ones included)."""
    blocks: int
    """Of histories, each of which goes over all points."""
    blocks_done: int
    """Complete ones from the first on: a study that was cut off is balanced up to there."""
    failed: int
    first_failure: Mapping[str, Any] | None
    summary: Mapping[str, Any] | None
    """What it comes to (`simlab.jobs.study_summary`); None while it is not complete."""
    bytes: int
    computed: int
    """Runs that this call computed."""
    seconds: float
    """That it took to run them."""

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return self.done == self.runs

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return {**asdict(self), "complete": self.complete}


def batch(
    lab: Lab | None, study: str, *, out: Path | None = None, scheduler: str | None = None,
    threads: int | None = None, fresh: bool = False, retry: bool = False,
    progress: Progress | None = None,
) -> StudyState:
    """Run `study` (built in or kept by the lab, by name, or the path of a study file) into the
    folder `out` as Parquet: in `lab` over its posterior and people, or without one (None) over the
    prior and the scenario's firm.

    What the folder already holds of the study is not computed again; `retry` computes runs that
    failed again, `fresh` everything. `out` defaults to ``studies/NAME`` of the lab, else to NAME.
    `scheduler` is the address of a Dask cluster that runs the chunks; else `threads` (default: a
    thread per processor) do. The figures are the same, bit for bit, whoever runs them. Failed
    runs are rows of ``failures/``, the first one is noted in `progress`.

    LabError for a study that cannot be run, ``study_changed`` where the folder holds another one,
    ``study_disk`` where it cannot be written any longer, and those of
    `simlab.engine.cluster.run_on_cluster`; `Cancelled` on request. All chunks finished by then
    are kept.
    """
    progress = progress or Progress()
    file = find_study(lab, study)
    folder = StudyFolder(_folder(file, lab, out))
    with folder.writing():
        setting = set_up(lab, file.scenario, draws=file.draws, seed=file.seed, prior=file.prior,
                         from_prior=file.parameters == "prior", progress=progress)
        plan = Plan(file, setting)
        folder.begin(plan, described(plan), fresh=fresh)
        if retry:
            folder.retry()
        begin = time.monotonic()
        computed = run_missing(plan, folder, scheduler, threads, progress)
        seconds = time.monotonic() - begin
        found = study_state(folder.path)
        if found.complete and (computed or folder.summary() is None):
            folder.finish(summarised(folder, progress))
            found = study_state(folder.path)
    return StudyState(**{**vars(found), "computed": computed, "seconds": seconds})


def study_state(path: Path | str) -> StudyState:
    """How far the study in the folder `path` is; LabError ``not_a_study``."""
    folder = StudyFolder(Path(path).absolute())
    tree = folder.describe()
    chunks, done = folder.chunks().to_pylist(), folder.done()
    missing = {chunk["block"] for chunk in chunks if chunk["address"] not in done}
    blocks = 1 + max(chunk["block"] for chunk in chunks)
    failures = folder.failures()
    return StudyState(
        path=str(folder.path), name=tree["study"]["name"], title=tree["study"]["title"],
        scenario=tree["scenario"], calibrated=tree["calibrated"], check=tree["check"],
        people_from=tree["options"]["people_from"], points=tree["points"],
        policies=tuple(tree["policies"]), titles=tree.get("titles", {}),
        draws=tree["study"]["draws"], replicates=tree["study"]["replicates"],
        runs=sum(chunk["runs"] for chunk in chunks),
        done=sum(chunk["runs"] for chunk in chunks if chunk["address"] in done),
        blocks=blocks, blocks_done=min(missing, default=blocks), failed=len(failures),
        first_failure=failures.slice(0, 1).to_pylist()[0] if len(failures) else None,
        summary=folder.summary(), bytes=folder.size(), computed=0, seconds=0.0)


def started_studies(lab: Lab) -> list[StudyState]:
    """The studies in the lab that hold anything, by name."""
    found = []
    for path in sorted((lab.path / FOLDER).glob("*/study.json")):
        with contextlib.suppress(LabError):  # killed before its first run, or another version's
            found.append(study_state(path.parent))
    return found


def study_folder(lab: Lab | None, study: str, out: Path | None = None) -> Path:
    """Where `batch` with these arguments writes."""
    return _folder(find_study(lab, study), lab, out)


def _folder(file: StudyFile, lab: Lab | None, out: Path | None) -> Path:
    if out is not None:
        return out.absolute()
    return (Path.cwd() if lab is None else lab.path / FOLDER) / file.name


def described(plan: Plan) -> dict[str, Any]:
    """What study.json says of the study and of where it comes from."""
    setting = plan.setting
    return {
        **setting.heading(), "options": setting.options(),
        "study": plan.study.model_dump(mode="json"), "points": len(plan.points),
        "policies": list(dict.fromkeys(point.base for point in plan.points)),
        "titles": {base.name: dict(base.title) for base in bases(plan.study, setting.study)},
        "outcomes": list(plan.outcomes),
        "fingerprints": {"design": fingerprint([point.policy.model_dump(mode="json")
                                                for point in plan.points]),
                         "parameters": fingerprint(setting.drawn.rows),
                         "chunks": fingerprint([chunk.address for chunk in plan.chunks])}}


def run_missing(
    plan: Plan, folder: StudyFolder, scheduler: str | None, threads: int | None,
    progress: Progress,
) -> int:
    """Compute what is missing; how many runs that were."""
    there = folder.done()
    missing = [planned for planned in plan.chunks if planned.address not in there]
    if not missing:
        return 0
    before = plan.runs - sum(planned.runs for planned in missing)
    done, told = before, False
    try:
        progress.advance("study", done, plan.runs)
        for planned, made in _made(plan, missing, scheduler, threads, progress):
            folder.write(plan, planned, made)
            if made.failures and not told:
                progress.note(_told(plan, planned, made))
                told = True
            done += planned.runs
            progress.advance("study", done, plan.runs)
    except (Cancelled, KeyboardInterrupt):
        raise Cancelled("study_stopped", path=folder.path, done=done, runs=plan.runs) from None
    return done - before


def _made(
    plan: Plan, missing: list[Planned], scheduler: str | None, threads: int | None,
    progress: Progress,
) -> Iterator[tuple[Planned, Made]]:
    """Each missing chunk with what it came to, in no certain order."""
    chunks = ((planned, plan.chunk(planned)) for planned in missing)
    if scheduler is None:
        return run_here(chunks, plan.held, threads=threads, progress=progress)
    from simlab.engine.cluster import run_on_cluster

    return run_on_cluster(scheduler, chunks, plan.held, progress=progress)


def _told(plan: Plan, planned: Planned, made: Made) -> LabError:
    first = made.failures[0]
    point = plan.points[planned.points[first.policy]]
    draw, replicate = planned.place(first.first)
    return LabError(
        "study_run_failed", policy=point.base, point=point.number,
        draw=draw, replicate=replicate, stage=first.stage, type=first.type,
        message=first.message)

"""The table of jobs: what was asked for, by whom, how far it is, and how it ended.

The table is the truth about a job; the queue only carries ids. Every change is one statement that
names the state it expects, so that two workers, a cancel and a restart may meet in any order.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from simlab.database import engine_of, unreachable
from simlab.errors import LabError
from simlab.lab import Lab

State = Literal["queued", "running", "done", "failed", "cancelled", "lost"]
OPEN: tuple[State, ...] = ("queued", "running")
"""States that a job leaves again."""
EVERYBODY = "everybody"
"""Owner of jobs that all who use the lab may see, such as those of the command line."""
FOLDER = "jobs"
"""Where a lab keeps its jobs."""
SILENT = 10.0
"""Seconds without a sign of life after which the worker of a running job counts as dead."""
KEPT = 30 * 86_400.0
"""Seconds for which a finished job can still be asked for."""

_metadata = sa.MetaData()
_JOBS = sa.Table(
    "jobs", _metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("arguments", sa.JSON, nullable=False),
    sa.Column("owner", sa.Text, nullable=False, index=True),
    sa.Column("state", sa.Text, nullable=False, index=True),
    sa.Column("stage", sa.Text, nullable=False),
    sa.Column("done", sa.BigInteger, nullable=False),
    sa.Column("total", sa.BigInteger, nullable=False),
    sa.Column("created", sa.Double, nullable=False),
    sa.Column("started", sa.Double),
    sa.Column("heartbeat", sa.Double),
    sa.Column("finished", sa.Double),
    sa.Column("cancel", sa.Boolean, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("result", sa.Text),
    sa.Column("error", sa.JSON(none_as_null=True)),
    sa.Column("code", sa.Text),
    sa.Column("worker", sa.Text),
)
_SHOWN = [column for column in _JOBS.c if column.name != "worker"]


@dataclass(frozen=True)
class Job:
    """A job as it stood when it was asked for. Times are seconds since 1970, UTC."""

    id: str
    kind: str
    arguments: Mapping[str, Any]
    owner: str
    state: State
    stage: str
    """Key of what it is doing; its text is ``stage.<key>``."""
    done: int
    total: int
    """Units done, and in all, of the present stage."""
    created: float
    started: float | None
    """When a worker first took it up."""
    heartbeat: float | None
    """Last sign of life of its worker."""
    finished: float | None
    cancel: bool
    """Somebody asked it to stop."""
    attempts: int
    """How often a worker took it up; more than once where one died."""
    result: str | None
    """The file in the lab with what came out."""
    error: LabError | None
    code: str | None
    """Version of the package that ran it."""

    @property
    def open(self) -> bool:
        """Whether it has yet to end."""
        return self.state in OPEN

    @property
    def share(self) -> float:
        """Of the present stage, 0..1."""
        return self.done / self.total if self.total else 0.0

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return {**vars(self), "arguments": dict(self.arguments),
                "error": None if self.error is None else self.error.to_json()}


class JobTable:
    """The jobs of one lab; safe to use from any thread and process.

    They lie beside the records: in a file of their own where those are SQLite, since a sign of
    life must not wait for an import to finish writing; in the same database where it is a server.
    """

    def __init__(self, lab: Lab) -> None:
        """Makes the table where it is missing; LabError ``jobs_unreachable``."""
        self._url = lab.description.get("store") or (
            f"sqlite:///{lab.path / FOLDER / 'jobs.sqlite'}")
        with self._said():
            (lab.path / FOLDER).mkdir(mode=0o700, exist_ok=True)
            self._engine = engine_of(self._url)
            with self._engine.begin() as connection:
                _metadata.create_all(connection)

    def add(self, kind: str, arguments: Mapping[str, Any], owner: str) -> Job:
        """A new job, queued; its id cannot be guessed."""
        name = secrets.token_urlsafe(12)
        self._change(sa.insert(_JOBS).values(
            id=name, kind=kind, arguments=dict(arguments), owner=owner, state="queued",
            stage="queued", done=0, total=0, created=time.time(), cancel=False, attempts=0))
        job = self.get(name)
        assert job is not None  # written a moment ago, and kept for days
        return job

    def get(self, name: str) -> Job | None:
        """The job of that id; None where there is none."""
        return next(iter(self._found(_JOBS.c.id == name)), None)

    def jobs(self, owner: str | None = None, *, only_open: bool = False) -> list[Job]:
        """The jobs that `owner` may see (None: all), newest first."""
        wanted = [] if owner is None else [_JOBS.c.owner.in_([owner, EVERYBODY])]
        if only_open:
            wanted.append(_JOBS.c.state.in_(OPEN))
        return self._found(*wanted)

    def claim(self, name: str, worker: str, code: str) -> Job | None:
        """The job, now running under `worker`; None where it is not queued (any more)."""
        now = time.time()
        taken = self._change(
            sa.update(_JOBS).where(_JOBS.c.id == name, _JOBS.c.state == "queued").values(
                state="running", stage="start", done=0, total=0, worker=worker, code=code,
                started=sa.func.coalesce(_JOBS.c.started, now), heartbeat=now,
                attempts=_JOBS.c.attempts + 1))
        return self.get(name) if taken else None

    def beat(self, name: str, worker: str, stage: str, done: int, total: int
             ) -> Literal["go on", "cancel", "taken"]:
        """A sign of life with how far the job is; what its worker is to do: go on, cancel it, or
        let go of it, since it was taken from this worker."""
        with self._said(), self._engine.begin() as connection:
            cancel = connection.execute(
                sa.update(_JOBS).where(*_held(name, worker)).values(
                    stage=stage, done=done, total=total, heartbeat=time.time(),
                ).returning(_JOBS.c.cancel)).scalar_one_or_none()
        return "taken" if cancel is None else "cancel" if cancel else "go on"

    def finish(self, name: str, worker: str, state: State, *, result: str | None = None,
               error: LabError | None = None) -> bool:
        """End a job that `worker` still has; whether it had it."""
        return self._change(sa.update(_JOBS).where(*_held(name, worker)).values(
            state=state, finished=time.time(), result=result,
            error=None if error is None else error.to_json()))

    def give_back(self, name: str, worker: str) -> bool:
        """Queue a job again that `worker` has to leave; this was no failed attempt."""
        return self._change(sa.update(_JOBS).where(*_held(name, worker)).values(
            state="queued", stage="queued", done=0, total=0, worker=None, heartbeat=None,
            attempts=_JOBS.c.attempts - 1))

    def cancel(self, name: str) -> None:
        """Ask a running job to stop, and end one that waits; others are left alone."""
        this = _JOBS.c.id == name
        stopped = LabError("cancelled").to_json()
        self._change(
            sa.update(_JOBS).where(this, _JOBS.c.state == "queued").values(
                state="cancelled", cancel=True, finished=time.time(), error=stopped),
            sa.update(_JOBS).where(this, _JOBS.c.state == "running").values(cancel=True))

    def silent(self) -> list[Job]:
        """Running jobs whose worker has given no sign of life for `SILENT` seconds."""
        return self._found(_JOBS.c.state == "running", _JOBS.c.heartbeat < time.time() - SILENT)

    def take_away(self, job: Job, state: State, error: LabError | None = None) -> bool:
        """Put a silent job into `state`; whether it was still as silent as `job` says."""
        ended = None if state in OPEN else time.time()
        return self._change(
            sa.update(_JOBS).where(_JOBS.c.id == job.id, _JOBS.c.state == "running",
                                   _JOBS.c.heartbeat == job.heartbeat).values(
                state=state, stage="queued", done=0, total=0, worker=None, finished=ended,
                error=None if error is None else error.to_json()))

    def forget(self) -> list[Job]:
        """Drop jobs that ended longer ago than `KEPT`; returns them."""
        old = self._found(_JOBS.c.finished < time.time() - KEPT)
        if old:
            self._change(sa.delete(_JOBS).where(_JOBS.c.id.in_([job.id for job in old])))
        return old

    def _found(self, *wanted: sa.ColumnElement[bool]) -> list[Job]:
        query = sa.select(*_SHOWN).where(*wanted).order_by(_JOBS.c.created.desc(), _JOBS.c.id)
        with self._said(), self._engine.connect() as connection:
            rows = connection.execute(query).mappings().all()
        return [Job(**{**row, "error": row["error"] and LabError.from_json(row["error"])})
                for row in rows]

    def _change(self, *statements: sa.Insert | sa.Update | sa.Delete) -> bool:
        """Run `statements` in one transaction; whether the last one changed anything."""
        with self._said(), self._engine.begin() as connection:
            changed = [connection.execute(statement).rowcount for statement in statements]
        return changed[-1] > 0

    @contextmanager
    def _said(self) -> Iterator[None]:
        try:
            yield
        except (sa.exc.SQLAlchemyError, ModuleNotFoundError, OSError) as error:
            raise unreachable("jobs_unreachable", self._url, error) from None


def _held(name: str, worker: str) -> tuple[sa.ColumnElement[bool], ...]:
    """While a worker has a job: it is running, and under this very worker."""
    return _JOBS.c.id == name, _JOBS.c.worker == worker, _JOBS.c.state == "running"

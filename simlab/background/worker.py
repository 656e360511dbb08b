"""The worker of a lab: takes jobs from the queue and runs them, a few at once, until stopped."""

from __future__ import annotations

import dataclasses
import datetime
import json
import logging
import os
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from filelock import FileLock, Timeout

from simlab import __version__
from simlab.background.kinds import Kind
from simlab.background.queue import Queue
from simlab.background.table import FOLDER, Job, JobTable, State
from simlab.errors import Cancelled, LabError
from simlab.lab import Lab
from simlab.progress import Progress

AT_ONCE = 2
"""Jobs run at the same time: a comparison need not wait for a calibration to end."""
ATTEMPTS = 3
"""A job is not taken up again after so many workers died of it."""
_BEAT, _LOOK, _SWEEP = 0.25, 0.2, 2.0
"""Seconds between signs of life, between looks into an empty queue, and into the table."""
_FAREWELL = 5.0
"""Seconds for which a worker told to stop waits for its jobs to stop."""
_PATIENCE = 60.0
"""Seconds for which a job waits for another writer of the lab."""
_LOCK, _HOLDER = f"{FOLDER}/worker.lock", f"{FOLDER}/worker.json"

_log = logging.getLogger("simlab.worker")


class Worker:
    """Runs the jobs of one lab in threads of this process. Kernels run outside Python's lock, so
    jobs do not hold each other up; a job is cancelled by the flag that its kernels read."""

    def __init__(self, lab: Lab, kinds: Mapping[str, Kind], *, at_once: int = AT_ONCE) -> None:
        """`kinds` are the kinds of jobs that it can do, by name."""
        self._lab = Lab.open(lab.path, patience=_PATIENCE)
        self._kinds, self._at_once = kinds, at_once
        self._table, self._queue = JobTable(lab), Queue(lab)
        self._left: SimpleQueue[str] = SimpleQueue()
        self._stop = threading.Event()

    def run(self) -> None:
        """Work until `stop`; jobs then under way are cancelled and queued again. LabError
        ``worker_there`` where the lab has a worker already."""
        with _alone(self._lab):
            slots = [threading.Thread(target=self._slot, name=f"slot-{place}", daemon=True)
                     for place in range(self._at_once)]
            for slot in slots:
                slot.start()
            try:
                while not self._stop.is_set():
                    with _logged():
                        self._sweep()
                    self._stop.wait(_SWEEP)
            finally:
                self.stop()
                # what cannot stop yet (compiling) ends with the process: its silence is noticed
                until = time.monotonic() + _FAREWELL
                for slot in slots:
                    slot.join(max(until - time.monotonic(), 0.0))

    def stop(self) -> None:
        """Ask it to stop; safe from any thread and from a signal handler."""
        self._stop.set()

    def work(self, name: str) -> None:
        """Run the job of that id to its end, unless another worker has it or it has ended."""
        token = secrets.token_hex(8)
        job = self._table.claim(name, token, __version__)
        if job is None:
            return
        with _Pulse(self._table, job.id, token, self._stop) as pulse:
            ending = self._outcome(job, pulse.progress)
            if ending.state == "cancelled" and pulse.heard != "cancel":
                # the worker is to stop, not the job: another one takes it up
                if self._may_run_again(job):
                    ending = _Ending("queued")
                else:
                    ending = _Ending("lost", error=LabError("job_lost"))
            self._write_down(job.id, token, ending)

    def _slot(self) -> None:
        """Take one job after the other."""
        while not self._stop.is_set():
            name = self._next()
            if name is None:
                self._stop.wait(_LOOK)
            else:
                with _logged():
                    self.work(name)

    def _next(self) -> str | None:
        try:
            return self._left.get_nowait()
        except Empty:
            return self._queue.take()

    def _sweep(self) -> None:
        """Take up what dead workers and the queue left, and drop what ended long ago."""
        take_up(self._table, self._kinds)
        if self._left.empty():
            for job in reversed(self._table.jobs(only_open=True)):
                if job.state == "queued":
                    self._left.put(job.id)
        for job in self._table.forget():
            if job.result is not None:
                (self._lab.path / job.result).unlink(missing_ok=True)

    def _may_run_again(self, job: Job) -> bool:
        return job.kind in self._kinds and self._kinds[job.kind].again

    def _outcome(self, job: Job, progress: Progress) -> _Ending:
        """Do the work and keep what came out."""
        try:
            if job.kind not in self._kinds:
                raise LabError("unknown_kind", kind=job.kind, known=", ".join(self._kinds))
            found = self._kinds[job.kind].run(job.kind, self._lab, job.arguments, progress)
            kept = f"{FOLDER}/{job.id}.json"
            content = json.dumps(plain(found), ensure_ascii=False, default=str)
            self._lab.write(kept, content.encode())
        except Cancelled as stop:
            return _Ending("cancelled", error=stop)
        except LabError as error:
            return _Ending("failed", error=error)
        except OSError as error:
            return _Ending("failed", error=LabError(
                "job_disk", path=error.filename or self._lab.path, why=error.strerror or error))
        except MemoryError:
            return _Ending("failed", error=LabError("job_memory"))
        except Exception as error:  # a fault of ours: shown as such, never a silent thread
            _log.exception("job %s (%s)", job.id, job.kind)
            detail = f"{type(error).__name__}: {error}"
            return _Ending("failed", error=LabError("unexpected", detail=detail))
        return _Ending("done", result=kept)

    def _write_down(self, name: str, token: str, ending: _Ending) -> None:
        """Into the table; where that cannot be written (a full disk), until it can."""
        while True:
            try:
                if ending.state == "queued":
                    self._table.give_back(name, token)
                else:
                    self._table.finish(name, token, ending.state, result=ending.result,
                                       error=ending.error)
                return
            except LabError as fault:
                _log.warning("job %s: %s", name, fault)
                if self._stop.wait(1.0):
                    return


def take_up(table: JobTable, kinds: Mapping[str, Kind]) -> None:
    """Judge running jobs whose worker has fallen silent: stopped where that was asked for, queued
    again where their kind may, else lost."""
    for job in table.silent():
        again = job.kind in kinds and kinds[job.kind].again
        if job.cancel:
            table.take_away(job, "cancelled", LabError("cancelled"))
        elif not again:
            table.take_away(job, "lost", LabError("job_lost"))
        elif job.attempts >= ATTEMPTS:
            table.take_away(job, "lost", LabError("job_died", attempts=job.attempts))
        else:
            table.take_away(job, "queued")


def at_work(lab: Lab) -> bool:
    """Whether a worker of `lab` runs on this machine."""
    try:
        with FileLock(lab.path / _LOCK, timeout=0):
            return False
    except Timeout:
        return True
    except OSError:  # a folder that cannot be written to has no worker either
        return False


def plain(found: Any) -> Any:
    """What a job's function returned, as JSON-ready data."""
    for method in ("to_json", "as_dict"):
        if hasattr(found, method):
            return getattr(found, method)()
    if dataclasses.is_dataclass(found) and not isinstance(found, type):
        return dataclasses.asdict(found)
    return str(found) if isinstance(found, Path) else found


@dataclasses.dataclass(frozen=True)
class _Ending:
    """How one attempt at a job went; ``queued`` where it is to be taken up again."""

    state: State
    result: str | None = None
    error: LabError | None = None


class _Pulse:
    """Signs of life of one job, a few a second, which carry its progress out and a wish to stop
    in. The work itself never waits for the table."""

    def __init__(
        self, table: JobTable, name: str, token: str, stop: threading.Event
    ) -> None:
        self.progress = Progress(self._note)
        self.heard = "go on"
        self._table, self._name, self._token, self._stop = table, name, token, stop
        self._at = ("start", 0, 0)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"pulse-{name}", daemon=True)

    def __enter__(self) -> _Pulse:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _note(self, stage: str, done: int, total: int) -> None:
        self._at = (stage, done, total)

    def _beat(self) -> None:
        while not self._over.wait(_BEAT):
            with _logged():
                self.heard = self._table.beat(self._name, self._token, *self._at)
            if self.heard != "go on" or self._stop.is_set():
                self.progress.cancel()


@contextmanager
def _alone(lab: Lab) -> Iterator[None]:
    """Be the one worker of `lab` on this machine. The lock falls with its process."""
    lock = FileLock(lab.path / _LOCK)
    try:
        lock.acquire(timeout=1.0)  # who only asks whether there is one holds it for a moment
    except Timeout:
        try:
            holder = lab.read_json(_HOLDER)
        except (OSError, ValueError):
            holder = {"pid": "?", "since": "?"}
        raise LabError("worker_there", path=lab.path, **holder) from None
    try:
        since = datetime.datetime.now().astimezone().isoformat(timespec="seconds")
        lab.write_json(_HOLDER, {"pid": os.getpid(), "since": since})
        yield
    finally:
        (lab.path / _HOLDER).unlink(missing_ok=True)
        lock.release()


@contextmanager
def _logged() -> Iterator[None]:
    """Go on where the table is out of reach for a moment (locked, disk full), and say so."""
    try:
        yield
    except LabError as error:
        _log.warning("%s", error)

"""Ask for long work, follow it, stop it: the same for the command line, the page and the API."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from simlab.background import EVERYBODY, Job, JobTable, Queue, at_work, take_up
from simlab.errors import LabError
from simlab.jobs.common import read_json
from simlab.jobs.kinds import KINDS
from simlab.lab import Lab

_LOOK = 0.1
"""Seconds between two looks at a job waited for."""
_WATCH = 2.0
"""Seconds between two looks for work that waits without a worker."""
_BETWEEN_STARTS = 5.0
"""Seconds at least between two starts of a worker."""


class Runner:
    """The jobs of one lab; safe to use from any thread, and several may be open on one lab.

    Whoever asks says as whom: a job is seen and cancelled by its owner, and by anyone where it is
    everybody's. `owner` None is who has the folder itself, such as the command line: it sees all.
    """

    def __init__(self, lab: Lab, *, with_worker: bool = False) -> None:
        """`with_worker` starts a worker as a child process whenever there is work, whoever asked
        for it, and the lab has no other; it ends with this process. LabErrors of the table and the
        queue."""
        self._lab = lab
        self._table, self._queue = JobTable(lab), Queue(lab)
        self._child = _Child(lab) if with_worker else None
        self._closed = threading.Event()
        if with_worker:
            threading.Thread(target=self._watch, name="jobs", daemon=True).start()

    def start(
        self, kind: str, arguments: Mapping[str, Any] | None = None, owner: str = EVERYBODY
    ) -> str:
        """Queue a job of a kind of `simlab.jobs.kinds` and return its id. LabErrors
        ``unknown_kind`` and ``job_arguments`` before anything is queued."""
        if kind not in KINDS:
            raise LabError("unknown_kind", kind=kind, known=", ".join(KINDS))
        job = self._table.add(kind, KINDS[kind].checked(kind, arguments or {}), owner)
        self._queue.put(job.id)
        if self._child is not None:
            self._child.start()
        return job.id

    def job(self, name: str, owner: str | None = EVERYBODY) -> Job | None:
        """The job as it stands; None where there is none of that id that `owner` may see."""
        job = self._table.get(name)
        if job is None or (owner is not None and job.owner not in (owner, EVERYBODY)):
            return None
        return job

    def jobs(self, owner: str | None = EVERYBODY, *, only_open: bool = False) -> list[Job]:
        """The jobs that `owner` may see, newest first."""
        return self._table.jobs(owner, only_open=only_open)

    def cancel(self, name: str, owner: str | None = EVERYBODY) -> Job | None:
        """Ask a job to stop; one that has ended is left alone. The job as it then stands."""
        if self.job(name, owner) is not None:
            self._table.cancel(name)
        return self.job(name, owner)

    def wait(
        self, name: str, timeout: float | None = None, owner: str | None = EVERYBODY
    ) -> Job | None:
        """The job when it has ended, or as it stands after `timeout` seconds."""
        until = None if timeout is None else time.monotonic() + timeout
        while True:
            job = self.job(name, owner)
            if job is None or not job.open or (until is not None and time.monotonic() > until):
                return job
            time.sleep(_LOOK)

    def result(self, job: Job) -> Any:
        """What came out of a job that is done, as plain data; None where it is not kept."""
        return None if job.result is None else read_json(self._lab, job.result)

    def at_work(self) -> bool:
        """Whether the lab has a worker on this machine."""
        return at_work(self._lab)

    def take_up(self) -> None:
        """Queue again, or end, jobs whose worker has fallen silent."""
        take_up(self._table, KINDS)

    def close(self) -> None:
        """Stop the worker started here; its jobs are queued again."""
        self._closed.set()
        self._queue.close()
        if self._child is not None:
            self._child.stop()

    def _watch(self) -> None:
        """Start the worker for what a restart left, and for what others ask for."""
        while not self._closed.is_set():
            with suppress(LabError):  # the table is out of reach for a moment
                self.take_up()
                if self._child is not None and self._table.jobs(only_open=True):
                    self._child.start()
            self._closed.wait(_WATCH)


class _Child:
    """A worker in a process of its own, so that heavy work neither slows the page nor takes it
    down. It ends when its standard input closes, hence with this process however that ends."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._process: subprocess.Popen[bytes] | None = None
        self._started = float("-inf")
        self._stopped = False
        self._lock = threading.Lock()

    def start(self) -> None:
        """Start it, unless it runs, was stopped or the lab has another worker."""
        with self._lock:
            if self._stopped or (self._process is not None and self._process.poll() is None):
                return
            if time.monotonic() - self._started < _BETWEEN_STARTS or at_work(self._lab):
                return
            self._started = time.monotonic()
            self._release()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "simlab", "worker", str(self._lab.path), "--tied"],
                stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)

    def stop(self) -> None:
        """Stop it for good and wait until it has ended."""
        with self._lock:
            self._stopped = True
            self._release()

    def _release(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
            return
        process.kill()
        process.wait()

"""Long work inside one process: a thread a job, progress, cancel, result and error.

One `Runner` object owns all jobs; nothing else is global. (Jobs that outlive the process, and
several processes, come with a job table in the store.)
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

from simlab.errors import Cancelled, LabError
from simlab.progress import Progress

State = Literal["running", "done", "failed", "cancelled"]
KEPT = 3600.0
"""Seconds for which a finished job can still be asked for."""


@dataclass(frozen=True)
class Job:
    """A job as it stood when it was asked for."""

    id: str
    state: State
    stage: str
    done: int
    total: int
    started: float
    result: Any = None
    error: LabError | None = None

    @property
    def share(self) -> float:
        """Of the present stage, 0..1."""
        return self.done / self.total if self.total else 0.0


class Runner:
    """Runs functions in threads of their own; safe to use from any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}
        self._progress: dict[str, Progress] = {}
        self._threads: dict[str, threading.Thread] = {}
        self._finished: dict[str, float] = {}

    def start(self, work: Callable[[Progress], Any]) -> str:
        """Start `work` in a thread; it receives the `Progress` to report to. The job's id."""
        self._forget()
        # Unguessable: whoever knows the id may see the result and cancel the job.
        name = secrets.token_urlsafe(12)
        progress = Progress(lambda stage, done, total: self._update(
            name, stage=stage, done=done, total=total))
        thread = threading.Thread(target=self._run, args=(name, work, progress), daemon=True,
                                  name=f"job-{name}")
        with self._lock:
            self._jobs[name] = Job(name, "running", "start", 0, 0, self._clock())
            self._progress[name] = progress
            self._threads[name] = thread
        thread.start()
        return name

    def job(self, name: str) -> Job | None:
        """The job as it stands; None where there is none of that id (or no longer)."""
        with self._lock:
            return self._jobs.get(name)

    def cancel(self, name: str) -> None:
        """Ask a job to stop; one that is not running is left alone."""
        with self._lock:
            progress = self._progress.get(name)
        if progress is not None:
            progress.cancel()

    def wait(self, name: str, timeout: float | None = None) -> Job | None:
        """The job when it has finished, or as it stands after `timeout` seconds."""
        thread = self._threads.get(name)
        if thread is not None:
            thread.join(timeout)
        return self.job(name)

    def _run(self, name: str, work: Callable[[Progress], Any], progress: Progress) -> None:
        try:
            self._finish(name, state="done", result=work(progress))
        except Cancelled as stop:
            self._finish(name, state="cancelled", error=stop)
        except LabError as error:
            self._finish(name, state="failed", error=error)
        except Exception as error:  # a fault of ours: shown as such, never a silent thread
            detail = f"{type(error).__name__}: {error}"
            self._finish(name, state="failed", error=LabError("unexpected", detail=detail))

    def _update(self, name: str, **changes: Any) -> None:
        with self._lock:
            self._jobs[name] = replace(self._jobs[name], **changes)

    def _finish(self, name: str, **changes: Any) -> None:
        with self._lock:
            self._jobs[name] = replace(self._jobs[name], **changes)
            self._progress.pop(name, None)
            self._finished[name] = self._clock()

    def _forget(self) -> None:
        """Drop jobs that finished long ago, so that a server can run for months."""
        with self._lock:
            old = [name for name, when in self._finished.items() if self._clock() - when > KEPT]
            for name in old:
                self._jobs.pop(name, None)
                self._threads.pop(name, None)
                self._finished.pop(name, None)

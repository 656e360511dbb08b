"""The chunks of a study on a Dask cluster: the same chunks, the same figures, bit for bit.

A worker needs this package and nothing of a lab: it gets arrays, and gives arrays back. Before it
gets work it answers a question whose answer is known; one whose code or arithmetic differs is
refused by its name. What a lost worker was at is done again by the others.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import pickle
import socket
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Generic
from uuid import uuid4

import numpy as np

import simlab
from simlab.engine.chunks import (
    IN_FLIGHT,
    Arrays,
    Chunk,
    Failure,
    Held,
    K,
    Made,
    run_chunk,
)
from simlab.engine.ensemble import simulate
from simlab.engine.firm import assemble
from simlab.engine.kernel import fingerprint
from simlab.errors import LabError
from simlab.parameters import prior_mean
from simlab.policy import Intervention, Policy, Selection, Support, Training
from simlab.progress import Progress
from simlab.world import ROSTER, Firm, Status, blank

if TYPE_CHECKING:
    from distributed import Client, Future

CONNECT_SECONDS = 5.0
"""How long a scheduler may take to answer."""
PATIENCE_SECONDS = 60.0
"""How long a study waits for a worker where there is none."""
_LOOK_SECONDS = 1.0
_FETCH_SECONDS = 5.0
_RETRIES = 2
_SENT = 4
"""Arrays of so many firms are kept on the cluster after their last chunk was handed out."""


def run_on_cluster(
    address: str, chunks: Iterable[tuple[K, Chunk]], held: Held, *,
    progress: Progress | None = None,
) -> Iterator[tuple[K, Made]]:
    """Run chunks, each with a name of the caller's, on the workers of the Dask scheduler at
    `address`; gives each name with what its chunk came to as it is finished, in no certain order.
    Few are under way at any time.

    Raises LabError ``cluster_extra`` (Dask is not installed), ``cluster_missing`` (no scheduler
    there), ``cluster_workers`` (no worker fits, each with the reason), ``cluster_idle`` (no worker
    for `PATIENCE_SECONDS`), ``cluster_lost`` (the scheduler went away) and `Cancelled`. A worker
    that is refused is noted in `progress`.
    """
    progress = progress or Progress()
    with _connected(address) as client:
        workers = _Workers(client, address, progress)
        tasks: _Tasks[K] = _Tasks(client, address, held, workers, progress)
        try:
            for name, chunk in chunks:
                while tasks.full:
                    yield from tasks.finished()
                tasks.submit(name, chunk)
            while tasks.pending:
                yield from tasks.finished()
        except OSError as error:
            raise LabError("cluster_lost", address=address, why=error) from None
        finally:
            tasks.cancel()


@functools.cache
def known_answer() -> Mapping[str, str]:
    """What this process makes of a small firm: ``code`` (version of the package), ``kernel`` (its
    fingerprint) and ``figures`` (a hash of every bit of them)."""
    made = simulate(_small_firm(), [_POLICY], prior_mean()[None], months=6, replicates=2, threads=1)
    return {"code": simlab.__version__, "kernel": fingerprint(),
            "figures": hashlib.sha256(made.y.tobytes()).hexdigest()[:16]}


_POLICY = Policy(
    name="known_answer", title={"en": "known answer", "zh": "已知答案"},
    selection=Selection(key_share=0.5, ramp_months=3),
    support=Support(routing=0.5, sla=1, escalation=1.5),
    training=Training(course_hours={"closing": 8.0}, coaching=0.5),
    intervention=Intervention(active=True, threshold=0.2),
)


def _small_firm() -> Firm:
    people = blank(ROSTER, 12)
    people["status"] = Status.AWAITED
    people["entered"] = -np.arange(12) * 5
    people["base"] = np.linspace(8_000, 15_000, 12)
    people["grade"] = 1
    people["retires"] = 400
    people["slot"] = np.arange(12)
    people["team"] = np.arange(12) // 6
    return assemble(
        people, 2026 * 12, season=0.0, base_reference=10_000.0, entry_base=9_000.0, coaching=0.5,
        support_capacity=0.2, resolution=0.9, standard=0.35, dismissal_months=4, grace_months=6,
        replacement_cost=3.0)


@contextlib.contextmanager
def _connected(address: str) -> Iterator[Client]:
    try:
        import dask
        from distributed import Client
        from distributed.comm.addressing import parse_address, parse_host_port
    except ImportError:
        raise LabError("cluster_extra") from None
    # arrays of a firm are sent once, and are as large as they are
    with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1TB"}):
        try:
            # a client that found nobody cannot be closed, so a plain connection goes first
            place = parse_host_port(parse_address(address)[1])
            socket.create_connection(place, CONNECT_SECONDS).close()
            client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            raise LabError("cluster_missing", address=address, seconds=f"{CONNECT_SECONDS:g}",
                           why=str(error).partition("\n")[0]) from None
        try:
            yield client
        finally:
            with contextlib.suppress(OSError):
                client.close()


@functools.lru_cache(maxsize=_SENT)
def _unpacked(sent: bytes) -> Arrays:
    arrays: Arrays = pickle.loads(sent)
    return arrays


def _work(chunk: Chunk, staff: bytes, parameters: bytes) -> Made:
    """What a worker does."""
    held = {chunk.staff: _unpacked(staff), chunk.parameters: _unpacked(parameters)}
    return run_chunk(chunk, held.__getitem__)


class _Workers:
    """Which workers may be given work: those whose known answer is this process's own."""

    def __init__(self, client: Client, address: str, progress: Progress) -> None:
        self._client, self._address, self._progress = client, address, progress
        self._asked: dict[str, tuple[str, int, Future[Any]]] = {}
        self._refused: dict[str, LabError] = {}
        self.fit: dict[str, int] = {}
        """Address -> threads."""
        self._worked = False
        """Whether there ever was one: then another may come."""
        self._seen = time.monotonic()
        self._await_one()

    @property
    def threads(self) -> int:
        return sum(self.fit.values())

    def _await_one(self) -> None:
        self._progress.advance("workers", 0, 1)
        self.look()
        while not self.fit:
            self._progress.check()
            time.sleep(0.1)
            self.look()

    def look(self) -> None:
        """Take in who came, drop who went; raise where nobody is left for too long."""
        there: Mapping[str, Any] = self._client.scheduler_info(n_workers=-1)["workers"]
        for address, worker in there.items():
            if not any(address in known for known in (self._asked, self._refused, self.fit)):
                answer = self._client.submit(
                    known_answer, workers=[address], key=f"simlab-answer-{uuid4()}")
                self._asked[address] = str(worker["name"]), int(worker["nthreads"]), answer
        for address in list(self._asked):
            if address not in there:
                del self._asked[address]
            elif self._asked[address][2].done():
                self._judge(address, *self._asked.pop(address))
        self.fit = {address: n for address, n in self.fit.items() if address in there}
        if self.fit or self._asked:
            self._seen = time.monotonic()
        elif not self._worked and there and all(address in self._refused for address in there):
            raise LabError("cluster_workers", address=self._address,
                           problems=tuple(self._refused[address] for address in there))
        elif time.monotonic() - self._seen > PATIENCE_SECONDS:
            raise LabError("cluster_idle", address=self._address,
                           seconds=f"{PATIENCE_SECONDS:g}")

    def _judge(self, address: str, name: str, threads: int, answer: Future[Any]) -> None:
        own = known_answer()
        if answer.status == "finished":
            theirs: Mapping[str, str] = answer.result()
            differing = [what for what in own if theirs.get(what) != own[what]]
            if not differing:
                self.fit[address], self._worked = threads, True
                return
            why = ", ".join(f"{what} {theirs.get(what)} (here {own[what]})" for what in differing)
        else:
            why = repr(answer.exception()) if answer.status == "error" else str(answer.status)
        self._refused[address] = LabError("worker_refused", name=name, worker=address, why=why)
        self._progress.note(self._refused[address])


class _Tasks(Generic[K]):
    """Chunks handed out and not yet finished."""

    def __init__(
        self, client: Client, address: str, held: Held, workers: _Workers, progress: Progress
    ) -> None:
        self._client, self._address, self._held = client, address, held
        self._workers, self._progress = workers, progress
        self._looked = time.monotonic()
        self._sent: dict[str, Future[bytes]] = {}
        self.pending: dict[Future[Made], tuple[K, Chunk, frozenset[str]]] = {}

    @property
    def full(self) -> bool:
        return len(self.pending) >= IN_FLIGHT * self._workers.threads

    def submit(self, name: K, chunk: Chunk) -> None:
        fit = frozenset(self._workers.fit)
        task = self._client.submit(
            _work, chunk, self._arrays(chunk.staff), self._arrays(chunk.parameters),
            workers=sorted(fit), retries=_RETRIES, key=f"simlab-chunk-{uuid4()}")
        self.pending[task] = name, chunk, fit

    def _arrays(self, name: str) -> Future[bytes]:
        """What `name` names, on the cluster. As a task of its own it is made again where the
        worker that held it is lost, which scattered data are not."""
        if name not in self._sent:
            while len(self._sent) >= 2 * _SENT:
                del self._sent[next(iter(self._sent))]
            content = pickle.dumps(self._held(name), protocol=5)
            self._sent[name] = self._client.submit(bytes, content, key=f"simlab-{name}-{uuid4()}")
        self._sent[name] = self._sent.pop(name)  # the last used is the last to go
        return self._sent[name]

    def finished(self) -> Iterator[tuple[K, Made]]:
        """What is finished by now or within a moment; may be nothing."""
        from distributed import CancelledError, wait

        self._progress.check()
        # where the scheduler went away nothing is left to wait for: the tasks say so
        with (self._client.as_current(),
              contextlib.suppress(TimeoutError, CancelledError)):
            if self.pending:
                wait(list(self.pending), timeout=_LOOK_SECONDS, return_when="FIRST_COMPLETED")
            else:
                time.sleep(_LOOK_SECONDS)
        for task in [task for task in self.pending if task.done()]:
            made = self._made(task, self.pending[task][1])
            if made is not None:
                yield self.pending.pop(task)[0], made
        if time.monotonic() - self._looked > _LOOK_SECONDS:
            self._looked = time.monotonic()
            self._workers.look()
            self._hand_on()

    def _hand_on(self) -> None:
        """Chunks of which no worker is left that was fit when they were handed out."""
        fit = frozenset(self._workers.fit)
        for task, (name, chunk, given) in list(self.pending.items()):
            if fit and not fit & given:
                del self.pending[task]
                task.cancel()
                self.submit(name, chunk)

    def _made(self, task: Future[Made], chunk: Chunk) -> Made | None:
        """What a chunk came to; None where that was lost with its worker before it was fetched."""
        if task.status == "finished":
            try:
                return task.result(timeout=_FETCH_SECONDS)
            except TimeoutError:
                return None
        if task.status != "error":
            raise LabError("cluster_lost", address=self._address, why=task.status)
        error = task.exception()
        failures = tuple(
            Failure(place, 0, chunk.count, "worker", type(error).__name__, str(error), "")
            for place in range(len(chunk.policies)))
        return Made(np.full(chunk.shape, np.nan), failures)

    def cancel(self) -> None:
        with contextlib.suppress(OSError):
            self._client.cancel(list(self.pending))
        self.pending.clear()

"""The queue that carries ids of jobs from who asks to who works: huey's, on SQLite or Redis.

Only ids go through it, as plain bytes. An id may come twice or get lost, and the queue may be out
of reach for a while: the table of jobs decides who works on what, and a worker looks there, too.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from contextlib import suppress
from importlib.util import find_spec

from huey.storage import BaseStorage, RedisStorage, SqliteStorage

from simlab.background.table import FOLDER
from simlab.errors import LabError
from simlab.lab import Lab

QUEUE = "SIMLAB_QUEUE"
"""Environment variable that names a Redis server (``redis://...``) instead of the lab's file."""


class Queue:
    """Ids of one lab's jobs, first in, first out; safe to use from any thread."""

    def __init__(self, lab: Lab) -> None:
        """LabErrors ``queue_unusable`` and ``queue_without_redis`` where `QUEUE` is set to what
        cannot be used here."""
        self._storage, self._faults = _storage(lab)

    def put(self, name: str) -> None:
        """Add an id."""
        with suppress(*self._faults):
            self._storage.enqueue(name.encode("ascii"))

    def take(self) -> str | None:
        """The next id; None where there is none at the moment."""
        found = None
        with suppress(*self._faults):
            found = self._storage.dequeue()
        return None if found is None else bytes(found).decode("ascii")

    def close(self) -> None:
        """Let go of the file or the server."""
        self._storage.close()


def _storage(lab: Lab) -> tuple[BaseStorage, tuple[type[Exception], ...]]:
    """Where the ids lie, and the errors of its being out of reach."""
    url = os.environ.get(QUEUE)
    if not url:
        file = lab.path / FOLDER / "queue.sqlite"
        try:
            return SqliteStorage("jobs", filename=str(file)), (sqlite3.Error,)
        except sqlite3.Error as error:
            raise LabError("jobs_unreachable", url=file, why=error) from None
    if not url.startswith(("redis://", "rediss://", "unix://")):
        raise LabError("queue_unusable", url=url)
    if find_spec("redis") is None:
        raise LabError("queue_without_redis", url=url)
    from redis.exceptions import RedisError

    # labs on one server must not take each other's ids, not even a lab and its copy
    own = hashlib.sha256(str(lab.path).encode()).hexdigest()[:16]
    return RedisStorage(f"simlab_{own}", url=url), (RedisError,)

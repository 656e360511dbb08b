"""Plain HTTP clients that send what a browser sent: one after the other, or thirty at once."""

from __future__ import annotations

import copy
import http.client
import json
import random
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from paging.serving import Served
from simlab.ui.security import TOKEN_COOKIE, TOKEN_HEADER

READING = (2.0, 6.0)
"""Seconds for which a user reads an answer before the next move, at least and at most."""
_LEVER = "training/coaching"


@dataclass
class Times:
    """Seconds that answers took, and what went wrong with other calls."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    span: float = 1.0
    """Seconds over which they were asked."""

    @property
    def n(self) -> int:
        """How many answers there were."""
        return len(self.seconds)

    @property
    def p50(self) -> float:
        """Half took at most so long."""
        return self._quantile(0.5)

    @property
    def p95(self) -> float:
        """Ninety-five of a hundred took at most so long."""
        return self._quantile(0.95)

    def _quantile(self, share: float) -> float:
        return round(float(np.quantile(self.seconds, share)), 4) if self.seconds else float("nan")


class Client:
    """One browser's session, without the browser; a connection kept open for each thread."""

    def __init__(self, server: Served) -> None:
        self._host = urlsplit(server.address).netloc
        self._open = threading.local()
        status, said = self._ask("GET", "/settings", None, {})
        token = re.search(rf"{TOKEN_COOKIE}=([^;]+)", said)
        assert status == 200
        assert token is not None, "the page gives every browser its token"
        self._headers = {"Content-Type": "application/json", TOKEN_HEADER: token[1],
                         "Cookie": f"{TOKEN_COOKIE}={token[1]}", "Accept-Encoding": "br"}

    def call(self, body: Mapping[str, Any], times: Times, lock: threading.Lock) -> None:
        """Send one call of a callback and note how long the answer took, or that it failed."""
        began = time.perf_counter()
        status, said = self._ask("POST", "/_dash-update-component", json.dumps(body), self._headers)
        took = time.perf_counter() - began
        with lock:
            if status == 200:
                times.seconds.append(took)
            elif status != 204:  # 204: given up for a newer question, or nothing to change
                times.errors.append(f"{status} {body['output']}: {said[:200]}")

    def _ask(self, method: str, path: str, body: str | None, headers: Mapping[str, str]
             ) -> tuple[int, str]:
        kept = hasattr(self._open, "line")
        if not kept:
            self._open.line = http.client.HTTPConnection(self._host, timeout=120)
        line = self._open.line
        try:
            line.request(method, path, body, dict(headers))
            answer = line.getresponse()
            said = answer.read()
        except (OSError, http.client.HTTPException) as error:
            del self._open.line
            # A server closes lines that were idle; a browser then opens another.
            return self._ask(method, path, body, headers) if kept else (0, repr(error))
        if method == "GET":
            return answer.status, str(answer.headers)
        return answer.status, "" if answer.status == 200 else said.decode(errors="replace")


def replay(server: Served, calls: Mapping[str, Mapping[str, Any]], *, times: int) -> Times:
    """Every callback that a browser called, `times` times each, by one client."""
    found, client, lock = Times(), Client(server), threading.Lock()
    for body in calls.values():
        for _ in range(times):
            client.call(body, found, lock)
    return found


def what_if(
    server: Served, move: Sequence[Mapping[str, Any]], *, users: int, seconds: float
) -> Times:
    """`users` at once, each moving a lever, reading the answer for a while (`READING`) and moving
    it again, for `seconds`."""
    began = time.monotonic()

    def use(client: Client, chance: random.Random, found: Times, lock: threading.Lock) -> None:
        time.sleep(chance.uniform(0, READING[1]))
        while time.monotonic() < began + seconds:
            _move(client, move, chance, found, lock)
            time.sleep(chance.uniform(*READING))

    found = _together(server, use, users)
    found.span = seconds
    return found


def at_once(
    server: Served, move: Sequence[Mapping[str, Any]], *, users: int, times: int
) -> Times:
    """`users` who all move a lever in the very same moment, `times` times: the worst there is."""
    gate = threading.Barrier(users)

    def use(client: Client, chance: random.Random, found: Times, lock: threading.Lock) -> None:
        for _ in range(times):
            gate.wait()
            _move(client, move, chance, found, lock)

    return _together(server, use, users)


def _together(server: Served, use: Callable[..., None], users: int) -> Times:
    found, lock = Times(), threading.Lock()
    with ThreadPoolExecutor(users) as pool:
        for user in [pool.submit(use, Client(server), random.Random(place), found, lock)
                     for place in range(users)]:
            user.result()
    return found


def _move(
    client: Client, move: Sequence[Mapping[str, Any]], chance: random.Random, found: Times,
    lock: threading.Lock,
) -> None:
    """All calls of one move, side by side as a browser sends them; the first one, which draws the
    chart, is timed."""
    value = round(chance.uniform(0, 0.8), 2)
    visitor = f"{chance.getrandbits(64):016x}"
    first, *others = (_moved(body, value, visitor) for body in move)
    beside = Times()
    threads = [threading.Thread(target=client.call, args=(body, beside, lock)) for body in others]
    for thread in threads:
        thread.start()
    client.call(first, found, lock)
    for thread in threads:
        thread.join()
    found.errors += beside.errors


def _moved(body: Mapping[str, Any], value: float, visitor: str) -> Mapping[str, Any]:
    """The call with another value of the lever, from another visitor's page."""
    changed = copy.deepcopy(dict(body))
    for group in changed["inputs"]:
        for part in group if isinstance(group, list) else [group]:
            if isinstance(part["id"], dict) and part["id"].get("scenario") == _LEVER:
                part["value"] = value
    for part in changed.get("state", []):
        if isinstance(part, dict) and part["id"] == "scenario-visitor":
            part["value"] = visitor
    return changed

"""A lab served as in use: by gunicorn, in a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

_ROOT = Path(__file__).resolve().parents[2]
_THREADS = 8
_PATIENCE = 120.0
"""Seconds for a first start, which may compile."""


@dataclass(frozen=True)
class Served:
    """A running server."""

    address: str
    """Ends in a slash."""
    process: int
    """Of the worker that answers."""
    memory_first: float
    """Megabytes resident after the first answer."""

    def memory_peak(self) -> float:
        """Megabytes resident at most, so far."""
        return _memory(self.process, "VmHWM")


@contextmanager
def served(lab: Path) -> Iterator[Served]:
    """`lab` behind one gunicorn process with eight threads, until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--workers", "1", "--threads", str(_THREADS),
         "--bind", f"127.0.0.1:{port}", "--log-level", "error", "--chdir", str(_ROOT),
         "app:server"],
        env={**os.environ, "SIMLAB_LAB": str(lab), "PYTHONPATH": str(_ROOT)})
    try:
        address = f"http://127.0.0.1:{port}/"
        _wait(address, process)
        worker = _children(process.pid)[0]
        yield Served(address, worker, _memory(worker, "VmRSS"))
    finally:
        process.terminate()
        process.wait(30)


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            with urlopen(f"{address}settings", timeout=_PATIENCE):
                return
        except (URLError, ConnectionError):
            time.sleep(0.2)
    raise SystemExit("the server did not start")


def _children(parent: int) -> list[int]:
    listed = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii")
    return [int(each) for each in listed.split()]


def _memory(process: int, what: str) -> float:
    for line in Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{what}:"):
            return round(int(line.split()[1]) / 1024, 1)
    raise ValueError(what)

"""Kinds of jobs for the tests, and a worker of them: ``python -m tests.background.work LAB``."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from simlab.background import Kind, Worker
from simlab.errors import LabError
from simlab.lab import Lab
from simlab.progress import Progress


def count(lab: Lab, to: int, *, pause: float = 0.02, progress: Progress) -> dict[str, Any]:
    """Counts, keeping in the lab how far it came: a call that was stopped goes on from there."""
    kept = lab.path / "count.txt"
    begun = int(kept.read_text()) if kept.exists() else 0
    for number in range(begun, to):
        progress.advance("simulate", number, to)
        lab.write("count.txt", str(number + 1).encode())
        time.sleep(pause)
    return {"counted": to, "begun": begun}


def refuse(_: Lab, *, progress: Progress) -> None:
    """Something a user can mend."""
    raise LabError("policy_missing", file=Path("plan.yaml"))


def fail(_: Lab, *, progress: Progress) -> None:
    """A fault of ours."""
    raise ZeroDivisionError("by nought")


def write(lab: Lab, name: str, *, progress: Progress) -> Path:
    """Writes into the lab as jobs do, under the writer lock."""
    with lab.writing():
        return lab.write(name, b"done")


KINDS = {
    "count": Kind("tests.background.work:count"),
    "once": Kind("tests.background.work:count", again=False),
    "refuse": Kind("tests.background.work:refuse"),
    "fail": Kind("tests.background.work:fail"),
    "write": Kind("tests.background.work:write"),
}

if __name__ == "__main__":
    Worker(Lab.open(sys.argv[1]), KINDS).run()

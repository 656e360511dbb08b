"""One engine in a process of its own: a sample for the comparison, then its speed.

    python benchmarks/reference_month/measure.py ENGINE [--people N ...] [--seconds S]

Prints one JSON object. It needs nothing but NumPy and the engine, so that an engine whose
requirements exclude the lab's own can be measured by another interpreter.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict

from spec import Sample, Staff

ENGINES = {
    "simlab": ("with_simlab", "simlab"),
    "numpy": ("with_numpy", "numpy"),
    "mesa": ("with_mesa", "mesa"),
    "starsim": ("with_starsim", "starsim"),
    "starsim-one-stream": ("with_starsim", "starsim"),
    "mesa-frames": ("with_mesa_frames", "mesa-frames"),
}
"""Engine -> the file that writes the month for it, and the package that it needs."""
SAMPLE_PEOPLE, SAMPLE_MONTHS = 20_000, 24
STRETCHES = 15
"""Timed one by one for each number of people."""
NOT_INSTALLED = 3
"""Exit code where the engine's package is missing."""


def nanoseconds(make: Callable[[int, int], Staff], people: int, seconds: float) -> float:
    """Time of a person-month: the best of many stretches, since noise only ever adds."""
    staff = make(people, 2)
    months, spent = 1, 0.0
    while True:  # also warms up: the first stretches are thrown away
        spent = stretch(staff, months)
        if spent > 0.05 * seconds:
            break
        months *= 2
    months = max(1, round(months * seconds / STRETCHES / spent))
    return min(stretch(staff, months) for _ in range(STRETCHES)) / (people * months) * 1e9


def stretch(staff: Staff, months: int) -> float:
    """Seconds of processor time that so many months take, in all threads: on a shared machine the
    wall clock would measure the neighbours."""
    begin = time.process_time()
    staff.advance(months)
    return time.process_time() - begin


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("engine", choices=ENGINES)
    parser.add_argument("--people", type=int, nargs="*", default=[])
    parser.add_argument("--seconds", type=float, default=1.0, help="spent on each number of people")
    asked = parser.parse_args()
    file, package = ENGINES[asked.engine]
    try:
        module = importlib.import_module(file)
    except ModuleNotFoundError as error:
        if (error.name or "").replace("_", "-").partition(".")[0] != package:
            raise
        sys.exit(NOT_INSTALLED)
    make = getattr(module, "one_stream" if asked.engine.endswith("one-stream") else "Staff")
    sample = Sample.of(asked.engine, make(SAMPLE_PEOPLE, 1), SAMPLE_PEOPLE, SAMPLE_MONTHS)
    print(json.dumps({
        "version": importlib.import_module(package.replace("-", "_")).__version__,
        "sample": asdict(sample),
        "rows": [{"engine": asked.engine, "people": people,
                  "ns_per_person_month": round(nanoseconds(make, people, asked.seconds), 1)}
                 for people in asked.people],
    }))


if __name__ == "__main__":
    main()

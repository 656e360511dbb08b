"""One reference month in the lab's engine and in its peers, on one thread, in one run.

    python benchmarks/peers.py [--json FILE] [--python ENGINE=PATH ...] [--seconds 1]

The month (`reference_month/spec.py`) is written for each engine as its own users would write it;
before any time is believed, every engine must give the same quit rate and the same mean of every
state within Monte Carlo error. Each engine runs in a process of its own, held to one thread.
An engine that is not installed is named as such. Starsim comes with the extra `peers`;
mesa-frames asks for an older NumPy than the lab and so needs an interpreter of its own:

    python -m venv frames && frames/bin/pip install --pre mesa-frames
    python benchmarks/peers.py --python mesa-frames=frames/bin/python
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

HERE = Path(__file__).parent / "reference_month"
sys.path.insert(0, str(HERE))

from measure import ENGINES, NOT_INSTALLED  # noqa: E402
from spec import Sample, disagreements  # noqa: E402

PEOPLE = (200, 10_000, 100_000)
ONE_THREAD = dict.fromkeys((
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS",
    "NUMBA_NUM_THREADS", "POLARS_MAX_THREADS"), "1")


def script(python: str, *command: str) -> Any:
    """What a script beside the reference month prints, on one thread; None where the engine it
    is for is not installed."""
    done = subprocess.run([python, str(HERE / command[0]), *command[1:]],
                          env=os.environ | ONE_THREAD | {"PYTHONPATH": str(HERE.parents[1])},
                          capture_output=True, text=True, check=False)
    if done.returncode == NOT_INSTALLED:
        return None
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr}")
    # some engines greet on standard output; the result is the last line
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--json", type=Path, help="write the rows there")
    parser.add_argument("--python", action="append", default=[], metavar="ENGINE=PATH",
                        help="interpreter that has this engine")
    parser.add_argument("--seconds", type=float, default=1.0, help="spent on each figure")
    arguments = parser.parse_args()
    other = dict(given.split("=", 1) for given in arguments.python)
    if unknown := set(other) - set(ENGINES):
        parser.error(f"unknown engine: {', '.join(sorted(unknown))}")

    table = Table("engine", "version", *(f"{people:,} people" for people in PEOPLE),
                  "quits a month", title="ns of processor time per person-month")
    for column in table.columns[1:]:
        column.justify = "right"
    rows: list[dict[str, Any]] = []
    samples: list[Sample] = []
    for engine in ENGINES:
        found = script(other.get(engine, sys.executable), "measure.py", engine,
                       "--seconds", str(arguments.seconds), "--people", *map(str, PEOPLE))
        if found is None:
            table.add_row(engine, "not installed", *("-" for _ in PEOPLE), "-")
            continue
        sample = Sample(**found["sample"])
        samples.append(sample)
        rows += found["rows"]
        table.add_row(engine, found["version"],
                      *(f"{row['ns_per_person_month']:,.0f}" for row in found["rows"]),
                      f"{sample.quits / (sample.people * sample.months):.4f}")
    limit = script(sys.executable, "limit.py")
    console = Console()
    if not console.is_terminal:
        console = Console(width=100)
    console.print(table)
    console.print("Its parts alone, in compiled loops with the lab's addressed random numbers: "
                  + ", ".join(f"{name} {ns} ns" for name, ns in limit.items())
                  + f"; together {sum(limit.values()):.0f} ns.")
    if wrong := disagreements(samples):
        console.print("\n".join(["The engines disagree:", *wrong]), style="bold red")
        sys.exit(1)
    console.print(f"All {len(samples)} engines agree on the quit rate and on the mean of every "
                  "state within Monte Carlo error.")
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

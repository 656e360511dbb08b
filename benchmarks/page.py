"""The lab in a browser, measured: first load, slider to chart, callbacks, thirty users, memory.

    python benchmarks/page.py [LAB] [--json] [--quick]

LAB is a lab with records; without one it is the built-in sample firm, looked ahead. It is served as
in use, by gunicorn with one process and eight threads, and met over HTTP: by a Chromium
(SIMLAB_CHROMIUM, or `chromium` on the path) where a browser's own work is part of the figure, else
by plain clients that send what the browser sent. Server, browser and clients share the machine.
`--json` prints one object of figures and nothing else; `--quick` is a trial run whose figures are
not to be quoted. Figures are printed, never judged; the exit code is 1 where anything failed.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from paging import browsing, clients
from paging.serving import Served, served
from rich.console import Console
from rich.table import Table

from simlab.jobs.demo import sample_lab
from simlab.jobs.outlook import outlook
from simlab.lab import Lab

TARGETS = {"cold_kb": 1024, "cold_s": 1.5, "warm_s": 0.5, "slider_to_chart_p95_s": 0.5}
"""What is asked of the page: at most so much."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lab", nargs="?", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    with _lab(options.lab) as lab, served(lab) as server:
        figures = measure(server, quick=options.quick)
    if options.json:
        print(json.dumps(figures))
    else:
        show(figures)
    return 1 if figures["errors"] else 0


@contextmanager
def _lab(given: Path | None) -> Iterator[Path]:
    if given is not None:
        yield Lab.open(given).path
        return
    with tempfile.TemporaryDirectory() as folder:
        lab, _ = sample_lab(Path(folder) / "sample-firm")
        outlook(lab)
        yield lab.path


def measure(server: Served, *, quick: bool = False) -> dict[str, float]:
    """All figures; times in seconds."""
    seen = browsing.browse(server, loads=2 if quick else 7, moves=5 if quick else 40)
    answers = clients.replay(server, seen.calls, times=3 if quick else 20)
    users = clients.what_if(server, seen.what_if, users=30, seconds=5 if quick else 30)
    together = clients.at_once(server, seen.what_if, users=30, times=1 if quick else 5)
    failed = [*seen.errors, *answers.errors, *users.errors, *together.errors]
    for error in failed:
        print(error, file=sys.stderr)
    return {
        "cold_kb": seen.cold_kb, "cold_s": seen.cold_s, "warm_kb": seen.warm_kb,
        "warm_s": seen.warm_s,
        "slider_to_chart_p50_s": seen.slider.p50, "slider_to_chart_p95_s": seen.slider.p95,
        "callback_kinds": len(seen.calls), "callback_p50_s": answers.p50,
        "callback_p95_s": answers.p95,
        "users30_p50_s": users.p50, "users30_p95_s": users.p95,
        "users30_per_s": round(users.n / users.span, 2),
        "users30_same_moment_p50_s": together.p50, "users30_same_moment_p95_s": together.p95,
        "memory_first_mb": server.memory_first, "memory_peak_mb": server.memory_peak(),
        "errors": len(failed),
    }


def show(figures: dict[str, float]) -> None:
    """As a table, beside what is asked for."""
    load = os.getloadavg()[0]
    table = Table("measure", "figure", "asked for",
                  title=f"{os.cpu_count()} processors, load {load:.1f}")
    for name, value in figures.items():
        asked = f"at most {TARGETS[name]:g}" if name in TARGETS else ""
        table.add_row(name, f"{value:,.3g}" if value < 1000 else f"{value:,.0f}", asked)
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())

"""Time of one person-month: the kernel, the Mesa path on the same rules, and plain Mesa.

    python benchmarks/kernel.py [--json FILE] [--quick]

`plain-mesa` is the same month written as an ordinary Mesa model in pure Python: agents with
attributes, one generator, the same rules run uncompiled (`py_func`) on plain objects. All rows
are measured in one run; the machine may be shared, so read the ratios, not the nanoseconds. Two
policies: `train_and_help` sets every lever and has half of the people in key work;
`before_transition` sets none. Everybody enters in the first of the twelve months. Beside the
million people stand the seconds they take and the most memory that the process held.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from plain_mesa import PlainFirm
from rich.console import Console
from rich.table import Table

import scenarios
from scenarios import FirmFacts, scenario_firm
from simlab.engine.ensemble import simulate
from simlab.engine.mesa_model import FirmModel
from simlab.panel import month_number
from simlab.parameters import prior_draws, prior_mean

MONTHS, CHUNKS = 12, 8
EVERY_LEVER, NO_LEVER = "train_and_help", "before_transition"


def measure(run: Callable[[], None], person_months: int, *, repeats: int = 3) -> float:
    """Nanoseconds a person-month: the best of `repeats`, since noise only ever adds."""
    best = float("inf")
    for _ in range(repeats):
        begin = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - begin)
    return best / person_months * 1e9


def kernel_row(people: int, threads: int, name: str = EVERY_LEVER) -> dict[str, object]:
    facts = FirmFacts(people=people, team_size=10)
    firm = scenario_firm(facts, month_number("2026-01"))
    policy = scenarios.policy(name)
    # as many chunks of one size on every thread, so that none waits for another's last one
    chunk = max(1, 2_000_000 // (people * MONTHS * CHUNKS))
    histories = threads if people >= 1_000_000 else chunk * CHUNKS
    draws = prior_draws(histories, 1)

    def run() -> None:
        simulate(firm, [policy], draws, months=MONTHS, threads=threads, chunk=chunk)

    large = people >= 1_000_000
    ns = measure(run, people * MONTHS * histories, repeats=1 if large else 5)
    made = row("kernel", people, threads, ns, name)
    if large:
        made["seconds"] = round(ns * people * MONTHS / 1e9, 1)
        made["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return made


def mesa_row(people: int) -> dict[str, object]:
    firm = scenario_firm(FirmFacts(people=people, team_size=10), month_number("2026-01"))
    model = FirmModel(firm, scenarios.policy(EVERY_LEVER), prior_mean())
    model.step()
    return row("mesa", people, 1, measure(model.step, people))


def plain_row(people: int) -> dict[str, object]:
    firm = scenario_firm(FirmFacts(people=people, team_size=10), month_number("2026-01"))
    model = PlainFirm(firm, scenarios.policy(EVERY_LEVER), prior_mean(), seed=1)
    model.step()
    return row("plain-mesa", people, 1, measure(model.step, people))


def row(
    path: str, people: int, threads: int, ns: float, policy: str = EVERY_LEVER
) -> dict[str, object]:
    return {"path": path, "policy": policy, "people": people, "threads": threads,
            "ns_per_person_month": round(ns, 1)}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--json", type=Path, help="write the rows there")
    parser.add_argument("--quick", action="store_true", help="leave out the million people")
    arguments = parser.parse_args()

    every = os.cpu_count() or 1
    kernel_row(200, 1)  # compiles
    rows = []
    # the million first: the most memory that a process held cannot fall again
    for people in (200, 10_000) if arguments.quick else (1_000_000, 200, 10_000):
        rows += [kernel_row(people, threads) for threads in sorted({1, every})]
    rows += [kernel_row(people, 1, NO_LEVER) for people in (200, 10_000)]
    rows += [mesa_row(200), mesa_row(2_000), plain_row(200)]

    base = next(r for r in rows if r["path"] == "kernel" and r["people"] == 200)
    table = Table(
        "path", "policy", "people", "threads", "ns per person-month",
        "times the kernel at 200, 1 thread", "seconds", "peak MB",
    )
    for r in rows:
        ratio = float(np.divide(r["ns_per_person_month"], base["ns_per_person_month"]))
        table.add_row(str(r["path"]), str(r["policy"]), f"{r['people']:,}", str(r["threads"]),
                      f"{r['ns_per_person_month']:,}", f"{ratio:,.2f}",
                      str(r.get("seconds", "")), str(r.get("peak_mb", "")))
    Console().print(table)
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""How long does it take to condition people on their records?

    python benchmarks/replay.py [--people 5000] [--months 24] [--draws 30] [--json FILE]

A simulated firm's people who are all still there at the end of the record: each is replayed over
every month of it in 64 weighted copies under each posterior draw (those whose record few copies
explain again in more). Beside it, in the same run and with the same number of threads: the same
number of person-months simulated with nobody's record clamped, and the replay of the same people
over half the months. The machine may be shared, so read the ratios and
the processor time.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from simlab.engine.panels import AS_RECORDED, simulate_panels, simulated_panel
from simlab.engine.replay import Replay, conditioned, employed_at_end
from simlab.panel import STILL_HERE, Panel, month_number
from simlab.parameters import INDEX, prior_draws, prior_mean
from simlab.progress import Progress

COPIES = 64


def truth() -> NDArray[np.float64]:
    row = prior_mean()
    row[INDEX["exit_level"]] = -4.5  # so that most people stay for two years
    return row


def blank_panel(people: int, months: int) -> Panel:
    """People hired up to four years before the record, whose results are still to be simulated."""
    rng = np.random.default_rng(1)
    shape = (people, months)
    base = np.repeat(rng.lognormal(9, 0.3, people)[:, None], months, axis=1).astype(np.float32)
    return Panel(
        start=month_number("2024-01"), person=tuple(f"p{i}" for i in range(people)),
        hired=-rng.integers(0, 48, people).astype(np.int32), first=np.zeros(people, np.int32),
        last=np.full(people, months - 1, np.int32),
        exited=np.full(people, STILL_HERE, np.int32), grade=np.ones(shape, np.int32), base=base,
        observed=np.ones(shape, bool), business=np.zeros(shape, np.float32),
        rating=np.zeros(shape, np.int8))


def record(people: int, months: int) -> Panel:
    """A record of exactly so many people, each observed in every month."""
    made = simulated_panel(blank_panel(4 * people, months), truth(), seed=2)
    stayed = np.flatnonzero(made.observed.all(axis=1) & (made.exited == STILL_HERE))[:people]
    if len(stayed) < people:
        raise SystemExit(f"only {len(stayed)} simulated people stayed: ask for fewer")
    rows = {f.name: getattr(made, f.name) for f in fields(made)}
    kept = {name: value[stayed] for name, value in rows.items()
            if isinstance(value, np.ndarray) and len(value) == len(made.person)}
    return replace(made, person=tuple(made.person[i] for i in stayed), **kept)


def simulated(panel: Panel, histories: int, threads: int) -> float:
    """Seconds to simulate the panel's people so many times, no record clamped."""
    draws = np.repeat(truth()[None, :], histories, axis=0)
    began = time.perf_counter()
    simulate_panels(panel, draws, lambda *_: None, threads=threads)
    return time.perf_counter() - began


def replayed(panel: Panel, draws: NDArray[np.float64], threads: int) -> tuple[float, float, float]:
    """Seconds to condition everybody; median effective copies; share of people below ten."""
    began = time.perf_counter()
    work = Replay(panel, draws, COPIES, 1, threads, Progress(), AS_RECORDED)
    found = conditioned(work, employed_at_end(panel), 1)
    effective = np.median(found.effective, axis=0)
    return (time.perf_counter() - began, float(np.median(effective)),
            float((effective < 10).mean()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=5000)
    parser.add_argument("--months", type=int, default=24)
    parser.add_argument("--draws", type=int, default=30)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", type=Path, help="write the figures here")
    options = parser.parse_args()
    console = Console(width=110)
    panel = record(options.people, options.months)
    posterior = prior_draws(options.draws, 1)
    near = truth()[None, :] + 0.15 * (posterior - prior_mean())
    replayed(record(50, options.months), near[:2], 1)  # compiles
    spent = time.process_time()
    whole, effective, few = replayed(panel, near, options.threads)
    spent = time.process_time() - spent
    half, _, _ = replayed(panel.until(options.months // 2 - 1), near, options.threads)
    histories = max(COPIES * options.draws // 20, 1)
    plain = simulated(panel, histories, options.threads)
    person_months = options.people * options.months
    per_copy = whole / (person_months * COPIES * options.draws) * 1e9
    per_simulated = plain / (person_months * histories) * 1e9
    rows = [
        ("condition everybody, whole record", f"{whole:.1f} s", "1.00"),
        ("processor time of that, all threads", f"{spent:.1f} s", f"{spent / whole:.2f}"),
        ("the same, half of the months", f"{half:.1f} s", f"{half / whole:.2f}"),
        ("a copy's month under replay", f"{per_copy:.0f} ns", f"{per_copy / per_simulated:.2f}"),
        ("a simulated person's month", f"{per_simulated:.0f} ns", "1.00"),
    ]
    shown = Table(title=f"{options.people} people, {options.months} months, {options.draws} draws "
                        f"of {COPIES} copies, {options.threads} threads")
    for name in ("what", "time", "ratio"):
        shown.add_column(name, justify="left" if name == "what" else "right")
    for row in rows:
        shown.add_row(*row)
    console.print(shown)
    console.print(f"effective copies, median of people: {effective:.0f}; below ten: {few:.1%}")
    if options.json:
        options.json.write_text(json.dumps({
            "people": options.people, "months": options.months, "draws": options.draws,
            "copies": COPIES, "threads": options.threads, "seconds": whole,
            "processor_seconds": spent,
            "half_seconds": half, "ns_per_copy_month": per_copy,
            "ns_per_simulated_month": per_simulated, "effective": effective,
            "share_below_ten": few}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

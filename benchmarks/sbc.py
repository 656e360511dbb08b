"""Simulation-based calibration on the sales panel: are intervals as sure as they say?

    python benchmarks/sbc.py [--truths 300] [--panels 4] [--simulations 10000] [--json [FILE]]

The panel is calibrated; fresh truths are drawn from where its posterior was learnt, records of the
same people are simulated from each, and the same amortised posterior is asked about them. A row a
parameter that records can move; identified are those whose contraction on the real panel is .3 or
more. The 90% intervals of these should hold .87 to .93 of the truths.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from pathlib import Path

from forecast import FILE, sales_panel
from rich.console import Console
from rich.table import Table

from calibration.calibrate import calibrate
from calibration.recovery import PANELS, TRUTHS, Coverage, Recovered, recover

KEYS = ("parameter", "identified", "coverage50", "coverage80", "coverage90", "contraction")
TARGET = (0.87, 0.93)


def table(rows: list[Coverage]) -> Table:
    shown = Table(title="Share of fresh truths inside central intervals")
    for title in ("parameter", "identified", "contraction", "50%", "80%", "90%", "error",
                  "90%, nearest half", "uniform ranks: p"):
        shown.add_column(title, justify="left" if title == "parameter" else "right")
    for row in rows:
        shown.add_row(row.parameter, "yes" if row.identified else "no",
                      f"{row.contraction:.2f}", f"{row.coverage50:.3f}",
                      f"{row.coverage80:.3f}", f"{row.coverage90:.3f}", f"{row.error90:.3f}",
                      f"{row.near90:.3f}", f"{row.uniform:.2f}")
    return shown


def summary(rows: list[Coverage], found: Recovered) -> str:
    known = [row.coverage90 for row in rows if row.identified]
    inside = sum(TARGET[0] <= c <= TARGET[1] for c in known)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return (f"{inside} of {len(known)} identified parameters within {TARGET[0]} to {TARGET[1]}; "
            f"from {min(known):.3f} to {max(known):.3f}, mean {sum(known) / len(known):.3f}. "
            f"The record lies {found.outlying:.2f} times as far out as the outermost 1 in 100 "
            f"simulated ones. Peak memory {peak:.2f} GB.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--truths", type=int, default=TRUTHS)
    parser.add_argument("--panels", type=int, default=PANELS, help="records from each truth")
    parser.add_argument("--simulations", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", type=Path, default=FILE)
    parser.add_argument("--cache", type=Path, help="folder to keep simulated summaries in")
    parser.add_argument("--json", nargs="?", const="-", metavar="FILE",
                        help="print the rows as JSON, or write them here")
    options = parser.parse_args()
    if not options.data.exists():
        parser.error(f"{options.data} is missing: this benchmark needs the sales panel")

    console = Console(stderr=options.json == "-", width=150)
    began = time.perf_counter()
    panel = sales_panel(options.data)
    found = calibrate(panel, simulations=options.simulations, seed=options.seed,
                      cache=options.cache)
    calibrated = time.perf_counter()
    recovered = recover(panel, found.learnt, truths=options.truths, panels=options.panels,
                        seed=options.seed)
    rows = sorted(recovered.coverage(found.posterior.contraction()),
                  key=lambda row: -row.contraction)
    console.print(table(rows))
    console.print(summary(rows, recovered))
    console.print(f"Imported and calibrated in {calibrated - began:.0f} s, coverage in "
                  f"{time.perf_counter() - calibrated:.0f} s.")
    if options.json:
        content = json.dumps([{key: getattr(row, key) for key in KEYS} for row in rows], indent=1)
        if options.json == "-":
            print(content)
        else:
            Path(options.json).write_text(content + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

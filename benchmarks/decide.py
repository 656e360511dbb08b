"""Deciding, measured: time, precision and memory of comparisons, fronts and studies.

    python benchmarks/decide.py [--json] [--quick] [--only NAME]...

`--json` prints one object of figures and nothing else. Known answers on toys are checked each
time; the exit code is 1 where one does not hold. What is measured stands in
`benchmarks/deciding/`, one file a subject. `--quick` is a trial run whose figures are not to be
quoted.
"""

from __future__ import annotations

import argparse
import json
import os
import pkgutil
import sys
from importlib import import_module

import deciding
from deciding import Known
from rich.console import Console
from rich.table import Table


def subjects() -> list[str]:
    """Names of the files that measure something."""
    return sorted(found.name for found in pkgutil.iter_modules(deciding.__path__))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", action="append", choices=subjects())
    options = parser.parse_args()
    figures: dict[str, float] = {}
    known: list[Known] = []
    for name in options.only or subjects():
        module = import_module(f"deciding.{name}")
        if hasattr(module, "known_answers"):
            known += module.known_answers()
        if hasattr(module, "measure"):
            figures |= module.measure(options.quick)
    if options.json:
        print(json.dumps(figures | {"known_answers": all(k.holds for k in known)}))
    else:
        show(figures, known)
    return 0 if all(k.holds for k in known) else 1


def show(figures: dict[str, float], known: list[Known]) -> None:
    """Both as tables."""
    console = Console()
    load = os.getloadavg()[0]
    table = Table("measure", "figure", title=f"{os.cpu_count()} processors, load {load:.1f}")
    for name, value in figures.items():
        table.add_row(name, f"{value:,.3g}" if value < 1000 else f"{value:,.0f}")
    console.print(table)
    answers = Table("known answer", "analytic", "found", "within", "holds")
    for each in known:
        answers.add_row(each.name, f"{each.analytic:.4g}", f"{each.found:.4g}",
                        f"{each.tolerance:.2g}", "yes" if each.holds else "NO")
    console.print(answers)


if __name__ == "__main__":
    sys.exit(main())

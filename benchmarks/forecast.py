"""Out-of-time forecasts of exits on the sales panel, beside simple baselines.

    python benchmarks/forecast.py [--simulations 10000] [--draws 30] [--json FILE]

Calibrated on outcomes to 2016-12; forecasts from each month's end from 2016-12 on, replaying the
records to that month with the parameters left as they are. Every method is scored on the same
person-months; intervals (90%) resample people.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from calibration.backtest import METHODS, backtest
from calibration.calibrate import calibrate
from calibration.scores import Figure, Score
from simlab.lab import Lab
from simlab.panel import Panel, month_number
from simlab.records import import_files, load_panel

SHARED = Path(__file__).resolve().parents[2] / "shared/data"
FILE = SHARED / "sales_panel/sales_panel_2016-01_2017-06.csv"
TITLES = {
    "simlab": "simlab: posterior and replay",
    "prior_only": "simlab: prior only, replay",
    "no_efficacy": "simlab: efficacy slope zero",
    "base_rate": "base rate",
    "tenure_curve": "tenure curve",
    "logistic": "logistic regression",
    "gradient_boosting": "gradient boosting",
}


def sales_panel(file: Path) -> Panel:
    """The panel as a user gets it: imported into a lab, read back from it."""
    with tempfile.TemporaryDirectory() as folder:
        lab = Lab.create(Path(folder) / "lab")
        import_files(lab, [file], "sales-panel")
        return load_panel(lab)


def cell(figure: Figure, digits: int) -> str:
    return f"{figure.value:.{digits}f} [{figure.lower:.{digits}f}, {figure.upper:.{digits}f}]"


def table(scores: tuple[Score, ...]) -> Table:
    shown = Table(title="Exits forecast out of time, 90% intervals over people")
    for title in ("within", "method", "n", "exits", "forecast", "observed",
                  "AUC", "Brier", "log score"):
        shown.add_column(title, justify="left" if title == "method" else "right", no_wrap=True)
    for before, s in zip((None, *scores), scores, strict=False):
        if before is not None and before.horizon != s.horizon:
            shown.add_section()
        shown.add_row(f"{s.horizon} mo", TITLES[s.method], str(s.n), str(s.exits),
                      f"{s.mean:.4f}", f"{s.exits / s.n:.4f}", cell(s.auc, 3),
                      cell(s.brier, 4), cell(s.log_score, 3))
    return shown


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--simulations", type=int, default=10_000)
    parser.add_argument("--draws", type=int, default=30)
    parser.add_argument("--copies", type=int, default=64)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--until", default="2016-12")
    parser.add_argument("--data", type=Path, default=FILE)
    parser.add_argument("--cache", type=Path, help="folder to keep simulated summaries in")
    parser.add_argument("--json", type=Path, help="write the table's rows here")
    options = parser.parse_args()
    if not options.data.exists():
        parser.error(f"{options.data} is missing: this benchmark needs the sales panel")

    console = Console()
    if not console.is_terminal:
        console = Console(width=150)
    panel = sales_panel(options.data)
    cutoff = month_number(options.until)
    began = time.perf_counter()
    found = calibrate(panel, until=cutoff, simulations=options.simulations, seed=options.seed,
                      cache=options.cache)
    calibrated = time.perf_counter()
    console.print(f"calibrated on {options.simulations} simulated panels in "
                  f"{calibrated - began:.0f} s: {found.seconds}")
    for warning in found.warnings():
        console.print(f"- {warning}")
    scores = backtest(panel, found.posterior, cutoff=cutoff, draws=options.draws,
                      copies=options.copies, seed=options.seed, methods=METHODS)
    console.print(table(scores))
    console.print(f"forecasts in {time.perf_counter() - calibrated:.0f} s")
    if options.json:
        rows = [asdict(s) | {"simulations": options.simulations, "until": options.until,
                             "draws": options.draws, "seed": options.seed} for s in scores]
        options.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

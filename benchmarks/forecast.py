"""Out-of-time forecasts of exits on the sales panel, beside simple baselines.

    python benchmarks/forecast.py [--simulations 10000] [--draws 30] [--json FILE] [--recalibrate]

Calibrated on outcomes to 2016-12; forecasts from each month's end from 2016-12 on, replaying the
records to that month. Parameters stay as they are, or are calibrated anew at each origin with
--recalibrate (then the baselines learn anew as well). Every method is scored on the same
person-months; intervals (90%) resample people. The exit code is 0 whatever the criteria say: they
are measurements.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from calibration.backtest import METHODS, VARIANTS, RollingForecast, backtest
from calibration.calibrate import calibrate
from calibration.scores import Difference, Figure, Score
from simlab.lab import Lab
from simlab.panel import Panel, month_number
from simlab.posterior import Posterior
from simlab.records import import_files, load_panel

SHARED = Path(__file__).resolve().parents[2] / "shared/data"
FILE = SHARED / "sales_panel/sales_panel_2016-01_2017-06.csv"
TITLES = {
    "simlab": "simlab",
    "uncorrected": "simlab without hindsight",
    "prior_only": "... and prior only",
    "no_efficacy": "... and efficacy slope zero",
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


AUC_MARGIN = 0.01
SLOPE_RANGE = (0.9, 1.1)


def cell(figure: Figure, digits: int) -> str:
    return f"{figure.value:.{digits}f} [{figure.lower:.{digits}f}, {figure.upper:.{digits}f}]"


def grid(title: str, header: Sequence[str]) -> Table:
    shown = Table(title=title)
    for name in header:
        shown.add_column(name, justify="left" if name in ("method", "against") else "right",
                         no_wrap=True)
    return shown


def person_table(scores: tuple[Score, ...]) -> Table:
    shown = grid("Exits of people forecast out of time, 90% intervals over people",
                 ("within", "method", "n", "exits", "forecast", "observed", "AUC", "Brier",
                  "log score", "slope"))
    for before, s in zip((None, *scores), scores, strict=False):
        if before is not None and before.horizon != s.horizon:
            shown.add_section()
        shown.add_row(f"{s.horizon} mo", TITLES[s.method], str(s.n), str(s.exits),
                      f"{s.mean:.4f}", f"{s.exits / s.n:.4f}", cell(s.auc, 3),
                      cell(s.brier, 4), cell(s.log_score, 3), cell(s.slope, 2))
    return shown


def count_table(found: RollingForecast) -> Table:
    shown = grid("Number of exits within so many months of each origin",
                 ("within", "people", "method", "counts", "forecast", "observed", "CRPS",
                  "in 50%", "in 80%", "in 90%"))
    for c in found.counts:
        shown.add_row(f"{c.horizon} mo", c.group, TITLES[c.method], str(c.origins),
                      f"{c.forecast:.1f}", f"{c.observed:.1f}", cell(c.crps, 2),
                      *(cell(c.coverage[level], 2) for level in (50, 80, 90)))
    return shown


def difference_table(found: RollingForecast) -> Table:
    shown = grid("simlab less baseline, paired, 90% intervals over people",
                 ("within", "score", "of", "against", "difference", "best"))
    for d in found.differences:
        shown.add_row(f"{d.horizon} mo", d.measure, d.group, TITLES[d.against],
                      cell(d.figure, 4), "best" if d.best else "")
    return shown


def criteria(found: RollingForecast) -> list[tuple[str, bool, str]]:
    """Each criterion fixed beforehand: what it asks, whether it holds, the figures."""
    first = min(s.horizon for s in found.scores)
    gaps = {(d.measure, d.group, d.against): d for d in found.differences if d.horizon == first}
    best = {(d.measure, d.group): d for d in gaps.values() if d.best}
    mine = next(s for s in found.scores if (s.method, s.horizon) == ("simlab", first))
    auc = gaps["auc", "person", "logistic"].figure
    low, high = SLOPE_RANGE
    return [
        (f"AUC not lower than logistic regression's by more than {AUC_MARGIN} (whole interval)",
         auc.lower > -AUC_MARGIN, cell(auc, 4)),
        *(_not_worse(best[measure, group]) for measure, group in
          (("brier", "person"), ("crps", "present"), ("crps", "all"))),
        (f"reliability slope within {low} to {high}", low <= mine.slope.value <= high,
         cell(mine.slope, 2)),
    ]


def _not_worse(difference: Difference) -> tuple[str, bool, str]:
    name = {"brier": "Brier score", "crps": "CRPS of monthly exits"}[difference.measure]
    return (f"{name} ({difference.group}) not shown worse than the best baseline's, "
            f"{TITLES[difference.against]} (the interval of the difference reaches 0)",
            difference.figure.lower <= 0, cell(difference.figure, 4))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--simulations", type=int, default=10_000)
    parser.add_argument("--draws", type=int, default=60)
    parser.add_argument("--copies", type=int, default=64)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--until", default="2016-12")
    parser.add_argument("--data", type=Path, default=FILE)
    parser.add_argument("--cache", type=Path, help="folder to keep simulated summaries in")
    parser.add_argument("--recalibrate", action="store_true", help="anew at each origin")
    parser.add_argument("--json", type=Path, help="write the figures here")
    options = parser.parse_args()
    if not options.data.exists():
        parser.error(f"{options.data} is missing: this benchmark needs the sales panel")

    console = Console()
    if not console.is_terminal:
        console = Console(width=190)
    panel = sales_panel(options.data)
    cutoff = month_number(options.until)

    def posterior_at(month: int) -> Posterior:
        began = time.perf_counter()
        found = calibrate(panel, until=month, simulations=options.simulations, seed=options.seed,
                          cache=options.cache)
        console.print(f"calibrated on {options.simulations} simulated panels in "
                      f"{time.perf_counter() - began:.0f} s: {found.seconds}")
        for warning in found.warnings():
            console.print(f"- {warning}")
        return found.posterior

    posterior = posterior_at if options.recalibrate else posterior_at(cutoff)
    calibrated = time.perf_counter()
    found = backtest(panel, posterior, cutoff=cutoff, draws=options.draws, copies=options.copies,
                     seed=options.seed, methods=METHODS + VARIANTS)
    for shown in (person_table(found.scores), count_table(found), difference_table(found)):
        console.print(shown)
    steepness = ", ".join(f"{value:.2f}" for value in found.steepness)
    console.print(f"steepness by hindsight, by origin: {steepness}")
    rows = criteria(found)
    for asked, holds, figures in rows:
        console.print(f"{'holds' if holds else 'DOES NOT HOLD'}: {asked}: {figures}")
    console.print(f"forecasts in {time.perf_counter() - calibrated:.0f} s")
    if options.json:
        tree = asdict(found) | {
            "criteria": [{"asked": a, "holds": bool(h), "figures": f} for a, h, f in rows],
            "simulations": options.simulations, "draws": options.draws, "seed": options.seed}
        options.json.write_text(json.dumps(tree, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""The built-in sample firm: 150 sales people over 24 months, made by the model itself.

Its parameters are known (`SAMPLE_PARAMETERS`; every other parameter is at its prior mean), so a
calibration on it can be held against the truth. The committed tables under ``sample_firm/`` are
what this module writes: ``python -m scenarios.sample FOLDER``.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from simlab.engine.panels import simulated_panel
from simlab.panel import STILL_HERE, Panel, month_number
from simlab.parameters import INDEX, prior_mean
from simlab.records import export_panel

SAMPLE_SEED = 20240101
SAMPLE_PARAMETERS: dict[str, float] = {
    "exit_level": -3.4,
    "exit_tenure": -0.2,
    "efficacy_exit": 5.0,
    "efficacy_memory": 0.35,
    "frailty_spread": 0.4,
    "activity_level": 1.6,
    "activity_newcomer": 3.0,
    "size_level": 1.6,
    "size_spread": 0.7,
}
"""Parameters of the sample firm that differ from their prior means."""


def sample_panel(*, people: int = 150, months: int = 24, seed: int = SAMPLE_SEED) -> Panel:
    """The sample firm's record: `people` at the start, about four newcomers a month, from
    2024-01. Some observed results are missing as in any real export."""
    generator = np.random.default_rng(seed)
    newcomers = generator.poisson(0.027 * people, months - 1)
    first = np.concatenate([np.zeros(people, int), np.repeat(np.arange(1, months), newcomers)])
    n = len(first)
    tenure = np.where(first == 0, generator.exponential(20, n).astype(int) + 1, 0)
    base = 9000 * np.exp(0.25 * generator.standard_normal(n))
    frame = Panel(
        start=month_number("2024-01"),
        person=tuple(f"S{i + 1:04d}" for i in range(n)),
        hired=(first - tenure).astype(np.int32),
        first=first.astype(np.int32),
        last=np.full(n, months - 1, np.int32),
        exited=np.full(n, STILL_HERE, np.int32),
        grade=np.ones((n, months), np.int32),
        base=np.broadcast_to(np.round(base, -2)[:, None], (n, months)).astype(np.float32),
        observed=np.arange(months) >= first[:, None],
        business=np.zeros((n, months), np.float32),
        rating=np.ones((n, months), np.int8),
    )
    truth = prior_mean()
    for name, value in SAMPLE_PARAMETERS.items():
        truth[INDEX[name]] = value
    made = simulated_panel(frame, truth, seed=seed)
    return _rounded(made)


def sample_files() -> tuple[Path, ...]:
    """The committed canonical tables of the sample firm (CSV)."""
    return tuple(sorted((Path(__file__).parent / "sample_firm").glob("*.csv")))


def _rounded(panel: Panel) -> Panel:
    """Money to the unit, as a payroll export would hold it."""
    return replace(panel, business=np.round(panel.business), base=np.round(panel.base))


def main(folder: Path) -> None:
    """Write the sample firm's canonical tables into `folder`."""
    export_panel(sample_panel(), folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

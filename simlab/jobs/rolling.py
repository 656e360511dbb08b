"""Forecast every month of a past period from the end of the one before, and score it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from calibration.backtest import RollingForecast, backtest
from calibration.calibrate import FEW_EXITS
from calibration.calibrate import calibrate as fit_panel
from simlab.errors import LabError
from simlab.jobs.calibrating import choose, load_posterior
from simlab.jobs.common import (
    as_csv,
    code_version,
    count_option,
    fingerprint,
    model_version,
    month_within,
    now,
    write_out,
)
from simlab.jobs.records import load_panel
from simlab.lab import Lab
from simlab.panel import Panel, month_name, month_number
from simlab.posterior import Posterior
from simlab.progress import Progress
from simlab.records import data_hash

MONTHS = 6
"""Months forecast unless asked for otherwise, as far as the record goes."""
LATER = 3
"""Forecasts are scored for the next month, and for so many months where the period has them."""


@dataclass(frozen=True)
class Rolled:
    """Forecasts of a past period, each month from the end of the one before, and their scores."""

    start: str
    """First month forecast."""
    months: int
    result: RollingForecast
    made: str
    inputs: Mapping[str, Any]
    options: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """As plain data; what cannot be said (no slope of equal forecasts) is null."""
        found = asdict(self.result)
        del found["months"]
        return dict(_finite({
            "start": self.start, "months": self.months, "rows": list(self.result.months),
            **found, "made": self.made, "inputs": dict(self.inputs),
            "options": dict(self.options)}))


def forecast_every_month(
    lab: Lab, start: str | None = None, months: int | None = None, *, recalibrate: bool = False,
    draws: int = 30, seed: int = 1, out: Path | None = None, progress: Progress | None = None,
) -> Rolled:
    """Forecast `months` months from `start` on (default: the months after those calibrated on),
    each from the end of the month before, and score the forecasts beside plain baselines.

    Parameters stay as the lab's calibration left them, which must not have seen `start`; or are
    calibrated anew at each origin (`recalibrate`: the lab's own calibration is left alone, and
    what was simulated is kept, so that a stopped run goes on where it was). Kept in the lab
    (``rolling/START``) and written to `out`. LabError where the record ends too early, the
    calibration has seen the outcomes, or fewer than 30 exits are known before `start`.
    """
    progress = progress or Progress()
    count_option("--draws", draws, 2, 10_000)
    panel = load_panel(lab)
    posterior = load_posterior(lab)
    if posterior is None:
        raise LabError("not_calibrated", path=lab.path)
    until = str(posterior.provenance["until"])
    column = month_within("--from", start or month_name(month_number(until) + 1), panel, 3,
                          panel.months - 1)
    left = panel.months - column
    months = min(MONTHS, left) if months is None else count_option("--months", months, 1, left)
    origin = panel.start + column - 1
    if not recalibrate and month_number(until) > origin:
        raise LabError("calibrated_too_late", until=until, start=month_name(origin + 1),
                       before=month_name(origin))
    exits = int((panel.exited < column).sum())
    if exits < FEW_EXITS:
        raise LabError("too_few_exits_to_score", exits=exits, start=month_name(origin + 1),
                       least=FEW_EXITS)
    result = backtest(
        panel, _posterior(lab, panel, posterior, recalibrate, draws, seed, progress),
        cutoff=origin, until=origin + months, draws=draws, seed=seed, progress=progress,
        horizons=(1, LATER) if months >= LATER else (1,))
    rolled = Rolled(
        start=month_name(origin + 1), months=months, result=result, made=now(),
        inputs={"calibration": fingerprint(posterior.draws), "data": data_hash(lab),
                "model": model_version(), "code": code_version()},
        options={"draws": draws, "seed": seed, "recalibrate": recalibrate})
    _write(lab, rolled, out)
    return rolled


def _posterior(
    lab: Lab, panel: Panel, posterior: Posterior, recalibrate: bool, draws: int, seed: int,
    progress: Progress,
) -> Posterior | Callable[[int], Posterior]:
    def chosen(of: Posterior) -> Posterior:
        rows = choose(of, min(draws, len(of.draws)), seed)
        return Posterior(of.names, rows, of.prior, of.provenance)

    if not recalibrate:
        return chosen(posterior)
    simulations = int(posterior.provenance["simulations"])
    return lambda month: chosen(fit_panel(
        panel, until=month, simulations=simulations, seed=seed, progress=progress,
        cache=lab.path / "tables").posterior)


def _finite(value: Any) -> Any:
    """Plain data with null where a figure cannot be said."""
    if isinstance(value, Mapping):
        return {str(key): _finite(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in value]
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    return bool(value) if isinstance(value, np.bool_) else value


def _write(lab: Lab, rolled: Rolled, out: Path | None) -> None:
    tree = rolled.to_json()
    files = {"months.csv": as_csv(tree["rows"]), "people.csv": as_csv(_flat(tree["scores"])),
             "counts.csv": as_csv(_flat(tree["counts"])),
             "differences.csv": as_csv(_flat(tree["differences"])),
             "curve.csv": as_csv([{"method": method, **row} for method, points in
                                  tree["curves"].items() for row in _flat(points)])}
    if out is not None:
        write_out(out, files)
    with lab.writing():
        folder = f"rolling/{rolled.start}"
        for name, content in files.items():
            lab.write(f"{folder}/{name}", content.encode())
        lab.write_json(f"{folder}/rolling.json", tree)


def _flat(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows whose figures stand in columns ``name``, ``name_lower``, ``name_upper``."""
    def columns(name: str, value: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            return {name: value}
        if "value" in value:
            return {name: value["value"], f"{name}_lower": value["lower"],
                    f"{name}_upper": value["upper"]}
        return {key: part for level, figure in value.items()
                for key, part in columns(f"{name}_{level}", figure).items()}

    return [{key: part for name, value in row.items() for key, part in columns(name, value).items()}
            for row in rows]

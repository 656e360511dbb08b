"""Forecast who will have left, with nothing changed, from the end of a month of the record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simlab.engine.hindsight import hindsight
from simlab.engine.replay import LEAST_COPIES, Forecast
from simlab.engine.replay import forecast as replay
from simlab.errors import LabError
from simlab.jobs.calibrating import choose, load_posterior
from simlab.jobs.checking import mark, refusal
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
from simlab.panel import STILL_HERE, Panel, month_name
from simlab.progress import Progress
from simlab.records import data_hash, open_store

QUANTILES = {"p05": 0.05, "p25": 0.25, "p50": 0.50, "p75": 0.75, "p95": 0.95}
ENOUGH_EXITS = 30
"""Known exits below which no person gets a score; the firm's totals are forecast all the same."""

_REFUSING = {"too_few_exits", "check_failed", "holdout_untested"}
"""Warnings with which nobody gets a score of their own."""


@dataclass(frozen=True)
class Forecasted:
    """A forecast of one lab from one month on."""

    start: str
    """First month forecast."""
    months: int
    people: int
    """Employed at the start."""
    scored: int
    """Of them with a score."""
    persons: tuple[Mapping[str, Any], ...]
    """``person`` (source id), ``p1``..``pN``, ``lower``, ``upper``, ``copies``; empty below
    `ENOUGH_EXITS`."""
    rows: tuple[Mapping[str, Any], ...]
    """``month``, then ``present_`` and ``all_`` mean, p05, p25, p50, p75, p95."""
    futures: int
    made: str
    inputs: Mapping[str, Any]
    options: Mapping[str, Any]
    warnings: tuple[str, ...]
    """Codes of sentences ``forecast.<code>``."""
    hindsight: Mapping[str, float]
    """What forecasts of the months known before were worth, one month ahead: ``exits`` looked at
    (below `ENOUGH_EXITS` nothing was corrected), ``steepness``, ``spread`` between months."""
    check: Mapping[str, Any]
    """The mark of the calibration's check: ``verdict``, ``failed``, ``untested``."""

    def to_json(self) -> dict[str, Any]:
        """As plain data without the people: what the lab keeps beside the CSV files."""
        return {
            "start": self.start, "months": self.months, "people": self.people,
            "scored": self.scored, "rows": [dict(row) for row in self.rows],
            "futures": self.futures, "made": self.made, "inputs": dict(self.inputs),
            "options": dict(self.options), "warnings": list(self.warnings),
            "hindsight": dict(self.hindsight),
            "check": dict(self.check),
        }


def forecast(
    lab: Lab, start: str, months: int, *, draws: int = 100, seed: int = 1,
    out: Path | None = None, progress: Progress | None = None,
) -> Forecasted:
    """Probability to have left within 1..`months` months, for everyone employed when month
    `start` begins, and exits by month.

    Only what was known at the end of the month before `start` is used. Writes ``persons.csv``
    and ``months.csv`` into `out` (default: the lab's ``forecasts/START``).
    """
    progress = progress or Progress()
    whole = load_panel(lab)
    column = month_within("--from", start, whole, 1, whole.months)
    count_option("--months", months, 1, 60)
    count_option("--draws", draws, 2, 10_000)
    posterior = load_posterior(lab)
    if posterior is None:
        raise LabError("not_calibrated", path=lab.path)
    known = whole.until(column - 1)
    present = (known.last == column - 1) & (known.exited == STILL_HERE)
    if not present.any():
        raise LabError("nobody_employed", month=start)
    rows = choose(posterior, draws, seed)
    corrections = hindsight(known, rows, seed=seed, progress=progress)
    result = replay(known, rows, horizon=months, seed=seed, progress=progress,
                    corrections=corrections)
    carried = mark(lab)
    warnings = (*_warnings(known, str(posterior.provenance.get("until", "")), start),
                *_checked(carried))
    persons = () if _REFUSING & set(warnings) else _persons(lab, result)
    forecasted = Forecasted(
        start=start, months=months, people=len(result.person),
        scored=sum(row["p1"] != "" for row in persons), persons=persons,
        rows=tuple(_months(result, known.start + column)), futures=len(result.exits), made=now(),
        inputs={"calibration": fingerprint(posterior.draws), "data": data_hash(lab),
                "model": model_version(), "code": code_version()},
        options={"draws": draws, "seed": seed}, warnings=warnings, check=carried,
        hindsight={"exits": int(corrections.present.exits[0]),
                   "steepness": float(corrections.present.estimate[0]),
                   "spread": corrections.present.spread},
    )
    _write(lab, forecasted, out)
    return forecasted


def _warnings(known: Panel, until: str, start: str) -> tuple[str, ...]:
    found = []
    if until and until >= start:
        found.append("calibrated_later")
    if int((known.exited != STILL_HERE).sum()) < ENOUGH_EXITS:
        found.append("too_few_exits")
    return tuple(found)


def _checked(carried: Mapping[str, Any]) -> tuple[str, ...]:
    """What to say of the calibration's check."""
    if carried["verdict"] == "unchecked":
        return ("unchecked",)
    refused = refusal(carried)
    return () if refused is None else (refused,)


def _persons(lab: Lab, result: Forecast) -> tuple[dict[str, Any], ...]:
    """One row a person; a score is left empty where too few copies explain the record."""
    with open_store(lab) as store:
        ids = store.source_ids(result.person)
    mean = result.left_by.mean(axis=0)
    lower, upper = np.quantile(result.left_by[:, :, -1], (0.05, 0.95), axis=0)
    rows = []
    for i, name in enumerate(ids):
        enough = bool(result.effective[i] >= LEAST_COPIES)
        figures = [*mean[i], lower[i], upper[i]]
        keys = [*(f"p{h + 1}" for h in range(mean.shape[1])), "lower", "upper"]
        shown = [f"{value:.6f}" if enough else "" for value in figures]
        rows.append({"person": name, **dict(zip(keys, shown, strict=True)),
                     "copies": f"{result.effective[i]:.1f}"})
    return tuple(rows)


def _months(result: Forecast, start: int) -> Sequence[dict[str, Any]]:
    groups = (("present", result.exits), ("all", result.exits_all))
    return [
        {"month": month_name(start + h),
         **{key: value for group, exits in groups
            for key, value in _spread(group, exits[:, h]).items()}}
        for h in range(result.exits.shape[1])
    ]


def _spread(group: str, exits: NDArray[Any]) -> dict[str, float]:
    levels = np.quantile(exits, list(QUANTILES.values()))
    return {f"{group}_mean": round(float(exits.mean()), 4),
            **{f"{group}_{name}": round(float(level), 4)
               for name, level in zip(QUANTILES, levels, strict=True)}}


def _write(lab: Lab, forecasted: Forecasted, out: Path | None) -> None:
    files = {"months.csv": as_csv(forecasted.rows)}
    if forecasted.persons:
        files["persons.csv"] = as_csv(forecasted.persons)
    if out is not None:
        write_out(out, files)
    with lab.writing():
        folder = f"forecasts/{forecasted.start}"
        for name, content in files.items():
            lab.write(f"{folder}/{name}", content.encode())
        if not forecasted.persons:
            # scores that an earlier forecast gave must not outlive their refusal
            (lab.path / folder / "persons.csv").unlink(missing_ok=True)
        lab.write_json(f"{folder}/forecast.json", forecasted.to_json())

"""A study that is complete in a few figures: what each policy, and each level of each factor,
comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from simlab.decide.outcomes import outcome
from simlab.jobs.study_folder import StudyFolder
from simlab.progress import Progress

LEVELS = 4
"""Parts of equal count that a factor with more values than so many is cut into."""
_NO_FACTORS = ("point", "policy", "policy_json", "firm_json")

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Factor:
    """What the points of a study differ in, cut into levels."""

    name: str
    levels: tuple[str, ...]
    """A policy, a value, or ``LEAST–MOST`` of the values in it."""
    of_point: NDArray[np.int64]
    """(point,) the level of each."""


def summarised(folder: StudyFolder, progress: Progress | None = None) -> dict[str, Any]:
    """What the levels of the policies and of every factor come to, over all points there.

    A plain tree: ``outcomes``, and for each of ``factors`` its ``name`` and its ``levels``:
    ``level``, ``points``, ``runs``, and for each outcome an interval ``{mean, lower, upper}`` under
    ``outcomes`` (expected over the whole period) and under ``differences`` (from the factor's first
    level, paired by draws), with the shares of draws in which the difference is ``below`` and
    ``above`` nothing. Expectations are over points and luck, the 90% intervals over draws of the
    parameters. Runs that failed are left out.
    """
    progress = progress or Progress()
    tree = folder.describe()
    outcomes, draws = tuple(tree["outcomes"]), int(tree["study"]["draws"])
    factors = _factors(pq.read_table(folder.path / "design.parquet"))
    sums = [np.zeros((len(f.levels), draws, len(outcomes))) for f in factors]
    runs = [np.zeros((len(f.levels), draws)) for f in factors]
    rows = [np.zeros((len(f.levels), draws)) for f in factors]
    files = folder.runs()
    for done, file in enumerate(files, start=1):
        table = pq.read_table(file, partitioning=None)
        _add(table, factors, outcomes, draws, sums, runs, rows)
        progress.advance("reduce", done, len(files))
    averaged = np.array([outcome(name).over_months == "mean" for name in outcomes])
    return {"outcomes": list(outcomes), "factors": [
        {"name": factor.name, "levels": _levels(factor, outcomes, _expected(s, r, n, averaged), r)}
        for factor, s, r, n in zip(factors, sums, runs, rows, strict=True)]}


def _factors(design: pa.Table) -> list[Factor]:
    """The policies first, then every column of the design in which points differ."""
    found = [_as_it_is("policy", design["policy"].to_pylist())]
    for name in design.column_names:
        values = design[name].to_pylist()
        if name in _NO_FACTORS or len(set(values)) == 1:
            continue
        numbers = [value for value in values if isinstance(value, int | float)]
        many = len(set(values)) > LEVELS and len(numbers) == len(values)
        found.append(_cut(name, numbers) if many else _as_it_is(name, values))
    return found


def _as_it_is(name: str, values: Sequence[Any]) -> Factor:
    known = list(dict.fromkeys(values))
    if all(isinstance(value, int | float) for value in known):
        known.sort()
    return Factor(name, tuple(_shown(value) for value in known),
                  np.array([known.index(value) for value in values]))


def _cut(name: str, values: Sequence[float]) -> Factor:
    """Into parts of about equal count."""
    column = np.asarray(values, dtype=np.float64)
    ends = np.quantile(column, np.arange(1, LEVELS) / LEVELS)
    place = np.searchsorted(ends, column, side="right")
    present = [k for k in range(LEVELS) if (place == k).any()]
    within = [column[place == k] for k in present]
    levels = tuple(f"{_shown(float(part.min()))}–{_shown(float(part.max()))}" for part in within)
    return Factor(name, levels, np.searchsorted(present, place))


def _shown(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _add(
    table: pa.Table, factors: Sequence[Factor], outcomes: Sequence[str], draws: int,
    sums: Sequence[Floats], runs: Sequence[Floats], rows: Sequence[Floats],
) -> None:
    """The rows of one file to all sums and counts (level, draw)."""
    point, draw = (table[name].to_numpy() for name in ("point", "draw"))
    begins = table["month"].to_numpy() == 1 if "month" in table.column_names else None
    for factor, total, some, all_ in zip(factors, sums, runs, rows, strict=True):
        place = factor.of_point[point] * draws + draw
        cells = len(factor.levels) * draws
        count = np.bincount(place, minlength=cells).reshape(-1, draws)
        all_ += count
        some += count if begins is None else np.bincount(
            place[begins], minlength=cells).reshape(-1, draws)
        for k, name in enumerate(outcomes):
            total[..., k] += np.bincount(
                place, weights=table[name].to_numpy(), minlength=cells).reshape(-1, draws)


def _expected(sums: Floats, runs: Floats, rows: Floats, averaged: NDArray[np.bool_]) -> Floats:
    """(level, draw, outcome) over the whole period; NaN where no run is."""
    count = np.where(averaged, rows[..., None], runs[..., None])
    expected: Floats = np.divide(sums, count, out=np.full(sums.shape, np.nan), where=count > 0)
    return expected


def _levels(
    factor: Factor, outcomes: Sequence[str], expected: Floats, runs: Floats
) -> list[dict[str, Any]]:
    points = np.bincount(factor.of_point, minlength=len(factor.levels))
    return [{
        "level": level, "points": int(points[k]), "runs": int(runs[k].sum()),
        "outcomes": {name: _interval(expected[k, :, o]) for o, name in enumerate(outcomes)},
        "differences": {} if k == 0 else {
            name: _difference(expected[k, :, o] - expected[0, :, o])
            for o, name in enumerate(outcomes)},
    } for k, level in enumerate(factor.levels)]


def _interval(values: Floats) -> Mapping[str, float] | None:
    known = values[np.isfinite(values)]
    if not len(known):
        return None
    lower, upper = np.quantile(known, (0.05, 0.95))
    return {"mean": float(known.mean()), "lower": float(lower), "upper": float(upper)}


def _difference(values: Floats) -> Mapping[str, float] | None:
    found = _interval(values)
    known = values[np.isfinite(values)]
    return None if found is None else {
        **found, "below": float((known < 0).mean()), "above": float((known > 0).mean())}

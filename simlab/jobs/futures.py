"""Futures of a setting: the same people and luck where the scenario's uncertainties turn out
otherwise, run a few at a time and kept until all are done."""

from __future__ import annotations

import contextlib
import io
import shutil
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from scenarios.facts import surroundings
from scenarios.uncertainty import Point, Uncertainty, draws_in, facts_in, policies_in
from simlab.decide.precision import over_months
from simlab.engine.ensemble import Ensemble
from simlab.engine.firm import with_surroundings
from simlab.errors import Cancelled
from simlab.jobs.setting import Setting
from simlab.lab import Lab
from simlab.policy import Policy
from simlab.progress import Progress

Floats = NDArray[np.float64]
CHUNK = 5
"""Futures that are kept together: what an interruption costs."""


@dataclass(frozen=True)
class Outcomes:
    """What futures came to: each (future, policy, outcome) over the whole period, in expectation
    over luck; with the 90% interval over draws of the parameters."""

    mean: Floats
    lower: Floats
    upper: Floats
    noise: Floats
    """Monte Carlo error of the mean difference from the first policy; NaN with one replicate."""


def in_future(
    setting: Setting, policies: Sequence[Policy], uncertainties: Sequence[Uncertainty],
    point: Point,
) -> tuple[Setting, list[Policy]]:
    """The setting and the policies as they are in a future.

    People of a record stand where the record left them, under the parameters as they were drawn;
    a synthetic staff has lived its burn-in in that future, too.
    """
    facts = facts_in(setting.study.facts, uncertainties, point)
    rows = draws_in(setting.drawn.rows, setting.drawn.informed, uncertainties, point)
    moved = replace(setting, firm=with_surroundings(setting.firm, **surroundings(facts)),
                    drawn=replace(setting.drawn, rows=rows))
    return moved, policies_in(policies, uncertainties, point)


def run_futures(
    run: Callable[[Point], Ensemble], points: Sequence[Point], lab: Lab, folder: str,
    progress: Progress,
) -> Outcomes:
    """What `run` makes of every point. Chunks are kept in `folder` of the lab, which must be named
    by all that decides their figures; what is there already is not run again.

    `Cancelled` ``stress_stopped`` where it was stopped; see `forget` for when all is stored.
    """
    parts, done = [], 0
    try:
        for first in range(0, len(points), CHUNK):
            chunk = points[first:first + CHUNK]
            path = f"{folder}/futures-{first:06d}.npz"
            found = _kept(lab, path, len(chunk))
            if found is None:
                progress.check()
                found = _joined([_reduced(run(point)) for point in chunk])
                lab.write(path, _packed(found))
            parts.append(found)
            done = first + len(chunk)
            progress.advance("futures", done, len(points))
    except (Cancelled, KeyboardInterrupt):
        raise Cancelled("stress_stopped", kept=done, total=len(points)) from None
    return _joined(parts)


def forget(lab: Lab, folder: str) -> None:
    """Take the kept chunks away."""
    shutil.rmtree(lab.path / folder, ignore_errors=True)
    with contextlib.suppress(OSError):  # chunks of another run are there
        (lab.path / folder).parent.rmdir()


def _reduced(ensemble: Ensemble) -> Outcomes:
    """One future, with an axis for it."""
    totals = over_months(ensemble.y, ensemble.outcomes)
    expected = totals.mean(axis=1)
    lower, upper = np.quantile(expected, (0.05, 0.95), axis=0)
    paired = totals - totals[:, :, :1]
    draws, replicates = totals.shape[:2]
    noise = (np.sqrt(paired.var(axis=1, ddof=1).mean(axis=0) / (draws * replicates))
             if replicates > 1 else np.full(lower.shape, np.nan))
    return Outcomes(expected.mean(axis=0)[None], lower[None], upper[None], noise[None])


def _joined(parts: Sequence[Outcomes]) -> Outcomes:
    return Outcomes(*(np.concatenate([getattr(part, field.name) for part in parts])
                      for field in fields(Outcomes)))


def _packed(found: Outcomes) -> bytes:
    content = io.BytesIO()
    np.savez(content, mean=found.mean, lower=found.lower, upper=found.upper, noise=found.noise)
    return content.getvalue()


def _kept(lab: Lab, path: str, count: int) -> Outcomes | None:
    """A chunk of `count` futures; None where there is none that can be read."""
    try:
        with np.load(lab.path / path, allow_pickle=False) as stored:
            found = Outcomes(*(stored[field.name] for field in fields(Outcomes)))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    return found if len(found.mean) == count else None

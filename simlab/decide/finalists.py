"""Ranking and selection: the best policies of a search, tried again where it matters.

The best of many estimates is the luckiest too, so what the search found is estimated again in
futures it has not seen. Every finalist is tried in some of them; those that others beat for sure
are dropped, and the rest are tried in more: elimination by paired differences under common random
numbers as in Kim, Nelson (2001, ACM Trans. Model. Comput. Simul. 11:251), in fixed stages. A
policy is dropped where one other beats it in every objective, each by a one-sided t test of
paired differences (all of them at once: an intersection-union test); the tests of all stages and
rivals share `ERROR`, so a policy of the true front is dropped with at most that chance.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from simlab.decide.search import differences, minimised
from simlab.decide.tried import Constraint, Sample, Tried, Try
from simlab.policy import Policy
from simlab.progress import Progress

ERROR = 0.05
"""Largest chance that a policy of the true front is dropped."""
STAGES = (0.25, 0.5, 1.0)
"""Share of the draws used after each of the first stages, in one replicate; then replicates are
doubled up to all of them."""


@dataclass(frozen=True)
class Dropped:
    """A finalist that another one beat for sure."""

    policy: int
    by: int
    histories: int
    """It was tried in."""


@dataclass(frozen=True)
class Selected:
    """What is left of the finalists, and what they came to."""

    kept: tuple[int, ...]
    """Places among the finalists."""
    tried: Tried
    """Of those kept, in all draws and replicates."""
    first: Tried
    """Of all finalists, in the draws of the first stage."""
    dropped: tuple[Dropped, ...]
    histories: int
    """Run in all, the baseline's included."""


def select(
    finalists: Sequence[Policy], run: Try, objectives: Sequence[str],
    constraints: Sequence[Constraint], *, rows: slice, replicates: int,
    progress: Progress | None = None,
) -> Selected:
    """Try the finalists in the parameter rows `rows`, `replicates` times each, dropping on the way
    what is beaten by a policy that itself keeps to the constraints."""
    progress = progress or Progress()
    stages = list(_stages(rows, replicates))
    kept = list(range(len(finalists)))
    whole: Tried | None = None
    first: Tried | None = None
    dropped: list[Dropped] = []
    spent = histories = 0
    for number, (sample, axis) in enumerate(stages):
        progress.advance("finalists", number, len(stages))
        tried = run([finalists[k] for k in kept], sample)
        first = first or tried
        whole = tried if whole is None else _joined(whole, tried, axis)
        spent += sample.draws * sample.replicates
        histories += sample.draws * sample.replicates * (len(kept) + 1)
        beaten = _beaten(whole, objectives, constraints, ERROR / len(stages))
        dropped += [Dropped(kept[k], kept[by], spent) for k, by in beaten.items()]
        left = [k for k in range(len(kept)) if k not in beaten]
        kept = [kept[k] for k in left]
        whole = _only(whole, left)
    progress.advance("finalists", len(stages), len(stages))
    assert whole is not None  # there is a first stage
    assert first is not None
    return Selected(tuple(kept), whole, first, tuple(dropped), histories)


def _stages(rows: slice, replicates: int) -> Iterator[tuple[Sample, int]]:
    """Samples of independent luck, and the axis that each makes longer: draws or replicates."""
    draws = rows.stop - rows.start
    ends = sorted({max(2, round(share * draws)) for share in STAGES})
    for stream, (first, last) in enumerate(zip([0, *ends[:-1]], ends, strict=True), start=1):
        yield Sample(slice(rows.start + first, rows.start + last), 1, stream), 0
    done, stream = 1, len(ends)
    while done < replicates:
        more = min(done, replicates - done)
        done, stream = done + more, stream + 1
        yield Sample(rows, more, stream), 1


def _joined(one: Tried, other: Tried, axis: int) -> Tried:
    return Tried(np.concatenate([one.values, other.values], axis=axis), one.figures)


def _only(tried: Tried, policies: Sequence[int]) -> Tried:
    """The baseline and some of the others."""
    return Tried(tried.values[:, :, [0, *(k + 1 for k in policies)]], tried.figures)


def _beaten(
    tried: Tried, objectives: Sequence[str], constraints: Sequence[Constraint], error: float
) -> dict[int, int]:
    """Policies that are dominated for sure, and by which one."""
    figures = differences(tried, objectives).mean(axis=1) * minimised(objectives)
    draws, policies = figures.shape[:2]
    if policies < 2:
        return {}
    keeps = np.ones(policies, bool)
    for constraint in constraints:
        keeps &= constraint.excess(tried) <= 0
    quantile = float(stdtrit(draws - 1, 1.0 - error / (policies - 1)))
    beaten: dict[int, int] = {}
    for k in range(policies):
        gap: NDArray[np.float64] = figures[:, [k]] - figures
        bound = gap.mean(axis=0) - quantile * gap.std(axis=0, ddof=1) / np.sqrt(draws)
        sure = (bound > 0).all(axis=1) & keeps
        if sure.any():
            beaten[k] = int(np.argmax(np.where(sure, bound.min(axis=1), -np.inf)))
    return beaten

"""Which questions the data at hand answer: each one judged by what informed its answer.

Nothing here is written by hand: a verdict follows from the columns that the records hold, how far
the data narrowed the answer, and the share of its variance that they did not inform; what would
lift it, from the parameters that share is owed to. What the records show directly (a level, a
link) is tested by becoming narrow; what a policy would do is tested only where it once was done.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from simlab.decide.answers import Warrant
from simlab.decide.intervals import Interval
from simlab.decide.warrant import SMALL, Parameters, drivers, judge, narrowed, owed

Verdict = Literal["tested", "partly", "assumed", "cannot"]
Reason = Literal["", "no_exits", "few_exits", "noise"]
CHANGE, PILOT, LONGER = "change", "pilot", "longer"
CALIBRATE, EXITS, REPLICATES = "calibrate", "exits", "runs"
"""What lifts a verdict beside a column: a past change of the lever or a pilot of it, a pilot or
survey of what no record shows, a longer record, a calibration, more exits, more histories."""
_MOST_LIFTS = 3
_DRIVEN = 0.6
"""Drivers are followed until they make up so much of what all of them do."""
_PARTLY = 0.05
"""Contraction from which a parameter counts as partly informed."""


@dataclass(frozen=True)
class Known:
    """What is known of one parameter."""

    contraction: float
    movable: bool
    """Whether records can move it at all."""
    column: str
    """The record that would show it; empty where only a change of the lever or a pilot can."""


@dataclass(frozen=True)
class Evidence:
    """What the answers of a lab rest on."""

    recorded: frozenset[str]
    """Columns ``table.column`` that the records hold anything of."""
    exits: int
    enough_exits: int
    """Below it nothing that drives leaving can be told."""
    calibrated: bool
    parameters: Parameters
    known: Mapping[str, Known]
    """Parameter -> what is known of it."""


@dataclass(frozen=True)
class Answer:
    """How far one question can be answered."""

    question: str
    kind: str
    verdict: Verdict
    reason: Reason
    owed: Interval | None
    """Share left to assumptions: of a level or a link, its variance against that before the data;
    of a lever's effect, the part of its variance owed to parameters that they did not inform."""
    lifts: tuple[str, ...]
    """What would lift the verdict: a column ``table.column``, or one of `CHANGE`, `LONGER`,
    `PILOT`, `CALIBRATE`, `EXITS`, `REPLICATES`."""


def level(
    name: str, column: str, after: NDArray[np.float64], before: NDArray[np.float64],
    evidence: Evidence, *, of_exits: bool,
) -> Answer:
    """How much there will be with nothing changed. `after`, `before` (draw, replicate): the
    outcome over the posterior and over the prior."""
    if of_exits and evidence.recorded and not evidence.exits:
        return Answer(name, "level", "cannot", "no_exits", None, (EXITS,))
    now, prior = _against_nothing(after), _against_nothing(before)
    seen = column in evidence.recorded
    first = () if seen else (column,)
    if not evidence.calibrated:
        return Answer(name, "level", "assumed", "", Interval(1.0, 1.0, 1.0),
                      _lifts(now, evidence, first))
    informed, narrower = narrowed(now, prior)
    if not math.isfinite(informed):
        return Answer(name, "level", "cannot", "noise", None, (REPLICATES,))
    left = min(max(1.0 - informed, 0.0), 1.0)
    verdict: Verdict = "partly" if narrower else "assumed"
    if seen and left <= SMALL:
        verdict = "tested"
    return Answer(name, "level", verdict, "", Interval(left, left, left),
                  () if verdict == "tested" else _lifts(now, evidence, first))


def link(name: str, parameters: tuple[str, ...], evidence: Evidence) -> Answer:
    """Whether something goes with leaving: by how far the data settled its parameters."""
    if evidence.recorded and evidence.exits < evidence.enough_exits:
        reason: Reason = "few_exits" if evidence.exits else "no_exits"
        return Answer(name, "link", "cannot", reason, None, (EXITS,))
    left = [1.0 - max(evidence.known[p].contraction, 0.0) for p in parameters] \
        if evidence.calibrated else [1.0]
    share = float(max(left))
    verdict: Verdict = "assumed" if min(left) > 1 - _PARTLY else "partly"
    if share <= SMALL:
        verdict = "tested"
    lifts = () if verdict == "tested" else _of_parameters(parameters, evidence)
    return Answer(name, "link", verdict, "", Interval(share, share, share), lifts)


def lever(
    name: str, after: NDArray[np.float64], before: NDArray[np.float64], evidence: Evidence, *,
    varied: bool,
) -> Answer:
    """What a policy would do. `after`, `before` (draw, replicate, 2): the outcome under it and
    under the policy in force, over the posterior and over the prior."""
    first = () if varied else (CHANGE,)
    verdict: Warrant
    share: Interval | None
    if evidence.calibrated:
        share = owed(after, evidence.parameters)
        informed, narrower = narrowed(after, before)
        if share is not None and not math.isfinite(informed):
            # the prior's own spread drowns in noise: the share alone speaks
            informed, narrower = 0.0, share.upper <= SMALL
        verdict = "unknown" if share is None else judge(informed, narrower, share, varied=varied)
    else:
        verdict, share = "assumed", Interval(1.0, 1.0, 1.0)
    if verdict == "unknown":
        return Answer(name, "lever", "cannot", "noise", None, (REPLICATES,))
    lifts = () if verdict == "tested" else _lifts(after, evidence, first)
    # a pilot of the lever shows what no record does
    one = tuple(dict.fromkeys(CHANGE if lift == PILOT else lift for lift in lifts))
    return Answer(name, "lever", verdict, "", share, one)


def _against_nothing(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """(draw, replicate, 2) an outcome beside the constant one: its log is then the effect."""
    return np.stack([values, np.ones_like(values)], axis=2)


def _lifts(
    after: NDArray[np.float64], evidence: Evidence, first: tuple[str, ...]
) -> tuple[str, ...]:
    if not evidence.calibrated:
        return tuple(dict.fromkeys((CALIBRATE, *first)))[:_MOST_LIFTS]
    found = drivers(after, evidence.parameters)
    total, reached, named = sum(found.values()), 0.0, []
    for parameter, share in found.items():
        if reached >= _DRIVEN * total:
            break
        reached += share
        named.append(parameter)
    return tuple(dict.fromkeys((*first, *_of_parameters(named, evidence))))[:_MOST_LIFTS]


def _of_parameters(names: Sequence[str], evidence: Evidence) -> tuple[str, ...]:
    """What would inform these parameters."""
    if not evidence.calibrated:
        return (CALIBRATE,)
    found = []
    for known in (evidence.known[name] for name in names):
        if not (known.movable and known.column):
            found.append(PILOT)
        else:
            found.append(LONGER if known.column in evidence.recorded else known.column)
    return tuple(dict.fromkeys(found))[:_MOST_LIFTS]

"""The policies that nothing beats within the constraints, and how sure that is.

A search finds candidates; ranking and selection tries the best again in futures that the search
has not seen. Only those estimates are reported: the best of many estimates is too good by the luck
that made it the best (the winner's curse; Smith, Winkler 2006, Manage. Sci. 52:311), and by how
much is measured and said.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from difflib import get_close_matches
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from simlab.decide.finalists import select
from simlab.decide.intervals import Interval, interval_of
from simlab.decide.options import Option, met, options_of, shown
from simlab.decide.outcomes import FULL_COST, outcome
from simlab.decide.pareto import best, front
from simlab.decide.search import Journal, Trial, differences, minimised, search
from simlab.decide.tried import (
    Conflict,
    Constraint,
    Sample,
    Tried,
    Try,
    conflicts,
    constraints_of,
)
from simlab.decide.warrant import Parameters
from simlab.errors import LabError
from simlab.policy import Policy
from simlab.policy.search import Search
from simlab.progress import Progress

Array = NDArray[np.float64]
NINETY = 1.645
"""Standard errors on each side of a mean that hold 90%."""


@dataclass(frozen=True)
class Effort:
    """How much is tried."""

    evaluations: int = 2000
    """Policies tried in the search, in whole generations."""
    population: int = 40
    """Policies in a generation."""
    draws: int = 50
    """Parameter draws that the search uses, one history each."""
    fresh_draws: int = 200
    """Further draws that the finalists are tried in."""
    replicates: int = 8
    """Histories of each of these."""
    finalists: int = 20


@dataclass(frozen=True)
class Optimised:
    """The answer of a search; plain data."""

    objectives: tuple[str, ...]
    constraints: tuple[Constraint, ...]
    baseline: str
    reference: Mapping[str, Interval]
    """Objective -> the baseline's own expected figure, 90% over draws."""
    options: tuple[Option, ...]
    """The front by its last objective, then the rest."""
    optimism: Mapping[str, Interval]
    """Objective -> how much better the search thought its own front than fresh futures show it,
    with the 90% of sampling."""
    effort: Effort
    tried: int
    """Different policies that the search tried."""
    feasible: int
    """Of them met all constraints there."""
    late: int
    """Options on the front that the search found in its last quarter: many where it should have
    gone on."""
    histories: int
    """Run for the finalists."""

    @property
    def front(self) -> tuple[Option, ...]:
        """What nothing beats, by the last objective."""
        return tuple(option for option in self.options if option.standing == "front")

    def option(self, policy: str) -> Option:
        """The finalist of that name; a KeyError where there is none."""
        for option in self.options:
            if option.policy == policy:
                return option
        raise KeyError(policy)

    def within(self, budget: float) -> Option | None:
        """The best on the front, by the first objective, whose expected cost exceeds the
        baseline's by `budget` at most; None where all cost more."""
        first, better = self.objectives[0], float(minimised(self.objectives)[0])
        paid = [each for each in self.front if each.effects["cost"].mean <= budget]
        return min(paid, key=lambda each: better * each.effects[first].mean, default=None)

    def to_rows(self) -> list[dict[str, Any]]:
        """One flat row per finalist, for a table or a CSV file."""
        searched = sorted({path for option in self.options for path in option.values})
        return [
            {"policy": each.policy, "standing": each.standing,
             **{f"{name}_{part}": getattr(each.effects[name], part) if each.effects else None
                for name in self.front[0].effects for part in ("mean", "lower", "upper")},
             "on_front": None if math.isnan(each.on_front) else each.on_front, "by": each.by,
             "histories": each.histories,
             **{f"searched_{name}": each.searched.get(name) for name in self.objectives},
             **{held.constraint: held.figure for held in each.held},
             **{path: each.values.get(path) for path in searched}}
            for each in self.options
        ]

    def to_json(self) -> dict[str, Any]:
        """As plain lists, dictionaries and numbers; NaN becomes None."""
        tree = asdict(self)
        for option in tree["options"]:
            if math.isnan(option["on_front"]):
                option["on_front"] = None
        return tree


def optimise(
    space: Search, start: Policy, run: Try, *, baseline: str, known: Sequence[Policy] = (),
    effort: Effort = Effort(), seed: int = 1,
    parameters: Parameters | None = None, journal: Journal | None = None,
    progress: Progress | None = None,
) -> Optimised:
    """Search the policies that `space` reaches from `start`, and estimate the best of them again.

    `run` tries policies beside the `baseline` in a `Sample` of futures: rows 0 to ``effort.draws``
    of the parameters in the search, as many rows after them as ``effort.fresh_draws`` for the
    finalists. `start` and other policies that are `known` beforehand stand among the finalists.
    With the `parameters` behind all rows each option says what it rests on. A LabError
    ``unknown_objective``, or ``nothing_feasible`` (in fresh futures: ``nothing_feasible_fresh``)
    with the constraints that no policy met together and what the nearest one comes to in each.
    """
    progress = progress or Progress()
    objectives, constraints = checked(space.objectives), constraints_of(space.constraints)
    trials = search(space, start, run, constraints, sample=Sample(slice(0, effort.draws)),
                    evaluations=effort.evaluations, population=effort.population, seed=seed,
                    journal=journal, progress=progress)
    trials = list({tuple(sorted(t.values.items())): t for t in reversed(trials)}.values())[::-1]
    feasible = [trial for trial in trials if trial.feasible]
    if not feasible:
        _refuse_search(space, start, run, constraints, trials, effort)
    chosen = [feasible[k] for k in best(_found(feasible, objectives), effort.finalists)]
    taken = {baseline, start.name, *(policy.name for policy in known)}
    policies = [space.policy(start, trial.values, _name(trial, taken)) for trial in chosen]
    rows = slice(effort.draws, effort.draws + effort.fresh_draws)
    finalists = [*policies, start, *known]
    selected = select(finalists, run, objectives, constraints, rows=rows,
                      replicates=effort.replicates, progress=progress)
    names = [policy.name for policy in finalists]
    if not met(constraints, selected.tried).any():
        _refuse(constraints, selected.tried, [names[k] for k in selected.kept])
    fields = [space.fields(trial.values) for trial in chosen]
    behind = None if parameters is None else replace(parameters, draws=parameters.draws[rows])
    before = run([*policies, start], Sample(slice(0, effort.draws)))
    options = options_of(names, fields, chosen, selected, objectives, constraints, behind)
    on_front = {each.policy for each in options if each.standing == "front"}
    return Optimised(
        objectives=objectives, constraints=constraints, baseline=baseline,
        reference={name: interval_of(selected.tried.of(name)[:, :, 0].mean(axis=1))
                   for name in shown(objectives, selected.tried)},
        options=options,
        optimism=_optimism(chosen, before, selected.first, objectives),
        effort=effort, tried=len(trials), feasible=len(feasible), histories=selected.histories,
        late=sum(trial.number >= 0.75 * effort.evaluations and policy.name in on_front
                 for trial, policy in zip(chosen, policies, strict=True)))


def checked(objectives: Sequence[str]) -> tuple[str, ...]:
    """The objectives where all are outcomes of which more, or less, is better."""
    from simlab.engine.outcomes import OUTCOMES

    known = [name for name in (*OUTCOMES, FULL_COST) if outcome(name).better != "neither"]
    for name in objectives:
        if name not in known:
            near = get_close_matches(name, known, n=3, cutoff=0.4) or known[:3]
            raise LabError("unknown_objective", name=name, near=", ".join(near))
    return tuple(objectives)


def _name(trial: Trial, taken: Collection[str]) -> str:
    """What a policy found goes by: another search's policy may have become one of a scenario's."""
    name = f"option_{trial.number}"
    while name in taken:
        name += "b"
    return name


def _found(trials: Sequence[Trial], objectives: Sequence[str]) -> Array:
    """(trial, objective) as the search saw them, less is better."""
    return np.array([trial.objectives for trial in trials]) * minimised(objectives)


def _refuse_search(
    space: Search, start: Policy, run: Try, constraints: Sequence[Constraint],
    trials: Sequence[Trial], effort: Effort,
) -> NoReturn:
    """The nearest policies to each conflict are tried again, for their figures."""
    found = conflicts(np.array([trial.excess for trial in trials]).T)
    nearest = list(dict.fromkeys(each.nearest for each in found))
    names = [f"option_{trials[k].number}" for k in nearest]
    tried = run([space.policy(start, trials[k].values, name)
                 for k, name in zip(nearest, names, strict=True)],
                Sample(slice(0, effort.draws)))
    raise LabError("nothing_feasible", tried=len(trials), problems=tuple(
        _conflict(each, constraints, tried, nearest.index(each.nearest), names) for each in found))


def _refuse(constraints: Sequence[Constraint], tried: Tried, names: Sequence[str]) -> NoReturn:
    found = conflicts(np.array([each.excess(tried) for each in constraints]))
    raise LabError("nothing_feasible_fresh", tried=len(names), problems=tuple(
        _conflict(each, constraints, tried, each.nearest, names) for each in found))


def _conflict(
    conflict: Conflict, constraints: Sequence[Constraint], tried: Tried, nearest: int,
    names: Sequence[str],
) -> LabError:
    """Constraints that no policy met together, and how far the nearest one is from each."""
    among = [constraints[k] for k in conflict.constraints]
    return LabError(
        "conflict", constraints=" + ".join(each.name for each in among),
        problems=tuple(
            LabError("constraint_missed" if each.excess(tried)[nearest] > 0 else "constraint_kept",
                     constraint=each.name, limit=f"{each.limit:g}", policy=names[nearest],
                     figure=f"{each.figures(tried)[nearest]:.4g}")
            for each in among))


def _optimism(
    chosen: Sequence[Trial], before: Tried, fresh: Tried, objectives: Sequence[str]
) -> dict[str, Interval]:
    """How much better the search's own front looked to the search than in fresh futures, both
    against the policy that it started from, which nothing selected: what differs between the
    draws of the two then goes out."""
    own = np.flatnonzero(front(_found(chosen, objectives)))
    start = len(chosen)

    def lead(tried: Tried) -> Array:
        figures = differences(tried, objectives).mean(axis=1) * minimised(objectives)
        return np.asarray(figures[:, own].mean(axis=1) - figures[:, start])

    seen, later = lead(before), lead(fresh)
    gap = later.mean(axis=0) - seen.mean(axis=0)
    error = np.sqrt(later.var(axis=0, ddof=1) / len(later) + seen.var(axis=0, ddof=1) / len(seen))
    return {name: Interval(float(gap[k]), float(gap[k] - NINETY * error[k]),
                           float(gap[k] + NINETY * error[k]))
            for k, name in enumerate(objectives)}

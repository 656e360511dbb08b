"""The policies that nothing beats within the constraints, and how sure that is.

A search finds candidates; ranking and selection tries the best again in futures that the search
has not seen. Only those estimates are reported: the best of many estimates is too good by the luck
that made it the best (the winner's curse; Smith, Winkler 2006, Manage. Sci. 52:311), and by how
much is measured and said.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from difflib import get_close_matches
from typing import Any, Literal, NoReturn, get_args

import numpy as np
from numpy.typing import NDArray

from simlab.decide.answers import Warrant
from simlab.decide.finalists import Selected, select
from simlab.decide.intervals import Interval, interval_of
from simlab.decide.outcomes import FULL_COST, outcome
from simlab.decide.pareto import best, dominates, front, on_front, without_luck
from simlab.decide.search import Journal, Trial, differences, minimised, search
from simlab.decide.tried import Constraint, Sample, Tried, Try, conflicts, constraints_of
from simlab.decide.warrant import LARGE, Parameters, owed
from simlab.errors import LabError
from simlab.policy import Policy
from simlab.policy.search import Search
from simlab.progress import Progress

Array = NDArray[np.float64]
NINETY = 1.645
"""Standard errors on each side of a mean that hold 90%."""
Standing = Literal["front", "dominated", "dropped", "unmet"]
"""Of a finalist: on the front; beaten by another one's estimates; beaten for sure before it was
tried in all futures; or a constraint is not met in futures the search has not seen."""


STANDINGS: tuple[Standing, ...] = get_args(Standing)
SHOWN = ("regretted", "voluntary", "involuntary", "cost", "full_cost", "business")
"""Outcomes told of every finalist beside the objectives."""


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
class Held:
    """One constraint and one policy."""

    constraint: str
    figure: float
    """The mean over draws, or the quantile that stands for the probability."""
    limit: float
    met: bool
    probability: float
    """Share of draws in which the expected figure keeps to the limit."""


@dataclass(frozen=True)
class Option:
    """A finalist, estimated in futures that the search has not seen."""

    policy: str
    values: Mapping[str, Any]
    """Fields as the search set them; empty for a policy that was there before."""
    standing: Standing
    effects: Mapping[str, Interval]
    """Objective, and each of `SHOWN` -> expected difference from the baseline over the whole
    period, 90% over draws; empty where dropped."""
    on_front: float
    """Share of draws in which no other finalist that meets the constraints is better in
    everything; NaN for those not compared."""
    held: tuple[Held, ...]
    by: str | None
    """Which policy beats it."""
    histories: int
    """It was tried in."""
    owed: Interval | None
    """Share of the first objective's uncertainty that is owed to what the data did not inform;
    None where luck hides it, or where dropped."""
    warrant: Warrant
    """How far the data informed the first objective; never `tested`: records made under other
    policies cannot test one that a search found."""
    searched: Mapping[str, float]
    """Objective -> what the search made of it; empty for a policy that was there before."""


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
    With the
    `parameters` behind all rows each option says what it rests on. A LabError
    ``unknown_objective``, or ``nothing_feasible`` with the constraints that no policy met together
    and how far the nearest one is from each.
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
    policies = [space.policy(start, trial.values, f"option_{trial.number}") for trial in chosen]
    rows = slice(effort.draws, effort.draws + effort.fresh_draws)
    finalists = [*policies, start, *known]
    selected = select(finalists, run, objectives, constraints, rows=rows,
                      replicates=effort.replicates, progress=progress)
    names = [policy.name for policy in finalists]
    if not _met(constraints, selected.tried).any():
        _refuse(constraints, np.array([c.excess(selected.tried) for c in constraints]),
                [names[k] for k in selected.kept],
                np.array([c.figures(selected.tried) for c in constraints]),
                "nothing_feasible_fresh")
    fields = [space.fields(trial.values) for trial in chosen]
    behind = None if parameters is None else replace(parameters, draws=parameters.draws[rows])
    before = run([*policies, start], Sample(slice(0, effort.draws)))
    return Optimised(
        objectives=objectives, constraints=constraints, baseline=baseline,
        reference={name: interval_of(selected.tried.of(name)[:, :, 0].mean(axis=1))
                   for name in _shown(objectives, selected.tried)},
        options=_options(names, fields, chosen, selected, objectives, constraints, behind),
        optimism=_optimism(chosen, before, selected.first, objectives),
        effort=effort, tried=len(trials), feasible=len(feasible), histories=selected.histories)


def checked(objectives: Sequence[str]) -> tuple[str, ...]:
    """The objectives where all are outcomes of which more, or less, is better."""
    from simlab.engine.outcomes import OUTCOMES

    known = [name for name in (*OUTCOMES, FULL_COST) if outcome(name).better != "neither"]
    for name in objectives:
        if name not in known:
            near = get_close_matches(name, known, n=3, cutoff=0.4) or known[:3]
            raise LabError("unknown_objective", name=name, near=", ".join(near))
    return tuple(objectives)


def _found(trials: Sequence[Trial], objectives: Sequence[str]) -> Array:
    """(trial, objective) as the search saw them, less is better."""
    return np.array([trial.objectives for trial in trials]) * minimised(objectives)


def _met(constraints: Sequence[Constraint], tried: Tried) -> NDArray[np.bool_]:
    return np.asarray(np.all([each.excess(tried) <= 0 for each in constraints], axis=0))


def _shown(objectives: Sequence[str], tried: Tried) -> list[str]:
    return list(dict.fromkeys([*objectives, *(name for name in SHOWN if name in tried.figures)]))


def _refuse_search(
    space: Search, start: Policy, run: Try, constraints: Sequence[Constraint],
    trials: Sequence[Trial], effort: Effort,
) -> NoReturn:
    """The nearest policy to each conflict is tried again, for its figures."""
    excess = np.array([trial.excess for trial in trials]).T
    nearest = sorted({each.nearest for each in conflicts(excess)})
    tried = run([space.policy(start, trials[k].values, f"option_{trials[k].number}")
                 for k in nearest], Sample(slice(0, effort.draws)))
    figures = np.full(excess.shape, np.nan)
    figures[:, nearest] = [each.figures(tried) for each in constraints]
    _refuse(constraints, excess, [f"option_{trial.number}" for trial in trials], figures,
            "nothing_feasible")


def _refuse(
    constraints: Sequence[Constraint], excess: Array, names: Sequence[str], figures: Array,
    code: str,
) -> NoReturn:
    """Say which constraints no policy met together, and how far the nearest one is from each.
    `excess` and `figures` are (constraint, policy)."""
    found = conflicts(excess)
    sets = tuple(
        LabError("conflict", constraints=" + ".join(constraints[k].name for k in each.constraints),
                 problems=tuple(
                     LabError("constraint_missed" if excess[k, each.nearest] > 0
                              else "constraint_kept",
                              constraint=constraints[k].name, limit=f"{constraints[k].limit:g}",
                              figure=f"{figures[k, each.nearest]:.4g}",
                              policy=names[each.nearest])
                     for k in each.constraints))
        for each in found)
    raise LabError(code, tried=excess.shape[1], problems=sets)


def _options(
    names: Sequence[str], fields: Sequence[Mapping[str, Any]], chosen: Sequence[Trial],
    selected: Selected, objectives: Sequence[str], constraints: Sequence[Constraint],
    parameters: Parameters | None,
) -> tuple[Option, ...]:
    tried = selected.tried
    expected = _expected(tried, objectives)
    means = expected.mean(axis=0) * minimised(objectives)
    met = _met(constraints, tried)
    allowed = np.flatnonzero(met)
    sure = dict(zip(allowed.tolist(), on_front(
        (expected * minimised(objectives))[:, allowed]).tolist(), strict=True))
    effects = _effects(tried, expected, objectives)
    held = _held(constraints, tried)
    histories = tried.values.shape[0] * tried.values.shape[1]

    def option(place: int, **estimated: Any) -> Option:
        searched = dict(zip(objectives, chosen[place].objectives, strict=True)) \
            if place < len(chosen) else {}
        return Option(policy=names[place], values=fields[place] if searched else {},
                      searched=searched, **estimated)

    found = []
    for k, place in enumerate(selected.kept):
        rivals = [j for j in allowed if dominates(means[j], means[k])]
        standing: Standing = "unmet" if not met[k] else "dominated" if rivals else "front"
        share = None if parameters is None else owed(
            tried.of(objectives[0])[:, :, [k + 1, 0]], parameters)
        found.append(option(
            place, standing=standing, owed=share, warrant=_warrant(share),
            effects=effects[k], on_front=sure.get(k, math.nan), held=held[k],
            histories=histories,
            by=names[selected.kept[rivals[0]]] if standing == "dominated" else None))
    found.sort(key=lambda each: (STANDINGS.index(each.standing),
                                 each.effects[objectives[-1]].mean))
    return (*found, *(
        option(each.policy, standing="dropped", effects={}, on_front=math.nan, held=(),
               owed=None, warrant="unknown",
               histories=each.histories, by=names[each.by])
        for each in selected.dropped))


def _warrant(share: Interval | None) -> Warrant:
    if share is None:
        return "unknown"
    return "assumed" if share.mean >= LARGE else "partly"


def _expected(tried: Tried, figures: Sequence[str]) -> Array:
    """(draw, policy, figure) expected differences from the baseline."""
    gaps = differences(tried, figures)
    draws, replicates, policies = gaps.shape[:3]
    return without_luck(gaps.reshape(draws, replicates, -1)).reshape(draws, policies, -1)


def _effects(
    tried: Tried, expected: Array, objectives: Sequence[str]
) -> list[dict[str, Interval]]:
    found: list[dict[str, Interval]] = [{} for _ in range(expected.shape[1])]
    for name in _shown(objectives, tried):
        gaps = expected[..., objectives.index(name)] if name in objectives else _expected(
            tried, [name])[..., 0]
        for k, effects in enumerate(found):
            effects[name] = interval_of(gaps[:, k])
    return found


def _held(constraints: Sequence[Constraint], tried: Tried) -> list[tuple[Held, ...]]:
    columns = [
        [Held(each.name, float(figure), each.limit, bool(excess <= 0), float(kept))
         for figure, excess, kept in zip(each.figures(tried), each.excess(tried),
                                         each.kept(tried), strict=True)]
        for each in constraints]
    return list(zip(*columns, strict=True))


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

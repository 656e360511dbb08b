"""A search for policies by a genetic algorithm, generation by generation.

NSGA-II (Deb and others 2002) for two objectives, NSGA-III (Deb, Jain 2014) for more, both by
Optuna, under constrained domination: what respects the constraints beats what does not. All
policies of a generation are tried in one call, and all generations in the same futures.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import optuna
from numpy.typing import NDArray
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.exceptions import ExperimentalWarning
from optuna.samplers import BaseSampler, NSGAIIISampler, NSGAIISampler
from optuna.storages import JournalStorage
from optuna.storages.journal import BaseJournalBackend

from simlab.decide.outcomes import outcome
from simlab.decide.tried import Constraint, Sample, Tried, Try
from simlab.policy import Policy
from simlab.policy.search import Choices, Range, Search
from simlab.progress import Progress


class Journal(BaseJournalBackend):
    """Optuna's log of a search, handed on whole after every generation.

    A search that is stopped then has either all of a generation or nothing of it, and goes on as
    if it had never been stopped. As JSON lines it is what ``JournalFileBackend`` reads.
    """

    def __init__(
        self, lines: Iterable[str] = (), keep: Callable[[str], object] = lambda _: None
    ) -> None:
        """Begin with the lines of an earlier search; `keep` stores all of them as one text."""
        self._lines, self._keep = list(lines), keep

    def read_logs(self, log_number_from: int) -> list[dict[str, Any]]:
        """Logs from a number on."""
        return [json.loads(line) for line in self._lines[log_number_from:]]

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Note what Optuna did."""
        self._lines += [json.dumps(log, separators=(",", ":")) for log in logs]

    def keep(self) -> None:
        """Store what was noted."""
        self._keep("".join(f"{line}\n" for line in self._lines))


@dataclass(frozen=True)
class Trial:
    """A policy that the search tried, in the futures of the search alone."""

    number: int
    values: Mapping[str, Any]
    """By the names of ``Search.dimensions``."""
    objectives: tuple[float, ...]
    """Mean differences from the baseline."""
    excess: tuple[float, ...]
    """By constraint; 0 or less is met."""

    @property
    def feasible(self) -> bool:
        """Whether it met all constraints there."""
        return max(self.excess, default=0.0) <= 0


def minimised(objectives: Sequence[str]) -> NDArray[np.float64]:
    """(objective,) 1 where less is better, -1 where more is: figures times this are minimised."""
    return np.array([-1.0 if outcome(name).better == "higher" else 1.0 for name in objectives])


def differences(tried: Tried, objectives: Sequence[str]) -> NDArray[np.float64]:
    """(draw, replicate, policy, objective) differences from the baseline."""
    values = np.stack([tried.of(name) for name in objectives], axis=-1)
    return np.asarray(values[:, :, 1:] - values[:, :, :1])


def search(
    space: Search, start: Policy, run: Try, constraints: Sequence[Constraint], *,
    sample: Sample, evaluations: int, population: int, seed: int, journal: Journal | None = None,
    progress: Progress | None = None,
) -> list[Trial]:
    """Try `evaluations` policies, rounded up to whole generations of `population`.

    Trials that `journal` holds already are not tried again. Equal arguments give equal trials.
    """
    progress, journal = progress or Progress(), journal or Journal()
    dimensions = {name: _distribution(each) for name, each in space.dimensions().items()}
    generations = -(-evaluations // population)
    with _quiet():
        study = optuna.create_study(
            study_name="search", storage=JournalStorage(journal), load_if_exists=True,
            directions=["minimize" if sign > 0 else "maximize"
                        for sign in minimised(space.objectives)])
        known = {_key(trial.values): trial for trial in _trials(study)}
        for generation in range(len(study.trials) // population, generations):
            progress.advance("search", generation, generations)
            # A sampler of its own for each: where a search went on must not show in it.
            study.sampler = _sampler(len(space.objectives), population, [seed, generation])
            asked = [study.ask(dimensions) for _ in range(population)]
            fresh = {_key(each.params): each for each in asked if _key(each.params) not in known}
            known |= _tried(fresh, space, start, run, constraints, sample)
            for each in asked:
                found = known[_key(each.params)]
                for constraint, excess in zip(constraints, found.excess, strict=True):
                    each.set_constraint(constraint.name, excess)
                study.tell(each, found.objectives)
            journal.keep()
        progress.advance("search", generations, generations)
        return _trials(study)[: generations * population]


def _tried(
    fresh: Mapping[Any, optuna.Trial], space: Search, start: Policy, run: Try,
    constraints: Sequence[Constraint], sample: Sample,
) -> dict[Any, Trial]:
    if not fresh:
        return {}
    policies = [space.policy(start, each.params, f"option_{each.number}")
                for each in fresh.values()]
    tried = run(policies, sample)
    objectives = differences(tried, space.objectives).mean(axis=(0, 1))
    excess = np.array([constraint.excess(tried) for constraint in constraints])
    return {
        key: Trial(each.number, dict(each.params), tuple(objectives[k].tolist()),
                   tuple(excess[:, k].tolist()))
        for k, (key, each) in enumerate(fresh.items())
    }


def _trials(study: optuna.Study) -> list[Trial]:
    return [Trial(t.number, t.params, tuple(t.values), tuple(t.constraints.values()))
            for t in study.get_trials(deepcopy=False) if t.values is not None]


def _key(values: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(sorted(values.items()))


def _distribution(searched: Range | Choices) -> BaseDistribution:
    if isinstance(searched, Choices):
        return CategoricalDistribution(searched.choices)
    lower, upper, step = searched.lower, searched.upper, searched.step
    if step is not None and all(float(each).is_integer() for each in (lower, upper, step)):
        return IntDistribution(int(lower), int(upper), step=int(step))
    return FloatDistribution(lower, upper, step=step)


def _sampler(objectives: int, population: int, seed: Sequence[int]) -> BaseSampler:
    number = int(np.random.SeedSequence(seed).generate_state(1)[0])
    if objectives == 2:
        return NSGAIISampler(population_size=population, seed=number)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)
        return NSGAIIISampler(population_size=population, seed=number)


@contextmanager
def _quiet() -> Iterator[None]:
    """Optuna's own messages are not for the users of a lab."""
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        yield
    finally:
        optuna.logging.set_verbosity(before)

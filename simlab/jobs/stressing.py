"""Stress the policies of a scenario: what each loses, and where it fails, if things turn out
otherwise."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import scenarios
from scenarios.uncertainty import Point, Uncertainty, check, chosen, latin_hypercube
from simlab.decide.outcomes import HEADLINE
from simlab.decide.outcomes import named as outcome_named
from simlab.decide.robust import Robustness, checked_objective, robustness
from simlab.engine.ensemble import Ensemble
from simlab.engine.outcomes import OUTCOMES
from simlab.jobs.common import as_csv, count_option, file_name, fingerprint, write_out
from simlab.jobs.futures import Outcomes, forget, in_future, run_futures
from simlab.jobs.setting import Setting, chosen_policies, set_up
from simlab.lab import Lab
from simlab.policy import Policy, Threshold
from simlab.progress import Progress

FUTURES, DRAWS, REPLICATES = 200, 20, 2
"""Of a stress test where nothing else is asked."""
FOLDER = "stress"
_BESIDE = (HEADLINE, "voluntary", "cost", "business")
"""Outcomes that are told of every future, whatever the objective."""


@dataclass(frozen=True)
class Named:
    """A future with a name: the scenario as it is, or one uncertainty at one of its levels."""

    uncertainty: str | None
    title: Mapping[str, str]
    point: Point


@dataclass(frozen=True)
class Stressed:
    """How the policies stand in the futures, and what a page or a report says around it."""

    robustness: Robustness
    heading: Mapping[str, Any]
    options: Mapping[str, Any]
    titles: Mapping[str, Mapping[str, str]]
    """Policy name -> its title."""
    definitions: Mapping[str, Any]
    """Policy name -> the policy as it was."""
    uncertainties: tuple[Uncertainty, ...]
    named: tuple[Named, ...]
    futures: tuple[Point, ...]
    outcomes: Outcomes
    """The named futures first."""

    def to_json(self) -> dict[str, Any]:
        """As plain data, to be stored and reported."""
        aim = OUTCOMES.index(self.robustness.objective)
        noise = self.outcomes.noise[:, 1:, aim]
        return {
            **self.heading, "options": dict(self.options),
            "titles": {name: dict(title) for name, title in self.titles.items()},
            "definitions": dict(self.definitions),
            "uncertainties": [each.model_dump(mode="json") for each in self.uncertainties],
            "named": [{"uncertainty": each.uncertainty, "title": dict(each.title),
                       "point": dict(each.point), "policies": self._figures(k)}
                      for k, each in enumerate(self.named)],
            "futures": [dict(point) for point in self.futures],
            "values": {name: self.outcomes.mean[len(self.named):, :, OUTCOMES.index(name)].tolist()
                       for name in self._shown()},
            "noise": float(np.median(noise)) if np.isfinite(noise).all() else None,
            "stress": self.robustness.to_json(),
        }

    def to_rows(self) -> list[dict[str, Any]]:
        """A row for each future and policy: its values, its decision loss, every outcome."""
        first = len(self.named)
        return [
            {"future": f, **point, "policy": policy,
             "decision_loss": float(self.robustness.loss[f, p]),
             **dict(zip(OUTCOMES, self.outcomes.mean[first + f, p].tolist(), strict=True))}
            for f, point in enumerate(self.futures)
            for p, policy in enumerate(self.robustness.policies)]

    def _shown(self) -> tuple[str, ...]:
        found = self.robustness
        return tuple(dict.fromkeys((found.objective, *(t.outcome for t in found.thresholds),
                                    *_BESIDE)))

    def _figures(self, future: int) -> list[dict[str, Any]]:
        """Of each policy in one of the named futures: outcome -> its interval."""
        of = self.outcomes
        return [{name: {part: float(getattr(of, key)[future, p, OUTCOMES.index(name)])
                        for part, key in (("mean", "mean"), ("lower", "lower"),
                                          ("upper", "upper"))}
                 for name in self._shown()} for p in range(len(self.robustness.policies))]


def stress(
    lab: Lab, scenario: str, policies: Sequence[str] = (), *, uncertainties: Sequence[str] = (),
    objective: str = HEADLINE, thresholds: Sequence[str] = (), futures: int = FUTURES,
    draws: int = DRAWS, replicates: int = REPLICATES, months: int | None = None,
    prior: str = "registry", seed: int = 1, out: Path | None = None,
    progress: Progress | None = None,
) -> Stressed:
    """Hold policies (names of the scenario or paths of policy files; none = all of them) against
    each other in `futures` that a Latin hypercube spreads over the scenario's uncertainties (those
    named; none = all), and in the futures that the uncertainties name.

    Every future meets the same `draws` of the parameters and the same luck; the scenario as it
    stands is the first of the named futures, and its figures are those of a comparison over the
    same draws. `objective` is what decision loss is measured in; `thresholds`, such as
    ``regretted<=20``, take the place of the scenario's.

    Chunks of futures are kept in the lab: a call that was stopped goes on where it was. The result
    stays in the lab; with `out` it is also written there, as ``stress.json`` and ``futures.csv``.
    LabErrors name an uncertainty, an outcome or a policy that is not known, and ranges that lead
    out of bounds; `Cancelled` ``stress_stopped``.
    """
    progress = progress or Progress()
    study = scenarios.load(scenario)
    tried = chosen_policies(study, policies, lab)
    moved = chosen(study.uncertainties, uncertainties)
    check(moved, study.facts, tried, scenario)
    held = tuple(map(Threshold.parse, thresholds)) or study.thresholds
    checked_objective(objective)
    for threshold in held:
        outcome_named(threshold.outcome)
    months = study.months if months is None else count_option("--months", months, 1, 120)
    count_option("--futures", futures, 20, 100_000)
    count_option("--draws", draws, 2, 100_000)
    count_option("--replicates", replicates, 1, 1000)
    setting = set_up(lab, scenario, draws=draws, seed=seed, prior=prior, progress=progress)
    named, points = _named(moved), latin_hypercube(moved, futures, seed)
    run = _Runs(setting, tried, moved, months, replicates, progress)
    folder = f"{FOLDER}/parts/{run.address([*(each.point for each in named), *points])}"
    found = run_futures(run, [*(each.point for each in named), *points], lab, folder, progress)
    progress.advance("reduce", 0, 1)
    names = [each.name for each in moved]
    result = Stressed(
        robustness=robustness(
            np.array([[point[name] for name in names] for point in points]), names,
            {name: found.mean[len(named):, :, k] for k, name in enumerate(OUTCOMES)},
            [policy.name for policy in tried], objective, held, seed=seed),
        heading=_heading(setting),
        options={**setting.options(), "futures": futures, "replicates": replicates,
                 "months": months, "policies": [policy.name for policy in tried]},
        titles={policy.name: {str(k): v for k, v in policy.title.items()} for policy in tried},
        definitions={policy.name: policy.model_dump(mode="json") for policy in tried},
        uncertainties=moved, named=named, futures=tuple(points), outcomes=found)
    _keep(result, lab, out)
    forget(lab, folder)
    return result


def declared(study: scenarios.Scenario) -> str:
    """Fingerprint of what a scenario says of its uncertainties and thresholds."""
    return fingerprint([each.model_dump(mode="json")
                        for each in (*study.uncertainties, *study.thresholds)])


class _Runs:
    """Runs the policies of a setting in one future after another."""

    def __init__(
        self, setting: Setting, policies: Sequence[Policy], uncertainties: Sequence[Uncertainty],
        months: int, replicates: int, progress: Progress,
    ) -> None:
        self._setting, self._policies, self._uncertainties = setting, policies, uncertainties
        self._months, self._replicates = months, replicates
        self._progress = Progress()  # a future is one step of the work, which tells of itself
        self._progress.flag = progress.flag

    def __call__(self, point: Point) -> Ensemble:
        moved, policies = in_future(self._setting, self._policies, self._uncertainties, point)
        return moved.run(policies, months=self._months, replicates=self._replicates,
                         progress=self._progress)

    def address(self, points: Sequence[Point]) -> str:
        """Sixteen hex digits of all that decides what the points come to."""
        return fingerprint({
            "inputs": dict(self._setting.inputs), "options": self._setting.options(),
            "policies": [policy.model_dump(mode="json") for policy in self._policies],
            "uncertainties": [each.model_dump(mode="json") for each in self._uncertainties],
            "months": self._months, "replicates": self._replicates,
            "points": [dict(point) for point in points]})


def _named(uncertainties: Sequence[Uncertainty]) -> tuple[Named, ...]:
    """The scenario as it is, then each level of each uncertainty alone."""
    return (Named(None, {}, {}), *(
        Named(each.name, level.title, {each.name: level.value})
        for each in uncertainties for level in each.levels))


def _heading(setting: Setting) -> dict[str, Any]:
    heading = setting.heading()
    return {**heading,
            "inputs": {**heading["inputs"], "uncertainties": declared(setting.study)}}


def _keep(result: Stressed, lab: Lab, out: Path | None) -> None:
    tree = result.to_json()
    if out is not None:
        write_out(out, {
            "futures.csv": as_csv(result.to_rows()),
            "stress.json": json.dumps(tree, indent=2, ensure_ascii=False) + "\n"})
    with lab.writing():
        lab.write_json(f"{FOLDER}/{file_name(str(tree['scenario']))}.json", tree)

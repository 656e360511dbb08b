"""Search the best policies of a scenario in a lab, within what they may cost and do to people."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

import scenarios
from simlab.decide import Parameters
from simlab.decide.optimise import Effort, Optimised, checked
from simlab.decide.optimise import optimise as front
from simlab.decide.options import Option
from simlab.decide.search import Journal
from simlab.decide.tried import Sample, Tried, Try
from simlab.errors import LabError
from simlab.i18n import LANGUAGES, text
from simlab.jobs.common import as_csv, count_option, file_name, fingerprint, write_out
from simlab.jobs.dividing import divided
from simlab.jobs.saving import as_yaml
from simlab.jobs.setting import Setting, set_up
from simlab.jobs.trying import Runs
from simlab.lab import Lab
from simlab.parameters import NAMES
from simlab.policy import Policy, with_fields
from simlab.policy.search import Search
from simlab.progress import Progress

FOLDER = "optimisations"



@dataclass(frozen=True)
class Found:
    """A search's answer and what a page or a report says around it."""

    answer: Optimised
    heading: Mapping[str, Any]
    titles: Mapping[str, Mapping[str, str]]
    """Policy name -> its title."""
    options: Mapping[str, Any]
    policies: Mapping[str, Policy]
    """Those on the front, by name."""
    budget: float | None
    """What the picked policy may cost more than the baseline; None where nothing was asked."""
    picked: str | None
    """The best on the front within the budget."""

    def to_json(self) -> dict[str, Any]:
        """As plain data, to be stored and reported."""
        return {
            **self.heading, "titles": {name: dict(title) for name, title in self.titles.items()},
            "options": dict(self.options), "budget": self.budget, "picked": self.picked,
            "definitions": {name: policy.model_dump(mode="json")
                            for name, policy in self.policies.items()},
            "optimisation": self.answer.to_json(),
        }


def optimise(
    lab: Lab, scenario: str, *, budget: float | None = None, objectives: Sequence[str] = (),
    effort: Effort = Effort(), months: int | None = None,  # noqa: B008 (frozen)
    prior: str = "registry", seed: int = 1, fresh: bool = False, out: Path | None = None,
    progress: Progress | None = None,
) -> Found:
    """Search the levers that `scenario` declares for the policies that nothing beats in its
    `objectives` (default: the scenario's), and pick the best of them within `budget` (default:
    that of the scenario's terms, else the constraint's; money over the whole period beyond what
    the baseline costs).

    What was searched stays in the lab: stopped, the same call goes on where it was; given again
    with another budget it searches nothing anew. With `fresh` it begins from scratch. With `out`
    ``front.json``, ``front.csv`` and a policy file of each policy on the front within the budget
    are also written there. LabError ``no_search``, ``unknown_objective``, ``nothing_feasible``,
    or ``budget_below_front`` (after the front was stored) where every policy on it costs more.
    """
    progress = progress or Progress()
    study = scenarios.load(scenario)
    space = _space(study, objectives)
    months = study.months if months is None else count_option("--months", months, 1, 120)
    _check(effort)
    setting = set_up(lab, scenario, draws=effort.draws + effort.fresh_draws, seed=seed,
                     prior=prior, progress=progress)
    options = {**setting.options(), **asdict(effort), "months": months,
               "objectives": list(space.objectives)}
    runs = Runs(setting, months=months, divided=divided(setting, lab), progress=progress)
    kept = _Kept(lab, setting, space, options, runs, fresh=fresh)
    found = front(
        space, study.policies[str(space.start)], kept, baseline=study.baseline,
        known=[each for name, each in study.policies.items() if name != space.start],
        effort=effort, seed=seed,
        parameters=Parameters(NAMES, setting.drawn.main, setting.drawn.informed),
        journal=kept.journal(), progress=progress)
    result = _told(setting, space, found, options, budget)
    with lab.writing():
        lab.write_json(f"{FOLDER}/{file_name(study.name)}.json", result.to_json())
        kept.prune()
    if out is not None:
        write_out(out, _files(result))
    if result.budget is not None and result.picked is None:
        cheapest = min(found.front, key=lambda each: each.effects["cost"].mean)
        raise LabError("budget_below_front", budget=f"{result.budget:,.0f}",
                       policy=cheapest.policy, cost=f"{cheapest.effects['cost'].mean:,.0f}")
    return result


def searched(study: scenarios.Scenario) -> Any:
    """What a scenario declares to be searched, as plain data; None where it declares nothing."""
    return None if study.search is None else study.search.model_dump(mode="json")


def _space(study: scenarios.Scenario, objectives: Sequence[str]) -> Search:
    if study.search is None:
        raise LabError("no_search", scenario=study.name)
    wanted = tuple(objectives) or study.search.objectives
    count_option("--objective", len(set(wanted)), 2, 4)
    return study.search.model_copy(update={"objectives": checked(tuple(dict.fromkeys(wanted)))})


def _check(effort: Effort) -> None:
    count_option("--evaluations", effort.evaluations, 2, 1_000_000)
    count_option("--population", effort.population, 4, 1000)
    count_option("--draws", effort.draws, 2, 100_000)
    count_option("--fresh-draws", effort.fresh_draws, 8, 100_000)
    count_option("--replicates", effort.replicates, 1, 1000)
    count_option("--finalists", effort.finalists, 2, 200)


class _Kept:
    """What was tried of one very search, as the lab keeps it: trials of the search as lines, the
    first of which says what is searched in what; runs of the finalists as arrays. Another search
    of the scenario takes their place."""

    def __init__(
        self, lab: Lab, setting: Setting, space: Search, options: Mapping[str, Any], run: Try, *,
        fresh: bool,
    ) -> None:
        later = ("evaluations", "replicates", "finalists")  # may differ: more of the same
        self._lab, self._run = lab, run
        self._folder = f"{FOLDER}/{file_name(setting.study.name)}"
        self._mark = fingerprint({
            "inputs": setting.inputs, "space": space.model_dump(mode="json"),
            "terms": setting.study.terms.model_dump(mode="json"),
            "options": {key: value for key, value in options.items() if key not in later}})
        self._fresh, self._used = fresh, set[str]()

    def journal(self) -> Journal:
        """Trials of an earlier call, and where those to come are kept."""
        path = f"{self._folder}.trials"
        lines: list[str] = []
        if not self._fresh and (self._lab.path / path).exists():
            first, *lines = (self._lab.path / path).read_text(encoding="utf-8").splitlines()
            lines = lines if first == self._mark else []

        def keep(logs: str) -> None:
            with self._lab.writing():
                self._lab.write(path, f"{self._mark}\n{logs}".encode())

        return Journal(lines, keep)

    def __call__(self, policies: Sequence[Policy], sample: Sample) -> Tried:
        """Finalists are run where that was not done before; what the search itself tries is in
        the journal."""
        if sample.stream == 0:
            return self._run(policies, sample)
        asked = [self._mark, [policy.model_dump(mode="json") for policy in policies], str(sample)]
        path = f"{self._folder}.finalists/{fingerprint(asked)}.npz"
        self._used.add(path)
        try:
            with np.load(self._lab.path / path) as kept:
                if not self._fresh:
                    return Tried(kept["values"], tuple(kept["figures"].tolist()))
        except (OSError, ValueError, KeyError, zipfile.BadZipFile):
            pass  # not there, or not whole
        tried = self._run(policies, sample)
        packed = io.BytesIO()
        np.savez_compressed(packed, values=tried.values, figures=np.array(tried.figures))
        with self._lab.writing():
            self._lab.write(path, packed.getvalue())
        return tried

    def prune(self) -> None:
        """Take away runs of other searches."""
        used = {self._lab.path / path for path in self._used}
        for path in (self._lab.path / f"{self._folder}.finalists").glob("*.npz"):
            if path not in used:
                path.unlink()


def _told(
    setting: Setting, space: Search, found: Optimised, options: Mapping[str, Any],
    budget: float | None,
) -> Found:
    study, declared = setting.study, space.constraints.budget
    if budget is None:
        budget = study.terms.budget
    if budget is None and declared is not None:
        budget = declared.at_most
    start = study.policies[str(space.start)]
    policies = {option.policy: study.policies.get(option.policy) or _written(start, option)
                for option in found.options}
    picked = None if budget is None else found.within(budget)
    heading = setting.heading()
    heading["inputs"] |= {"search": fingerprint(searched(study))}
    return Found(
        answer=found, heading=heading, options=options, budget=budget,
        titles={name: {str(k): v for k, v in policy.title.items()}
                for name, policy in policies.items()},
        policies={option.policy: policies[option.policy] for option in found.front},
        picked=None if picked is None else picked.policy)


def _written(start: Policy, option: Option) -> Policy:
    """The policy of an option, with a title of its own."""
    number = option.policy.rpartition("_")[2]
    title = {lang: text("optimise.option", lang, number=number) for lang in LANGUAGES}
    return with_fields(start, option.values, name=option.policy).model_copy(
        update={"title": title})


def _files(result: Found) -> dict[str, str]:
    """What a user takes away: the front, and each policy on it within the budget."""
    paid = [option.policy for option in result.answer.front
            if result.budget is None or option.effects["cost"].mean <= result.budget]
    return {
        "front.json": json.dumps(result.to_json(), indent=2, ensure_ascii=False) + "\n",
        "front.csv": as_csv(result.answer.to_rows()),
        **{f"{name}.yaml": as_yaml(result.policies[name]) for name in paid}}

"""Search the best policies of a scenario in a lab, within what they may cost and do to people."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import scenarios
from simlab.decide import Parameters
from simlab.decide.optimise import Effort, Optimised, Option, checked
from simlab.decide.optimise import optimise as front
from simlab.decide.outcomes import FULL_COST, HEADLINE, outcome
from simlab.decide.search import Journal
from simlab.decide.tried import OF, Sample, Tried
from simlab.engine.ensemble import Ensemble
from simlab.engine.groups import Divided
from simlab.engine.outcomes import OUTCOMES
from simlab.errors import LabError
from simlab.i18n import LANGUAGES, text
from simlab.jobs.common import count_option, file_name, fingerprint, write_out
from simlab.jobs.dividing import divided
from simlab.jobs.saving import as_yaml
from simlab.jobs.setting import Setting, set_up
from simlab.lab import Lab
from simlab.parameters import NAMES
from simlab.policy import Policy, with_fields
from simlab.policy.search import Search
from simlab.practice import NAMES as PRACTICES
from simlab.progress import Progress
from simlab.world import Counted

FOLDER = "optimisations"
LARGEST = 128 * 2**20
"""Bytes of outcomes held at once; policies that need more are run one part after the other, in
the same futures."""


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
    found = front(
        space, study.policies[str(space.start)],
        Runs(setting, months=months, divided=divided(setting, lab), progress=progress),
        baseline=study.baseline, effort=effort, seed=seed,
        known=[each for name, each in study.policies.items() if name != space.start],
        parameters=Parameters(NAMES, setting.drawn.main, setting.drawn.informed),
        journal=_journal(lab, setting, space, options, fresh=fresh), progress=progress)
    result = _told(setting, space, found, options, budget)
    with lab.writing():
        lab.write_json(f"{FOLDER}/{file_name(study.name)}.json", result.to_json())
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


class Runs:
    """Tries policies beside the baseline in a part of a setting; a `Try` of `simlab.optimise`.

    Policies of one call share the past that each history lives before month 0. `divided` names
    the groups of people of whom none may lose.
    """

    def __init__(
        self, setting: Setting, *, months: int | None = None, divided: Divided | None = None,
        progress: Progress | None = None,
    ) -> None:
        """`progress` is asked whether to stop; a call is a step of a longer work, which tells of
        itself."""
        self._setting, self._divided = setting, divided
        self._months = months or setting.study.months
        self._progress = Progress()
        self._progress.flag = (progress or self._progress).flag

    def __call__(self, policies: Sequence[Policy], sample: Sample) -> Tried:
        """The figures of policies and, before them, of the baseline."""
        study = self._setting.study
        everyone = [study.policies[study.baseline], *policies]
        one = sample.draws * sample.replicates * self._months * len(OUTCOMES) * 8
        most = max(1, LARGEST // one)
        parts = [self._part(everyone[k:k + most], sample)
                 for k in range(0, len(everyone), most)]
        return Tried(np.concatenate([part.values for part in parts], axis=2), parts[0].figures)

    def _part(self, policies: Sequence[Policy], sample: Sample) -> Tried:
        ensemble = self._setting.over(sample.rows, sample.stream).run(
            policies, months=self._months, replicates=sample.replicates, divided=self._divided,
            progress=self._progress)
        study, firm = self._setting.study, self._setting.firm
        practice = firm.practices[PRACTICES.index(study.facts.practice)]
        return tried(ensemble, policies, float(practice["hours"]), study.terms.margin)


def tried(
    ensemble: Ensemble, policies: Sequence[Policy], hours: float, margin: float | None = None
) -> Tried:
    """What policies came to over the whole period: every outcome that is judged, and what
    objectives and constraints look at besides. `hours` are those of a usual month; business lost
    with leavers counts at the `margin`, in full where none is stated."""
    judged = [k for k, name in enumerate(ensemble.outcomes)
              if outcome(name).better != "neither" or name == "headcount"]
    names = [ensemble.outcomes[k] for k in judged]
    values = ensemble.y[..., judged].sum(axis=3)
    averaged = [outcome(name).over_months == "mean" for name in names]
    values[..., averaged] /= ensemble.y.shape[3]
    lost = values[..., names.index("lost_business")]
    added = {
        FULL_COST: values[..., names.index("cost")] + (1.0 if margin is None else margin) * lost,
        "assured_pay": _assured_pay(policies, values),
        "hours": _hours(ensemble, policies, hours),
    }
    groups, of = _groups(ensemble)
    return Tried(np.concatenate([values, np.stack(list(added.values()), -1), groups], axis=-1),
                 (*names, *added, *of))


def _groups(ensemble: Ensemble) -> tuple[NDArray[np.float64], list[str]]:
    """(draw, replicate, policy, group) the headline of each group that people belong to from the
    start, and names; groups that people pass through differ in size from policy to policy."""
    if ensemble.groups is None or ensemble.divided is None:
        return np.zeros((*ensemble.y.shape[:3], 0)), []
    own = [(k, f"{HEADLINE}{OF}{division}:{group}")
           for k, ((division, group), people) in enumerate(zip(
               ensemble.divided.groups, ensemble.divided.people, strict=True))
           if people]
    return ensemble.groups[..., [k for k, _ in own], Counted.REGRETTED], [name for _, name in own]


def _assured_pay(
    policies: Sequence[Policy], like: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(draw, replicate, policy) what everybody's income comes to at least, as a share of base pay
    before the policy: base pay itself, since commission and bonus can be nothing. An advance that
    is paid back leaves no less than the guaranteed share of the income expected, of which base
    pay is the least."""
    shares = [policy.incentive.base_factor
              * (min(policy.incentive.guarantee, 1.0)
                 if policy.incentive.recoverable and policy.incentive.guarantee > 0 else 1.0)
              for policy in policies]
    return np.broadcast_to(np.array(shares), like.shape[:3])


def _hours(
    ensemble: Ensemble, policies: Sequence[Policy], usual: float
) -> NDArray[np.float64]:
    """(draw, replicate, policy) hours a head in the busiest month: the usual month's times the
    workload, and those of courses on top, as if nothing else were left undone for them."""
    heads = np.maximum(ensemble.outcome("headcount"), 1.0)
    taught = (ensemble.outcome("training_hours") / heads).max(axis=-1)
    workload = np.array([policy.conditions.workload for policy in policies])
    return np.asarray(usual * workload + taught)


def _journal(
    lab: Lab, setting: Setting, space: Search, options: Mapping[str, Any], *, fresh: bool
) -> Journal:
    """The trials of this very search as the lab keeps them: first line what is searched in what.
    Another search of the scenario takes their place. How many are tried may differ."""
    path = f"{FOLDER}/{file_name(setting.study.name)}.trials"
    later = ("evaluations", "replicates", "finalists")
    mark = fingerprint({
        "inputs": setting.inputs, "space": space.model_dump(mode="json"),
        "options": {key: value for key, value in options.items() if key not in later}})
    lines: list[str] = []
    if not fresh and (lab.path / path).exists():
        first, *lines = (lab.path / path).read_text(encoding="utf-8").splitlines()
        lines = lines if first == mark else []

    def keep(logs: str) -> None:
        with lab.writing():
            lab.write(path, f"{mark}\n{logs}".encode())

    return Journal(lines, keep)


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
    rows = result.answer.to_rows()
    table = io.StringIO()
    writer = csv.DictWriter(table, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    paid = [option.policy for option in result.answer.front
            if result.budget is None or option.effects["cost"].mean <= result.budget]
    return {
        "front.json": json.dumps(result.to_json(), indent=2, ensure_ascii=False) + "\n",
        "front.csv": table.getvalue(),
        **{f"{name}.yaml": as_yaml(result.policies[name]) for name in paid}}

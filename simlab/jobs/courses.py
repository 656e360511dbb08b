"""Which course pays: every course of a policy or its scenario, and coaching, each tried apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simlab.decide.courses import EFFECTS, Course, Pair, best_of, course_of
from simlab.decide.effects import Beside
from simlab.decide.outcomes import HEADLINE
from simlab.decide.precision import over_months
from simlab.decide.warrant import Parameters
from simlab.engine.detail import skill_name
from simlab.errors import LabError
from simlab.jobs.detailing import as_kept, asked, detailed, headed
from simlab.jobs.setting import Setting, set_up
from simlab.jobs.stored import file_of_policy
from simlab.jobs.variation import varied_pairs
from simlab.lab import Lab
from simlab.panel import month_name
from simlab.parameters import NAMES
from simlab.policy import Policy, field_of, with_fields
from simlab.practice import skills
from simlab.progress import Progress

DRAWS, REPLICATES = 100, 16
COACHING = "coaching"
_TAUGHT = {"skill": "training.course_hours", "industry": "training.industry_hours"}
_TERMS = tuple(f"training.{name}" for name in (
    "hours_per_month", "fragments", "pass_mark", "retake_share", "audience", "lead_months", "fee"))
"""On what terms a policy teaches."""
_TOTALS = (*EFFECTS, "headcount")
Figures = NDArray[np.float64]


@dataclass(frozen=True)
class Candidate:
    """A course, or coaching, with the two policies that differ in it alone."""

    name: str
    kind: str
    offered: bool
    amount: float
    with_it: Policy
    without_it: Policy

    @property
    def learnt(self) -> str:
        """The outcome that shows what is learnt: of a skill its level; of insight into an industry,
        and of coaching, fit with the work that one does."""
        if self.kind != "skill":
            return "skill"
        return skill_name(skills(self.with_it.practice).index(self.name))


@dataclass(frozen=True)
class Courses:
    """What each course is worth in a policy."""

    heading: Mapping[str, Any]
    policy: str
    titles: Mapping[str, Mapping[str, str]]
    definition: Mapping[str, Any]
    practice: str
    months: tuple[str, ...]
    courses: tuple[Course, ...]
    best: str | None
    """The course that pays best; None where none avoids an exit in expectation."""
    options: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """As plain data: what the lab keeps."""
        return as_kept(self)


def courses(
    lab: Lab, scenario: str, policy: str | None = None, *, months: int | None = None,
    draws: int = DRAWS, replicates: int = REPLICATES, prior: str = "registry", seed: int = 1,
    progress: Progress | None = None,
) -> Courses:
    """Run `policy` (a name of the scenario or of the lab's own, or a file; default: the last one
    of the scenario) with and without each course that it or another policy of the scenario offers,
    and with and without coaching, in the same futures; keep the answer in the lab.

    A course that only another policy offers is added as that one has it, on the policy's own terms
    of teaching where it teaches anything, else on that one's. LabError ``no_courses`` where nobody
    teaches or coaches.
    """
    progress = progress or Progress()
    study, chosen, months = asked(lab, scenario, policy, months, draws, replicates)
    found = list(candidates(chosen, list(study.policies.values())))
    if not found:
        raise LabError("no_courses", policy=chosen.name, scenario=study.name)

    def tried(setting: Setting, stage: str) -> tuple[Pair, ...]:
        return _pairs(setting, chosen, found, months=months, replicates=replicates, stage=stage,
                      progress=progress)

    setting = set_up(lab, scenario, draws=draws, seed=seed, prior=prior, progress=progress)
    pairs = before = tried(setting, "courses")
    if setting.drawn.calibrated:
        alone = set_up(lab, scenario, draws=draws, seed=seed, prior=prior, from_prior=True,
                       progress=progress)
        before = tried(alone, "prior")
    progress.advance("reduce", 0, 1)
    judged = tuple(_judged(lab, setting, *each) for each in zip(found, pairs, before, strict=True))
    made = _told(setting, chosen, judged, {"months": months, "replicates": replicates})
    with lab.writing():
        lab.write_json(file_of_policy("courses", study.name, chosen.name), made.to_json())
    return made


def candidates(policy: Policy, others: Sequence[Policy]) -> Iterator[Candidate]:
    """Courses and coaching of `policy`, then those that only `others` offer, each once."""
    for kind, path in _TAUGHT.items():
        mine = field_of(policy, path)
        offers = {name: (hours, policy) for name, hours in mine.items() if hours}
        for other in others:
            for name, hours in field_of(other, path).items():
                if hours:
                    offers.setdefault(name, (hours, other))
        for name, (hours, giver) in offers.items():
            offered = giver is policy
            changed = _without(policy, path, name) if offered else _adding(
                policy, giver, path, name)
            yield _candidate(policy, changed, name, kind, hours, offered=offered)
    coached = [each for each in (policy, *others) if each.training.coaching > 0]
    if coached:
        offered = coached[0] is policy
        amount = coached[0].training.coaching
        changed = with_fields(policy, {"training.coaching": 0.0 if offered else amount},
                              name=_named(policy, COACHING))
        yield _candidate(policy, changed, COACHING, COACHING, amount, offered=offered)


def _candidate(
    policy: Policy, changed: Policy, name: str, kind: str, amount: float, *, offered: bool
) -> Candidate:
    return Candidate(name, kind, offered, float(amount), policy if offered else changed,
                     changed if offered else policy)


def _without(policy: Policy, path: str, name: str) -> Policy:
    left = {each: hours for each, hours in field_of(policy, path).items() if each != name}
    return with_fields(policy, {path: left}, name=_named(policy, name))


def _adding(policy: Policy, giver: Policy, path: str, name: str) -> Policy:
    teaches = any(any(field_of(policy, each).values()) for each in _TAUGHT.values())
    terms = {} if teaches else {term: field_of(giver, term) for term in _TERMS}
    offered = {**field_of(policy, path), name: field_of(giver, path)[name]}
    return with_fields(policy, {path: offered, **terms}, name=_named(policy, name))


def _named(policy: Policy, name: str) -> str:
    return f"{policy.name}_{name}"


def _pairs(
    setting: Setting, chosen: Policy, found: Sequence[Candidate], *, months: int,
    replicates: int, stage: str, progress: Progress,
) -> tuple[Pair, ...]:
    """Figures of every candidate, with and without, all in the same futures."""
    policies = [chosen, *(each.without_it if each.offered else each.with_it for each in found)]
    totals: list[Figures] = []
    headline, learnt = np.zeros(()), [np.zeros(())] * len(found)
    for run in detailed(setting, policies, months=months, replicates=replicates, stage=stage,
                        progress=progress):
        kept = run.y[..., [run.outcomes.index(name) for name in _TOTALS]]
        totals.append(over_months(kept, _TOTALS))
        headline = headline + run.outcome(HEADLINE)[:, 0] / replicates
        learnt = [sofar + run.outcome(each.learnt)[:, 0][:, _places(each, k)] / replicates
                  for k, (sofar, each) in enumerate(zip(learnt, found, strict=True))]
    whole = np.concatenate(totals, axis=1)
    return tuple(
        Pair((each.with_it.name, each.without_it.name), _TOTALS, whole[:, :, _places(each, k)],
             headline[:, _places(each, k)], learnt[k])
        for k, each in enumerate(found))


def _places(candidate: Candidate, number: int) -> list[int]:
    """With and without it among the policies run, of which the chosen one is the first."""
    return [0, number + 1] if candidate.offered else [number + 1, 0]


def _judged(
    lab: Lab, setting: Setting, candidate: Candidate, pair: Pair, before: Pair
) -> Course:
    beside = Beside(
        parameters=Parameters(NAMES, setting.drawn.main, setting.drawn.informed),
        varied=varied_pairs(lab, [candidate.with_it, candidate.without_it]))
    return course_of(pair, beside, before, name=candidate.name, kind=candidate.kind,
                     offered=candidate.offered, amount=candidate.amount, learnt=candidate.learnt)


def _told(
    setting: Setting, chosen: Policy, judged: tuple[Course, ...], options: Mapping[str, Any]
) -> Courses:
    heading, definition = headed(setting, chosen), chosen.model_dump(mode="json")
    return Courses(
        heading=heading, policy=chosen.name, titles={chosen.name: dict(chosen.title)},
        definition=definition, practice=chosen.practice,
        months=tuple(month_name(setting.firm.start + m) for m in range(options["months"])),
        courses=judged, best=best_of(judged),
        options={**setting.options(), **options, "policy": chosen.name})

"""Who or what is missing for the new work: skill gaps, fit, and, where the check allows it, a short
list of people with reasons."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simlab.decide.fit import SIGNS, Sign, conditioned, standardised, told_apart
from simlab.decide.intervals import Fan, Interval, fan_of, interval_of
from simlab.engine.closer import BINS, fit_name
from simlab.engine.detail import skill_name
from simlab.engine.groups import division, teams
from simlab.jobs.checking import refusal
from simlab.jobs.detailing import as_kept, asked, detailed, headed
from simlab.jobs.forecasting import ENOUGH_EXITS
from simlab.jobs.outlook import DIVIDED
from simlab.jobs.records import panel_or_none
from simlab.jobs.setting import Setting, set_up
from simlab.jobs.stored import file_of_policy
from simlab.lab import Lab
from simlab.panel import STILL_HERE, Panel, month_name
from simlab.parameters import INDEX
from simlab.policy import Policy
from simlab.practice import NAMES, practice_records, skills
from simlab.progress import Progress
from simlab.records.labels import labels
from simlab.records.talent import recorded_signs
from simlab.world import SKILLS

DRAWS, REPLICATES = 100, 4
LISTED = 10
"""People on a short list."""
EXPIRES = 90
"""Days after which a short list is no longer shown."""
LEAST_TOLD = 0.1
"""Share of the differences in fit that must be known for anybody to be named."""
Figures = NDArray[np.float64]


@dataclass(frozen=True)
class Skill:
    """One skill of the new work."""

    name: str
    weight: float
    """In the demand of key work, sum 1."""
    now: Interval
    """Mean level of the people working in the first month, 0..1."""
    later: Interval
    """In the last month under the policy."""
    gap: Interval
    """What it leaves missing of the profile now: weight x (profile - level); the gaps of all skills
    add up to the profile less mean fit."""


@dataclass(frozen=True)
class Group:
    """People of one group who meet the profile."""

    division: str
    group: str
    people: int
    share: Interval


@dataclass(frozen=True)
class Candidate:
    """Someone who may do well in key work: a reason to talk, never a decision."""

    person: str
    """Pseudonym of the records."""
    seat: int
    """As `simlab story` takes it: P1, P2, ..."""
    chance: float
    """Share of draws in which they meet the profile."""
    fit: Interval
    strong: tuple[str, ...]
    """Skills that speak for them most, against the staff's mean."""
    missing: str
    """The skill that they lack most, by its weight."""
    signs: tuple[str, ...]
    """Recorded signs above the mean."""


@dataclass(frozen=True)
class Talent:
    """The staff against the profile of key work."""

    heading: Mapping[str, Any]
    policy: str
    baseline: str
    titles: Mapping[str, Mapping[str, str]]
    definition: Mapping[str, Any]
    practice: str
    months: tuple[str, ...]
    profile: float
    """Fit from which a person meets it, 0..1."""
    share: Fan
    """Share of the people working who meet it, by month under the policy."""
    against: Fan
    """The same under the baseline."""
    gained: Interval
    """Of the last month, policy less baseline, in the same futures."""
    skills: tuple[Skill, ...]
    fits: Mapping[str, tuple[Interval, ...]]
    """``now`` and ``later``: share of people by step of fit."""
    groups: tuple[Group, ...]
    signs: Mapping[str, int]
    """Of how many people each sign is recorded; ``courses``, too."""
    told_apart: float | None
    """Share of the differences between people that is known; None where nobody is on record."""
    refused: tuple[str, ...]
    """Why nobody is named; empty where `listed` may be shown."""
    listed: tuple[Candidate, ...]
    expires: str
    options: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """As plain data: what the lab keeps."""
        return as_kept(self)


def talent(
    lab: Lab, scenario: str, policy: str | None = None, *, months: int | None = None,
    draws: int = DRAWS, replicates: int = REPLICATES, prior: str = "registry", seed: int = 1,
    progress: Progress | None = None,
) -> Talent:
    """Hold the staff against the profile of the scenario's key work, now and under `policy` (a name
    of the scenario or of the lab's own, or a file; default: the last one of the scenario) beside
    the baseline, and keep the answer in the lab.

    Past results and staying speak through the replay of each record, recorded signs through
    `simlab.decide.fit`, completed courses through the model's own gain. Nobody is named where
    the calibration, its check or the records do not carry it (``refused``).
    """
    progress = progress or Progress()
    study, chosen, months = asked(lab, scenario, policy, months, draws, replicates)
    setting = set_up(lab, scenario, draws=draws, seed=seed, prior=prior, progress=progress)
    panel = panel_or_none(lab) if setting.people_from == "records" else None
    heard: dict[str, Figures] = {}
    if panel is not None:
        heard = recorded_signs(lab, setting.firm.names)
        setting = informed_by(setting, panel, heard)
    runs = list(detailed(setting, [chosen, study.policies[study.baseline]], months=months,
                         replicates=replicates, stage="talent", progress=progress))
    progress.advance("reduce", 0, 1)
    made = _told(lab, setting, chosen, runs, panel, heard,
                 {"months": months, "replicates": replicates})
    with lab.writing():
        lab.write_json(file_of_policy("talent", study.name, chosen.name), made.to_json())
    return made


def expired(tree: Mapping[str, Any]) -> bool:
    """Whether the short list is too old to be shown."""
    return datetime.date.fromisoformat(tree["expires"]) < datetime.datetime.now(datetime.UTC).date()


def informed_by(setting: Setting, panel: Panel, heard: Mapping[str, Figures]) -> Setting:
    """The same setting with people's skills as recorded courses and signs say."""
    people, rows = setting.firm.people.copy(), setting.drawn.rows
    names = skills(setting.study.facts.practice)
    place = {key: row for row, key in enumerate(panel.person)}
    taught = panel.course
    if taught is not None:
        for slot, key in enumerate(setting.firm.names):
            for course in {int(c) - 1 for c in taught[place[key]] if 0 < c <= SKILLS}:
                gain = rows[:, INDEX["course_gain"]] * (0.5 + people["willingness"][:, slot])
                level = people["skills"][:, slot, course] + gain
                people["skills"][:, slot, course] = np.minimum(level, 1.0)
                people["passed"][:, slot] |= np.uint16(1 << course)
    rng = np.random.default_rng([setting.seed, len(setting.firm.names)])
    known = [(sign, standardised(heard[sign.name]), rng.uniform(sign.lower, sign.upper, len(rows)))
             for sign in SIGNS]
    for k, skill in enumerate(names):
        speaking = [(z, r) for sign, z, r in known
                    if skill in sign.skills and np.isfinite(z).any()]
        if speaking:
            people["skills"][:, :, k] = conditioned(
                people["skills"][:, :, k], speaking, rows[:, INDEX["skill_spread"]], rng)
    return replace(setting, firm=replace(setting.firm, people=people))


def refusals(setting: Setting, panel: Panel | None, apart: float | None) -> tuple[str, ...]:
    """Why nobody may be named; texts ``talent.refused``."""
    if panel is None or apart is None:
        return ("no_records",)
    found = []
    if not setting.drawn.calibrated:
        found.append("uncalibrated")
    else:
        why = refusal(setting.check)
        found += ["unchecked"] if setting.check["verdict"] == "unchecked" else []
        found += [why] if why else []
    if int((panel.exited != STILL_HERE).sum()) < ENOUGH_EXITS:
        found.append("too_few_exits")
    if apart < LEAST_TOLD:
        found.append("not_told_apart")
    return tuple(found)


def _told(
    lab: Lab, setting: Setting, chosen: Policy, runs: Sequence[Any], panel: Panel | None,
    heard: Mapping[str, Figures], options: Mapping[str, Any],
) -> Talent:
    study, heading, practice = setting.study, headed(setting, chosen), setting.study.facts.practice
    record, base = practice_records()[NAMES.index(practice)], study.policies[study.baseline]
    definition = chosen.model_dump(mode="json")

    def of(name: str) -> Figures:
        """(draw, policy, month) expected."""
        return np.asarray(np.mean([run.outcome(name)[:, 0] for run in runs], axis=0))

    meets = of("meets_profile")
    profile, demand = float(record["profile"]), record["key_demand"]
    heads = of("headcount")
    fits = np.stack([of(fit_name(step)) for step in range(BINS)], axis=-1) / np.maximum(
        heads, 1.0)[..., None]
    people = None if panel is None else setting.firm.people
    fit = None if people is None else people["skills"] @ demand
    apart = None if fit is None else told_apart(fit)
    refused = refusals(setting, panel, apart)
    signs = {name: int(np.isfinite(z).sum()) for name, z in heard.items()}
    return Talent(
        heading=heading, policy=chosen.name, baseline=base.name,
        titles={each.name: dict(each.title) for each in (chosen, base)}, definition=definition,
        practice=practice, profile=profile,
        months=tuple(month_name(setting.firm.start + m) for m in range(options["months"])),
        share=fan_of(chosen.name, "meets_profile", meets[:, 0]),
        against=fan_of(base.name, "meets_profile", meets[:, 1]),
        gained=interval_of(meets[:, 0, -1] - meets[:, 1, -1]),
        skills=tuple(_skill(name, float(demand[k]), profile, of(skill_name(k))[:, 0])
                     for k, name in enumerate(skills(practice))),
        fits={when: tuple(interval_of(fits[:, 0, month, step]) for step in range(BINS))
              for when, month in (("now", 0), ("later", -1))},
        groups=() if fit is None else _groups(lab, setting, fit >= profile),
        signs=signs | ({} if panel is None else {"courses": _taught(setting, panel)}),
        told_apart=apart, refused=refused,
        listed=() if refused or people is None or fit is None else _listed(
            setting, people, fit, profile, demand, heard),
        expires=(datetime.datetime.now(datetime.UTC).date()
                 + datetime.timedelta(days=EXPIRES)).isoformat(),
        options={**setting.options(), **options, "policy": chosen.name})


def _skill(name: str, weight: float, profile: float, levels: Figures) -> Skill:
    return Skill(name, weight, interval_of(levels[:, 0]), interval_of(levels[:, -1]),
                 interval_of(weight * (profile - levels[:, 0])))


def _taught(setting: Setting, panel: Panel) -> int:
    """People with a completed course on a skill of the role pack."""
    if panel.course is None:
        return 0
    place = {key: row for row, key in enumerate(panel.person)}
    return sum(bool((panel.course[place[key]] > 0).any()) for key in setting.firm.names)


def _groups(lab: Lab, setting: Setting, meets: NDArray[np.bool_]) -> tuple[Group, ...]:
    """By team, unit, site and grade; groups under ten people are joined."""
    rows = labels(lab, setting.firm.names, setting.firm.start // 12)
    found = [teams(setting.firm), *(division(name, rows[name], of_seat=True)
                                    for name in DIVIDED if name in rows)]
    return tuple(
        Group(each.name, name, each.people[g],
              interval_of(meets[:, each.present == g].mean(axis=1)))
        for each in found if each is not None for g, name in enumerate(each.groups))


def _listed(
    setting: Setting, people: NDArray[np.void], fit: Figures, profile: float, demand: Figures,
    heard: Mapping[str, Figures],
) -> tuple[Candidate, ...]:
    """The likeliest to meet the profile of those who do no key work yet; ties by seat."""
    names = skills(setting.study.facts.practice)
    levels = people["skills"].mean(axis=0)
    speaks = demand * (levels - levels.mean(axis=0))
    lacks = demand * (profile - levels)
    chance = (fit >= profile).mean(axis=0)
    free = np.flatnonzero(people["key"].mean(axis=0) == 0)
    order = free[np.lexsort((free, -fit.mean(axis=0)[free], -chance[free]))][:LISTED]
    above: dict[Sign, Figures] = {sign: standardised(heard[sign.name]) for sign in SIGNS}
    return tuple(
        Candidate(
            person=setting.firm.names[i], seat=int(i) + 1, chance=float(chance[i]),
            fit=interval_of(fit[:, i]),
            strong=tuple(names[k] for k in np.argsort(-speaks[i])[:2] if speaks[i, k] > 0),
            missing=names[int(np.argmax(lacks[i]))],
            signs=tuple(sign.name for sign, z in above.items() if z[i] > 0))
        for i in order.tolist())

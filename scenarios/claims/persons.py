"""Measures of single people, read from histories run month by month: what the firm's monthly
outcomes do not hold."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, field_validator
from sklearn.linear_model import PoissonRegressor

from scenarios.claims.case import CaseData, Figure
from scenarios.claims.paired import divide
from scenarios.claims.study import Measured, Study
from simlab.engine.mesa_model import FirmModel, PersonAgent
from simlab.practice import NAMES, skills
from simlab.world import Stage, Status, Tag

WORKING = (Status.ACTIVE, Status.NOTICE)


def _skills(names: tuple[str, ...]) -> tuple[str, ...]:
    known = {skill for practice in NAMES for skill in skills(practice)}
    for name in names:
        if name not in known:
            raise ValueError(f"no skill {name!r}; there are {', '.join(sorted(known))}")
    return names


class Contrast(CaseData):
    """Two groups of decisions, told apart by skills of the person who brought them about."""

    skills: tuple[str, ...] = Field(min_length=1, description="their mean tells the groups apart")
    share: float = Field(default=0.5, gt=0, le=0.5, description="of decisions, at either end")
    months: int = Field(default=12, ge=1, le=120, description="last months that count")

    _known = field_validator("skills")(_skills)


def win_risk_ratio(study: Study, figure: Figure, options: Contrast) -> Measured:
    """Risk ratio of winning a key account, people at the top of the named skills against people
    at the bottom, from a log-linear (modified Poisson) regression fitted to each future's
    decisions, with the remaining skills and tenure as covariates."""
    return Measured(np.array([
        fit_risk_ratio(won, decided, exposed, covariates)
        for won, decided, exposed, covariates in _decisions(study, figure, options)
    ]))


def base_win_rate(study: Study, figure: Figure, options: Contrast) -> Measured:
    """Share of decisions won by people at the bottom of the named skills."""
    return Measured(np.array([
        won[exposed == 0].sum() / max(decided[exposed == 0].sum(), 1)
        for won, decided, exposed, _ in _decisions(study, figure, options)
    ]))


def fit_risk_ratio(
    won: NDArray[np.float64], decided: NDArray[np.float64], exposed: NDArray[np.float64],
    covariates: NDArray[np.float64],
) -> float:
    """exp(coefficient of `exposed`) in a Poisson regression of `won` of `decided` with a log
    link, which estimates a risk ratio (Zou 2004); NaN where one group never decides or wins."""
    for group in (exposed > 0, exposed == 0):
        if won[group].sum() <= 0 or decided[group].sum() <= 0:
            return float("nan")
    spread = covariates.std(axis=0)
    usable = spread > 1e-9
    scaled = (covariates[:, usable] - covariates[:, usable].mean(axis=0)) / spread[usable]
    model = PoissonRegressor(alpha=1e-6, solver="newton-cholesky", max_iter=200, tol=1e-8)
    model.fit(np.column_stack([exposed, scaled]), won / decided, sample_weight=decided)
    return float(np.exp(model.coef_[0]))


Decisions = tuple[
    NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]
]


def _decisions(study: Study, figure: Figure, options: Contrast) -> list[Decisions]:
    """Per draw: won, decided, exposed (1 = top group, 0 = bottom group) and covariates of each
    person-month in which a key account was decided; the middle is left out."""
    key = ("decisions", study.case.policy_of(figure), options.model_dump_json())
    if key not in study.kept:
        study.kept[key] = _observed_decisions(study, figure, options)
    kept: list[Decisions] = study.kept[key]
    return kept


def _observed_decisions(study: Study, figure: Figure, options: Contrast) -> list[Decisions]:
    names = skills(study.case.firm.practice)
    chosen = [names.index(name) for name in options.skills]
    others = [place for place in range(len(names)) if place not in chosen]
    rows: list[list[NDArray[np.float64]]] = [[] for _ in study.draws]
    for draw, model in study.histories(study.policy_of(figure)):
        for month in range(study.case.months):
            # skills as they stood when the work was done, before this month's learning
            before = model.people["skills"].copy()
            model.step()
            if month < study.case.months - options.months:
                continue
            decided = model.people["decided"] * np.isin(model.people["status"], WORKING)
            seen = np.flatnonzero(decided > 0)
            tenure = month - model.people["entered"][seen]
            rows[draw].append(np.column_stack([
                model.people["won"][seen], decided[seen], before[seen][:, chosen].mean(axis=1),
                np.log1p(np.maximum(tenure, 0)), before[seen][:, others],
            ]).astype(np.float64))
    return [_contrasted(np.concatenate(parts), options.share) for parts in rows]


def _contrasted(rows: NDArray[np.float64], share: float) -> Decisions:
    won, decided, level = rows[:, 0], rows[:, 1], rows[:, 2]
    low, high = np.quantile(level, (share, 1.0 - share)) if len(rows) else (0.0, 0.0)
    taken = (level <= low) | (level > high) if share == 0.5 else (level <= low) | (level >= high)
    exposed = (level > low if share == 0.5 else level >= high).astype(np.float64)
    return won[taken], decided[taken], exposed[taken], rows[taken][:, 3:]


class Satisfaction(CaseData):
    """Customers' satisfaction by person, before and after."""

    near: tuple[float, float] = Field(description="satisfaction of the people followed, 0..1")
    at: int = Field(ge=1, le=119, description="month in which they are chosen")
    after: int = Field(ge=1, le=119, description="months later")
    reach: float = Field(default=0.9, ge=0, le=1)
    taught: str = Field(description="the skill whose course they pass in between")

    _known = field_validator("taught")(lambda name: _skills((name,))[0])


def reached_satisfaction(study: Study, figure: Figure, options: Satisfaction) -> Measured:
    """Share of the people followed whose customers' mean satisfaction reaches `reach`: people
    near the given level who pass the course and stay."""
    return Measured(_mean_of([
        (after >= options.reach).astype(np.float64)
        for after, _ in _followed(study, figure, options)
    ]))


def mean_satisfaction(study: Study, figure: Figure, options: Satisfaction) -> Measured:
    """Mean satisfaction of their customers afterwards, over the people followed."""
    return Measured(_mean_of([after for after, _ in _followed(study, figure, options)]))


def course_gain(study: Study, figure: Figure, options: Satisfaction) -> Measured:
    """Mean satisfaction afterwards of the people followed, less that of their untaught twins:
    the same people and luck under the baseline (those who stay there as well)."""
    return Measured(_mean_of([
        (after - twin)[np.isfinite(twin)] for after, twin in _followed(study, figure, options)
    ]))


def _mean_of(groups: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """(draw,) mean of each group; NaN of an empty one."""
    return np.array([group.mean() if len(group) else np.nan for group in groups])


Followed = list[tuple[NDArray[np.float64], NDArray[np.float64]]]


def _followed(study: Study, figure: Figure, options: Satisfaction) -> Followed:
    """Per draw: satisfaction afterwards of each person followed, and of the untaught twin (NaN
    where the twin has left or has no customers)."""
    policy = study.policy_of(figure)
    key = ("satisfaction", policy.name, options.model_dump_json())
    if key not in study.kept:
        found: list[list[NDArray[np.float64]]] = [[] for _ in study.draws]
        pairs = zip(
            study.histories(policy), study.histories(study.case.policy(study.case.baseline)),
            strict=True,
        )
        for (draw, model), (_, twin) in pairs:
            chosen, after = _near_and_passed(model, study.case.firm.practice, options)
            for _ in range(options.at + options.after):
                twin.step()
            same = twin.people["generation"] == model.people["generation"]
            untaught = np.where(same, satisfaction_by_person(twin), np.nan)
            found[draw].append(np.stack([after[chosen], untaught[chosen]]))
        joined = [np.concatenate(parts, axis=1) for parts in found]
        study.kept[key] = [(both[0], both[1]) for both in joined]
    kept: Followed = study.kept[key]
    return kept


def _near_and_passed(
    model: FirmModel, practice: str, options: Satisfaction
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """(slot,) who was near the given level, stayed, and passed the course in between; and
    everybody's satisfaction afterwards."""
    course = skills(practice).index(options.taught)
    for _ in range(options.at):
        model.step()
    before = satisfaction_by_person(model)
    generation = model.people["generation"].copy()
    passed = (model.people["passed"] >> course) & 1
    for _ in range(options.after):
        model.step()
    after = satisfaction_by_person(model)
    chosen = (before >= options.near[0]) & (before <= options.near[1])
    chosen &= (model.people["generation"] == generation) & np.isfinite(after)
    chosen &= (passed == 0) & ((model.people["passed"] >> course) & 1 == 1)
    return chosen, after


def satisfaction_by_person(model: FirmModel) -> NDArray[np.float64]:
    """(slot,) satisfaction of a working person's customers as the KPI has it: standard ones by
    their share of the work, each key account as one; NaN without any."""
    people = model.people
    served = model.accounts["stage"] == Stage.CUSTOMER
    standard = 1.0 - people["key"].astype(np.float64)
    total = np.where(served, model.accounts["satisfaction"], 0.0).sum(axis=1)
    total += standard * people["goodwill"]
    count = served.sum(axis=1) + standard
    found = divide(total, count)
    return np.where(np.isin(people["status"], WORKING), found, np.nan)


class Script(CaseData):
    """What happens to the scripted person, and what counts as recovery: having regained a share
    of the results lost."""

    weak: str = Field(description="the skill they lack")
    skill: float = Field(default=0.2, ge=0, le=1, description="its level")
    key: float = Field(default=0.5, gt=0, le=1, description="share of time on key work")
    begins: int = Field(default=2, ge=1, le=60, description="first falling month")
    falling: int = Field(default=2, ge=1, le=12, description="months without any result")
    recovers: int = Field(default=3, ge=1, le=24, description="months after the last falling one")
    regained: float = Field(default=0.5, gt=0, le=1, description="share of the results lost")
    stays: int = Field(default=6, ge=1, le=60, description="months after the last falling one")

    _known = field_validator("weak")(lambda name: _skills((name,))[0])


def recovery(study: Study, figure: Figure, options: Script) -> Measured:
    """Chance that the scripted person has regained the given share of the results lost by month
    `recovers` and is still there in month `stays`, under the policy."""
    return Measured(_recovered(study, study.case.policy_of(figure), options))


def recovery_gain(study: Study, figure: Figure, options: Script) -> Measured:
    """That chance less the untreated twin's: the same person under the baseline and the same
    luck."""
    helped = _recovered(study, study.case.policy_of(figure), options)
    return Measured(helped - _recovered(study, study.case.baseline, options))


def stays_gain(study: Study, figure: Figure, options: Script) -> Measured:
    """Chance of still being there in month `stays`, less the untreated twin's."""
    helped = _scripted(study, study.case.policy_of(figure), options)[1]
    return Measured(helped - _scripted(study, study.case.baseline, options)[1])


def helped_share(study: Study, figure: Figure, options: Script) -> Measured:
    """Share of histories in which the scripted person is given help before month `recovers`."""
    return Measured(_scripted(study, study.case.policy_of(figure), options)[2])


def _recovered(study: Study, policy: str, options: Script) -> NDArray[np.float64]:
    return np.asarray(_scripted(study, policy, options)[0])


def _scripted(study: Study, policy: str, options: Script) -> NDArray[np.float64]:
    """(3, draw): shares of histories in which the person recovers and stays, stays, is helped."""
    key = ("script", policy, options.model_dump_json())
    if key not in study.kept:
        shares = np.zeros((3, len(study.draws)))
        agents = {0: scripted_person(study.case.firm.practice, options)}
        last = options.begins + options.falling - 1
        for draw, model in study.histories(study.case.policy(policy), agents):
            person = model.people[0]
            back, helped, level, lowest = False, False, 0.0, 0.0
            for month in range(last + options.stays + 1):
                model.step()
                if person["generation"] > 0 or person["left"]:
                    break
                if month == options.begins - 1:
                    level = float(person["results"])
                if month == last:
                    lowest = float(person["results"])
                if last <= month <= last + options.recovers:
                    helped |= bool(person["help"] > 0)
                if month == last + options.recovers:
                    back = bool(
                        person["results"] >= lowest + options.regained * (level - lowest)
                    )
            else:
                shares[:2, draw] += (back, True)
            shares[2, draw] += helped
        study.kept[key] = shares / study.replicates
    kept: NDArray[np.float64] = study.kept[key]
    return kept


def scripted_person(practice: str, options: Script) -> type[PersonAgent]:
    """Someone moved to key work without the skill, who brings in nothing for some months and
    files a ticket about communication in each. Only this is scripted: whether they are warned
    of, who helps and what it does is the model's own. They cannot leave before the script is
    over."""
    weak = skills(practice).index(options.weak)
    fails = range(options.begins, options.begins + options.falling)

    class ScriptedPerson(PersonAgent):
        def enter(self) -> None:
            self.follow("enter")
            if self.firm_model.elapsed == 0:
                self.record["status"] = Status.ACTIVE
                self.record["notice"] = 0
                self.record["leaving"] = 0
                self.record["retires"] = 0
                self.record["skills"][weak] = options.skill
                self.record["key"] = options.key

        def work(self) -> None:
            self.follow("work")
            if self.firm_model.elapsed in fails:
                for field in ("business", "key_business", "success", "won"):
                    self.record[field] = 0

        def show(self) -> None:
            self.follow("show")
            if self.firm_model.elapsed in fails:
                self.record["tickets"][Tag.COMMUNICATION] = 1
                self.record["tag_months"][Tag.COMMUNICATION] |= 1

        def leave(self) -> None:
            if self.firm_model.elapsed >= fails.stop:
                self.follow("leave")

    return ScriptedPerson


class Profile(CaseData):
    """A person described by where their skills stand among the staff."""

    skills: dict[str, float] = Field(description="skill: quantile of it among the staff, 0..1")
    willingness: float = Field(ge=0, le=1, description="to learn: quantile, 0..1")

    @field_validator("skills")
    @classmethod
    def _profile(cls, value: dict[str, float]) -> dict[str, float]:
        _skills(tuple(value))
        if any(not 0 <= quantile <= 1 for quantile in value.values()):
            raise ValueError("quantiles lie in 0..1")
        return value


def selection_rank(study: Study, figure: Figure, options: Profile) -> Measured:
    """Where the person stands in the order in which the policy's own selection rule moves people
    to key work: 1 = first, 0 = last.

    The rule `assign` is run one move at a time on the staff of the first month, so the order is
    the rule's, whatever it looks at.
    """
    names = skills(study.case.firm.practice)
    ranks: list[list[float]] = [[] for _ in study.draws]
    policy = study.policy_of(figure)
    # everybody moves in the end, one a month: the ramp has as many months as there are people
    everybody = {"key_share": 1.0, "ramp_months": len(study.firm.people)}
    selection = policy.selection.model_copy(update=everybody)
    for draw, model in study.histories(policy.model_copy(update={"selection": selection})):
        for slot in range(len(model.people)):
            model.apply("enter", slot)
        people = model.people
        people["status"] = Status.ACTIVE
        for name, quantile in options.skills.items():
            place = names.index(name)
            people[0]["skills"][place] = np.quantile(people["skills"][:, place], quantile)
        people[0]["willingness"] = np.quantile(people["willingness"], options.willingness)
        ranks[draw].append(_order_of_first(model))
    return Measured(np.array([np.mean(values) for values in ranks]))


def _order_of_first(model: FirmModel) -> float:
    """Share of the others that `assign` moves after slot 0."""
    n = len(model.people)
    for moved in range(n):
        model.facts[0]["month"] = moved
        model.apply("assign")
        if model.people[0]["key"] > 0:
            return 1.0 - moved / max(n - 1, 1)
    return 0.0

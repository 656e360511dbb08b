"""Policies tried in parts of a setting, reduced to what a search looks at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from simlab.decide.outcomes import FULL_COST, HEADLINE, outcome
from simlab.decide.tried import OF, Sample, Tried
from simlab.engine.ensemble import Ensemble
from simlab.engine.groups import Divided
from simlab.engine.outcomes import OUTCOMES
from simlab.jobs.setting import Setting
from simlab.policy import Policy
from simlab.practice import NAMES as PRACTICES
from simlab.progress import Progress
from simlab.world import Counted

LARGEST = 128 * 2**20
"""Bytes of outcomes held at once; policies that need more are run one part after the other, in
the same futures."""


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

"""What a policy's pay plan rewards, where effort goes, and whether pay keeps up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simlab.decide.incentives import (
    PAID,
    Gap,
    Kpi,
    Segments,
    below_of,
    gap_of,
    kpis_of,
    per_head,
    shares_of,
)
from simlab.decide.intervals import Interval
from simlab.engine.detail import DETAILED, FIRST, SEGMENTS
from simlab.engine.ensemble import Ensemble
from simlab.jobs.detailing import as_kept, asked, detailed, headed
from simlab.jobs.setting import Setting, set_up
from simlab.jobs.stored import file_of_policy
from simlab.lab import Lab
from simlab.panel import month_name
from simlab.policy import Policy, compile_policies
from simlab.practice import kpis, pack, serves
from simlab.progress import Progress
from simlab.rules.effort import stage_of
from simlab.rules.pay import bonus_share

DRAWS, REPLICATES = 100, 8
_NAMES = DETAILED.outcomes[FIRST:]


@dataclass(frozen=True)
class StageSeen:
    """A stage of the plan as it comes to bear in the period."""

    weights: Mapping[str, float]
    months: tuple[str, str]
    """The first and the last month of the period in which it holds."""
    effort: Mapping[str, Mapping[str, Interval] | None]
    """``all``, ``standard``, ``key`` -> task -> share of effort."""


@dataclass(frozen=True)
class Incentives:
    """A policy's pay plan in a scenario."""

    heading: Mapping[str, Any]
    policy: str
    titles: Mapping[str, Mapping[str, str]]
    definition: Mapping[str, Any]
    """The policy as it was."""
    practice: str
    months: tuple[str, ...]
    stages: tuple[StageSeen, ...]
    gaps: Mapping[str, Gap | None]
    below: Mapping[str, Interval | None]
    """``all``, ``standard``, ``key`` -> median months below the expected income."""
    kpis: tuple[Kpi, ...]
    paid: Mapping[str, Mapping[str, Interval] | None]
    """Segment -> part of income, ``key_earned``, ``score``, ``people`` -> mean a head and month."""
    curve: tuple[tuple[float, float], ...]
    """Score in points, bonus as a share of base pay."""
    options: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """As plain data: what the lab keeps."""
        return as_kept(self) | {
            "kpis": [{**asdict(kpi), "unrewarded": kpi.unrewarded} for kpi in self.kpis]}


def incentives(
    lab: Lab, scenario: str, policy: str | None = None, *, months: int | None = None,
    draws: int = DRAWS, replicates: int = REPLICATES, prior: str = "registry", seed: int = 1,
    progress: Progress | None = None,
) -> Incentives:
    """Simulate `policy` (a name of the scenario or of the lab's own, or a file; default: the last
    one of the scenario) in the month told in more detail, and keep what its pay plan rewards in
    the lab. LabErrors of `set_up` and `policy_named`."""
    progress = progress or Progress()
    study, chosen, months = asked(lab, scenario, policy, months, draws, replicates)
    setting = set_up(lab, scenario, draws=draws, seed=seed, prior=prior, progress=progress)
    runs = list(detailed(setting, [chosen], months=months, replicates=replicates,
                         stage="incentives", progress=progress))
    progress.advance("reduce", 0, 1)
    made = _reduced(setting, chosen, _segments(runs, tuple(pack(chosen.practice)["tasks"])),
                    {"months": months, "replicates": replicates})
    with lab.writing():
        lab.write_json(file_of_policy("incentives", study.name, chosen.name), made.to_json())
    return made


def _segments(runs: Sequence[Ensemble], tasks: tuple[str, ...]) -> Segments:
    """Figures of the only policy of runs of one replicate each."""
    y = np.stack([run.y[:, 0, 0, :, FIRST:] for run in runs], axis=1)
    return Segments({name: y[..., k] for k, name in enumerate(_NAMES)}, SEGMENTS, tasks)


def _reduced(
    setting: Setting, chosen: Policy, found: Segments, options: Mapping[str, Any],
) -> Incentives:
    months = tuple(month_name(setting.firm.start + m) for m in range(options["months"]))
    heading = headed(setting, chosen)
    definition = chosen.model_dump(mode="json")
    stages = chosen.incentive.stages
    figures = ("score", "key_earned", "income", "expected", *PAID)
    return Incentives(
        heading=heading, policy=chosen.name, titles={chosen.name: dict(chosen.title)},
        definition=definition, practice=chosen.practice, months=months,
        stages=_stages(setting, chosen, found, months),
        gaps={segment: gap_of(found, segment) for segment in SEGMENTS},
        below={"all": below_of(found), **{s: below_of(found, s) for s in SEGMENTS}},
        kpis=kpis_of(found, serves(chosen.practice),
                     [stage.weights for stage in stages], kpis(chosen.practice)),
        paid={segment: per_head(found, segment, figures) for segment in SEGMENTS},
        curve=bonus_curve(chosen),
        options={**setting.options(), **options, "policy": chosen.name})


def _stages(
    setting: Setting, chosen: Policy, found: Segments, months: Sequence[str]
) -> tuple[StageSeen, ...]:
    """The stages that the period meets, in order."""
    firm, record = setting.firm.firm.copy().view(np.recarray), compile_policies([chosen])
    reached = np.empty(len(months), int)
    for m in range(len(months)):
        firm["month"] = m
        reached[m] = stage_of.py_func(firm[0], record.view(np.recarray)[0])
    made = []
    for number in sorted(set(reached.tolist())):
        here: NDArray[np.bool_] = reached == number
        places = np.flatnonzero(here)
        made.append(StageSeen(
            weights=dict(chosen.incentive.stages[number].weights),
            months=(months[places[0]], months[places[-1]]),
            effort={"all": shares_of(found, SEGMENTS, here),
                    **{segment: shares_of(found, (segment,), here) for segment in SEGMENTS}}))
    return tuple(made)


def bonus_curve(policy: Policy, points: int = 61) -> tuple[tuple[float, float], ...]:
    """(score, bonus as a share of base pay) from no score to the highest that the plan lets
    anybody reach, as `simlab.rules.pay` has it."""
    plan = policy.incentive
    return tuple(
        (score, float(bonus_share(score, plan.bonus_pool, plan.bonus_elasticity,
                                  plan.bonus_cap or 0.0)))
        for score in np.linspace(0.0, 100.0 * plan.attainment_cap, points).tolist())

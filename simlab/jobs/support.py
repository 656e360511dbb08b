"""Where requests die: how long departments let them wait under a policy, what waiting costs, what
each lever of support does, and what the records show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simlab.decide.intervals import Interval, interval_of
from simlab.decide.outcomes import HEADLINE
from simlab.decide.outcomes import outcome as described
from simlab.decide.waiting import Waiting, counts, recorded, simulated, still_open
from simlab.engine.closer import WAITS, answered_name, dropped_name, open_name
from simlab.engine.switches import CHANNELS, without
from simlab.jobs.detailing import as_kept, asked, detailed, headed
from simlab.jobs.setting import Setting, set_up
from simlab.jobs.stored import file_of_policy
from simlab.lab import Lab
from simlab.panel import month_name
from simlab.parameters import NAMES
from simlab.policy import Policy, field_of, with_fields
from simlab.practice import departments
from simlab.progress import Progress
from simlab.records.requests import recorded_requests

DRAWS, REPLICATES = 100, 8
EVERYBODY = "all"
BASELINE, AT_ONCE = "baseline", "at_once"
"""What a policy is held against beside single levers: the scenario's baseline, and itself with
departments that answer nearly everything in the month in which it is asked."""
_PLENTY = 5.0
"""Factor on capacity at which they do; the highest that a policy may have."""
MEASURED = (HEADLINE, "voluntary", "key_customers", "renewed", "key_business", "complaints",
            "belonging", "stress", "cost")
"""Outcomes in which what waiting and levers do is told."""
RESTS_ON = ("request_rate", "request_repeat", "collaboration_return", "wait_anger", "goodwill_wait",
            "key_support", "demand_waiting", "wait_isolation", "support_exit")
"""Parameters beneath the answer; capacity is a fact of the scenario."""
_EXITS = (HEADLINE, "voluntary")
Figures = NDArray[np.float64]


@dataclass(frozen=True)
class Change:
    """The policy against itself with something else, in the same futures."""

    name: str
    """A lever of support (``capacity``, ``routing``, ``sla``, ``escalation``), `BASELINE` or
    `AT_ONCE`."""
    before: float | None
    """The lever's value in the policy; None where it is no single lever."""
    after: float | None
    late: Interval
    """Share of requests open past the SLA, changed less unchanged, 0..1."""
    effects: Mapping[str, Interval]
    """`MEASURED` over the period, changed less unchanged, expectations over draws."""


@dataclass(frozen=True)
class Support:
    """Requests to other departments under one policy."""

    heading: Mapping[str, Any]
    policy: str
    baseline: str
    titles: Mapping[str, Mapping[str, str]]
    definition: Mapping[str, Any]
    practice: str
    months: tuple[str, ...]
    sla: int
    """Months."""
    waiting: tuple[Waiting, ...]
    """Simulated by department, all together first; empty where nobody asked for anything."""
    dropped: Interval
    """Requests a future whose owner left while they waited."""
    observed: tuple[Waiting, ...]
    """The same of the records; empty where they hold no requests."""
    observed_from: tuple[str, str] | None
    changes: tuple[Change, ...]
    channel: Mapping[str, Interval]
    """Exits through the channel of support: as they are, less with the channel switched off."""
    estimated: tuple[str, ...]
    """Those of `RESTS_ON` that the data informed."""
    warrant: str
    """``partly`` where there are any, else ``assumed``."""
    options: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """As plain data: what the lab keeps."""
        return as_kept(self)


@dataclass(frozen=True)
class Counted:
    """What runs of several policies came to, replicates along the second axis."""

    met: Figures
    """(draw, replicate, policy, department, month end)"""
    answered: Figures
    dropped: Figures
    """(draw, replicate, policy)"""
    totals: Mapping[str, Figures]
    """`MEASURED` -> (draw, replicate, policy)"""


def support(
    lab: Lab, scenario: str, policy: str | None = None, *, months: int | None = None,
    draws: int = DRAWS, replicates: int = REPLICATES, prior: str = "registry", seed: int = 1,
    progress: Progress | None = None,
) -> Support:
    """Run `policy` (a name of the scenario or of the lab's own, or a file; default: the last one
    of the scenario), the scenario's baseline, and the policy with each lever of support moved, in
    the same futures; look up what the records say of requests; keep the answer in the lab."""
    progress = progress or Progress()
    study, chosen, months = asked(lab, scenario, policy, months, draws, replicates)
    setting = set_up(lab, scenario, draws=draws, seed=seed, prior=prior, progress=progress)
    tried = _tried(chosen, study.policies[study.baseline])
    found = _run(setting, [chosen, *(each for *_, each in tried)], months, replicates, progress)
    off, rows = without(CHANNELS["support"], [chosen], setting.drawn.main)
    shut = _run(setting.with_rows(rows), off, months, replicates, progress)
    progress.advance("reduce", 0, 1)
    made = _told(lab, setting, chosen, tried, found, shut,
                 {"months": months, "replicates": replicates})
    with lab.writing():
        lab.write_json(file_of_policy("support", study.name, chosen.name), made.to_json())
    return made


Tried = tuple[str, float | None, float | None, Policy]


def _tried(chosen: Policy, baseline: Policy) -> list[Tried]:
    """What the policy is held against: name, lever's value before and after, policy."""
    steps = {"capacity": min(1.5 * chosen.support.capacity, _PLENTY), "routing": 1.0,
             "sla": chosen.support.sla + (-1 if chosen.support.sla else 1),
             "escalation": max(2.0, chosen.support.escalation)}
    found: list[Tried] = []
    for lever, after in steps.items():
        before = field_of(chosen, f"support.{lever}")
        if after != before:
            found.append((lever, float(before), float(after), with_fields(
                chosen, {f"support.{lever}": after}, name=f"{chosen.name}_{lever}")))
    found.append((AT_ONCE, None, None, with_fields(
        chosen, {"support.capacity": _PLENTY, "support.cost": 0.0},
        name=f"{chosen.name}_{AT_ONCE}")))
    if baseline.name != chosen.name:
        found.append((BASELINE, None, None, baseline))
    return found


def _run(
    setting: Setting, policies: Sequence[Policy], months: int, replicates: int,
    progress: Progress,
) -> Counted:
    """All of them in the same futures, reduced replicate by replicate."""
    several = range(len(departments(setting.study.facts.practice)))
    parts: list[Counted] = []
    for run in detailed(setting, policies, months=months, replicates=replicates, stage="support",
                        progress=progress):
        def total(name: str, run: Any = run) -> Figures:
            values = run.outcome(name)
            mean = name in MEASURED and described(name).over_months == "mean"
            return np.asarray(values.mean(axis=-1) if mean else values.sum(axis=-1))

        met, answered = (np.stack([np.stack([total(name(d, k + 1)) for k in range(WAITS)], axis=-1)
                                   for d in several], axis=-2)
                         for name in (open_name, answered_name))
        dropped = np.sum([total(dropped_name(d)) for d in several], axis=0)
        parts.append(Counted(met, answered, dropped, {name: total(name) for name in MEASURED}))
    return Counted(
        met=np.concatenate([part.met for part in parts], axis=1),
        answered=np.concatenate([part.answered for part in parts], axis=1),
        dropped=np.concatenate([part.dropped for part in parts], axis=1),
        totals={name: np.concatenate([part.totals[name] for part in parts], axis=1)
                for name in MEASURED})


def _told(
    lab: Lab, setting: Setting, chosen: Policy, tried: Sequence[Tried], found: Counted,
    shut: Counted, options: Mapping[str, Any],
) -> Support:
    study, heading = setting.study, headed(setting, chosen)
    definition = chosen.model_dump(mode="json")
    informed = dict(zip(NAMES, setting.drawn.informed.tolist(), strict=True))
    estimated = tuple(name for name in RESTS_ON if informed[name])
    observed, observed_from = _observed(lab, setting, chosen.support.sla)
    base = study.policies[study.baseline]
    return Support(
        heading=heading, policy=chosen.name, baseline=base.name,
        titles={each.name: dict(each.title) for each in (chosen, base)}, definition=definition,
        practice=chosen.practice, sla=chosen.support.sla,
        months=tuple(month_name(setting.firm.start + m) for m in range(options["months"])),
        waiting=_waiting(found, study.facts.practice, chosen.support.sla),
        dropped=interval_of(found.dropped[:, :, 0].mean(axis=1)),
        observed=observed, observed_from=observed_from,
        changes=tuple(_change(found, k + 1, each, chosen.support.sla)
                      for k, each in enumerate(tried)),
        channel={name: interval_of((found.totals[name][:, :, 0] - shut.totals[name][:, :, 0])
                                   .mean(axis=1)) for name in _EXITS},
        estimated=estimated, warrant="partly" if estimated else "assumed",
        options={**setting.options(), **options, "policy": chosen.name})


def _waiting(found: Counted, practice: str, sla: int) -> tuple[Waiting, ...]:
    met, answered = found.met[:, :, 0], found.answered[:, :, 0]
    if not (met[..., 0].sum(axis=(1, 2)) > 0).all():
        return ()
    whole = simulated(EVERYBODY, met.sum(axis=2), answered.sum(axis=2), sla)
    return (whole, *(simulated(name, met[:, :, d], answered[:, :, d], sla)
                     for d, name in enumerate(departments(practice))
                     if (met[:, :, d, 0].sum(axis=1) > 0).all()))


def _observed(
    lab: Lab, setting: Setting, sla: int
) -> tuple[tuple[Waiting, ...], tuple[str, str] | None]:
    rows = recorded_requests(lab) if setting.people_from == "records" else None
    if rows is None:
        return (), None
    units = np.array(rows.unit)
    groups = {EVERYBODY: np.ones(len(units), bool)} | {
        unit: units == unit for unit in sorted(set(rows.unit))}
    return tuple(recorded(name, *counts(rows.waited[mine], rows.answered[mine], WAITS), sla)
                 for name, mine in groups.items()), (month_name(rows.first), month_name(rows.last))


def _change(found: Counted, place: int, tried: Tried, sla: int) -> Change:
    """Changed less unchanged. Each is held against the policy's own SLA, so that a promise that is
    changed does not change what counts as late."""
    def late(p: int) -> Figures:
        shares = still_open(found.met[:, :, p].sum(axis=(1, 2)),
                            found.answered[:, :, p].sum(axis=(1, 2)))[:, sla + 1]
        return np.asarray(np.nan_to_num(shares))  # nobody waited so long: none is late

    name, before, after, _ = tried
    return Change(
        name, before, after, interval_of(late(place) - late(0)),
        {key: interval_of((values[:, :, place] - values[:, :, 0]).mean(axis=1))
         for key, values in found.totals.items()})

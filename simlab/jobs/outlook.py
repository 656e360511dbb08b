"""Where the firm stands and where it goes: what was recorded by month, and what comes if nothing
is changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import scenarios
from simlab.decide.intervals import Fan, Interval, fan_of, interval_of
from simlab.decide.outcomes import HEADLINE
from simlab.decide.outcomes import outcome as described
from simlab.decide.terms import Terms
from simlab.decide.worth import Idle, idle
from simlab.engine.groups import division
from simlab.jobs.common import count_option, read_json
from simlab.jobs.records import load_panel
from simlab.jobs.setting import set_up
from simlab.lab import Lab
from simlab.panel import Panel, month_name
from simlab.progress import Progress
from simlab.records.labels import labels

DRAWS, REPLICATES, MONTHS = 100, 8, 12
SHOWN = (HEADLINE, "voluntary", "exits", "headcount", "vacancies", "cost")
"""Outcomes of which the months are kept."""
DIVIDED = ("unit", "site", "grade")
"""What recorded months can be filtered by."""
_FOUND = "outlook/outlook.json"


@dataclass(frozen=True)
class Outlook:
    """The coming months under the policy in force."""

    months: tuple[str, ...]
    fans: tuple[Fan, ...]
    """Of the futures of this firm: what is not known and its luck together."""
    totals: Mapping[str, Interval]
    """Outcome -> added up over the months, or averaged where its months are."""
    idle: Idle
    """What going on like this costs, expectations over draws."""
    plan: int
    """Seats that are to be filled, people."""
    draws: int
    replicates: int
    heading: Mapping[str, Any]
    options: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """As plain data: what the lab keeps. The heading stands at the top."""
        tree = asdict(self)
        return {**tree.pop("heading"), **tree}


def outlook(
    lab: Lab, scenario: str | None = None, *, months: int = MONTHS, draws: int = DRAWS,
    replicates: int = REPLICATES, prior: str = "registry", seed: int = 1,
    progress: Progress | None = None,
) -> Outlook:
    """Simulate the lab's people for `months` months under the policy in force in `scenario`, over
    the posterior (the prior where there is none), and keep the result in the lab. The scenario is
    the first of the lab's practice unless named."""
    progress = progress or Progress()
    count_option("--months", months, 1, 120)
    count_option("--draws", draws, 2, 100_000)
    count_option("--replicates", replicates, 1, 1000)
    scenario = scenario or scenarios.first_of(lab.practice)
    setting = set_up(lab, scenario, draws=draws, seed=seed, prior=prior, progress=progress)
    current = setting.study.current
    run = setting.run([current], months=months, replicates=replicates, progress=progress)
    progress.advance("reduce", 0, 1)
    futures = {name: run.outcome(name)[:, :, 0].reshape(-1, months) for name in SHOWN}
    cost = idle(run.y.mean(axis=1), {current.name: 0}, run.outcomes, current.name, Terms())
    assert cost is not None, "the engine counts what it takes"
    made = Outlook(
        months=tuple(month_name(run.start + m) for m in range(months)),
        fans=tuple(fan_of(current.name, name, values) for name, values in futures.items()),
        totals={name: interval_of(_whole(name, values)) for name, values in futures.items()},
        idle=cost, plan=int(setting.firm.people.shape[-1]), draws=draws, replicates=replicates,
        heading=setting.heading(),
        options={**setting.options(), "replicates": replicates, "months": months})
    with lab.writing():
        lab.write_json(_FOUND, made.to_json())
    return made


def _whole(name: str, values: NDArray[np.float64]) -> NDArray[np.float64]:
    summed = described(name).over_months == "sum"
    return np.asarray(values.sum(axis=1) if summed else values.mean(axis=1))


def stored_outlook(lab: Lab) -> Mapping[str, Any] | None:
    """The outlook that the lab holds; None where it was not asked for."""
    tree = read_json(lab, _FOUND)
    return tree if isinstance(tree, dict) and "made" in tree else None


@dataclass(frozen=True)
class Recorded:
    """What the records say of each month, of everybody or of one group."""

    months: tuple[str, ...]
    headcount: tuple[int, ...]
    """Employed at any time of the month."""
    exits: tuple[int, ...]
    people: int
    """Ever under observation."""
    groups: Mapping[str, tuple[str, ...]]
    """Division -> its groups of at least ten people; smaller ones are joined as ``rest``."""

    def turnover(self, formula: str, months: int = 12) -> float | None:
        """Exits of the last `months` months (fewer where the record is shorter) against headcount:
        ``average`` or ``closing`` (exits / (exits + closing headcount)). None without people."""
        exits, staff = sum(self.exits[-months:]), self.headcount[-months:]
        closing = staff[-1] - self.exits[-1]
        base = sum(staff) / len(staff) if formula == "average" else exits + closing
        return exits / base if base else None


def recorded(lab: Lab, by: str | None = None, group: str | None = None) -> Recorded:
    """The lab's months, of the `group` of division `by` where it names one that is shown.
    LabError ``no_records``."""
    panel = load_panel(lab)
    found = {name: made for name, row in _labels(lab, panel).items()
             if (made := division(name, row, of_seat=True)) is not None}
    mine = np.ones(len(panel.person), bool)
    if by in found and group in found[by].groups:
        mine = found[by].present == found[by].groups.index(group)
    exited = panel.exited[mine]
    return Recorded(
        months=tuple(month_name(panel.start + m) for m in range(panel.months)),
        headcount=tuple(int(n) for n in panel.employed[mine].sum(axis=0)),
        exits=tuple(int((exited == m).sum()) for m in range(panel.months)),
        people=int(mine.sum()),
        groups={name: made.groups for name, made in found.items()})


def _labels(lab: Lab, panel: Panel) -> dict[str, Sequence[str]]:
    last = (panel.start + panel.months - 1) // 12
    return {name: row for name, row in labels(lab, panel.person, last).items() if name in DIVIDED}

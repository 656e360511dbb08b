"""A scenario set up in a lab: whose people, which parameters; policies are then run in it.

Whatever tries many policies (a comparison, an optimiser, a stress test, a study) sets up once:
replaying the people of a record takes longer than trying a policy on them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import scenarios
from simlab.engine.ensemble import Ensemble, simulate
from simlab.engine.groups import Divided
from simlab.engine.month import MONTH, Month
from simlab.errors import LabError
from simlab.jobs.aggregates import calibrated_on_totals
from simlab.jobs.arms import Arms, arms, posterior_about
from simlab.jobs.calibrating import posterior_fingerprint
from simlab.jobs.checking import mark
from simlab.jobs.common import code_version, fingerprint, model_version, now
from simlab.jobs.past_changes import readings_fingerprint
from simlab.jobs.records import panel_or_none
from simlab.jobs.saving import saved_policies
from simlab.lab import RECORDED, Lab
from simlab.panel import Panel
from simlab.policy import Policy
from simlab.progress import Progress
from simlab.records import data_hash
from simlab.world import Firm


@dataclass(frozen=True)
class Setting:
    """A firm at the start of its histories, and the parameters to run it under."""

    study: scenarios.Scenario
    source: str
    """What the scenario was loaded by: its name, or the path of its file."""
    firm: Firm
    """With one past per row of parameters where its people come from records."""
    drawn: Arms
    people_from: str
    """``records`` or ``scenario``."""
    seed: int
    totals: str | None
    """Source of the totals that the posterior comes from; None where it comes from records."""
    check: Mapping[str, Any]
    """The mark of the calibration's check (``verdict``, ``failed``, ``untested``); empty over the
    prior."""
    inputs: Mapping[str, Any]
    """Fingerprints of what went in; a difference makes results stale."""

    def run(
        self, policies: Sequence[Policy], *, months: int | None = None, replicates: int = 1,
        first_replicate: int = 0, divided: Divided | None = None,
        progress: Progress | None = None, month: Month = MONTH,
    ) -> Ensemble:
        """Every policy over every row of parameters; `months` defaults to the scenario's. See
        `simulate` for the rest."""
        return simulate(
            self.firm, policies, self.drawn.rows, months=months or self.study.months,
            replicates=replicates, first_replicate=first_replicate, divided=divided,
            seed=self.seed, current=self.study.current, progress=progress, month=month)

    def over(self, rows: slice, stream: int = 0) -> Setting:
        """The same setting over some of its main rows; each `stream` has luck of its own (0: that
        of the whole setting)."""
        people = self.firm.people
        own = people.ndim == 2 and len(people) > 1
        main = self.drawn.main[rows]
        seed = np.random.SeedSequence([self.seed, stream]).generate_state(1, np.uint64)[0]
        return replace(
            self, firm=replace(self.firm, people=people[rows]) if own else self.firm,
            drawn=replace(self.drawn, rows=main, parts={"main": slice(0, len(main))}),
            seed=int(seed) if stream else self.seed)

    def with_rows(self, rows: NDArray[np.float64]) -> Setting:
        """The same people over these rows of parameters (row, parameter), which stand in the place
        of the first ones: a past belongs to its place."""
        people = self.firm.people
        firm = replace(self.firm, people=people[: len(rows)] if people.ndim > 1 else people)
        drawn = replace(self.drawn, rows=rows, parts={"main": slice(0, len(rows))})
        return replace(self, firm=firm, drawn=drawn)

    def heading(self) -> dict[str, Any]:
        """What every result says of where it comes from."""
        return {
            "scenario": self.study.name, "source": self.source, "title": self.study.title,
            "question": self.study.question, "calibrated": self.drawn.calibrated,
            "check": dict(self.check), "made": now(), "inputs": dict(self.inputs)}

    def options(self) -> dict[str, Any]:
        """The choices that a run in this setting was made with."""
        return {"draws": len(self.drawn.main), "seed": self.seed, "prior": self.drawn.prior,
                "totals": self.totals, "people": self.firm.people.shape[-1],
                "people_from": self.people_from}


def set_up(
    lab: Lab | None, scenario: str, *, draws: int, seed: int, prior: str = "registry",
    beside: bool = False, from_prior: bool = False, progress: Progress | None = None,
) -> Setting:
    """The scenario (a name, or the path of a file) in a lab, over `draws` draws of the parameters.

    The people are the lab's own where it holds records of such people; without a lab they are the
    scenario's. With `beside` the rows also hold the other arms of `simlab.jobs.arms`; with
    `from_prior` they are the prior's even where the lab has a posterior. LabError for
    what cannot be loaded, a prior that is not known, or records without people.
    """
    study = scenarios.load(scenario)
    drawn = arms(None if from_prior else lab, study.facts.practice, draws, seed, prior,
                 beside=beside)
    panel = panel_of(lab, study)
    firm = study.firm(panel, drawn.rows, seed=seed, progress=progress)
    return Setting(
        study=study, source=source_of(scenario), firm=firm, drawn=drawn,
        people_from="scenario" if panel is None else "records", seed=seed,
        totals=totals_behind(lab, study) if drawn.calibrated else None,
        check=mark(lab) if lab is not None and drawn.calibrated and panel is not None else {},
        inputs=inputs(lab, study) | ({} if drawn.calibrated else {"calibration": None}))


def source_of(scenario: str) -> str:
    """What a scenario can be loaded by again: its name, or the path of its file."""
    return scenario if scenario in scenarios.names() else str(Path(scenario).absolute())


def panel_of(lab: Lab | None, study: scenarios.Scenario) -> Panel | None:
    """The records whose people a comparison starts from; None where they are drawn."""
    recorded = lab_of_staff(study, lab)
    return None if recorded is None else panel_or_none(recorded)


def totals_behind(lab: Lab | None, study: scenarios.Scenario) -> str | None:
    """The source of the totals that the posterior of such a study comes from; None where it comes
    from records, or there is none."""
    found = None if lab is None or lab_of_staff(study, lab) else calibrated_on_totals(
        lab, study.facts.practice)
    return None if found is None else str(found["source"])


def inputs(lab: Lab | None, study: scenarios.Scenario) -> dict[str, Any]:
    """Fingerprints of everything a comparison rests on (None for what is not there)."""
    recorded = lab_of_staff(study, lab)
    return {
        "data": data_hash(recorded) if recorded else None,
        "calibration": (posterior_fingerprint(recorded) if recorded
                        else _totals_fingerprint(lab, study)),
        "scenario": fingerprint({
            "months": study.months, "baseline": study.baseline,
            "facts": study.facts.model_dump(mode="json"), "burn_in": study.burn_in,
            "current": study.current.model_dump(mode="json"),
            "policies": {n: p.model_dump(mode="json") for n, p in study.policies.items()}}),
        "events": readings_fingerprint(recorded) if recorded else None,
        "model": model_version(), "code": code_version(),
    }


def _totals_fingerprint(lab: Lab | None, study: scenarios.Scenario) -> str | None:
    posterior = posterior_about(lab, study.facts.practice)
    return None if posterior is None else fingerprint(posterior.draws)


def lab_of_staff(study: scenarios.Scenario, lab: Lab | None) -> Lab | None:
    """The lab, where its records are of such people and can be replayed: sales staff. A scenario of
    another practice brings people drawn from its facts; its parameters come from totals of such
    a staff where the lab was calibrated on them, else from the prior."""
    same = lab is not None and study.facts.practice == RECORDED == lab.practice
    return lab if same else None


def chosen_policies(
    study: scenarios.Scenario, given: Sequence[str], lab: Lab | None = None
) -> list[Policy]:
    """The policies named (see `policy_named`), or all of the scenario's; at least
    two, none twice, all for the scenario's practice."""
    chosen = [policy_named(study, name, lab) for name in given] or list(study.policies.values())
    names = [policy.name for policy in chosen]
    if len(set(names)) != len(names):
        raise LabError("policy_twice", policies=", ".join(names))
    if len(chosen) < 2:
        raise LabError("too_few_policies", count=len(chosen))
    return chosen


def policy_named(study: scenarios.Scenario, name: str, lab: Lab | None = None) -> Policy:
    """A policy of the scenario, one that the lab keeps, another built-in one, or one from a
    file."""
    kept = {} if lab is None else saved_policies(lab)
    if name in study.policies:
        chosen = study.policies[name]
    elif name in kept:
        chosen = kept[name].policy
    elif name in scenarios.policies() or name.endswith((".yaml", ".yml")):
        chosen = scenarios.policy(name)
    else:
        known = ", ".join(dict.fromkeys([*study.policies, *kept, *scenarios.policies()]))
        raise LabError("unknown_policy", name=name, known=known)
    if chosen.practice != study.facts.practice:
        raise LabError("other_practice", policy=name, found=chosen.practice,
                       scenario=study.name, expected=study.facts.practice)
    return chosen


def chosen_baseline(
    study: scenarios.Scenario, chosen: Sequence[Policy], asked: str | None
) -> str | None:
    """The policy asked for, else the scenario's where it is compared, else None: the first. A
    wrong name is refused before the work, not after it."""
    names = [policy.name for policy in chosen]
    if asked is None:
        return study.baseline if study.baseline in names else None
    if asked not in names:
        raise LabError("unknown_baseline", baseline=asked, policies=", ".join(names))
    return asked

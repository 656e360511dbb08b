"""Compare policies of a scenario in a lab: over its posterior, or over the prior without one."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import scenarios
from simlab.decide import Comparison
from simlab.decide import compare as reduce
from simlab.engine.ensemble import simulate
from simlab.errors import LabError
from simlab.jobs.aggregates import calibrated_on_totals
from simlab.jobs.arms import RECORDED, arms, posterior_about
from simlab.jobs.calibrating import posterior_fingerprint
from simlab.jobs.checking import mark
from simlab.jobs.common import (
    code_version,
    count_option,
    fingerprint,
    model_version,
    now,
    write_out,
)
from simlab.jobs.records import panel_or_none
from simlab.jobs.variation import varied_pairs
from simlab.lab import Lab
from simlab.panel import Panel
from simlab.policy import Policy
from simlab.progress import Progress
from simlab.records import data_hash

DRAWS, REPLICATES = 200, 8
"""Of a comparison where nothing else is asked."""


@dataclass(frozen=True)
class Compared:
    """A comparison and what a page or a report says around it."""

    comparison: Comparison
    scenario: str
    source: str
    """What the scenario was loaded by: its name, or the path of its file."""
    title: Mapping[str, str]
    question: Mapping[str, str]
    titles: Mapping[str, Mapping[str, str]]
    """Policy name -> its title."""
    calibrated: bool
    """Over the lab's posterior; else over the prior, on assumptions alone."""
    check: Mapping[str, Any]
    """The mark of the calibration's check (``verdict``, ``failed``, ``untested``); empty over the
    prior."""
    made: str
    inputs: Mapping[str, Any]
    """Fingerprints of what went in; a difference makes the comparison stale."""
    options: Mapping[str, Any]
    definitions: Mapping[str, Any]
    """Policy name -> the policy as it was, so that a history can be told again."""

    def to_json(self) -> dict[str, Any]:
        """As plain data, to be stored and reported."""
        return {
            "scenario": self.scenario, "source": self.source, "title": dict(self.title),
            "question": dict(self.question),
            "titles": {name: dict(title) for name, title in self.titles.items()},
            "calibrated": self.calibrated, "check": dict(self.check), "made": self.made,
            "inputs": dict(self.inputs),
            "options": dict(self.options), "definitions": dict(self.definitions),
            "comparison": self.comparison.to_json(),
        }


def compare(
    lab: Lab, scenario: str, policies: Sequence[str] = (), *, draws: int = DRAWS,
    replicates: int = REPLICATES, months: int | None = None, baseline: str | None = None,
    prior: str = "registry", seed: int = 1, out: Path | None = None,
    progress: Progress | None = None,
) -> Compared:
    """Simulate `policies` (names of the scenario or paths of policy files; none = all of them)
    over `draws` parameter draws, reduce them to a comparison and keep it in the lab.

    The people are the lab's own where it holds records of such people. Beside the posterior (or
    the prior, uncalibrated) the same study is run over prior draws, with every effect that the
    data did not inform at zero, and under the other priors of `simlab.parameters.priors`, so
    that each effect says how far the data tested it. `prior` names the one that parameters which
    no record can move are drawn from. With `out` the comparison is also written there, as
    ``comparison.json`` and ``effects.csv``.
    """
    progress = progress or Progress()
    study = scenarios.load(scenario)
    chosen = _policies(study, policies)
    months = study.months if months is None else count_option("--months", months, 1, 120)
    count_option("--draws", draws, 2, 100_000)
    count_option("--replicates", replicates, 1, 1000)
    baseline = _baseline(study, chosen, baseline)
    drawn = arms(lab, study.facts.practice, draws, seed, prior)
    panel = panel_of(lab, study)
    firm = study.firm(panel, drawn.rows, seed=seed, progress=progress)
    ensemble = simulate(firm, chosen, drawn.rows, months=months, replicates=replicates, seed=seed,
                        current=study.current, progress=progress)
    progress.advance("reduce", 0, 1)
    comparison = reduce(drawn.of(ensemble, "main"), baseline,
                        beside=drawn.beside(ensemble, varied_pairs(lab, chosen)))
    compared = Compared(
        comparison=comparison, scenario=study.name, title=study.title, question=study.question,
        source=source_of(scenario),
        titles={policy.name: {str(k): v for k, v in policy.title.items()} for policy in chosen},
        calibrated=drawn.calibrated,
        check=mark(lab) if drawn.calibrated and panel is not None else {},
        made=now(), inputs=inputs(lab, study),
        options={"draws": draws, "replicates": replicates, "months": months, "seed": seed,
                 "policies": list(comparison.policies), "baseline": comparison.baseline,
                 "prior": prior, "totals": totals_behind(lab, study),
                 "people": firm.people.shape[-1],
                 "people_from": "scenario" if panel is None else "records"},
        definitions={policy.name: policy.model_dump(mode="json") for policy in chosen},
    )
    _keep(compared, lab, out)
    return compared


def source_of(scenario: str) -> str:
    """What a scenario can be loaded by again: its name, or the path of its file."""
    return scenario if scenario in scenarios.names() else str(Path(scenario).absolute())


def panel_of(lab: Lab, study: scenarios.Scenario) -> Panel | None:
    """The records whose people a comparison starts from; None where they are drawn."""
    return panel_or_none(lab) if of_recorded_staff(study) else None


def totals_behind(lab: Lab, study: scenarios.Scenario) -> str | None:
    """The source of the totals that the posterior of such a study comes from; None where it comes
    from records, or there is none."""
    found = None if of_recorded_staff(study) else calibrated_on_totals(
        lab, study.facts.practice)
    return None if found is None else str(found["source"])


def inputs(lab: Lab, study: scenarios.Scenario) -> dict[str, Any]:
    """Fingerprints of everything a comparison rests on (None for what is not there)."""
    known = of_recorded_staff(study)
    return {
        "data": data_hash(lab) if known else None,
        "calibration": posterior_fingerprint(lab) if known else _totals_fingerprint(lab, study),
        "scenario": fingerprint({
            "months": study.months, "baseline": study.baseline,
            "facts": study.facts.model_dump(mode="json"), "burn_in": study.burn_in,
            "current": study.current.model_dump(mode="json"),
            "policies": {n: p.model_dump(mode="json") for n, p in study.policies.items()}}),
        "model": model_version(), "code": code_version(),
    }


def _totals_fingerprint(lab: Lab, study: scenarios.Scenario) -> str | None:
    posterior = posterior_about(lab, study.facts.practice)
    return None if posterior is None else fingerprint(posterior.draws)


def _baseline(
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


def of_recorded_staff(study: scenarios.Scenario) -> bool:
    """Whether a lab's records are about such people: they hold sales staff. A scenario of
    another practice brings people drawn from its facts; its parameters come from totals of such
    a staff where the lab was calibrated on them, else from the prior."""
    return study.facts.practice == RECORDED


def _policies(study: scenarios.Scenario, given: Sequence[str]) -> list[Policy]:
    chosen = [_policy(study, name) for name in given] or list(study.policies.values())
    names = [policy.name for policy in chosen]
    if len(set(names)) != len(names):
        raise LabError("policy_twice", policies=", ".join(names))
    if len(chosen) < 2:
        raise LabError("too_few_policies", count=len(chosen))
    return chosen


def _policy(study: scenarios.Scenario, name: str) -> Policy:
    """A policy of the scenario, another built-in one, or one from a file."""
    chosen = study.policies[name] if name in study.policies else scenarios.policy(name)
    if chosen.practice != study.facts.practice:
        raise LabError("other_practice", policy=name, found=chosen.practice,
                       scenario=study.name, expected=study.facts.practice)
    return chosen


def _keep(compared: Compared, lab: Lab, out: Path | None) -> None:
    tree = compared.to_json()
    if out is not None:
        rows = compared.comparison.to_rows()
        table = io.StringIO()
        writer = csv.DictWriter(table, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
        write_out(out, {
            "effects.csv": table.getvalue(),
            "comparison.json": json.dumps(tree, indent=2, ensure_ascii=False) + "\n"})
    with lab.writing():
        # The name comes from the user's file and must not lead out of the folder.
        name = re.sub(r"[^\w-]+", "_", compared.scenario)
        lab.write_json(f"comparisons/{name}.json", tree)

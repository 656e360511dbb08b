"""Compare policies of a scenario in a lab: over its posterior, or over the prior without one."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

import scenarios
from simlab.decide import Comparison
from simlab.decide import compare as reduce
from simlab.engine.ensemble import simulate
from simlab.errors import LabError
from simlab.jobs.calibrating import choose, load_posterior
from simlab.jobs.common import (
    code_version,
    count_option,
    fingerprint,
    model_version,
    now,
    write_out,
)
from simlab.jobs.records import panel_or_none
from simlab.lab import Lab
from simlab.parameters import prior_draws
from simlab.policy import Policy
from simlab.posterior import Posterior
from simlab.progress import Progress
from simlab.records import data_hash
from simlab.world import Firm

DRAWS, REPLICATES = 200, 4
"""Of a comparison where nothing else is asked."""


@dataclass(frozen=True)
class Compared:
    """A comparison and what a page or a report says around it."""

    comparison: Comparison
    scenario: str
    title: Mapping[str, str]
    question: Mapping[str, str]
    titles: Mapping[str, Mapping[str, str]]
    """Policy name -> its title."""
    calibrated: bool
    """Over the lab's posterior; else over the prior, on assumptions alone."""
    made: str
    inputs: Mapping[str, Any]
    """Fingerprints of what went in; a difference makes the comparison stale."""
    options: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """As plain data, to be stored and reported."""
        return {
            "scenario": self.scenario, "title": dict(self.title), "question": dict(self.question),
            "titles": {name: dict(title) for name, title in self.titles.items()},
            "calibrated": self.calibrated, "made": self.made, "inputs": dict(self.inputs),
            "options": dict(self.options), "comparison": self.comparison.to_json(),
        }


def compare(
    lab: Lab | None, scenario: str, policies: Sequence[str] = (), *, draws: int = DRAWS,
    replicates: int = REPLICATES, months: int | None = None, baseline: str | None = None,
    seed: int = 1, out: Path | None = None, progress: Progress | None = None, keep: bool = True,
) -> Compared:
    """Simulate `policies` (names of the scenario or paths of policy files; none = all of them)
    over `draws` parameter draws and reduce them to a comparison.

    Where the lab is calibrated the same study is run over prior draws beside the posterior, so
    that each effect says how far the data tested it. With `keep` the comparison is written into
    the lab; with `out` also there as ``comparison.json`` and ``effects.csv``.
    """
    progress = progress or Progress()
    study = scenarios.load(scenario)
    chosen = _policies(study, policies)
    months = study.months if months is None else count_option("--months", months, 1, 120)
    count_option("--draws", draws, 2, 100_000)
    count_option("--replicates", replicates, 1, 1000)
    posterior = None if lab is None else load_posterior(lab)
    names = tuple(policy.name for policy in chosen)
    if baseline is None and study.baseline in names:
        baseline = study.baseline
    if baseline is not None and baseline not in names:  # said before the work, not after it
        raise LabError("unknown_baseline", baseline=baseline, policies=", ".join(names))
    # One run over posterior and prior draws alike: one progress bar, and the chunks stay full.
    rows = prior_draws(draws, seed)
    if posterior is not None:
        rows = np.concatenate([choose(posterior, draws, seed), rows])
    firm, own = _firm(lab, study, seed)
    ensemble = simulate(firm, chosen, rows, months=months, replicates=replicates, seed=seed,
                        progress=progress)
    progress.advance("reduce", 0, 1)
    comparison = reduce(replace(ensemble, y=ensemble.y[:draws]), baseline,
                        prior=replace(ensemble, y=ensemble.y[-draws:]))
    compared = Compared(
        comparison=comparison, scenario=study.name, title=study.title, question=study.question,
        titles={policy.name: {str(k): v for k, v in policy.title.items()} for policy in chosen},
        calibrated=posterior is not None, made=now(),
        inputs=inputs(lab, posterior, study),
        options={"draws": draws, "replicates": replicates, "months": months, "seed": seed,
                 "policies": list(names), "baseline": comparison.baseline,
                 "people": len(firm.people), "people_from": "records" if own else "scenario"},
    )
    _keep(compared, lab if keep else None, out)
    return compared


def inputs(
    lab: Lab | None, posterior: Posterior | None, study: scenarios.Scenario | None
) -> dict[str, Any]:
    """Fingerprints of everything a comparison rests on (None for what is not there)."""
    return {
        "data": None if lab is None else data_hash(lab),
        "calibration": None if posterior is None else fingerprint(posterior.draws),
        "scenario": None if study is None else fingerprint({
            "months": study.months, "baseline": study.baseline,
            "facts": study.facts.model_dump(mode="json"),
            "policies": {n: p.model_dump(mode="json") for n, p in study.policies.items()}}),
        "model": model_version(), "code": code_version(),
    }


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


def _firm(lab: Lab | None, study: scenarios.Scenario, seed: int) -> tuple[Firm, bool]:
    """The people the study starts from, and whether they are the lab's own: the records hold
    sales people, so a scenario of another practice brings a staff drawn from its facts."""
    panel = None if lab is None or study.facts.practice != "sales" else panel_or_none(lab)
    return study.firm(panel, seed=seed), panel is not None


def _keep(compared: Compared, lab: Lab | None, out: Path | None) -> None:
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
    if lab is not None:
        with lab.writing():
            lab.write_json(f"comparisons/{compared.scenario}.json", tree)

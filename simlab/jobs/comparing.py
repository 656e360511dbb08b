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
from simlab.jobs.common import (
    count_option,
    write_out,
)
from simlab.jobs.setting import chosen_baseline, chosen_policies, set_up
from simlab.jobs.variation import varied_pairs
from simlab.lab import Lab
from simlab.progress import Progress

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
    chosen = chosen_policies(study, policies, lab)
    months = study.months if months is None else count_option("--months", months, 1, 120)
    count_option("--draws", draws, 2, 100_000)
    count_option("--replicates", replicates, 1, 1000)
    baseline = chosen_baseline(study, chosen, baseline)
    setting = set_up(lab, scenario, draws=draws, seed=seed, prior=prior, beside=True,
                     progress=progress)
    drawn = setting.drawn
    ensemble = setting.run(chosen, months=months, replicates=replicates, progress=progress)
    progress.advance("reduce", 0, 1)
    comparison = reduce(drawn.of(ensemble, "main"), baseline,
                        beside=drawn.beside(ensemble, varied_pairs(lab, chosen)))
    compared = Compared(
        **setting.heading(), comparison=comparison,
        titles={policy.name: {str(k): v for k, v in policy.title.items()} for policy in chosen},
        options={**setting.options(), "replicates": replicates, "months": months,
                 "policies": list(comparison.policies), "baseline": comparison.baseline},
        definitions={policy.name: policy.model_dump(mode="json") for policy in chosen},
    )
    _keep(compared, lab, out)
    return compared


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

"""Compare policies of a scenario in a lab: over its posterior, or over the prior without one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import scenarios
from simlab.decide import Comparison, Terms
from simlab.decide import compare as reduce
from simlab.decide.advice import LeverEvidence, lever_evidence
from simlab.decide.precision import ASKED
from simlab.errors import LabError
from simlab.jobs.common import as_csv, count_option, file_name, fingerprint, write_out
from simlab.jobs.dividing import divided
from simlab.jobs.replicating import BATCH, MOST, Kept, replicate, switched_off
from simlab.jobs.setting import Setting, chosen_baseline, chosen_policies, set_up
from simlab.jobs.variation import varied_levers, varied_pairs
from simlab.lab import Lab
from simlab.parameters import NAMES
from simlab.policy import Policy, differing
from simlab.progress import Progress

DRAWS = 200
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
    replicates: int | None = None, precision: float = ASKED, most: int = MOST,
    months: int | None = None, baseline: str | None = None, prior: str = "registry",
    terms: Mapping[str, Any] | None = None, only: Mapping[str, Sequence[str]] | None = None,
    channels: bool = True, seed: int = 1, out: Path | None = None,
    progress: Progress | None = None,
) -> Compared:
    """Simulate `policies` (names of the scenario or paths of policy files; none = all of them)
    over `draws` parameter draws, reduce them to a comparison and keep it in the lab.

    Replicates are added until simulation noise is `precision` times the posterior SD of the
    headline differences, at most `most` a draw; `replicates` asks for a number of them instead.
    The people are the lab's own where it holds records of such people. Beside the posterior (or
    the prior, uncalibrated) the same study is run over prior draws, with every effect that the
    data did not inform at zero, and under the other priors of `simlab.parameters.priors`, so
    that each effect says how far the data tested it. `prior` names the one that parameters which
    no record can move are drawn from. `terms` (fields of `simlab.decide.Terms`) go before the
    scenario's; `only` (``unit``, ``site``, ``grade`` -> labels) says whose exits to count beside
    everybody's; `channels` asks for the decomposition. With `out` the comparison is also written
    there, as ``comparison.json``, ``effects.csv`` and ``groups.csv``.
    """
    progress = progress or Progress()
    study = scenarios.load(scenario)
    chosen = chosen_policies(study, policies, lab)
    months = study.months if months is None else count_option("--months", months, 1, 120)
    _check(draws, most, replicates, precision)
    judged = _terms(study, terms or {})
    baseline = chosen_baseline(study, chosen, baseline)
    setting = set_up(lab, scenario, draws=draws, seed=seed, prior=prior, beside=True,
                     progress=progress)
    parts = divided(setting, lab, only)
    ensemble = setting.run(chosen, months=months, replicates=replicates or min(BATCH, most),
                           divided=parts, progress=progress)
    main = setting.drawn.of(ensemble, "main")
    names = [policy.name for policy in chosen]
    kept = Kept(lab, {**setting.inputs, "policies": _definitions(chosen), "months": months,
                      "seed": seed, "rows": fingerprint(setting.drawn.main),
                      "groups": parts.groups})
    further, reached = replicate(
        setting, chosen, main, baseline=names.index(baseline or names[0]), months=months,
        asked=0.0 if replicates else precision, cap=replicates or most, divided=parts,
        kept=kept, progress=progress)
    apart = switched_off(setting, chosen, main, months=months, progress=progress) \
        if channels else None
    progress.advance("reduce", 0, 1)
    beside = setting.drawn.beside(ensemble, varied_pairs(lab, chosen))
    comparison = reduce(
        main, baseline,
        beside=beside if setting.drawn.calibrated else replace(beside, prior=main),
        terms=judged, further=further, apart=apart, precision=reached,
        levers=_levers(lab, setting, chosen, baseline or names[0]),
        plan=setting.firm.people.shape[-1])
    compared = _compared(setting, comparison, chosen, months, only or {})
    _keep(compared, lab, out)
    kept.clear()
    return compared


def _check(draws: int, most: int, replicates: int | None, precision: float) -> None:
    """Refuse counts and a precision that cannot be run."""
    count_option("--draws", draws, 2, 100_000)
    count_option("--most", most, 2, 1000)
    if replicates is not None:
        count_option("--replicates", replicates, 1, 1000)
    if not 0 < precision <= 10:
        raise LabError("bad_precision", value=precision)


def _compared(
    setting: Setting, comparison: Comparison, chosen: Sequence[Policy], months: int,
    only: Mapping[str, Sequence[str]],
) -> Compared:
    """A comparison with what is said around it."""
    return Compared(
        **setting.heading(), comparison=comparison,
        titles={policy.name: {str(k): v for k, v in policy.title.items()} for policy in chosen},
        options={**setting.options(), "replicates": comparison.replicates, "months": months,
                 "policies": list(comparison.policies), "baseline": comparison.baseline,
                 "only": {name: list(values) for name, values in only.items() if values}},
        definitions=_definitions(chosen))


def _definitions(chosen: Sequence[Policy]) -> dict[str, Any]:
    """Policy name -> the policy as plain data."""
    return {policy.name: policy.model_dump(mode="json") for policy in chosen}


def _terms(study: scenarios.Scenario, asked: Mapping[str, Any]) -> Terms:
    """The scenario's terms with those asked for in their place: one target replaces the other."""
    stated = study.terms.model_dump()
    if {"at_most", "down_by"} & set(asked):
        stated |= {"at_most": None, "down_by": None}
    return Terms(**(stated | dict(asked)))


def _levers(
    lab: Lab, setting: Setting, chosen: Sequence[Policy], baseline: str
) -> list[LeverEvidence]:
    """What is known of every lever in which a policy differs from the baseline."""
    against = next(policy for policy in chosen if policy.name == baseline)
    informed = [name for name, told in zip(NAMES, setting.drawn.informed, strict=True) if told]
    varied = varied_levers(lab)
    return [evidence for policy in chosen if policy is not against
            for evidence in lever_evidence(policy.name, baseline, differing(policy, against),
                                           informed, varied)]


def _keep(compared: Compared, lab: Lab, out: Path | None) -> None:
    tree = compared.to_json()
    if out is not None:
        write_out(out, {
            "effects.csv": as_csv(compared.comparison.to_rows()),
            "groups.csv": as_csv(compared.comparison.group_rows()),
            "comparison.json": json.dumps(tree, indent=2, ensure_ascii=False) + "\n"})
    with lab.writing():
        lab.write_json(f"comparisons/{file_name(compared.scenario)}.json", tree)

"""What moves the difference between policies of a scenario in a lab, and what to measure first."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import scenarios
from scenarios.uncertainty import Uncertainty, assumed
from simlab.decide.experiment import Experiment
from simlab.decide.outcomes import HEADLINE, named
from simlab.decide.sensitivity import AtFact, Quantiles
from simlab.decide.sensitivity import sensitivity as study_of
from simlab.decide.sensitivity_answers import Sensitivity, Valued
from simlab.decide.switching import PRICES
from simlab.decide.warrant import Parameters
from simlab.errors import Cancelled, LabError
from simlab.jobs.answering import column_labels
from simlab.jobs.common import as_csv, count_option, file_name, fingerprint, write_out
from simlab.jobs.futures import in_future
from simlab.jobs.setting import Setting, chosen_baseline, chosen_policies, panel_of, set_up
from simlab.lab import Lab
from simlab.parameters import NAMES, REGISTRY, prior_quantiles
from simlab.parameters.priors import registry_under
from simlab.policy import Policy, field_of
from simlab.progress import Progress

DRAWS, REPLICATES, TRAJECTORIES = 500, 8, 10
"""Of a study where nothing else is asked."""
FOLDER = "sensitivity"


def _half_as_much_again(fact: str) -> Uncertainty:
    return Uncertainty(name=fact, title={"en": fact, "zh": fact}, target=f"firm.{fact}",
                       how="multiply", range=(0.5, 1.5))


FACTS: tuple[Uncertainty, ...] = (
    Uncertainty(name="market", title={"en": "market", "zh": "market"}, target="firm.market",
                how="add", range=(-0.2, 0.2)),
    *map(_half_as_much_again, ("replacement_cost", "coaching", "support_capacity")),
)
"""Facts of the firm that a tornado tries at both ends of a range: a labour market a fifth slacker
or tighter (it is a log); half and one and a half times the rest. Steps of ours, no intervals."""


@dataclass(frozen=True)
class Studied:
    """A sensitivity study and what a page or a report says around it."""

    heading: Mapping[str, Any]
    """See `Setting.heading`."""
    study: Sensitivity
    titles: Mapping[str, Mapping[str, str]]
    """Policy name -> its title."""
    lifts: Mapping[str, str]
    """Record (``table.column``) or parameter -> what would inform it: ``column`` (the record),
    ``longer`` (more of that record, which is there), ``pilot``."""
    labels: Mapping[str, Mapping[str, str]]
    """Parameter or record -> what it is called in both languages."""
    units: Mapping[str, str]
    """Parameter -> its unit."""
    options: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """As plain data, to be stored and reported."""
        return {**self.heading, "study": self.study.to_json(),
                "titles": {name: dict(title) for name, title in self.titles.items()},
                "lifts": dict(self.lifts), "units": dict(self.units),
                "labels": {name: dict(label) for name, label in self.labels.items()},
                "options": dict(self.options)}


def sensitivity(
    lab: Lab, scenario: str, policies: Sequence[str] = (), *, outcome: str = HEADLINE,
    draws: int = DRAWS, replicates: int = REPLICATES, trajectories: int = TRAJECTORIES,
    months: int | None = None, baseline: str | None = None, margin: float | None = None,
    value: float | None = None, prior: str = "registry", seed: int = 1, out: Path | None = None,
    progress: Progress | None = None,
) -> Studied:
    """What moves the difference in `outcome` between each of `policies` (names of the scenario or
    paths of policy files; none = all of them) and the baseline, over the lab's posterior or, where
    it is not calibrated, over the prior; see `simlab.sensitivity`.

    With `margin` (what a unit of business leaves) or `value` (what a regretted exit avoided is
    worth beyond its replacement) choices are judged by net value. The study is kept in the lab;
    stopped, it goes on where it was when it is asked for again. With `out` it is also written
    there, as ``sensitivity.json`` and ``parameters.csv``.
    """
    progress = progress or Progress()
    study = scenarios.load(scenario)
    chosen = chosen_policies(study, policies, lab)
    months = study.months if months is None else count_option("--months", months, 1, 120)
    count_option("--draws", draws, 2, 100_000)
    count_option("--replicates", replicates, 2, 1000)
    count_option("--trajectories", trajectories, 2, 1000)
    valued = _valued(margin, value)
    named(outcome)
    base = chosen_baseline(study, chosen, baseline) or chosen[0].name
    setting = set_up(lab, scenario, draws=draws, seed=seed, prior=prior, progress=progress)
    wanted = tuple(dict.fromkeys([outcome, HEADLINE, "business", "cost", *PRICES.values()]))
    parts = _Parts(lab, file_name(study.name), fingerprint([
        setting.inputs, fingerprint(setting.drawn.main), setting.study.current.model_dump(
            mode="json"), [policy.model_dump(mode="json") for policy in chosen], months,
        replicates, seed, wanted]))
    model = Experiment(setting.firm, tuple(chosen), setting.drawn.main, months, wanted,
                       replicates, study.current, seed, parts.under(""))
    lifts, groups = _evidence(lab, study)
    try:
        found = study_of(
            model, Parameters(NAMES, setting.drawn.main, setting.drawn.informed), baseline=base,
            outcome=outcome, quantiles=_quantiles(setting), trajectories=trajectories,
            valued=valued, facts=_facts(setting, model, parts), prices=_prices(chosen),
            evidence=groups, seed=seed, progress=progress)
    except Cancelled:
        raise Cancelled("sensitivity_stopped", kept=parts.count()) from None
    studied = Studied(
        heading=setting.heading(), study=found, lifts=lifts, units={
            p.name: p.unit for p in REGISTRY},
        titles={policy.name: {str(k): v for k, v in policy.title.items()} for policy in chosen},
        labels=column_labels() | {p.name: {"en": p.en, "zh": p.zh} for p in REGISTRY},
        options={**setting.options(), "replicates": replicates, "months": months,
                 "trajectories": trajectories, "policies": [policy.name for policy in chosen],
                 "baseline": base, "outcome": outcome, "margin": margin, "value": value})
    _keep(studied, lab, out)
    parts.remove()
    return studied


def _valued(margin: float | None, value: float | None) -> Valued | None:
    for option, given, upper in (("--margin", margin, 1.0), ("--value", value, 1e12)):
        if given is not None and not 0 <= given <= upper:
            raise LabError("bad_count", option=option, value=given, lower=0, upper=upper)
    return None if margin is None and value is None else Valued(margin or 0.0, value or 0.0)


def _quantiles(setting: Setting) -> Quantiles | None:
    """The prior's own quantiles where the draws are the prior's, else those of the draws."""
    if setting.drawn.calibrated:
        return None
    registry = registry_under(setting.drawn.prior)
    return lambda shares: prior_quantiles(shares, registry)


def _facts(setting: Setting, model: Experiment, parts: _Parts) -> dict[str, AtFact]:
    """The firm at both ends of each of `FACTS`; one that would leave its bounds is left out."""
    def at(fact: Uncertainty, end: float) -> Experiment:
        moved, _ = in_future(setting, (), [fact], {fact.name: end})
        return replace(model, firm=moved.firm, keep=parts.under(f"{fact.name} {end}"))

    return {fact.name: AtFact(fact.span[0], at(fact, fact.span[0]), fact.span[1],
                              at(fact, fact.span[1]))
            for fact in assumed(setting.study.facts, (), FACTS)}


def _prices(chosen: Sequence[Policy]) -> dict[str, dict[str, float]]:
    """What each policy states, where the field alone makes up its item."""
    return {policy.name: {
        field: float(field_of(policy, field)) for field in PRICES
        if field != "intervention.cost" or not policy.intervention.approach_cost}
        for policy in chosen}


def _evidence(lab: Lab, study: scenarios.Scenario) -> tuple[dict[str, str], dict[str, list[str]]]:
    """What would inform which parameters: the record that shows them, or a pilot of each."""
    panel = panel_of(lab, study)
    recorded = frozenset() if panel is None else panel.recorded
    lifts: dict[str, str] = {}
    groups: dict[str, list[str]] = {}
    for parameter in REGISTRY:
        name = parameter.column or parameter.name
        lifts[name] = ("pilot" if not parameter.column
                       else "longer" if parameter.column in recorded else "column")
        groups.setdefault(name, []).append(parameter.name)
    return lifts, groups


@dataclass(frozen=True)
class _Parts:
    """Simulated parts of one study in the lab, by what decides them, until it is done."""

    lab: Lab
    scenario: str
    about: str
    """Fingerprint of everything that all parts share."""

    @property
    def _folder(self) -> str:
        return f"{FOLDER}/parts/{self.scenario}"

    def under(self, fact: str) -> Callable[..., NDArray[np.float64]]:
        """What an `Experiment` keeps its parts by, in a firm that differs by `fact`."""
        def keep(
            decides: tuple[Any, ...], make: Callable[[], NDArray[np.float64]]
        ) -> NDArray[np.float64]:
            address = fingerprint([self.about, fact, *(
                fingerprint(each) if isinstance(each, np.ndarray) else each for each in decides)])
            name = f"{self._folder}/{self.about}/{address}.npy"
            try:
                return np.asarray(np.load(self.lab.path / name, allow_pickle=False))
            except (OSError, ValueError, EOFError):
                made, content = make(), io.BytesIO()
            np.save(content, made)
            self.lab.write(name, content.getvalue())
            return made

        return keep

    def count(self) -> int:
        """How many are kept."""
        return len(list((self.lab.path / self._folder / self.about).glob("*.npy")))

    def remove(self) -> None:
        """Those of this study, and of any other of the scenario that was never finished."""
        shutil.rmtree(self.lab.path / self._folder, ignore_errors=True)


def _keep(studied: Studied, lab: Lab, out: Path | None) -> None:
    tree = studied.to_json()
    if out is not None:
        write_out(out, {
            "parameters.csv": as_csv(studied.study.to_rows()),
            "sensitivity.json": json.dumps(tree, indent=2, ensure_ascii=False) + "\n"})
    with lab.writing():
        lab.write_json(f"{FOLDER}/{file_name(tree['scenario'])}.json", tree)

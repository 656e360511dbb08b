"""Which questions a lab's data answer: every one put to the lab as it stands."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import scenarios
from calibration.calibrate import FEW_EXITS
from simlab.decide import Parameters
from simlab.decide.grid import Answer, Evidence, Known, level, lever, link
from simlab.decide.outcomes import outcome as described
from simlab.decide.questions import QUESTIONS, Level, Lever, Link, Question
from simlab.engine.ensemble import Ensemble, simulate
from simlab.errors import LabError
from simlab.i18n import LANGUAGES
from simlab.jobs.arms import informed_in, main_rows
from simlab.jobs.calibrating import load_fit
from simlab.jobs.common import count_option, now
from simlab.jobs.past_changes import gained
from simlab.jobs.setting import inputs, panel_of, source_of
from simlab.jobs.variation import varied_levers
from simlab.lab import RECORDED, Lab
from simlab.panel import STILL_HERE, Panel
from simlab.parameters import NAMES, REGISTRY, prior_draws
from simlab.policy import differing, with_fields
from simlab.progress import Progress
from simlab.records.schema import KPI_SEEDS, TABLES

DRAWS, REPLICATES, MONTHS = 150, 16, 12
_NOW, _BASE = 0, 1
"""Places of the policy in force and of the scenario's baseline among those simulated."""


@dataclass(frozen=True)
class Answers:
    """The grid of one lab."""

    scenario: str
    source: str
    """What the scenario was loaded by: its name, or the path of its file."""
    calibrated: bool
    answers: tuple[Answer, ...]
    recorded: tuple[str, ...]
    """Columns that the records hold."""
    varied: tuple[str, ...]
    """Levers that a replayed past change moved."""
    labels: Mapping[str, Mapping[str, str]]
    """Column -> what it is called in both languages."""
    made: str
    inputs: Mapping[str, Any]
    options: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """As plain data: what the lab keeps."""
        return asdict(self)


def answers(
    lab: Lab, scenario: str = "sales_transition", *, draws: int = DRAWS,
    replicates: int = REPLICATES, months: int = MONTHS, prior: str = "registry", seed: int = 1,
    progress: Progress | None = None,
) -> Answers:
    """Judge every question of `simlab.decide.questions` on the lab's records and calibration, and
    keep the grid in the lab.

    Levers are tried one at a time on top of the scenario's baseline, over the posterior and over
    the prior. LabError for a scenario of another practice than sales, whose levers the questions
    do not know (``answers_practice``).
    """
    progress = progress or Progress()
    study = scenarios.load(scenario)
    if study.facts.practice != "sales":
        raise LabError("answers_practice", scenario=study.name, found=study.facts.practice)
    count_option("--draws", draws, 20, 100_000)
    count_option("--replicates", replicates, 2, 1000)
    count_option("--months", months, 1, 120)
    base = study.policies[study.baseline]
    probes = {q.name: with_fields(base, q.step, name=f"step_{q.name}")
              for q in QUESTIONS if isinstance(q, Lever)}
    rows, calibrated = main_rows(lab, study.facts.practice, draws, seed, prior)
    panel = panel_of(lab, study)
    both = np.concatenate([rows, prior_draws(draws, seed)]) if calibrated else rows
    firm = study.firm(panel, both, seed=seed, progress=progress)
    run = simulate(firm, [study.current, base, *probes.values()], both, months=months,
                   replicates=replicates, seed=seed, current=study.current, progress=progress)
    progress.advance("reduce", 0, 1)
    evidence = _evidence(lab, panel, rows, calibrated)
    seen = varied_levers(lab)
    moved = {name: differing(base, probe) <= seen for name, probe in probes.items()}
    found = Answers(
        scenario=study.name, source=source_of(scenario), calibrated=calibrated,
        answers=tuple(_put(question, run, draws, evidence, moved) for question in QUESTIONS),
        recorded=tuple(sorted(evidence.recorded)), varied=tuple(sorted(seen)),
        labels=column_labels(), made=now(),
        inputs=inputs(lab, study),
        options={"draws": draws, "replicates": replicates, "months": months, "seed": seed,
                 "prior": prior, "baseline": base.name})
    with lab.writing():
        lab.write_json("answers/grid.json", found.to_json())
    return found


def column_labels(columns: Collection[str] = ()) -> dict[str, dict[str, str]]:
    """What each of `columns` ``table.column`` (none given: those that a verdict may ask for) is
    called, in both languages."""
    kpis = {str(seed["kpi_id"]): seed for seed in KPI_SEEDS}
    found = {}
    asked = set(columns) or {p.column for p in REGISTRY if p.column} | {
        q.column for q in QUESTIONS if isinstance(q, Level)}
    for name in sorted(asked):
        table, part = name.split(".")
        holder = TABLES[table]
        if part in kpis:
            said = {lang: str(kpis[part][f"name_{lang}"]) for lang in LANGUAGES}
        else:
            column = holder.column(part)
            said = {"en": column.en, "zh": column.zh}
        found[name] = {"en": f"{holder.en}: {said['en']}", "zh": f"{holder.zh}：{said['zh']}"}
    return found


def _evidence(
    lab: Lab, panel: Panel | None, rows: NDArray[np.float64], calibrated: bool
) -> Evidence:
    fit = load_fit(lab) if calibrated else None
    shrunk = {} if fit is None else {p.name: p.contraction for p in fit.parameters} | gained(lab)
    told = informed_in(lab, RECORDED) if calibrated else np.zeros(len(NAMES), bool)
    return Evidence(
        recorded=frozenset() if panel is None else panel.recorded,
        exits=0 if panel is None else int((panel.exited != STILL_HERE).sum()),
        enough_exits=FEW_EXITS, calibrated=calibrated,
        parameters=Parameters(NAMES, rows, told),
        known={p.name: Known(shrunk.get(p.name, 0.0), p.calibrated, p.column) for p in REGISTRY})


def _put(
    question: Question, run: Ensemble, draws: int, evidence: Evidence, moved: Mapping[str, bool]
) -> Answer:
    """One question to the histories of `run`, the main ones before the prior's."""
    if isinstance(question, Link):
        return link(question.name, question.parameters, evidence)
    totals = run.outcome(question.outcome).sum(axis=3)
    after, before = totals[:draws], totals[-draws:]
    if isinstance(question, Level):
        people = described(question.outcome).unit == "people"
        return level(question.name, question.column, after[:, :, _NOW], before[:, :, _NOW],
                     evidence, of_exits=people)
    pair = [run.policies.index(f"step_{question.name}"), _BASE]
    return lever(question.name, after[:, :, pair], before[:, :, pair], evidence,
                 varied=moved[question.name])

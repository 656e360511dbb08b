"""Check a lab's calibration against gates fixed beforehand, keep what was found, and mark what is
built on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from calibration.calibrate import Check, known_until
from calibration.calibrate import calibrate as fit_panel
from calibration.gates import judge, passed
from calibration.holdout import (
    ENOUGH_EXITS,
    Holdout,
    exits_in_last,
    hold_out,
    months_to_hold_out,
)
from calibration.recovery import LEAST_TRUTHS, TRUTHS, Recovered, recover
from calibration.reference import seed_of
from calibration.rounds import DRAWS, Learnt
from calibration.stored import StoredTables
from calibration.summaries import Summariser
from simlab.errors import Cancelled, LabError
from simlab.jobs.calibrating import (
    TABLES,
    calibrated_with,
    load_learnt,
    load_posterior,
    posterior_fingerprint,
    prune,
)
from simlab.jobs.common import (
    code_version,
    count_option,
    fingerprint,
    model_version,
    now,
    read_json,
)
from simlab.jobs.records import load_panel
from simlab.lab import Lab
from simlab.panel import Panel, month_number
from simlab.parameters import NAMES
from simlab.parameters.priors import PRIORS
from simlab.posterior import Posterior
from simlab.progress import Progress
from simlab.report.checks import marked

_FOUND = "calibration/check.json"
HOLDOUT_SIMULATIONS = 4000
"""At most so many simulations for the calibration without the held-out months: it is thrown
away, and a coarser one only makes the gate harder to pass."""
_SHOWN = 60
"""Truths kept for the recovery plots."""


def check(
    lab: Lab, *, truths: int = TRUTHS, holdout: int | None = None, seed: int = 1,
    progress: Progress | None = None,
) -> Mapping[str, Any]:
    """Put the lab's calibration through all gates and keep the result in the lab.

    `truths` fresh truths for simulation-based calibration; `holdout` last months of the record
    used are held out (default: as many as hold enough exits). Simulated records are kept in the
    lab as they are made: a check that was stopped goes on where it was. Returns plain data:
    ``verdict`` (passed, failed), ``gates``, ``coverage``, ``holdout``, ``recovery``, ``inputs``.
    Raises LabError ``not_calibrated``, ``calibration_not_askable``, ``bad_holdout``; `Cancelled`
    ``check_stopped``.
    """
    progress = progress or Progress()
    count_option("--truths", truths, LEAST_TRUTHS, 100_000)
    panel = load_panel(lab)
    posterior, made = load_posterior(lab), calibrated_with(lab)
    if posterior is None or made is None:
        raise LabError("not_calibrated", path=lab.path)
    until = month_number(str(made["until"]))
    learnt = _askable(lab, panel, posterior, until)
    known = known_until(panel, until)
    if holdout is not None:
        most = known.months - 3
        if not 1 <= holdout <= most:
            raise LabError("bad_holdout", months=holdout, total=known.months, most=most)
    months = months_to_hold_out(known) if holdout is None else holdout
    ahead = exits_in_last(known, months) if months else 0
    tables = StoredTables(lab.path / TABLES)
    held = None
    try:
        recovered = recover(panel, learnt, until=until, truths=truths, seed=seed,
                            progress=progress, cache=tables)
        if ahead >= ENOUGH_EXITS:
            held = _held_out(tables, known, months, posterior, seed, progress)
    except (Cancelled, KeyboardInterrupt):
        raise Cancelled("check_stopped", kept=tables.kept) from None
    rows = recovered.coverage(posterior.contraction())
    checks = [Check(c["name"], c["observed"], c["lower"], c["median"], c["upper"])
              for c in made["checks"]]
    gates = judge(learnt.used, checks, rows, recovered.outlying, truths, held, ahead)
    tree = {
        "made": now(), "verdict": "passed" if passed(gates) else "failed",
        "gates": [asdict(gate) for gate in gates],
        "coverage": [asdict(row) for row in rows],
        "truths": truths, "outlying": recovered.outlying, "seed": seed,
        "holdout": None if held is None else asdict(held) | {
            "counts": [asdict(count) for count in held.counts]},
        "recovery": _recovery(recovered, [row.parameter for row in rows if row.identified]),
        "inputs": {"calibration": fingerprint(posterior.draws), "data": made["data"],
                   "model": model_version(), "code": code_version()},
    }
    with lab.writing():
        lab.write_json(_FOUND, tree)
        prune(tables, panel)
    return tree


def load_check(lab: Lab) -> Mapping[str, Any] | None:
    """What the check of the lab's present calibration found; None where it was not checked."""
    tree = read_json(lab, _FOUND)
    if not isinstance(tree, dict) or "inputs" not in tree:
        return None
    return tree if tree["inputs"]["calibration"] == posterior_fingerprint(lab) else None


def mark(lab: Lab) -> dict[str, Any]:
    """The mark that everything built on the lab's calibration carries: ``verdict`` (passed,
    failed, unchecked, uncalibrated) and the ``gates`` that failed or could not be tested."""
    if posterior_fingerprint(lab) is None:
        return {"verdict": "uncalibrated", "failed": [], "untested": []}
    return marked(load_check(lab))


def refusal(carried: Mapping[str, Any]) -> str | None:
    """Why a calibration with this mark gives nobody a score of their own, as a code of the texts
    ``forecast.*``; None where it may."""
    if carried["verdict"] == "failed":
        return "check_failed"
    return "holdout_untested" if "holdout" in carried["untested"] else None


def _askable(lab: Lab, panel: Panel, posterior: Posterior, until: int) -> Learnt:
    """The posterior as learnt, which asked about the lab's records must give the stored draws."""
    learnt = load_learnt(lab)
    if learnt is not None:
        known = known_until(panel, until)
        observed = Summariser.like(known).of_panel(known)
        if len(observed) == len(learnt.used):
            seed = seed_of(int(posterior.provenance["seed"]), "draw")
            if np.array_equal(learnt.draws(observed, DRAWS, seed), posterior.draws):
                return learnt
    raise LabError("calibration_not_askable", path=lab.path)


def _held_out(
    tables: StoredTables, known: Panel, months: int, posterior: Posterior, seed: int,
    progress: Progress,
) -> Holdout:
    """The last months forecast from a calibration on those before, from the same prior; what it
    simulates is kept beside the lab's own tables."""
    simulations = min(int(posterior.provenance["simulations"]), HOLDOUT_SIMULATIONS)

    def learn(earlier: Panel) -> Posterior:
        return fit_panel(
            earlier, simulations=simulations, seed=seed, progress=progress,
            cache=tables,
            prior=str(posterior.provenance.get("prior", PRIORS[0]))).posterior

    return hold_out(known, months, learn, seed=seed, progress=progress)


def _recovery(found: Recovered, parameters: list[str]) -> dict[str, dict[str, list[float]]]:
    """Parameter -> truths, posterior means and 90% bounds of the first `_SHOWN` truths."""
    parts = {"truth": found.truth, "mean": found.mean, "lower": found.lower,
             "upper": found.upper}
    return {name: {key: [float(f"{v:.4g}") for v in values[:_SHOWN, NAMES.index(name)]]
                   for key, values in parts.items()} for name in parameters}



"""Fit the model to totals of a staff of whom the lab holds no records, and keep the posterior."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

import scenarios
from calibration.aggregates import load_aggregates
from calibration.calibrate import ESTIMATED, PARTLY
from calibration.emulator import LEARNT as LEARNT
from calibration.fit_aggregates import Found, calibrate_aggregates
from calibration.stored import StoredTables
from simlab.engine.panels import AS_RECORDED
from simlab.errors import Cancelled
from simlab.jobs.common import code_version, model_version, now, read_json
from simlab.lab import Lab
from simlab.parameters import INDEX, NAMES
from simlab.policy import Policy
from simlab.posterior import Posterior
from simlab.progress import Progress

SIMULATIONS = 4000
"""Staffs simulated unless told otherwise."""
STAFFS = "calibration/staffs"
"""Folder of what was counted in the simulated staffs of a lab's totals."""
_IN_FORCE = {"medical": "ordinary_care"}
"""Policy that a staff of a practice is taken to have lived under."""


def calibrate_on_totals(
    lab: Lab, file: Path, *, simulations: int = SIMULATIONS, seed: int = 1,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Calibrate on the totals in `file` and keep the posterior in the lab, for scenarios of the
    file's practice; records of other people and their posterior stay as they are.

    What is counted in simulated staffs is kept in the lab as they are made: a call that was stopped
    (`Cancelled` ``calibration_stopped``) goes on where it was.

    Returns what was found as plain data: ``source``, ``practice``, ``parameters`` (name, prior
    and posterior mean with 90% interval, contraction, informed), ``totals`` (observed against
    the model) and ``facts``.
    """
    progress = progress or Progress()
    given = load_aggregates(file)
    policy = policy_in_force(given.practice)
    tables = StoredTables(lab.path / STAFFS)
    try:
        found = calibrate_aggregates(given, policy, simulations=simulations, seed=seed,
                                     progress=progress, cache=tables)
    except (Cancelled, KeyboardInterrupt):
        raise Cancelled("calibration_stopped", kept=tables.kept) from None
    progress.advance("write", 0, 1)
    tree = {
        "made": now(), "model": model_version(), "code": code_version(),
        "practice": given.practice, "source": given.source,
        "file": given.model_dump(mode="json"), "simulations": simulations, "seed": seed,
        "provenance": found.posterior.provenance, "parameters": learnt_rows(found),
        "totals": [asdict(total) | {"inside": total.inside} for total in found.totals],
        "facts": [dict(zip(("name", "mean", "lower", "upper"), fact, strict=True))
                  for fact in found.facts],
    }
    content = io.BytesIO()
    np.savez_compressed(content, names=np.array(NAMES), draws=found.posterior.draws,
                        prior=found.posterior.prior)
    with lab.writing():
        lab.write(_draws(given.practice), content.getvalue())
        lab.write_json(_description(given.practice), tree)
        tables.prune(lambda _: True)
    return tree


def policy_in_force(practice: str) -> Policy:
    """What a staff of this practice is taken to live under while its totals were counted."""
    if practice in _IN_FORCE:
        return scenarios.policy(_IN_FORCE[practice])
    return AS_RECORDED.model_copy(update={"practice": practice})


def learnt_rows(found: Found) -> list[dict[str, Any]]:
    """The parameters that totals can move, before and after; every other one kept its prior."""
    rows = []
    contraction = found.posterior.contraction()
    for name in LEARNT:
        k = INDEX[name]
        before, after = found.posterior.prior[:, k], found.posterior.draws[:, k]
        gained = max(float(contraction[k]), 0.0)
        informed = "assumed"
        if gained >= PARTLY:
            informed = "estimated" if gained >= ESTIMATED else "partly"
        rows.append({
            "name": name, "contraction": gained, "informed": informed,
            "prior": _interval(before), "posterior": _interval(after),
        })
    return rows


def load_aggregate_posterior(lab: Lab, practice: str) -> Posterior | None:
    """The lab's posterior from totals of a staff of this practice; None where there is none, or
    one of another set of parameters."""
    tree = calibrated_on_totals(lab, practice)
    try:
        with np.load(lab.path / _draws(practice), allow_pickle=False) as stored:
            names = tuple(str(name) for name in stored["names"])
            draws, prior = stored["draws"], stored["prior"]
    except (OSError, ValueError, KeyError):
        return None
    if tree is None or names != NAMES:
        return None
    return Posterior(names, draws, prior, dict(tree["provenance"]))


def calibrated_on_totals(lab: Lab, practice: str) -> Mapping[str, Any] | None:
    """What `calibrate_on_totals` found for this practice, as it was stored; None without."""
    tree = read_json(lab, _description(practice))
    return tree if isinstance(tree, dict) and "made" in tree else None


def estimated_from_totals(lab: Lab, practice: str) -> set[str]:
    """Names of the parameters that the totals estimated."""
    tree = calibrated_on_totals(lab, practice)
    return set() if tree is None else {
        row["name"] for row in tree["parameters"] if row["informed"] == "estimated"}


def _interval(draws: np.ndarray) -> dict[str, float]:
    low, high = np.quantile(draws, [0.05, 0.95])
    return {"mean": float(draws.mean()), "lower": float(low), "upper": float(high)}


def _draws(practice: str) -> str:
    return f"calibration/totals-{practice}.npz"


def _description(practice: str) -> str:
    return f"calibration/totals-{practice}.json"

"""Fit the model to a lab's records and keep the posterior in the lab."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.calibrate import Calibration
from calibration.calibrate import calibrate as fit_panel
from simlab.i18n import LANGUAGES, text
from simlab.jobs.common import (
    code_version,
    count_option,
    model_version,
    month_option,
    now,
    read_json,
)
from simlab.jobs.records import load_panel
from simlab.lab import Lab
from simlab.parameters import INDEX, NAMES, REGISTRY
from simlab.posterior import Posterior
from simlab.progress import Progress
from simlab.records import data_hash
from simlab.records.schema import title
from simlab.report.page import Check, Fit, ParameterRow

_DRAWS, _FOUND = "calibration/posterior.npz", "calibration/calibration.json"


def calibrate(
    lab: Lab, *, until: str | None = None, simulations: int = 10_000, seed: int = 1,
    progress: Progress | None = None,
) -> Fit:
    """Calibrate on the lab's records up to month `until` (default: all of them) and keep the
    posterior and what speaks for and against it in the lab."""
    progress = progress or Progress()
    panel = load_panel(lab)
    month = None if until is None else month_option("--until", until)
    count_option("--simulations", simulations, 1, 10_000_000)
    digest = data_hash(lab)
    found = fit_panel(panel, until=month, simulations=simulations, seed=seed, progress=progress)
    tree = _tree(found, digest)
    progress.advance("write", 0, 1)
    posterior = found.posterior
    content = io.BytesIO()
    np.savez_compressed(content, names=np.array(posterior.names), draws=posterior.draws,
                        prior=posterior.prior)
    with lab.writing():
        lab.write(_DRAWS, content.getvalue())
        lab.write_json(_FOUND, tree)
    return _fit(tree)


def load_posterior(lab: Lab) -> Posterior | None:
    """The lab's posterior; None where there is none, or one of another set of parameters
    (another version of the model), which says nothing about this one."""
    tree = calibrated_with(lab)
    try:
        with np.load(lab.path / _DRAWS, allow_pickle=False) as stored:
            names = tuple(str(name) for name in stored["names"])
            draws, prior = stored["draws"], stored["prior"]
    except (OSError, ValueError, KeyError):
        return None
    if tree is None or names != NAMES:
        return None
    return Posterior(names, draws, prior, dict(tree["provenance"]))


def calibrated_with(lab: Lab) -> Mapping[str, Any] | None:
    """When and on what the lab was calibrated: ``made``, ``until``, ``simulations``, ``seed``,
    ``data``, ``code``; None where it was not."""
    tree = read_json(lab, _FOUND)
    return tree if isinstance(tree, dict) and "made" in tree else None


def load_fit(lab: Lab) -> Fit | None:
    """How the lab's calibration went, for a report; None where there is none."""
    tree = calibrated_with(lab)
    return None if tree is None or load_posterior(lab) is None else _fit(tree)


def choose(posterior: Posterior, draws: int, seed: int) -> NDArray[np.float64]:
    """As many rows of the posterior as asked; with repetition only where it has too few."""
    rows = np.random.default_rng(seed).choice(
        len(posterior.draws), draws, replace=draws > len(posterior.draws))
    return posterior.draws[rows]


def _tree(found: Calibration, digest: str) -> dict[str, Any]:
    provenance = found.posterior.provenance
    return {
        "made": now(), "data": digest, "model": model_version(), "code": code_version(),
        "until": provenance["until"],
        "simulations": provenance["simulations"], "seed": provenance["seed"],
        "provenance": provenance, "seconds": found.seconds,
        "parameters": [asdict(row) for row in found.parameters],
        "checks": [asdict(check) | {"label": {lang: check.label(lang) for lang in LANGUAGES}}
                   for check in found.checks],
        "cautions": [dict(zip(LANGUAGES, said, strict=True)) for said in
                     zip(*(found.warnings(lang) for lang in LANGUAGES), strict=True)],
        "resting": _resting(found),
    }


def _resting(found: Calibration) -> list[dict[str, str]]:
    """Which parameters keep their prior for want of which columns, a sentence a set of columns."""
    lacking: dict[tuple[str, ...], list[str]] = {}
    for row in found.parameters:
        if row.lacking:
            lacking.setdefault(row.lacking, []).append(row.name)
    return [
        {lang: text("resting", lang,
                    columns=text("resting_join", lang).join(title(c, lang) for c in columns),
                    parameters=text("resting_list", lang).join(
                        REGISTRY[INDEX[name]].meaning(lang) for name in names))
         for lang in LANGUAGES}
        for columns, names in lacking.items()
    ]


def _fit(tree: Mapping[str, Any]) -> Fit:
    return Fit(
        until=tree["until"], simulations=tree["simulations"],
        checks=tuple(Check(c["label"], c["observed"], c["lower"], c["median"], c["upper"])
                     for c in tree["checks"]),
        parameters=tuple(_row(row) for row in tree["parameters"] if row["name"] in INDEX),
        cautions=tuple(tree["cautions"]), resting=tuple(tree.get("resting", ())),
    )


def _row(row: Mapping[str, Any]) -> ParameterRow:
    parameter = REGISTRY[INDEX[row["name"]]]
    return ParameterRow(
        name=parameter.name, meaning={lang: parameter.meaning(lang) for lang in LANGUAGES},
        unit=parameter.unit,
        prior={"mean": row["prior_mean"], "lower": row["prior_lower"],
               "upper": row["prior_upper"]},
        posterior={"mean": row["mean"], "lower": row["lower"], "upper": row["upper"]},
        contraction=row["contraction"], source=parameter.source,
        calibrated=parameter.calibrated and not row.get("lacking"), informed=row["informed"])

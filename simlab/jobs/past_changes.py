"""What the past changes replayed in a lab say of the parameters that levers work through."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from calibration.calibrate import ESTIMATED
from calibration.effects import Reading, parse, teach
from simlab.i18n import LANGUAGES
from simlab.jobs.common import fingerprint, model_version
from simlab.jobs.stored import stored
from simlab.jobs.variation import EVENTS
from simlab.lab import Lab
from simlab.parameters import INDEX, REGISTRY, prior_draws

_SHOWN = 4000
"""Draws behind the intervals that are shown."""
_HALF_90 = 1.645


def readings(lab: Lab) -> tuple[Reading, ...]:
    """Of every past change replayed in the lab under this version of the model, those that say
    something."""
    found = []
    for tree in stored(lab, EVENTS):
        if tree.get("inputs", {}).get("model") == model_version():
            try:
                found.append(parse(tree["reading"]["likelihood"]))
            except (KeyError, TypeError):  # replayed before changes were read
                continue
    return tuple(reading for reading in found if reading.speaks)


def readings_fingerprint(lab: Lab) -> str | None:
    """Of what past changes say; None where they say nothing."""
    found = readings(lab)
    return fingerprint([asdict(reading) for reading in found]) if found else None


def gained(lab: Lab) -> dict[str, float]:
    """Parameter -> how far the past changes of the lab narrowed it (1 - variance ratio)."""
    nothing = np.zeros((1, len(REGISTRY)))
    return dict(teach(nothing, readings(lab), REGISTRY, seed=1).gained)


def informed(lab: Lab) -> set[str]:
    """Names of the parameters that past changes of the lab estimated."""
    return {name for name, gain in gained(lab).items() if gain >= ESTIMATED}


def told_of(reading: Reading, seed: int) -> dict[str, Any]:
    """A reading as the lab keeps it: its ``likelihood``, and what a reader is told of it."""
    ratio = None
    if reading.compared:
        wide = _HALF_90 * np.sqrt(sum(sd**2 for name, sd in reading.errors.items()
                                      if name != "model"))
        low, middle, high = np.exp([reading.observed - wide, reading.observed,
                                    reading.observed + wide]).tolist()
        ratio = {"mean": middle, "lower": low, "upper": high}
    return {"likelihood": asdict(reading), "speaks": reading.speaks,
            "compared": reading.compared, "ratio": ratio, "taught": _rows(reading, seed)}


def _rows(reading: Reading, seed: int) -> list[dict[str, Any]]:
    """The parameters that a change speaks of, before and after it."""
    before = prior_draws(_SHOWN, seed)
    taught = teach(before, [reading], REGISTRY, seed)
    rows = []
    for name, gain in taught.gained.items():
        k = INDEX[name]
        rows.append({
            "name": name, "meaning": {lang: REGISTRY[k].meaning(lang) for lang in LANGUAGES},
            "prior": _interval(before[:, k]), "posterior": _interval(taught.rows[:, k]),
            "contraction": gain})
    return rows


def _interval(draws: np.ndarray) -> dict[str, float]:
    low, high = np.quantile(draws, [0.05, 0.95])
    return {"mean": float(draws.mean()), "lower": float(low), "upper": float(high)}

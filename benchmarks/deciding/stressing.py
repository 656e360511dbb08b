"""Known answers of decision loss and scenario discovery, on toys that can be written down."""

from __future__ import annotations

import numpy as np

from deciding import Known
from simlab.decide.prim import discover
from simlab.decide.robust import robustness


def known_answers() -> list[Known]:
    return [*_losses(), *_box()]


def _losses() -> list[Known]:
    """Exits are x under one policy and 0.6 under the other, x evenly spread over 0 to 1."""
    n = 2000
    x = (np.arange(n) + 0.5) / n
    exits = np.stack([x, np.full(n, 0.6)], axis=1)
    found = robustness(x[:, None], ["x"], {"regretted": exits}, ["risky", "safe"], "regretted")
    risky, safe = found.loss_of("risky"), found.loss_of("safe")
    (limit,) = found.beaten.boxes[0].restrictions
    return [
        Known("decision loss, average of the risky policy", 0.08, risky.expected.mean, 1e-3),
        Known("decision loss, average of the safe policy", 0.18, safe.expected.mean, 1e-3),
        Known("decision loss, largest of the risky policy", 0.4, risky.largest.mean, 1e-3),
        Known("decision loss, 90th percentile of the safe policy", 0.5, safe.p90.mean, 1e-3),
        Known("PRIM: where the risky policy is beaten", 0.6, float(limit.lower or 0.0), 0.01)]


def _box() -> list[Known]:
    """Failures are the box x > 0.6, y < 0.5 of the unit cube, and nothing else."""
    n, rng = 1000, np.random.default_rng(1)
    x = np.stack([(rng.permutation(n) + 0.5) / n for _ in range(3)], axis=1)
    (box,) = discover(x, (x[:, 0] > 0.6) & (x[:, 1] < 0.5), ["x", "y", "z"]).boxes
    limits = {each.name: each for each in box.restrictions}
    return [Known("PRIM: lower limit of x", 0.6, float(limits["x"].lower or 0.0), 0.02),
            Known("PRIM: upper limit of y", 0.5, float(limits["y"].upper or 1.0), 0.02),
            Known("PRIM: coverage", 1.0, box.coverage.mean, 0.03),
            Known("PRIM: density", 1.0, box.density.mean, 0.03)]

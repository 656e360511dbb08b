"""A small invented sales firm: simple rules of its own, so that tests need no engine."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from simlab.panel import STILL_HERE, Panel

START = 2016 * 12


def invent(seed: int, people: int = 300, months: int = 12, theta: tuple[float, ...] = ()) -> Panel:
    """A panel of `people`; `theta` = (activity, size, exit level, effect of results on exits)."""
    activity, size, level, effect = theta or (0.8, 1.0, -2.5, 1.0)
    rng = np.random.default_rng(seed)
    hired = rng.integers(-30, months - 1, people).astype(np.int32)
    first = np.maximum(hired, 0)
    base = np.repeat(rng.lognormal(9, 0.4, people)[:, None], months, axis=1).astype(np.float32)
    skill = rng.normal(size=people)
    column = np.arange(months)
    active = rng.random((people, months)) < 1 / (1 + np.exp(-activity - 0.8 * skill[:, None]))
    amount = np.exp(size + np.log(base) + 0.4 * skill[:, None] + rng.normal(0, 0.8, active.shape))
    business = np.where(active, amount, 0.0)
    results = (active - active.mean()).cumsum(axis=1) / (column + 1)
    hazard = 1 / (1 + np.exp(-level + effect * 3 * results))
    leaves = (rng.random(active.shape) < hazard) & (column > first[:, None])
    exited = np.where(leaves.any(axis=1), leaves.argmax(axis=1), STILL_HERE).astype(np.int32)
    last = np.minimum(exited, months - 1).astype(np.int32)
    seen = (column >= first[:, None]) & (column <= last[:, None])
    quarter = np.repeat(np.add.reduceat(business * seen, np.arange(0, months, 3), axis=1), 3, 1)
    rating = 1 + (quarter[:, :months, None] > base[:, :, None] * [1, 4, 12]).sum(axis=2)
    return Panel(
        start=START,
        person=tuple(f"p{i:04d}" for i in range(people)),
        hired=hired,
        first=first.astype(np.int32),
        last=last,
        exited=exited,
        grade=np.ones((people, months), np.int32),
        base=base,
        observed=seen,
        business=np.where(seen, business, 0).astype(np.float32),
        rating=np.where(seen, rating, 0).astype(np.int8),
    )


@pytest.fixture(scope="session")
def invented() -> Callable[..., Panel]:
    """The function that makes one such panel."""
    return invent

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from scenarios.sample import SAMPLE_PARAMETERS, SAMPLE_SEED, sample_panel
from simlab.engine.panels import simulated_panel
from simlab.panel import SIGNS, STILL_HERE, Panel
from simlab.parameters import INDEX, prior_mean

# Compiled months of the tests stay in the checkout, not in the user's own cache.
os.environ.setdefault(
    "SIMLAB_CACHE", str(Path(__file__).resolve().parent.parent / ".pytest_cache" / "simlab")
)


@pytest.fixture(scope="session")
def recording() -> Callable[..., Panel]:
    """The function that says what a firm takes down: a record of the sample firm's people with
    the named signs (all unless named), teams, key work and courses, to be simulated under known
    parameters. Scores are those of lenient, strict, ranking and indifferent managers."""

    def make(
        people: int = 150, months: int = 24, signs: Iterable[str] = SIGNS, *,
        amounts: bool = True, key: bool = True, teams: int = 10,
    ) -> Panel:
        frame = sample_panel(people=people, months=months)
        n = len(frame.person)
        rng = np.random.default_rng(7)
        team = np.arange(n) % teams
        shape = frame.business.shape
        lenient = np.linspace(-8, 8, teams)[team][:, None]
        score = np.clip(np.round(86 + lenient + 7 * rng.standard_normal(shape)), 0, 100)
        score[team == 0] = 90
        ranked = (int((team == 1).sum()), months)
        score[team == 1] = rng.choice([60, 75, 90], ranked, p=[0.1, 0.7, 0.2])
        held = {name: np.zeros(shape, np.float32) for name in signs} | (
            {"score": score.astype(np.float32)} if "score" in signs else {})
        course = np.where(rng.random(shape) < 0.05, rng.integers(1, 7, shape), 0)
        return replace(
            frame,
            unit=tuple(f"team {k:02d}" for k in team),
            key_from=np.where(rng.random(n) < 0.35, 0, STILL_HERE).astype(np.int32)
            if key else None,
            course=course.astype(np.int8),
            exited=np.full(n, STILL_HERE, np.int32),
            last=np.full(n, months - 1, np.int32),
            observed=np.arange(months) >= frame.first[:, None],
            business=np.zeros(shape, np.float32) if amounts else np.full(
                shape, np.nan, np.float32),
            rating=frame.rating if amounts else np.zeros(shape, np.int8),
            base=frame.base if amounts else np.full(shape, np.nan, np.float32),
            **held,
        )

    return make


@pytest.fixture(scope="session")
def thin(recording: Callable[..., Panel]) -> Panel:
    """The least a firm has: people, a manager's scores, attendance, courses completed and exits,
    made by the sample firm's parameters."""
    truth = prior_mean()
    for name, value in SAMPLE_PARAMETERS.items():
        truth[INDEX[name]] = value
    frame = recording(signs=("score", "absence"), amounts=False, key=False)
    return simulated_panel(frame, truth, seed=SAMPLE_SEED)

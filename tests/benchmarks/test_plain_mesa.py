"""Is the plain Mesa model that the kernel is timed against the same month?"""

import importlib
from pathlib import Path

import numpy as np
import pytest

import scenarios
from scenarios import FirmFacts, scenario_firm
from simlab import FirmModel
from simlab.panel import month_number
from simlab.parameters import prior_mean
from simlab.world import Status

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
MONTHS = 3
WORKING = (Status.ACTIVE, Status.NOTICE)


@pytest.fixture
def plain_firm(monkeypatch):
    """The benchmark's own class, which is not part of the package."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module("plain_mesa").PlainFirm


def test_the_plain_model_moves_people_as_the_rules_do(plain_firm):
    """Other random numbers, so means over people agree, not people."""
    firm = scenario_firm(FirmFacts(people=150), month_number("2026-01"))
    policy = scenarios.policy("before_transition")
    plain = plain_firm(firm, policy, prior_mean(), seed=1)
    compiled = FirmModel(firm, policy, prior_mean(), seed=1)
    for _ in range(MONTHS):
        plain.step()
        compiled.step()
    for state, tolerance in (("efficacy", 0.05), ("stress", 0.05), ("morale", 0.05)):
        working = np.isin(compiled.people["status"], WORKING)
        expected = compiled.people[state][working].mean()
        found = np.mean([getattr(a, state) for a in plain.agents if a.status in WORKING])
        assert abs(found - expected) < tolerance, state

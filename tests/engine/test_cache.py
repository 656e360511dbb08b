"""Does an edited rule or helper change what the next process computes?"""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HELPER = "from numba import njit\n\n@njit\ndef size():\n    return {value}\n"
RULE = '''from helper import size
from simlab.rules import rule

FACTOR = {factor}

@rule("person")
def cheer(person):
    person.morale = size() * FACTOR
'''
MAIN = """
import cheerful
from scenarios import FirmFacts, scenario_firm
from simlab.engine.ensemble import simulate
from simlab.engine.kernel import fingerprint
from simlab.engine.month import MONTH, Month
from simlab.parameters import prior_draws
from simlab.policy import Policy

short = Month(tuple(r for r in MONTH.rules if r.name in ("enter", "record")))
month = short.adding(cheerful.cheer, after="enter")
firm = scenario_firm(FirmFacts(people=5), 24312)
policy = Policy(name="a", title={"en": "a", "zh": "a"})
y = simulate(firm, [policy], prior_draws(1, 1), months=1, month=month)
print(fingerprint(month), y.outcome("morale").item())
"""


@pytest.fixture
def project(tmp_path):
    def run(value: float, factor: float) -> tuple[str, float]:
        (tmp_path / "helper.py").write_text(HELPER.format(value=value))
        (tmp_path / "cheerful.py").write_text(RULE.format(factor=factor))
        (tmp_path / "main.py").write_text(MAIN)
        done = subprocess.run(
            [sys.executable, "-B", "main.py"],
            cwd=tmp_path,
            env={"PATH": "", "PYTHONPATH": str(ROOT), "SIMLAB_CACHE": str(tmp_path / "cache")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        digest, morale = done.stdout.split()
        return digest, float(morale)

    return run


@pytest.mark.slow
def test_edits_are_seen_and_old_versions_come_back(project):
    first, morale = project(0.25, 1.0)
    assert morale == 0.25
    helper_edited, morale = project(0.5, 1.0)
    assert (morale, helper_edited != first) == (0.5, True)
    constant_edited, morale = project(0.5, 0.5)
    assert (morale, constant_edited != helper_edited) == (0.25, True)
    again, morale = project(0.25, 1.0)
    assert (again, morale) == (first, 0.25)

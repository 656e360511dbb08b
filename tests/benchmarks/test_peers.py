"""Do all engines of the peer benchmark compute the same month, and would a difference be seen?"""

import importlib
import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MONTH = ROOT / "benchmarks" / "reference_month"
PEOPLE, MONTHS = 4000, 18


@pytest.fixture
def engine(monkeypatch):
    """The benchmark's own modules, which are not part of the package."""
    monkeypatch.syspath_prepend(str(MONTH))
    return importlib.import_module


def sample(engine, name):
    staff = engine(f"with_{name}").Staff(PEOPLE, 1)
    return engine("spec").Sample.of(name, staff, PEOPLE, MONTHS)


HERE = ["mesa", "simlab", *filter(find_spec, ["starsim", "mesa_frames"])]
"""Mesa, the lab itself, and what of the others is installed; `benchmarks/peers.py` compares every
engine that it times."""


@pytest.mark.parametrize("name", HERE)
def test_an_engine_computes_the_reference_month(engine, name):
    assert engine("spec").disagreements([sample(engine, "numpy"), sample(engine, name)]) == []


@pytest.mark.parametrize(
    ("constant", "wrong", "seen"),
    [("LEVEL", -2.3, "quit rate"), ("WAITING", 0.6, "support"), ("UPSET", 0.5, "stress"),
     ("COMMISSION", 0.55, "expected"), ("LEARNING", 0.055, "skill")],
)
def test_another_month_is_noticed(engine, monkeypatch, constant, wrong, seen):
    spec = engine("spec")
    right = sample(engine, "numpy")
    monkeypatch.setattr(spec, constant, wrong)
    assert any(f": {seen} lies" in said
               for said in spec.disagreements([right, sample(engine, "mesa")]))


def test_an_engine_is_measured_in_a_process_of_its_own(tmp_path):
    measure = [sys.executable, str(MONTH / "measure.py")]
    done = subprocess.run([*measure, "numpy", "--people", "50", "--seconds", "0.05"],
                          capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert [row["people"] for row in found["rows"]] == [50]
    assert found["rows"][0]["ns_per_person_month"] > 0

    # a package of that name that cannot be found, however the machine is equipped
    hidden = ("import sys; sys.modules['starsim'] = None; sys.argv[1:] = ['starsim'];"
              f"sys.path.insert(0, {str(MONTH)!r}); import measure; measure.main()")
    missing = subprocess.run([sys.executable, "-c", hidden], capture_output=True, text=True,
                             check=False, env=os.environ | {"PYTHONPATH": str(tmp_path)})
    assert missing.returncode == 3, missing.stderr

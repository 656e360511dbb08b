"""Does the installed wheel work away from the checkout, with all its data?"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parents[1]


@pytest.mark.slow
def test_the_wheel_holds_everything_it_needs(tmp_path: Path) -> None:
    # From a copy: what an earlier build left in the checkout must not end up in the wheel.
    source = shutil.copytree(HERE, tmp_path / "source", ignore=shutil.ignore_patterns(
        ".*", "build", "dist", "*.egg-info", "__pycache__", "tests", "docs", "benchmarks"))
    build = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path, source],
        capture_output=True, text=True, check=False, cwd=tmp_path)
    assert build.returncode == 0, build.stdout + build.stderr
    (wheel,) = tmp_path.glob("*.whl")
    installed = tmp_path / "installed"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
    checked_in = {
        str(path.relative_to(HERE))
        for room in ("simlab", "scenarios", "calibration")
        for path in (HERE / room).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert checked_in - {str(p.relative_to(installed)) for p in installed.rglob("*")} == set()

    away = tmp_path / "away"
    away.mkdir()
    environment = {**os.environ, "PYTHONPATH": str(installed), "SIMLAB_LANG": "en"}

    def run(code: str) -> str:
        return subprocess.run([sys.executable, "-c", code], cwd=away, env=environment, check=True,
                              capture_output=True, text=True).stdout

    assert str(installed) in run("import simlab; print(simlab.__file__)")
    rows = json.loads(run("from simlab.cli import app; app(['scenarios', '--json'])"))
    assert "sales_transition" in {row["name"] for row in rows}
    assert "People" in run(
        "from pathlib import Path; from simlab.jobs.demo import sample_lab;"
        "from simlab.jobs.reporting import contents; from simlab.report.page import render;"
        "print(render(contents(sample_lab(Path('lab'))[0]), 'en'))")
    run("from simlab.lab import Lab; from simlab.ui import create;"
        "assert create(Lab.open('lab')).server.test_client().get('/assets/page.css').status_code"
        " == 200")

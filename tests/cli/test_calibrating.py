"""Does a calibration go on where it was stopped, begin from an earlier one, report drift, and
refuse what another version made?"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from calibration import cross_check, reference
from simlab.cli import app
from simlab.errors import Cancelled, LabError
from simlab.jobs.calibrating import TABLES, calibrate, calibrated_with, load_posterior
from simlab.jobs.demo import sample_lab
from simlab.jobs.standing import status
from simlab.lab import Lab
from simlab.progress import Progress
from simlab.ui.pages.compare.layout import evidence

FEW = 250


def simlab(*arguments: str | Path | int, code: int = 0, lang: str = "en") -> Any:
    result = CliRunner().invoke(app, [str(a) for a in arguments], env={"SIMLAB_LANG": lang})
    assert result.exit_code == code, (result.output, result.stderr, result.exception)
    return result


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sample_lab(tmp_path_factory.mktemp("sample") / "lab")[0].path


@pytest.fixture
def lab(sample: Path, tmp_path: Path) -> Lab:
    return Lab.open(shutil.copytree(sample, tmp_path / "lab"))


@pytest.fixture(scope="module")
def earlier(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Calibrated on the first 20 of its months."""
    path = shutil.copytree(sample, tmp_path_factory.mktemp("earlier") / "lab")
    calibrate(Lab.open(path), until="2025-08", simulations=FEW)
    return path


@pytest.fixture
def calibrated(earlier: Path, tmp_path: Path) -> Lab:
    return Lab.open(shutil.copytree(earlier, tmp_path / "calibrated"))


def draws(lab: Lab) -> np.ndarray:
    posterior = load_posterior(lab)
    assert posterior is not None
    return posterior.draws


def test_a_stopped_calibration_says_so_and_goes_on_where_it_was(
    lab: Lab, sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reference, "PART_PERSON_MONTHS", 200_000)

    def halfway(stage: str, done: int, total: int) -> None:
        if stage == "reference" and 2 * done >= total > 1:
            progress.cancel()

    progress = Progress(halfway)
    with pytest.raises(Cancelled, match="goes on from there") as stop:
        calibrate(lab, simulations=FEW, progress=progress)
    kept = stop.value.values["kept"]
    assert 0 < kept < FEW
    assert load_posterior(lab) is None
    said = simlab("status", lab.path).stdout
    assert "has not finished" in said
    assert f"{kept} simulated records of {FEW}" in said
    assert "尚未完成" in simlab("status", lab.path, lang="zh").stdout
    assert status(lab).to_json()["unfinished"]["kept"] == kept

    calibrate(lab, simulations=FEW)
    assert status(lab).unfinished is None
    other = Lab.open(shutil.copytree(sample, tmp_path / "other"))
    calibrate(other, simulations=FEW)
    np.testing.assert_array_equal(draws(lab), draws(other))


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_what_a_stopped_process_had_simulated_is_kept(lab: Lab, how: signal.Signals) -> None:
    """A killed one says nothing and ends nowhere: the mark in the lab tells."""
    with subprocess.Popen(
        [sys.executable, "-c", "from simlab.cli import app; app()", "calibrate", str(lab.path),
         "--simulations", "20000"], env=os.environ | {"SIMLAB_LANG": "en"}, text=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    ) as process:
        for _ in range(1200):
            if list((lab.path / TABLES).glob("*/rows-*.npz")) or process.poll() is not None:
                break
            time.sleep(0.1)
        process.send_signal(how)
        said = process.communicate(timeout=60)[1]
    left = status(lab).unfinished
    assert left is not None
    assert left["kept"] > 0
    assert left["simulations"] == 20_000
    if how == signal.SIGINT:
        assert process.returncode == 130
        assert "the same command goes on from there" in said
        assert "Traceback" not in said
    with lab.writing():  # nobody holds the lab any more
        pass


def test_a_refused_calibration_leaves_no_mark(lab: Lab) -> None:
    with pytest.raises(LabError, match="too few"):
        calibrate(lab, simulations=3)
    assert status(lab).unfinished is None
    assert not (lab.path / "calibration/unfinished.json").exists()


def test_new_months_begin_from_the_earlier_calibration_and_are_held_against_it(
    calibrated: Lab
) -> None:
    before = status(calibrated).items[0].facts
    assert before["months_since"] == 4
    assert "4 months after" in simlab("status", calibrated.path).stdout

    made = json.loads(simlab("calibrate", calibrated.path, "--simulations", FEW, "--rounds", 2,
                             "--json").stdout)
    first = draws(calibrated)
    assert made["continued_from"] == "2025-08"
    assert [row["month"] for row in made["drift"]["months"]] == [
        "2025-09", "2025-10", "2025-11", "2025-12"]
    for row in made["drift"]["months"]:
        assert row["all"]["lower"] <= row["all"]["mean"] <= row["all"]["upper"]
        assert row["present"]["observed"] <= row["all"]["observed"]
    facts = status(calibrated).items[0].facts
    assert facts["months_since"] == 0
    assert facts["drift"]["total"] == made["drift"]["total"]

    # The same command again is the same work from the same beginning, not from its own result.
    said = simlab("calibrate", calibrated.path, "--simulations", FEW, "--rounds", 2).stdout
    np.testing.assert_array_equal(draws(calibrated), first)
    assert "began from the calibration on records up to Aug 2025" in said
    assert "foretold" in said
    assert "foretold" in simlab("status", calibrated.path).stdout
    assert "预测为" in simlab("status", calibrated.path, lang="zh").stdout

    # What has seen later months must not lead an earlier calibration.
    again = calibrate(calibrated, until="2025-08", simulations=FEW)
    assert again.continued_from is None
    assert again.drift is None


def test_from_scratch_where_asked(calibrated: Lab, lab: Lab) -> None:
    made = calibrate(calibrated, simulations=FEW, fresh=True)
    assert made.continued_from is None
    assert made.drift is not None
    calibrate(lab, simulations=FEW)
    np.testing.assert_array_equal(draws(calibrated), draws(lab))


def test_tables_of_records_that_changed_are_dropped(lab: Lab) -> None:
    calibrate(lab, until="2025-08", simulations=FEW)
    calibrate(lab, simulations=FEW, fresh=True)
    folder = lab.path / TABLES
    assert len(list(folder.iterdir())) == 2  # both still say something of these records
    about = {place: json.loads((place / "table.json").read_text()) for place in folder.iterdir()}
    stranger = next(place for place, told in about.items() if told["until"] == "2025-08")
    (stranger / "table.json").write_text(json.dumps(about[stranger] | {"data": "of others"}))
    calibrate(lab, simulations=FEW, fresh=True)
    assert set(folder.iterdir()) == set(about) - {stranger}


@pytest.mark.parametrize("command", [
    ("forecast", "LAB", "--from", "2025-09", "--draws", "2"),
    ("compare", "LAB", "sales_transition", "--draws", "2"),
    ("claims", "V1", "--lab", "LAB", "--draws", "2"),
    ("report", "LAB"),
    ("check", "LAB"),
])
def test_a_posterior_of_another_version_is_refused_wherever_it_is_used(
    calibrated: Lab, command: tuple[str, ...]
) -> None:
    tree = dict(calibrated_with(calibrated) or {})
    calibrated.write_json("calibration/calibration.json",
                          tree | {"model": "0" * 16, "code": "0.0.1"})
    given = [str(calibrated.path) if part == "LAB" else part for part in command]
    said = simlab(*given, code=2).stderr
    assert "another version of the model" in said
    assert "then simlab 0.0.1" in said
    assert f"simlab calibrate {calibrated.path}" in said
    assert "另一版本的模型" in simlab(*given, code=2, lang="zh").stderr
    assert "stale: model changed" in simlab("status", calibrated.path).stdout


def test_the_page_says_that_the_calibration_is_of_another_version(calibrated: Lab) -> None:
    assert "another version" not in str(evidence(calibrated, "en"))
    tree = dict(calibrated_with(calibrated) or {})
    calibrated.write_json("calibration/calibration.json", tree | {"model": "0" * 16})
    assert "another version" in str(evidence(calibrated, "en"))
    assert "另一版本的模型" in str(evidence(calibrated, "zh"))


def test_a_former_posterior_of_another_version_gives_no_first_search(calibrated: Lab) -> None:
    tree = dict(calibrated_with(calibrated) or {})
    calibrated.write_json("calibration/calibration.json", tree | {"model": "0" * 16})
    made = calibrate(calibrated, simulations=FEW)
    assert made.continued_from is None
    assert made.drift is None


def test_the_second_method_says_what_to_install(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(cross_check.importlib.util, "find_spec",
                        lambda name, *rest: None if name == "sbi" else find(name, *rest))
    said = simlab("calibrate", lab.path, "--method", "sbi", "--simulations", FEW, code=2).stderr
    assert 'pip install "simlab[sbi]"' in said


@pytest.mark.parametrize("rounds", [0, 6])
def test_rounds_out_of_range_are_refused(lab: Lab, rounds: int) -> None:
    said = simlab("calibrate", lab.path, "--rounds", rounds, code=2).stderr
    assert "--rounds" in said

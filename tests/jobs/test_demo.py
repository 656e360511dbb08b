"""Does the demo do the whole job, and leave what is not its own alone?"""

from __future__ import annotations

from pathlib import Path

import pytest

from simlab.errors import Cancelled, LabError
from simlab.jobs import demo as module
from simlab.jobs.common import read_json
from simlab.jobs.standing import status
from simlab.progress import Progress


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SIMULATIONS", 300)
    monkeypatch.setattr(module, "FORECAST_DRAWS", 4)


@pytest.mark.slow
@pytest.mark.usefixtures("quick")
def test_the_demo_imports_calibrates_compares_forecasts_and_reports(tmp_path: Path) -> None:
    made = module.demo(tmp_path / "demo", "en")
    assert len(made.compared.comparison.policies) >= 3
    assert made.compared.calibrated
    page = made.report.read_text(encoding="utf-8")
    assert "not a real firm" in page
    assert set(made.seconds) == {"import", "calibrate", "check", "compare", "answers", "forecast",
                                 "report"}
    state = status(made.lab)
    assert {item.kind for item in state.items} == {"calibration", "comparison", "answers",
                                                   "forecast", "report"}
    assert all(item.stale == () for item in state.items)
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]

    # Stopped halfway, a second demo leaves the first as it was.
    progress = Progress(lambda stage, done, total: progress.cancel())
    with pytest.raises(Cancelled):
        module.demo(tmp_path / "demo", "en", progress)
    assert made.report.read_text(encoding="utf-8") == page
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]


def test_a_folder_that_is_no_demo_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(LabError) as raised:
        module.demo(tmp_path, "en")
    assert raised.value.code == "not_a_demo"
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_the_sample_firm_is_told_apart_from_a_real_one(tmp_path: Path) -> None:
    lab, imported = module.sample_lab(tmp_path / "lab")
    assert imported.people > 100
    assert "made by the model itself" in read_json(lab, "demo.json")["source"]["en"]

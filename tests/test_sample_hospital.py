"""Is the sample hospital what the model makes, and can the lab be used on it without a pretence?"""

from __future__ import annotations

from pathlib import Path

import pytest

import scenarios
from scenarios.hospital import SCENARIO, write_hospital
from simlab.errors import LabError
from simlab.i18n import LANGUAGES
from simlab.jobs.calibrating import calibrate
from simlab.jobs.common import read_json
from simlab.jobs.comparing import compare
from simlab.jobs.demo import demo, hospital_lab
from simlab.jobs.outlook import outlook, recorded
from simlab.lab import Lab
from simlab.ui import create
from simlab.ui.pages.scenario.address import read


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return hospital_lab(tmp_path_factory.mktemp("hospital") / "lab")[0]


def test_the_committed_tables_are_what_the_model_makes(tmp_path: Path) -> None:
    """Golden: a change of the model shows here. Refresh with
    ``python -m scenarios.hospital scenarios/sample_hospital`` and look at the difference."""
    write_hospital(tmp_path)
    committed = Path(scenarios.__file__).parent / "sample_hospital"
    made = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert made == {file.name: file.read_bytes() for file in committed.iterdir()}


def test_its_records_are_of_doctors_and_said_to_be_synthetic(hospital: Lab) -> None:
    assert Lab.open(hospital.path).practice == "medical"
    source = read_json(hospital, "demo.json")["source"]
    assert set(source) == set(LANGUAGES)
    assert "no real doctors" in source["en"]
    assert "不是真实医生" in source["zh"]
    held = recorded(hospital)
    assert held.people > 120
    assert 20 < sum(held.exits) < 80
    assert set(held.groups["unit"]) == {"internal_medicine", "surgery", "health_management"}


def test_a_lab_is_of_a_practice_that_there_is(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="no practice"):
        Lab.create(tmp_path / "lab", practice="banking")
    assert not (tmp_path / "lab").exists()


def test_doctors_are_not_taken_for_sales_people(hospital: Lab) -> None:
    with pytest.raises(LabError, match="totals instead"):
        calibrate(hospital)
    found = compare(hospital, "sales_transition", draws=2, replicates=1, months=3, channels=False)
    assert found.to_json()["options"]["people_from"] == "scenario"
    assert read({}, hospital).scenario == SCENARIO


def test_it_is_compared_looked_ahead_at_and_shown(hospital: Lab) -> None:
    made = compare(hospital, SCENARIO, draws=2, replicates=1, months=3, channels=False).to_json()
    assert (made["options"]["people_from"], made["calibrated"]) == ("scenario", False)
    ahead = outlook(hospital, draws=2, replicates=1, months=3)
    assert ahead.heading["scenario"] == SCENARIO
    page = create(hospital).server
    import dash

    with page.test_request_context("/overview"):
        shown = str(dash.page_registry["overview"]["layout"]().to_plotly_json())
    assert "drawn from the scenario" in shown


@pytest.mark.slow
def test_the_demo_of_the_hospital(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simlab.jobs.demo.DRAWS", 4)
    monkeypatch.setattr("simlab.jobs.demo.REPLICATES", 2)
    made = demo(tmp_path / "demo", "zh", firm="hospital")
    assert (made.fit, made.checked) == (None, None)
    assert "不是真实医生" in made.report.read_text(encoding="utf-8")
    with pytest.raises(LabError, match="no sample called"):
        demo(tmp_path / "other", "en", firm="bank")
    assert not (tmp_path / "other").exists()

"""Does a check mark a calibration and all that is built on it, and refuse scores where it must?"""

from __future__ import annotations

from pathlib import Path

import pytest

from simlab.errors import LabError
from simlab.jobs.calibrating import calibrate
from simlab.jobs.checking import check, load_check, mark, refusal
from simlab.jobs.comparing import compare
from simlab.jobs.demo import sample_lab
from simlab.jobs.forecasting import forecast
from simlab.jobs.reporting import report
from simlab.jobs.standing import status
from simlab.lab import Lab

GATES = ["coverage", "distance", "predictive", "holdout", "contraction"]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    made = sample_lab(tmp_path_factory.mktemp("checking") / "lab")[0]
    calibrate(made, until="2025-08", simulations=300)
    return made


def verdicts(lab: Lab) -> dict[str, str]:
    """Of all that follows the calibration; a report says what it said."""
    return {item.kind: item.facts.get("check") for item in status(lab).items
            if item.kind != "report"}


def fail(lab: Lab) -> None:
    """As if the coverage gate had failed."""
    tree = dict(load_check(lab) or {})
    tree["verdict"] = "failed"
    tree["gates"] = [gate | {"state": "failed" if gate["name"] == "coverage" else "passed"}
                     for gate in tree["gates"]]
    lab.write_json("calibration/check.json", tree)


@pytest.mark.slow
def test_the_mark_follows_the_calibration(lab: Lab) -> None:
    assert mark(lab)["verdict"] == "unchecked"
    assert load_check(lab) is None
    made = forecast(lab, "2025-09", 2, draws=4)
    assert "unchecked" in made.warnings
    assert made.persons
    compared = compare(lab, "sales_transition", draws=12, months=2)
    assert compared.check["verdict"] == "unchecked"
    page = report(lab, "en").read_text(encoding="utf-8")
    assert "has not been checked yet" in page

    found = check(lab, truths=50)
    assert [gate["name"] for gate in found["gates"]] == GATES
    assert load_check(lab) == found
    assert found["verdict"] == ("failed" if mark(lab)["failed"] else "passed")
    assert set(verdicts(lab).values()) == {found["verdict"]}
    assert [item.stale for item in status(lab).items if item.kind == "report"] == [("check",)]
    known = {row["parameter"] for row in found["coverage"] if row["identified"]}
    assert known == set(found["recovery"])
    assert all(len(plot["truth"]) == 50 for plot in found["recovery"].values())

    fail(lab)
    made = forecast(lab, "2025-09", 2, draws=4)
    assert made.persons == ()
    assert made.scored == 0
    assert "check_failed" in made.warnings
    assert made.to_json()["check"]["failed"] == ["coverage"]
    assert not (lab.path / "forecasts/2025-09/persons.csv").exists()
    assert compare(lab, "sales_transition", draws=12, months=2).check["verdict"] == "failed"
    for lang, said in (("en", "FAILED (Known truths found back)"),
                       ("zh", "未通过（已知真值能否找回）")):
        page = report(lab, lang).read_text(encoding="utf-8")
        assert said in page
        assert "figure-recovery" in page
    assert verdicts(lab)["calibration"] == "failed"

    calibrate(lab, until="2025-08", simulations=300, seed=2)
    assert mark(lab)["verdict"] == "unchecked"


def test_scores_need_a_check_that_could_judge_forecasts() -> None:
    assert refusal({"verdict": "failed", "failed": ["coverage"], "untested": []}) == "check_failed"
    assert refusal({"verdict": "passed", "failed": [], "untested": ["holdout"]}) \
        == "holdout_untested"
    assert refusal({"verdict": "passed", "failed": [], "untested": ["coverage"]}) is None
    assert refusal({"verdict": "unchecked", "failed": [], "untested": []}) is None


def test_what_cannot_be_checked_is_refused(tmp_path: Path) -> None:
    lab = sample_lab(tmp_path / "lab")[0]
    with pytest.raises(LabError) as raised:
        check(lab, truths=50)
    assert raised.value.code == "not_calibrated"
    with pytest.raises(LabError) as raised:
        check(lab, truths=3)
    assert raised.value.code == "bad_count"


@pytest.mark.slow
def test_a_posterior_that_cannot_be_asked_again_is_refused(lab: Lab) -> None:
    with pytest.raises(LabError) as raised:
        check(lab, truths=50, holdout=99)
    assert raised.value.code == "bad_holdout"
    (lab.path / "calibration/learnt.npz").write_bytes(b"broken")
    with pytest.raises(LabError) as raised:
        check(lab, truths=50)
    assert raised.value.code == "calibration_not_askable"

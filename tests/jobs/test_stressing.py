"""Does a stress test run the very scenario where nothing is moved, go on where it was stopped, and
tell what it found?"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from markupsafe import escape
from typer.testing import CliRunner

import scenarios
from scenarios.uncertainty import DEFAULT
from simlab.cli import app
from simlab.decide.outcomes import outcome
from simlab.engine.outcomes import OUTCOMES
from simlab.errors import Cancelled, LabError
from simlab.jobs.futures import in_future
from simlab.jobs.reporting import report
from simlab.jobs.setting import set_up
from simlab.jobs.standing import status
from simlab.jobs.stressing import stress
from simlab.lab import Lab
from simlab.progress import Progress
from simlab.report import stress as told

SMALL = {"futures": 20, "draws": 3, "replicates": 2}


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> str:
    study = {
        "name": "small", "title": {"en": "Small firm", "zh": "小企业"},
        "question": {"en": "Which?", "zh": "哪个？"}, "start": "2026-01", "months": 4,
        "firm": {"people": 20, "team_size": 5}, "burn_in": 2, "current": "before_transition",
        "baseline": "move_only", "policies": ["move_only", "train_and_help"]}
    path = tmp_path_factory.mktemp("scenario") / "small.yaml"
    path.write_text(yaml.safe_dump(study, allow_unicode=True), encoding="utf-8")
    return str(path)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, scenario: str) -> Lab:
    made = Lab.create(tmp_path_factory.mktemp("labs") / "lab")
    stress(made, scenario, out=made.path / "out", **SMALL)
    return made


@pytest.fixture(scope="module")
def tree(lab: Lab) -> dict[str, Any]:
    return json.loads((lab.path / "stress" / "small.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("point", [
    {}, {"labour_market": 0.0, "transition_months": 1.0, "lever_effects": 1.0,
         "associations": 1.0}])
def test_a_future_at_its_neutral_point_is_the_scenario_bit_for_bit(
    lab: Lab, scenario: str, point: dict[str, float]
) -> None:
    setting = set_up(lab, scenario, draws=3, seed=1)
    policies = list(setting.study.policies.values())
    moved, same = in_future(setting, policies, DEFAULT, point)
    np.testing.assert_array_equal(moved.run(same, replicates=2).y,
                                  setting.run(policies, replicates=2).y)


def test_a_future_is_the_scenario_written_otherwise(
    lab: Lab, scenario: str, tmp_path: Path
) -> None:
    setting = set_up(lab, scenario, draws=3, seed=1)
    policies = list(setting.study.policies.values())
    moved, others = in_future(setting, policies, DEFAULT, {"labour_market": 0.4})
    data = yaml.safe_load(Path(scenario).read_text(encoding="utf-8"))
    data["firm"]["market"] = 0.4
    path = tmp_path / "hot.yaml"
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    hot = set_up(lab, str(path), draws=3, seed=1)
    np.testing.assert_array_equal(moved.run(others).y, hot.run(policies).y)
    assert (moved.run(others).y != setting.run(policies).y).any()


def test_the_first_named_future_is_the_comparison(
    lab: Lab, scenario: str, tree: dict[str, Any]
) -> None:
    setting = set_up(lab, scenario, draws=3, seed=1)
    y = setting.run(list(setting.study.policies.values()), replicates=2).y
    for p, figures in enumerate(tree["named"][0]["policies"]):
        for name, figure in figures.items():
            assert outcome(name).over_months == "sum"
            expected = y[:, :, p, :, OUTCOMES.index(name)].sum(axis=2).mean(axis=1)
            assert figure["mean"] == pytest.approx(expected.mean(), rel=1e-12)
            assert figure["lower"] == pytest.approx(np.quantile(expected, 0.05), rel=1e-12)


def test_decision_loss_and_the_table_of_futures_come_from_the_same_figures(
    lab: Lab, tree: dict[str, Any]
) -> None:
    values = np.array(tree["values"]["regretted"])
    np.testing.assert_array_equal(tree["stress"]["loss"],
                                  values - values.min(axis=1, keepdims=True))
    rows = list(csv.DictReader(io.StringIO((lab.path / "out" / "futures.csv").read_text())))
    assert len(rows) == 20 * 2
    assert [float(row["regretted"]) for row in rows] == values.ravel().tolist()
    assert float(rows[0]["labour_market"]) == tree["futures"][0]["labour_market"]
    assert json.loads((lab.path / "out" / "stress.json").read_text(encoding="utf-8")) == tree


class Stop(Progress):
    """Cancels itself once `after` futures are done."""

    def __init__(self, after: int) -> None:
        super().__init__(self._told)
        self._after = after

    def _told(self, stage: str, done: int, total: int) -> None:
        if stage == "futures" and done >= self._after:
            self.cancel()


def test_a_stopped_run_goes_on_where_it_was_to_the_same_result(
    tmp_path: Path, scenario: str, tree: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = Lab.create(tmp_path / "lab")
    with pytest.raises(Cancelled) as caught:
        stress(lab, scenario, progress=Stop(10), **SMALL)
    assert caught.value.code == "stress_stopped"
    assert caught.value.values == {"kept": 10, "total": 29}
    assert not (lab.path / "stress" / "small.json").exists()
    kept = sorted(lab.path.glob("stress/parts/*/*.npz"))
    assert len(kept) == 2
    kept[0].write_bytes(b"half")  # a part that cannot be read is made again
    ran = []
    original = set_up(lab, scenario, draws=3, seed=1).__class__.run
    monkeypatch.setattr("simlab.jobs.setting.Setting.run",
                        lambda *a, **k: ran.append(1) or original(*a, **k))
    again = stress(lab, scenario, **SMALL).to_json()
    assert len(ran) == 29 - 5
    for key in ("futures", "values", "stress", "named", "noise"):
        assert json.loads(json.dumps(again[key])) == tree[key], key
    assert not list(lab.path.glob("stress/parts"))


@pytest.mark.parametrize(("options", "code"), [
    ({"uncertainties": ["labor_market"]}, "unknown_uncertainty"),
    ({"policies": ["move_only"]}, "too_few_policies"),
    ({"objective": "regreted"}, "unknown_outcome"),
    ({"objective": "headcount"}, "outcome_no_objective"),
    ({"thresholds": ["regretted=3"]}, "bad_threshold"),
    ({"thresholds": ["regrets<=3"]}, "unknown_outcome"),
    ({"futures": 3}, "bad_count"),
])
def test_bad_input_is_refused_before_the_work(
    tmp_path: Path, scenario: str, options: dict[str, Any], code: str
) -> None:
    lab = Lab.create(tmp_path / "lab")
    with pytest.raises(LabError) as caught:
        stress(lab, scenario, **(SMALL | options))
    assert caught.value.code == code
    assert caught.value.explain("zh") != caught.value.explain("en")
    assert not (lab.path / "stress").exists()


def test_a_stress_test_is_stale_once_its_uncertainties_change(
    lab: Lab, scenario: str
) -> None:
    (item,) = [each for each in status(lab).items if each.kind == "stress"]
    assert item.stale == ()
    before = Path(scenario).read_text(encoding="utf-8")
    data = yaml.safe_load(before) | {"thresholds": [{"outcome": "regretted", "at_most": 1}]}
    Path(scenario).write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    try:
        (item,) = [each for each in status(lab).items if each.kind == "stress"]
        assert item.stale == ("uncertainties",)
    finally:
        Path(scenario).write_text(before, encoding="utf-8")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_report_shows_it_in_both_languages(
    lab: Lab, tree: dict[str, Any], lang: str
) -> None:
    page = report(lab, lang).read_text(encoding="utf-8")
    assert 'id="figure-loss-map"' in page
    assert 'id="figure-named-loss-map"' in page
    for line in (*told.notes(tree, lang), told.thresholds(tree, lang)):
        assert escape(line) in page


def test_a_box_in_words() -> None:
    tree = {"uncertainties": [each.model_dump(mode="json") for each in DEFAULT]}
    box = {"restrictions": [
        {"name": "labour_market", "lower": 0.2, "upper": None},
        {"name": "lever_effects", "lower": None, "upper": 0.75}]}
    assert told.where(tree, box, "en") == (
        "the labour market is above +0.20 and the strength of levers is below ×0.75")
    assert told.where(tree, box, "zh") == "劳动力市场高于 +0.20且杠杆作用的强度低于 ×0.75"


def test_the_command_prints_tables_and_one_json_object(lab: Lab, scenario: str) -> None:
    arguments = ["stress", str(lab.path), scenario, "--futures", "20", "--draws", "2",
                 "--replicates", "1", "--months", "2", "--threshold", "regretted<=0.5"]
    shown = CliRunner().invoke(app, [*arguments, "--lang", "en"])
    assert shown.exit_code == 0, shown.output
    assert "Decision loss" in shown.stdout
    assert "Thresholds: regretted exits at most 0.50" in shown.stdout.replace("\n", " ")
    found = json.loads(CliRunner().invoke(app, [*arguments, "--json"]).stdout)
    assert found["options"]["futures"] == 20
    assert found["noise"] is None
    assert found["stress"]["thresholds"] == [{"outcome": "regretted", "at_most": 0.5}]
    refused = CliRunner().invoke(app, [*arguments, "--policy", "move_only"])
    assert refused.exit_code == 2


def test_built_in_scenarios_can_be_stressed_as_they_are() -> None:
    for name in scenarios.names():
        assert scenarios.load(name).uncertainties

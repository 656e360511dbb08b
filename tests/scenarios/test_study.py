"""Is a study file read as it is meant, and refused where it cannot be?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
import yaml

import scenarios
from scenarios.event import load_event
from scenarios.study import StudyFile, load_study, study_names, study_schema
from simlab.errors import LabError
from simlab.i18n import LANGUAGES

WEIGHTS = "incentive.stages.0.weights"


def study(**changes: Any) -> StudyFile:
    given = {"name": "s", "title": {"en": "S", "zh": "研"}, "scenario": "sales_transition"}
    return StudyFile.model_validate(given | changes)


def refused(tmp_path: Path, **changes: Any) -> str:
    file = tmp_path / "s.yaml"
    given = {"name": "s", "title": {"en": "S", "zh": "研"}, "scenario": "sales_transition"}
    file.write_text(yaml.safe_dump(given | changes), encoding="utf-8")
    with pytest.raises(LabError) as error:
        load_study(str(file))
    assert error.value.explain("zh")
    return str(error.value)


@pytest.mark.parametrize("name", study_names())
def test_built_in_studies_are_what_the_schema_says(name: str) -> None:
    file = Path(__file__).parents[2] / "scenarios" / "studies" / f"{name}.yaml"
    for lang in LANGUAGES:
        jsonschema.validate(yaml.safe_load(file.read_text(encoding="utf-8")), study_schema(lang))
    assert load_study(name).rows()


def test_a_factorial_design_has_every_combination_once() -> None:
    rows = study(design="factorial", factors={
        "training.coaching": {"lower": 0, "upper": 0.3, "step": 0.1},
        "incentive.transparency": {"choices": [True, False]},
        "months": {"choices": [6, 12, 24]}}).rows()
    assert len(rows) == 4 * 2 * 3
    assert len({tuple(row.items()) for row in rows}) == len(rows)
    assert {round(row["training.coaching"], 9) for row in rows} == {0, 0.1, 0.2, 0.3}


@pytest.mark.parametrize("design", ["latin_hypercube", "sobol"])
def test_points_spread_over_each_range(design: str) -> None:
    rows = study(design=design, points=64, seed=3, factors={
        "training.coaching": {"lower": 0.2, "upper": 0.6},
        "firm.market": {"lower": -1, "upper": 1, "step": 0.5},
        "intervention.kind": {"choices": ["coaching", "relief"]}}).rows()
    coaching = np.array([row["training.coaching"] for row in rows])
    # one in each 64th of the range: both designs are stratified in every factor
    assert sorted(((coaching - 0.2) / 0.4 * 64).astype(int)) == list(range(64))
    market = [row["firm.market"] for row in rows]
    assert set(market) == {-1, -0.5, 0, 0.5, 1}
    assert max(market.count(value) for value in set(market)) <= 14
    assert sum(row["intervention.kind"] == "relief" for row in rows) == 32


def test_the_seed_decides_the_design() -> None:
    def rows(seed: int) -> Any:
        return study(design="latin_hypercube", points=8, seed=seed,
                     factors={"training.coaching": {"lower": 0, "upper": 1}}).rows()

    assert rows(1) == rows(1)
    assert rows(1) != rows(2)


def test_kpi_weights_are_shares_of_their_points() -> None:
    rows = study(design="latin_hypercube", points=16, factors={WEIGHTS: {"points": {
        "sales_amount": {"lower": 1, "upper": 3}, "customer_retention": {"lower": 0, "upper": 2},
    }}}).rows()
    for row in rows:
        assert sum(row[WEIGHTS].values()) == pytest.approx(1)
    assert len({row[WEIGHTS]["sales_amount"] for row in rows}) == 16


def test_a_listed_design_is_one_row() -> None:
    assert study().rows() == [{}]


@pytest.mark.parametrize(("changes", "said"), [
    ({"design": "sobol", "points": 100,
      "factors": {"training.coaching": {"lower": 0, "upper": 1}}}, "64 or 128"),
    ({"design": "factorial", "factors": {"training.coaching": {"lower": 0, "upper": 1}}}, "step"),
    ({"design": "latin_hypercube", "factors": {"training.coaching": {"lower": 0, "upper": 1}}},
     "points"),
    ({"factors": {"training.coaching": {"lower": 0, "upper": 1}}}, "listed"),
    ({"design": "sobol", "points": 8}, "factors"),
    ({"design": "factorial", "months": 12, "factors": {"months": {"choices": [6, 12]}}}, "months"),
    ({"design": "factorial", "factors": {"firm.people": {"points": {
        "a": {"lower": 1, "upper": 2}, "b": {"lower": 1, "upper": 2}}}}}, "KPI"),
    ({"replicates": 0}, "replicates"),
    ({"colour": "red"}, "colour"),
    ({"name": "../elsewhere"}, "name"),
])
def test_what_cannot_be_run_is_refused(
    tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    assert said in refused(tmp_path, **changes)


def test_too_many_combinations_are_refused_before_they_are_made() -> None:
    fine = {"lower": 0, "upper": 1, "step": 0.001}
    with pytest.raises(LabError, match="combinations"):
        study(design="factorial", factors={
            "training.coaching": fine, "support.routing": fine, "selection.by_fit": fine}).rows()


@pytest.mark.parametrize(("read", "what"), [
    (load_study, "a study"), (scenarios.load, "a scenario"), (scenarios.policy, "a policy"),
    (lambda name: load_event(Path(name)), "a past change")])
def test_a_file_that_is_not_there_is_asked_for_by_what_it_should_hold(
    read: Callable[[str], Any], what: str
) -> None:
    with pytest.raises(LabError, match=f"no such file. Give the path of {what}"):
        read("nowhere.yaml")


def test_an_unknown_study_names_those_there_are() -> None:
    with pytest.raises(LabError, match="coaching_and_guarantee"):
        load_study("coaching")


def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "s.yaml"
    file.write_text("- 1\n", encoding="utf-8")
    with pytest.raises(LabError, match="simlab schema study"):
        load_study(str(file))

"""Are policies validated in the user's words, and compiled faithfully?"""

from pathlib import Path

import numpy as np
import pytest
import yaml

import scenarios
from simlab.errors import LabError
from simlab.policy import compile_policies, load_policy, parse_policy
from simlab.practice import NAMES, kpis, pack, practice_records, skills
from simlab.world import KPIS, SKILLS

TITLE = {"en": "A", "zh": "甲"}


def refused(data, tmp_path):
    import yaml

    file = tmp_path / "policy.yaml"
    file.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    with pytest.raises(LabError) as caught:
        load_policy(file)
    assert str(file) in caught.value.explain("en")
    assert str(file) in caught.value.explain("zh")
    return [p.values["field"] for p in caught.value.problems], caught.value.explain("en")


@pytest.mark.parametrize(
    ("levers", "field", "words"),
    [
        ({"incentive": {"stages": [{"weights": {"sales_amount": 0.7}}]}}, "incentive.stages.0",
         "sum to 0.7"),
        ({"incentive": {"stages": [{"weights": {"luck": 1.0}}]}}, "(policy)", "unknown KPI luck"),
        ({"selection": {"key_share": 1.5}}, "selection.key_share",
         "1.5 is too high; expected at most 1"),
        ({"training": {"course_hours": {"juggling": 3}}}, "(policy)", "unknown skill juggling"),
        ({"punishment": {}}, "punishment", "no such field"),
        ({"title": {"en": "A"}}, "title", "needs en and zh"),
    ],
)
def test_a_wrong_field_is_named(levers, field, words, tmp_path):
    fields, said = refused({"name": "a", "title": TITLE} | levers, tmp_path)
    assert fields == [field]
    assert words in said


def test_what_is_no_yaml_or_no_file_is_said(tmp_path):
    file = tmp_path / "p.yaml"
    with pytest.raises(LabError, match="no such file"):
        load_policy(file)
    file.write_bytes(b"\xff\xfe\x00{{{")
    with pytest.raises(LabError, match="not readable YAML"):
        load_policy(file)


@pytest.mark.parametrize("name", scenarios.policies())
def test_built_in_policies_compile(name):
    policy = scenarios.policy(name)
    record = compile_policies([policy])[0]
    assert record["weights"][: len(policy.incentive.stages)].sum(axis=1) == pytest.approx(1.0)
    assert record["key_share"] == pytest.approx(policy.selection.key_share)
    assert set(policy.title) == {"en", "zh"}


def test_stages_begin_when_they_say():
    policy = parse_policy(
        {"name": "a", "title": TITLE, "incentive": {"stages": [
            {"weights": {"sales_amount": 1.0}},
            {"from_month": 6, "weights": {"customer_retention": 1.0}}]}}, "here")
    record = compile_policies([policy])[0]
    assert record["stage_from"][0] < -1000
    assert record["stage_from"][1] == 6
    assert record["stage_from"][2] > 1000
    assert record["weights"][1, kpis("sales").index("customer_retention")] == 1.0


@pytest.mark.parametrize("name", NAMES)
def test_role_packs_name_everything_in_both_languages(name):
    data = pack(name)
    assert len(skills(name)) == SKILLS
    assert len(kpis(name)) == KPIS
    for group in ("skills", "kpis", "tasks", "industries", "departments"):
        for entry in data[group].values():
            assert entry["en"]
            assert entry["zh"]
    record = practice_records()[NAMES.index(name)]
    np.testing.assert_allclose(record["standard_demand"].sum(), 1, atol=1e-6)
    np.testing.assert_allclose(record["key_demand"].sum(), 1, atol=1e-6)
    np.testing.assert_allclose(record["industry_share"].sum(), 1, atol=1e-6)
    np.testing.assert_allclose(record["department_share"].sum(), 1, atol=1e-6)
    assert (record["target"] > 0).all()


@pytest.mark.parametrize("name", scenarios.names())
def test_built_in_scenarios_load(name):
    study = scenarios.load(name)
    assert study.baseline in study.policies
    assert len(study.policies) >= 2
    assert len(study.firm().people) == study.facts.people


def test_unknown_names_list_the_known_ones():
    with pytest.raises(LabError, match="sales_transition"):
        scenarios.load("nope")
    with pytest.raises(LabError, match="move_only"):
        scenarios.policy("nope")


@pytest.mark.parametrize(("change", "field"), [
    ({"current": "nope"}, "current"), ({"policies": ["move_only", "nope"]}, "policies.1")])
def test_a_scenario_file_with_an_unknown_policy_names_the_field(tmp_path, change, field):
    built_in = Path(scenarios.__file__).parent / "sales_transition.yaml"
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(yaml.safe_load(built_in.read_text("utf-8")) | change), "utf-8")
    with pytest.raises(LabError) as refused:
        scenarios.load(str(path))
    assert refused.value.code == "scenario_policy"
    assert f"field {field}" in str(refused.value)


def test_every_kind_of_wrong_field_is_told_in_both_languages(tmp_path):
    wrong = {"name": "Bad Name", "title": TITLE, "practice": "circus",
             "incentive": {"guarantee_months": 2.5, "payout_lag": "soon", "targets": {"luck": 1}},
             "training": {"fragments": "perhaps", "course_hours": 3},
             "support": {"capacity": -1}, "hiring": {"candidates": 99}}
    with pytest.raises(LabError) as error:
        parse_policy(wrong, "bad.yaml")
    for problem in error.value.problems:
        assert problem.code != "policy_field", problem.explain("en")
        assert problem.explain("zh") != problem.explain("en")

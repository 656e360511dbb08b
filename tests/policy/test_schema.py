"""Does the JSON Schema of policies and scenarios accept what the lab accepts, refuse what it
refuses, and explain every field in both languages?"""

from importlib import resources

import jsonschema
import pytest
import yaml

import scenarios
from scenarios.event import EventFile
from scenarios.load import ScenarioFile
from scenarios.study import StudyFile
from simlab.errors import LabError
from simlab.i18n import catalogue
from simlab.policy import Policy, parse_policy, policy_schema
from simlab.policy.schema import described

TITLE = {"en": "A", "zh": "甲"}
BUILT_IN = resources.files("scenarios")


def validator(schema):
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def read(*path):
    return yaml.safe_load(BUILT_IN.joinpath(*path).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", scenarios.policies())
def test_a_built_in_policy_is_valid(name):
    validator(policy_schema()).validate(read("policies", f"{name}.yaml"))


@pytest.mark.parametrize("name", scenarios.names())
def test_a_built_in_scenario_is_valid(name):
    validator(scenarios.schema()).validate(read(f"{name}.yaml"))


@pytest.mark.parametrize(
    "levers",
    [
        {"selection": {"key_share": 1.5}},
        {"incentive": {"stages": [{"weights": {"luck": 1.0}}]}},
        {"incentive": {"stages": []}},
        {"training": {"course_hours": {"juggling": 3}}},
        {"training": {"course_hours": {"closing": "long"}}},
        {"punishment": {}},
        {"intervention": {"kind": "warning"}},
        {"title": {"en": "A"}},
        {"name": "Not A Name"},
    ],
)
def test_what_the_lab_refuses_the_schema_refuses(levers):
    policy = {"name": "a", "title": TITLE}
    parse_policy(policy, "here")
    validator(policy_schema()).validate(policy)
    with pytest.raises(LabError):
        parse_policy(policy | levers, "here")
    with pytest.raises(jsonschema.ValidationError):
        validator(policy_schema()).validate(policy | levers)


@pytest.mark.parametrize(
    ("change", "field"),
    [({"months": 0}, "months"), ({"start": "2026-13"}, "start"), ({"question": "?"}, "question"),
     ({"firm": {"people": 0}}, "firm.people"),
     ({"policies": [{"name": "a", "title": TITLE, "selection": {"key_share": 2}}]},
      "policies.0.policy.selection.key_share")],
)
def test_a_wrong_field_of_a_scenario_is_named(change, field, tmp_path):
    data = read("sales_transition.yaml") | change
    file = tmp_path / "s.yaml"
    file.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    with pytest.raises(LabError) as caught:
        scenarios.load(str(file))
    assert [p.values["field"] for p in caught.value.problems] == [field]
    with pytest.raises(jsonschema.ValidationError):
        validator(scenarios.schema()).validate(data)


def test_a_policy_written_out_in_a_scenario_is_read(tmp_path):
    data = read("sales_transition.yaml")
    del data["search"]  # it begins at a policy left out here
    data["policies"] = ["move_only", {"name": "own", "title": TITLE,
                                      "selection": {"key_share": 0.25}}]
    file = tmp_path / "s.yaml"
    file.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    study = scenarios.load(str(file))
    assert list(study.policies) == ["move_only", "own"]
    assert study.policies["own"].selection.key_share == 0.25
    validator(scenarios.schema()).validate(data)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("model", [Policy, ScenarioFile, EventFile])
def test_every_field_has_a_meaning_and_a_unit(model, lang):
    parts = list(described(model, lang))
    assert parts[0][0] == model.__name__
    assert {"Incentive", "StageWeights", "Conditions"} <= {name for name, _, _ in parts}
    for name, meaning, fields in parts:
        assert meaning, name
        for field in fields:
            assert field.meaning, (name, field.name)
            assert field.unit, (name, field.name)
            chinese = any("\u4e00" <= sign <= "\u9fff" for sign in field.meaning)
            assert chinese == (lang == "zh"), (name, field.name)


def test_meanings_stand_once_and_none_is_left_over():
    used = set()
    for model in (Policy, ScenarioFile, EventFile, StudyFile):
        schema = model.model_json_schema()
        for part in (schema, *schema["$defs"].values()):
            for field, form in part.get("properties", {}).items():
                used.add(f"{part['title']}.{field}")
                assert "$ref" in form or "description" not in form, (
                    f"the meaning of {field} belongs into the texts field.{part['title']}.{field}")
    said = {key.removeprefix("field.").rpartition(".")[0]
            for key in catalogue("en") if key.startswith("field.")}
    assert said == used


def test_defaults_and_bounds_are_shown_as_written():
    found = {(name, f.name): f for name, _, fields in described(Policy, "en") for f in fields}
    cap = found["Incentive", "attainment_cap"]
    assert (cap.form, cap.default) == ("number from 0.5 to 5", "1.2")
    assert found["Incentive", "transparency"].default == "false"
    assert found["Policy", "name"].default == ""
    assert yaml.safe_load(found["Incentive", "stages"].default) == [
        {"from_month": 0, "weights": {"sales_amount": 1.0}}]

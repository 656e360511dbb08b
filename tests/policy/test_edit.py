"""Fields of a policy set by their paths: what optimisers, studies and switches do to it."""

import pytest

import scenarios
from simlab.errors import LabError
from simlab.policy import Policy, field_of, levers, with_fields

BASE = scenarios.policy("train_and_help")


def test_a_field_is_set_and_the_rest_stays():
    made = with_fields(BASE, {"training.coaching": 0.25}, name="less_coaching")
    assert made.training.coaching == 0.25
    assert made.name == "less_coaching"
    assert made.model_copy(update={"name": BASE.name, "training": BASE.training}) == BASE


def test_parts_of_lists_and_of_what_users_name_are_fields_too():
    weights = {"incentive.stages.0.weights": {"sales_amount": 0.75}}
    made = with_fields(BASE, {**weights, "incentive.stages.0.weights.customer_satisfaction": 0.25,
                              "training.course_hours.closing": 3, "support.capacity": 2})
    assert made.incentive.stages[0].weights == {"sales_amount": 0.75,
                                                "customer_satisfaction": 0.25}
    assert field_of(made, "training.course_hours.closing") == 3
    assert field_of(made, "incentive.stages.0.from_month") == 0


@pytest.mark.parametrize("path", levers())
def test_every_field_can_be_read_and_set_to_what_it_is(path):
    assert with_fields(BASE, {path: field_of(BASE, path)}) == BASE


@pytest.mark.parametrize("path", [
    "training.coachign", "coaching", "training", "title.en", "name", "practice", "training.x.y",
    "incentive.stages.9.weights", "incentive.stages.x", "", "."])
def test_an_unknown_field_is_refused_with_the_nearest_ones(path):
    with pytest.raises(LabError) as refused:
        with_fields(BASE, {path: 1})
    assert refused.value.code == "unknown_lever"
    if path == "training.coachign":
        assert "training.coaching" in refused.value.values["near"]


def test_a_value_out_of_its_range_names_the_field():
    with pytest.raises(LabError) as refused:
        with_fields(BASE, {"training.coaching": 7}, source="study.yaml")
    assert refused.value.code == "policy_invalid"
    assert [p.values["field"] for p in refused.value.problems] == ["training.coaching"]
    assert "study.yaml" in str(refused.value)


def test_weights_that_do_not_sum_are_refused():
    with pytest.raises(LabError, match="sum to 1"):
        with_fields(Policy(name="p", title={"en": "p", "zh": "p"}),
                    {"incentive.stages.0.weights.customer_satisfaction": 0.5})

"""Does the declaration of a search mean what it says, and refuse what cannot be searched?"""

from importlib import resources
from pathlib import Path

import pytest
import yaml

import scenarios
from simlab.errors import LabError
from simlab.policy import field_of
from simlab.policy.search import Points, Range, Search

START = scenarios.policy("train_and_help")
HOW_TO = Path(__file__).resolve().parents[2] / "docs/how-to/find-the-best-within-a-budget.md"
WEIGHTS = "incentive.stages.0.weights"


def declared(**levers):
    return Search.model_validate({"levers": {k.replace("__", "."): v for k, v in levers.items()}})


@pytest.mark.parametrize("points", [(1, 1), (3, 1), (1, 7), (0.3, 4.9), (1, 0)])
def test_points_become_weights_that_sum_to_one(points):
    space = declared(**{WEIGHTS: {"points": {
        "sales_amount": {"lower": 0.3, "upper": 5},
        "customer_satisfaction": {"lower": 0, "upper": 7}}}})
    values = dict(zip(space.dimensions(), points, strict=True))
    weights = field_of(space.policy(START, values, "found"), WEIGHTS)
    assert sum(weights.values()) == pytest.approx(1, abs=1e-9)
    assert weights["sales_amount"] == pytest.approx(points[0] / sum(points), abs=1e-4)


def test_what_is_not_searched_stays_as_it_is():
    space = declared(training__coaching={"lower": 0, "upper": 1},
                     intervention__kind={"choices": ["coaching", "relief"]})
    found = space.policy(START, {"training.coaching": 0.12345678, "intervention.kind": "relief"},
                         "found")
    assert (found.name, found.training.coaching, found.intervention.kind) == (
        "found", 0.123, "relief")
    same = found.model_copy(update={"name": START.name, "training": START.training,
                                    "intervention": START.intervention})
    assert same == START


@pytest.mark.parametrize(
    ("part", "said"),
    [({"training.coaching": {"lower": 1, "upper": 0}}, "below upper"),
     ({"training.coaching": {"lower": 0, "upper": 1, "step": 0.3}}, "steps of 0.3 do not lead"),
     ({"training.coaching": {"choices": [1]}}, "at least 2"),
     ({"training.coaching": {"lower": 0, "upper": 1, "most": 2}}, "no such field"),
     ({"training.coaching": {"lower": 0, "upper": 1.5}}, "training.coaching"),
     ({"intervention.falling_months": {"lower": 1, "upper": 3, "step": 0.5}}, "falling_months"),
     ({"intervention.kind": {"choices": ["relief", "warning"]}}, "intervention.kind"),
     ({"training.coachin": {"lower": 0, "upper": 1}}, "training.coaching"),
     ({WEIGHTS: {"points": {"sales_amount": {"lower": 0, "upper": 1},
                            "order_conversion": {"lower": 0, "upper": 1}}}}, "above 0"),
     ({WEIGHTS: {"points": {"luck": {"lower": 1, "upper": 2},
                            "sales_amount": {"lower": 1, "upper": 2}}}}, "unknown KPI luck")],
)
def test_a_lever_that_cannot_be_searched_is_named(part, said, tmp_path):
    refused = _scenario(tmp_path, {"start": "train_and_help", "levers": part})
    assert said in refused.explain("en")
    assert "search" in refused.explain("en")


def test_a_start_that_is_no_policy_of_the_scenario_is_refused(tmp_path):
    refused = _scenario(tmp_path, {"start": "elsewhere", "levers": {
        "training.coaching": {"lower": 0, "upper": 1}}})
    assert refused.code == "search_start"


@pytest.mark.parametrize("limit", [{"probability": 0.3, "at_most": 1}, {"probability": 0.9}, {}])
def test_a_limit_is_a_figure_with_a_probability_that_protects(limit, tmp_path):
    refused = _scenario(tmp_path, {"levers": {"training.coaching": {"lower": 0, "upper": 1}},
                                   "constraints": {"involuntary": limit}})
    assert "search.constraints.involuntary" in refused.explain("en")


@pytest.mark.parametrize("safeguard", ["pay_floor", "hours", "involuntary", "headcount",
                                       "group_loss"])
def test_safeguards_stand_by_default_and_cannot_be_taken_away(safeguard, tmp_path):
    space = declared(training__coaching={"lower": 0, "upper": 1})
    assert getattr(space.constraints, safeguard) is not None
    levers = {"training.coaching": {"lower": 0, "upper": 1}}
    refused = _scenario(tmp_path, {"levers": levers, "constraints": {safeguard: None}})
    assert safeguard in refused.explain("en")


@pytest.mark.parametrize("name", ["sales_transition", "premium_care"])
def test_built_in_scenarios_declare_six_levers(name):
    space = scenarios.load(name).search
    assert len(space.levers) == 6
    assert space.constraints.budget is not None
    kinds = {type(searched) for searched in space.levers.values()}
    assert Range in kinds
    assert (Points in kinds) == (name == "premium_care")


def test_the_declaration_of_the_how_to_is_valid():
    page = HOW_TO.read_text(encoding="utf-8")
    data = yaml.safe_load(page.partition("```yaml\n")[2].partition("```")[0])
    space = Search.model_validate(data["search"])
    assert list(space.problems(scenarios.policy(space.start), "how-to")) == []


def _scenario(tmp_path, search):
    path = resources.files("scenarios").joinpath("sales_transition.yaml")
    data = yaml.safe_load(path.read_text(encoding="utf-8")) | {"search": search}
    file = tmp_path / "s.yaml"
    file.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    with pytest.raises(LabError) as caught:
        scenarios.load(str(file))
    return caught.value

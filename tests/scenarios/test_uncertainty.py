"""Do uncertainties move what they name, as far as they say, and nothing else?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

import scenarios
from scenarios.facts import FirmFacts
from scenarios.uncertainty import (
    DEFAULT,
    TARGETS,
    Uncertainty,
    chosen,
    draws_in,
    facts_in,
    latin_hypercube,
    policies_in,
)
from simlab.errors import LabError
from simlab.parameters import INDEX, NAMES, REGISTRY, prior_draws

NOBODY = np.zeros(len(NAMES), bool)


def one(target: str, how: str = "multiply", **given: Any) -> Uncertainty:
    return Uncertainty.model_validate({
        "name": "it", "title": {"en": "it", "zh": "它"}, "target": target, "how": how,
        **({"range": (0.5, 1.5)} | given)})


def file(folder: Path, *uncertainties: dict[str, Any], **more: Any) -> str:
    study = {
        "name": "small", "title": {"en": "a", "zh": "a"}, "question": {"en": "b", "zh": "b"},
        "start": "2026-01", "months": 3, "firm": {"people": 10}, "current": "before_transition",
        "baseline": "move_only", "policies": ["move_only", "pay_bridge"],
        "uncertainties": list(uncertainties), **more}
    path = folder / "small.yaml"
    path.write_text(yaml.safe_dump(study), encoding="utf-8")
    return str(path)


def written(**given: Any) -> dict[str, Any]:
    return {"name": "it", "title": {"en": "it", "zh": "它"}, "target": "firm.market",
            "how": "add", "range": [-0.2, 0.2]} | given


def test_a_fact_is_moved_and_no_other() -> None:
    facts = FirmFacts(coaching=0.4, market=(0.1, 0.2))
    assert facts_in(facts, [one("firm.coaching")], {"it": 1.5}).coaching == pytest.approx(0.6)
    assert facts_in(facts, [one("firm.market", "add")], {"it": 0.5}).market == (0.6, 0.7)
    months = facts_in(facts, [one("firm.dismissal_months", "set")], {"it": 2.6})
    assert months == facts.model_copy(update={"dismissal_months": 3})
    assert facts_in(facts, [one("firm.market", "add")], {}) == facts


def test_a_field_is_moved_in_every_policy() -> None:
    study = scenarios.load("sales_transition")
    policies = list(study.policies.values())
    moved = policies_in(policies, [one("selection.ramp_months")], {"it": 1.5})
    for before, after in zip(policies, moved, strict=True):
        assert after.selection.ramp_months == round(1.5 * before.selection.ramp_months)
        assert after.name == before.name
    assert policies_in(policies, DEFAULT, {}) == policies


def test_effects_that_the_data_informed_are_left_alone() -> None:
    draws = prior_draws(30, 1)
    informed = NOBODY.copy()
    informed[INDEX["help_exit"]] = True
    moved = draws_in(draws, informed, [one("effects.policy")], {"it": 0.5})
    for k, p in enumerate(REGISTRY):
        half = p.role == "policy" and not informed[k]
        expected = np.clip(draws[:, k] * 0.5, p.lower, p.upper) if half else draws[:, k]
        np.testing.assert_array_equal(moved[:, k], expected, err_msg=p.name)
    grade = draws_in(draws, NOBODY, [one("effects.published_trial")], {"it": 0.5})
    changed = {NAMES[k] for k in np.flatnonzero((grade != draws).any(axis=0))}
    assert changed == {p.name for p in REGISTRY if p.effect and p.grade == "published trial"}


def test_a_parameter_stays_within_its_bounds() -> None:
    draws = prior_draws(30, 1)
    k = INDEX["handover_loss"]
    moved = draws_in(draws, NOBODY, [one("parameters.handover_loss")], {"it": 50.0})
    assert moved[:, k].max() == REGISTRY[k].upper
    fixed = draws_in(draws, NOBODY, [one("parameters.handover_loss", "set")], {"it": 0.3})
    np.testing.assert_array_equal(fixed[:, k], 0.3)


def test_the_neutral_values_change_nothing_bit_for_bit() -> None:
    study = scenarios.load("sales_transition")
    policies, draws = list(study.policies.values()), prior_draws(50, 3)
    neutral = {each.name: 0.0 if each.how == "add" else 1.0 for each in DEFAULT}
    assert facts_in(study.facts, DEFAULT, neutral) == study.facts
    assert policies_in(policies, DEFAULT, neutral) == policies
    np.testing.assert_array_equal(draws_in(draws, NOBODY, DEFAULT, neutral), draws)


def test_a_latin_hypercube_has_one_future_in_each_slice_of_each_range() -> None:
    points = latin_hypercube(DEFAULT, 50, seed=4)
    for each in DEFAULT:
        low, high = each.range or (0.0, 0.0)
        slices = [int(50 * (point[each.name] - low) / (high - low)) for point in points]
        assert sorted(slices) == list(range(50))
    assert points == latin_hypercube(DEFAULT, 50, seed=4)
    assert points != latin_hypercube(DEFAULT, 50, seed=5)


def test_levels_without_a_range_are_taken_equally_often() -> None:
    levels = [{"title": {"en": str(v), "zh": str(v)}, "value": v} for v in (-0.2, 0.0, 0.3)]
    each = one("firm.market", "add", range=None, levels=levels)
    values = [point["it"] for point in latin_hypercube([each], 30, seed=1)]
    assert sorted(values) == [-0.2] * 10 + [0.0] * 10 + [0.3] * 10


def test_a_scenario_declares_its_own_or_gets_the_labs(tmp_path: Path) -> None:
    assert scenarios.load("sales_transition").uncertainties == DEFAULT
    study = scenarios.load(file(tmp_path, written(), thresholds=[
        {"outcome": "regretted", "at_most": 20}]))
    assert [each.name for each in study.uncertainties] == ["it"]
    assert study.thresholds[0].at_most == 20


@pytest.mark.parametrize(("given", "code", "said"), [
    ({"target": "firm.markt"}, "uncertainty_target", "firm.market"),
    ({"target": "selection.ramp"}, "uncertainty_target", "selection.ramp_months"),
    ({"target": "incentive.transparency"}, "uncertainty_target", "incentive.transparency"),
    ({"target": "firm.people"}, "uncertainty_target", "firm."),
    ({"target": "parameters.stress"}, "uncertainty_target", "stress_exit"),
    ({"range": [-3, 0.2]}, "uncertainty_outside", "-3"),
    ({"target": "selection.key_share", "how": "multiply", "range": [1, 3]},
     "uncertainty_outside", "selection.key_share"),
    ({"target": "parameters.stress_exit", "how": "set", "range": [0, 9]},
     "uncertainty_outside", "0 to 4"),
    ({"range": [0.2, 0.2]}, "scenario_invalid", "range"),
    ({"range": None}, "scenario_invalid", "levels"),
    ({"how": "multiply", "range": [-1, 1]}, "scenario_invalid", "negative"),
    ({"how": "divide"}, "scenario_invalid", "how"),
])
def test_bad_input_is_named(
    tmp_path: Path, given: dict[str, Any], code: str, said: str
) -> None:
    with pytest.raises(LabError) as caught:
        scenarios.load(file(tmp_path, written(**given)))
    assert caught.value.code == code
    for lang in ("en", "zh"):
        assert "small.yaml" in caught.value.explain(lang)
    assert said in caught.value.explain("en")


def test_two_uncertainties_do_not_move_the_same(tmp_path: Path) -> None:
    with pytest.raises(LabError) as caught:
        scenarios.load(file(tmp_path, written(), written(name="other")))
    assert (caught.value.code, caught.value.values["part"]) == ("uncertainty_twice", "target")


def test_an_unknown_name_brings_the_nearest() -> None:
    assert chosen(DEFAULT, []) == DEFAULT
    assert [each.name for each in chosen(DEFAULT, ["labour_market"])] == ["labour_market"]
    with pytest.raises(LabError, match="labour_market") as caught:
        chosen(DEFAULT, ["labor_market"])
    assert caught.value.code == "unknown_uncertainty"


def test_every_target_of_the_list_can_be_moved_or_is_no_number() -> None:
    study = scenarios.load("sales_transition")
    policies = list(study.policies.values())
    refused = set()
    for target in TARGETS:
        try:
            scenarios.uncertainty.check(
                [one(target, range=(1.0, 1.0000001))], study.facts, policies, "x")
        except LabError:
            refused.add(target)
    assert not {t for t in refused if t.startswith(("firm", "effects", "parameters"))}
    assert "selection.ramp_months" not in refused


def test_the_example_of_the_how_to_is_one(tmp_path: Path) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs/how-to/stress-a-policy.md").read_text(
        encoding="utf-8")
    example = yaml.safe_load(page.split("```yaml\n")[1].split("```")[0])
    study = scenarios.load(file(tmp_path, *example["uncertainties"],
                                thresholds=example["thresholds"]))
    assert [each.how for each in study.uncertainties] == ["add", "multiply", "set"]
    assert len(study.thresholds) == 2

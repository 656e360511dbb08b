"""Does a comparison answer its two questions correctly, and keep them apart?"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from simlab.decide import Beside, compare
from simlab.errors import LabError

OUTCOMES = ("exits", "regretted", "business", "pay_cost", "cost", "morale")


@dataclass(frozen=True)
class Toy:
    y: NDArray[np.float64]
    policies: tuple[str, ...]
    start: int = 2020 * 12
    provenance: dict[str, Any] = field(default_factory=dict)


def toy(
    hazard_ratio: float, *, draws: int = 60, replicates: int = 8, people: int = 200,
    months: int = 12, spread: float = 0.15, coupled: bool = True, seed: int = 1,
) -> Toy:
    """People leave where a uniform falls below their hazard; both policies see the same ones."""
    rng = np.random.default_rng(seed)
    y = np.zeros((draws, replicates, 2, months, len(OUTCOMES)))
    for d in range(draws):
        hazard = 0.02 * np.exp(spread * rng.normal())
        luck = rng.random((replicates, months, people))
        other = luck if coupled else rng.random((replicates, months, people))
        for p, (ratio, uniforms) in enumerate(((1.0, luck), (hazard_ratio, other))):
            exits = (uniforms < hazard * ratio).sum(axis=2)
            y[d, :, p, :, 0] = exits
            y[d, :, p, :, 1] = exits
            y[d, :, p, :, 2] = 1000 - exits
            y[d, :, p, :, 3] = 500
            y[d, :, p, :, 4] = 10 * p
            y[d, :, p, :, 5] = 0.5
    return Toy(y, ("now", "better"))


def study(ensemble: Toy, **options: Any) -> Any:
    return compare(ensemble, outcomes=OUTCOMES, **options)


@pytest.mark.smoke
def test_a_small_effect_is_certain_in_expectation_and_a_coin_toss_in_luck() -> None:
    effect = study(toy(0.95)).effect("better", "now")
    assert effect.beats > 0.95
    assert 0.45 < effect.sees_better < 0.75
    assert effect.ratio is not None
    assert effect.ratio.mean == pytest.approx(0.95, abs=0.02)
    assert effect.difference.mean == pytest.approx(-0.05 * 0.02 * 200 * 12, abs=1.0)


def test_common_random_numbers_cut_the_monte_carlo_error() -> None:
    coupled = study(toy(0.95)).effect("better", "now")
    independent = study(toy(0.95, coupled=False)).effect("better", "now")
    assert coupled.correlation > 0.9
    assert abs(independent.correlation) < 0.3
    assert coupled.monte_carlo_error < 0.5 * independent.monte_carlo_error
    assert independent.beats < coupled.beats
    # Luck is luck either way: the firm's own chance does not depend on how we simulate.
    assert independent.sees_better == pytest.approx(coupled.sees_better, abs=0.08)


def test_one_replicate_says_that_luck_and_ignorance_are_mixed() -> None:
    comparison = study(toy(0.95, replicates=1))
    effect = comparison.effect("better", "now")
    assert not comparison.luck_apart
    assert np.isnan(effect.monte_carlo_error)
    assert comparison.to_json()["effects"][0]["monte_carlo_error"] is None


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 5), st.integers(1, 4), st.integers(1, 6))
def test_the_same_policy_twice_differs_by_exactly_nothing(
    seed: int, draws: int, replicates: int, months: int
) -> None:
    rng = np.random.default_rng(seed)
    one = rng.gamma(2.0, 1e5, (draws, replicates, 1, months, len(OUTCOMES)))
    comparison = study(Toy(np.concatenate([one, one], axis=2), ("now", "same")))
    for effect in comparison.effects:
        gap = effect.difference
        assert (gap.mean, gap.lower, gap.upper) == (0.0, 0.0, 0.0)
        assert (effect.beats, effect.ties) == (0.0, 1.0)
        assert effect.ratio is not None
        assert effect.ratio.mean == 1.0
        assert set(effect.cumulative.p95) == {0.0}


def test_a_retained_person_has_a_price() -> None:
    comparison = study(toy(0.8))
    (retained,) = comparison.retained
    assert comparison.effect("better", "now", "cost").difference.mean == pytest.approx(120.0)
    assert retained.nobody == 0.0
    assert retained.per_person is not None
    assert retained.per_person.lower < 120.0 / retained.people.mean < retained.per_person.upper


def test_no_price_where_nobody_is_retained() -> None:
    (retained,) = study(toy(1.0)).retained
    assert retained.nobody == 1.0
    assert retained.per_person is None


def test_better_means_more_of_business_and_less_of_exits() -> None:
    comparison = study(toy(0.5))
    assert comparison.effect("better", "now", "business").beats == 1.0
    assert comparison.effect("better", "now", "exits").beats == 1.0
    assert comparison.effect("better", "now", "cost").beats == 0.0


def test_the_baseline_comes_first_whatever_the_order() -> None:
    comparison = study(toy(0.5), baseline="better")
    assert comparison.policies == ("better", "now")
    assert comparison.effect("now", "better").difference.mean > 0


def test_learning_the_level_of_exits_is_not_testing_the_policy() -> None:
    # The relative effect is 0.9 in every draw of both: the data narrowed the level alone.
    wide, narrow = toy(0.9, spread=0.6, replicates=30), toy(0.9, spread=0.05, replicates=30)
    effect = study(narrow, beside=Beside(prior=wide)).effect("better", "now")
    assert effect.prior is not None
    assert effect.difference.upper - effect.difference.lower < (
        effect.prior.difference.upper - effect.prior.difference.lower)
    assert effect.warrant != "partly"


def test_a_narrowed_relative_effect_counts_as_partly_tested() -> None:
    rng = np.random.default_rng(3)

    def ensemble(sd: float) -> Toy:
        y = np.full((200, 4, 2, 3, len(OUTCOMES)), 10.0)
        y[:, :, 1] *= np.exp(-0.2 + sd * rng.normal(size=(200, 1, 1, 1)))
        return Toy(y, ("now", "better"))

    told = Beside(prior=ensemble(0.4))
    assert study(ensemble(0.05), beside=told).effect("better", "now").warrant == "partly"
    assert study(ensemble(0.4), beside=told).effect("better", "now").warrant == "assumed"


def test_a_fan_holds_nine_in_ten_futures() -> None:
    ensemble = toy(0.9)
    fan = next(f for f in study(ensemble).fans if (f.policy, f.outcome) == ("now", "exits"))
    month = ensemble.y[:, :, 0, 3, 0]
    assert ((month >= fan.p05[3]) & (month <= fan.p95[3])).mean() >= 0.9
    assert fan.mean[3] == pytest.approx(month.mean())


def test_a_comparison_is_plain_data() -> None:
    tree = study(toy(0.9)).to_json()
    assert json.loads(json.dumps(tree, allow_nan=False)) == tree
    assert tree["months"][0] == "2020-01"
    assert len(study(toy(0.9)).to_rows()) == len(OUTCOMES)


@pytest.mark.parametrize(("change", "code"), [
    ({"policies": ("now",)}, "too_few_policies"),
    ({"policies": ("now", "now")}, "policy_twice"),
    ({}, "unknown_baseline"),
])
def test_what_cannot_be_compared_is_refused(change: dict[str, Any], code: str) -> None:
    whole = toy(0.9, draws=2)
    policies = change.get("policies", whole.policies)
    baseline = None if change else "absent"
    with pytest.raises(LabError) as raised:
        study(Toy(whole.y[:, :, : len(policies)], policies), baseline=baseline)
    assert raised.value.code == code


def test_a_figure_that_is_no_number_is_refused() -> None:
    broken = toy(0.9, draws=2)
    broken.y[0, 0, 0, 0, 0] = np.nan
    with pytest.raises(LabError) as raised:
        study(broken)
    assert raised.value.code == "outcomes_not_finite"

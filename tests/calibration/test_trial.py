"""Is an arm of a trial predicted from the other one, by what its people brought?"""

from __future__ import annotations

import numpy as np
import pytest

from calibration import trial
from calibration.trial import Arm, Fitted, Predicted, fit, predict, scores
from simlab.parameters import INDEX, REGISTRY, prior_draws, prior_mean
from simlab.policy import Policy

HOME = Policy.model_validate({
    "name": "home", "title": {"en": "Home", "zh": "居家"}, "practice": "general",
    "conditions": {"remote_days": 4}})
MONTHS = 9


def people(seed: int, n: int = 120) -> Arm:
    rng = np.random.default_rng(seed)
    return Arm(rng.integers(2, 80, n).astype(float), 1500 * np.exp(0.1 * rng.standard_normal(n)),
               rng.standard_normal(n))


def one(level: float, remote: float = 0.12) -> np.ndarray:
    draw = prior_mean()
    draw[INDEX["exit_level"]], draw[INDEX["remote_exit"]] = level, remote
    return draw[None, :]


@pytest.fixture(scope="module")
def predicted() -> Predicted:
    return predict(people(2), Fitted(one(-3.0), 1.0, 0.0), HOME, MONTHS, threads=1)


def test_days_at_home_cut_the_chance_as_the_lever_says(predicted: Predicted) -> None:
    def hazard(chance: np.ndarray) -> float:
        return float(-np.log1p(-chance).mean())

    ratio = hazard(predicted.chance) / hazard(predicted.usual)
    # notice under way at the start and shocks are out of the lever's reach
    assert np.exp(-0.12 * 4) < ratio < 0.85


def test_a_lever_without_effect_changes_nobody() -> None:
    same = predict(people(2), Fitted(one(-3.0, remote=0.0), 1.0, 0.0), HOME, MONTHS, threads=1)
    np.testing.assert_array_equal(same.chance, same.usual)


def test_better_results_before_mean_fewer_leavers(predicted: Predicted) -> None:
    results = people(2).results
    low, high = results < np.quantile(results, 1 / 3), results > np.quantile(results, 2 / 3)
    assert predicted.usual[:, low].mean() > predicted.usual[:, high].mean() + 0.03


def test_the_level_of_an_arm_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "LEAST_EFFECTIVE", 5.0)
    arm = people(3, 200)
    base = predict(arm, Fitted(one(-2.6), 1.0, 0.0), HOME, MONTHS, threads=1).usual[0]
    left = np.random.default_rng(4).random(len(base)) < base
    fitted = fit(Arm(arm.tenure, arm.base, arm.results, left=left), MONTHS, draws=120, keep=60)
    again = predict(arm, fitted, HOME, MONTHS).usual
    assert abs(again.mean() - left.mean()) < 0.07
    prior = prior_draws(120, 1)[:, INDEX["exit_level"]]
    assert fitted.draws[:, INDEX["exit_level"]].std() < prior.std()


def test_the_share_of_few_people_is_wide(predicted: Predicted) -> None:
    many = Predicted(np.repeat(predicted.chance, 500, axis=0),
                     np.repeat(predicted.usual, 500, axis=0))
    everyone = np.ones(120, bool)
    few = np.arange(120) < 30
    assert many.share(few, 1).std() > 1.6 * many.share(everyone, 1).std()
    assert abs(many.share(everyone, 1).mean() - predicted.chance.mean()) < 0.01


def test_an_arm_without_outcome_teaches_nothing() -> None:
    with pytest.raises(ValueError, match="outcome"):
        fit(people(1), MONTHS, draws=10)


def test_scores_keep_the_order() -> None:
    values = np.array([3.0, -1.0, 10.0])
    np.testing.assert_array_equal(np.argsort(scores(values)), np.argsort(values))


def test_the_lever_rests_on_another_trial() -> None:
    source = REGISTRY[INDEX["remote_exit"]].source
    assert "Bloom, Han, Liang 2024" in source
    assert "memory" in source
    assert "2015" not in source
    assert not REGISTRY[INDEX["remote_exit"]].calibrated

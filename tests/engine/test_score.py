"""Does the scorer do what a scheme's arithmetic says?"""

import math

import numpy as np
import pytest

from simlab.engine.mesa_model import FirmModel
from simlab.parameters import prior_mean
from simlab.practice import kpis
from simlab.rules.pay import bonus_share
from simlab.rules.score import weighted_score
from simlab.world import KPIS, Kpi, Status
from tests.engine.signs import policy

UNCAPPED = 5.0
ELASTICITY = math.log(1.15) / math.log(1.20)
"""A score 20% higher is a bonus 15% higher."""


def scored(returned: float, *, target: float, cap: float) -> float:
    """Score of someone at target everywhere but in the return rate, weighed 30%."""
    weights = np.zeros(KPIS)
    weights[Kpi.SALES], weights[Kpi.RETENTION] = 0.7, 0.3
    attainment = np.ones(KPIS)
    attainment[Kpi.RETENTION] = returned / target
    return float(weighted_score(attainment, weights, cap))


def test_v9_four_in_five_returning_is_a_score_a_fifth_higher_and_a_bonus_15_percent_higher():
    """V9: 80% return against a target of 48%, the block weighed 30%, nothing capped."""
    assert scored(0.48, target=0.48, cap=UNCAPPED) == pytest.approx(100)
    score = scored(0.80, target=0.48, cap=UNCAPPED)
    assert score == pytest.approx(120)
    usual, raised = (bonus_share(s, 0.2, ELASTICITY, 0.0) for s in (100.0, score))
    assert raised / usual == pytest.approx(1.15, rel=1e-9)


@pytest.mark.parametrize("returned", np.linspace(0.48, 1.0, 5))
def test_v9_cannot_happen_with_a_cap_of_120_percent(returned):
    score = scored(returned, target=0.48, cap=1.2)
    assert score <= 106 + 1e-9
    usual, raised = (bonus_share(s, 0.2, ELASTICITY, 0.0) for s in (100.0, score))
    assert raised / usual < 1.05


def test_a_bonus_is_capped_and_without_a_score_there_is_none():
    assert bonus_share(150.0, 0.2, 1.0, 0.25) == 0.25
    assert bonus_share(150.0, 0.2, 1.0, 0.0) == pytest.approx(0.3)
    assert bonus_share(0.0, 0.2, 1.0, 0.0) == 0.0


def test_a_persons_score_is_the_weighted_sum_of_measured_figures(firm):
    """Return rate is counted customers over customers due, against the policy's target."""
    weights = {"customer_retention": 0.3, "customer_satisfaction": 0.3, "complaint_rate": 0.4}
    given = policy(
        incentive={"stages": [{"weights": weights}], "targets": {"customer_retention": 0.48},
                   "attainment_cap": 1.5},
    )
    model = FirmModel(firm, given, prior_mean(), seed=2)
    for _ in range(5):
        model.step()
    people = model.people[np.isin(model.people["status"], (Status.ACTIVE, Status.NOTICE))]
    people = people[people["entered"] < model.elapsed - 1]
    attained = people["attainment"]
    returned = people["returned"] / people["returns_due"] / 0.48
    np.testing.assert_allclose(attained[:, Kpi.RETENTION], returned, rtol=1e-6)
    assert returned.std() > 0.1
    free = (1 - np.minimum(people["complaints"], 1)) / 0.9
    np.testing.assert_allclose(attained[:, Kpi.COMPLAINTS], free, rtol=1e-6)
    places = [kpis("sales").index(name) for name in weights]
    expected = 100 * np.minimum(attained[:, places], 1.5) @ np.array(list(weights.values()))
    np.testing.assert_allclose(people["score"], expected, rtol=1e-5)

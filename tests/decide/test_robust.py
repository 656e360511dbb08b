"""Are decision losses, choices and thresholds what can be written down for a toy?"""

from __future__ import annotations

import json

import numpy as np
import pytest

from simlab.decide.robust import (
    checked_objective,
    decision_loss,
    robustness,
)
from simlab.errors import LabError
from simlab.policy import Threshold

N = 1000
X = (np.arange(N) + 0.5) / N
"""One uncertainty, spread evenly over 0..1."""


def toy(**options):
    """Exits are x under `risky` and 0.6 under `safe`, whatever the future x."""
    exits = np.stack([X, np.full(N, 0.6)], axis=1)
    return robustness(X[:, None], ["x"], {"regretted": exits, "cost": 10 * exits},
                      ["risky", "safe"], "regretted", **options)


@pytest.mark.smoke
def test_decision_loss_is_the_analytic_one() -> None:
    found = toy()
    risky, safe = found.loss_of("risky"), found.loss_of("safe")
    # of max(x - .6, 0): mean .4^2 / 2, largest .4, 90th percentile .3
    assert risky.expected.mean == pytest.approx(0.08, abs=1e-3)
    assert risky.largest.mean == pytest.approx(0.4, abs=1e-3)
    assert risky.p90.mean == pytest.approx(0.3, abs=2e-3)
    # of max(.6 - x, 0): mean .6^2 / 2, largest .6, 90th percentile .5
    assert safe.expected.mean == pytest.approx(0.18, abs=1e-3)
    assert safe.largest.mean == pytest.approx(0.6, abs=1e-3)
    assert safe.p90.mean == pytest.approx(0.5, abs=2e-3)
    assert (risky.best.mean, safe.best.mean) == (0.6, 0.4)
    assert risky.expected.lower < 0.08 < risky.expected.upper
    assert [found.chosen(rule) for rule in ("expected", "p90", "largest")] == ["risky"] * 3
    assert found.rival is None


def test_where_the_best_in_expectation_is_beaten_is_a_box_with_the_analytic_limit() -> None:
    (box,) = toy().beaten.boxes
    (limit,) = box.restrictions
    assert limit.lower == pytest.approx(0.6, abs=0.01)
    assert box.coverage.mean > 0.97
    assert box.density.mean > 0.97


def test_the_rules_may_differ_and_then_the_two_are_held_against_each_other() -> None:
    # `risky` costs .1 less but in the worst twentieth of futures, in which it costs 1.5 more
    exits = np.stack([np.where(X > 0.95, 2.0, 0.4), np.full(N, 0.5)], axis=1)
    found = robustness(X[:, None], ["x"], {"regretted": exits}, ["risky", "safe"], "regretted")
    assert (found.chosen("expected"), found.chosen("largest")) == ("risky", "safe")
    assert found.rival == "safe"
    assert found.beaten.cases == 50
    (box,) = found.beaten.boxes
    assert box.restrictions[0].lower == pytest.approx(0.95, abs=0.01)


def test_more_is_better_of_an_outcome_of_which_more_is_better() -> None:
    values = np.array([[1.0, 3.0], [2.0, 0.0]])
    np.testing.assert_array_equal(decision_loss(values, "lower"), [[0, 2], [2, 0]])
    np.testing.assert_array_equal(decision_loss(values, "higher"), [[2, 0], [0, 2]])


def test_thresholds_are_met_alone_and_together() -> None:
    found = toy(thresholds=[Threshold.parse("regretted<=0.5"), Threshold.parse("cost <= 4")])
    risky, safe = found.loss_of("risky"), found.loss_of("safe")
    assert risky.met.mean == pytest.approx(0.4, abs=1e-3)
    assert [each.mean for each in risky.met_each] == pytest.approx([0.5, 0.4], abs=1e-3)
    assert safe.met.mean == 0.0
    assert found.thresholds_given
    assert found.fails[1].boxes == ()  # it always fails
    (box,) = found.fails[0].boxes
    assert box.restrictions[0].lower == pytest.approx(0.4, abs=0.01)


def test_without_thresholds_the_worst_quarter_fails() -> None:
    found = toy()
    assert not found.thresholds_given
    (threshold,) = found.thresholds
    # three in ten of all figures are below .6, half are .6, two in ten are above
    assert threshold.at_most == 0.6
    assert [each.cases for each in found.fails] == [0.4 * N, 0]


def test_the_figures_become_json_and_are_the_same_again() -> None:
    one, other = (json.dumps(toy().to_json(), allow_nan=False) for _ in range(2))
    assert one == other
    assert json.loads(one)["thresholds"][0].keys() == {"outcome", "at_most"}


@pytest.mark.parametrize("written", ["regretted", "regretted=3", "<=3", "regretted<=many", ""])
def test_a_threshold_that_cannot_be_read_is_refused(written: str) -> None:
    with pytest.raises(LabError) as caught:
        Threshold.parse(written)
    assert caught.value.code == "bad_threshold"


def test_a_threshold_has_one_bound() -> None:
    for bounds in ({}, {"at_most": 1, "at_least": 0}):
        with pytest.raises(ValueError, match="one_bound"):
            Threshold.model_validate({"outcome": "cost", **bounds})


def test_outcomes_are_known_and_judged() -> None:
    with pytest.raises(LabError, match="regretted") as caught:
        checked_objective("regreted")
    assert caught.value.code == "unknown_outcome"
    with pytest.raises(LabError) as caught:
        checked_objective("headcount")
    assert caught.value.code == "outcome_no_objective"


def test_one_policy_alone_has_nothing_to_lose() -> None:
    with pytest.raises(LabError) as caught:
        robustness(X[:, None], ["x"], {"regretted": X[:, None]}, ["alone"], "regretted")
    assert caught.value.code == "too_few_policies"

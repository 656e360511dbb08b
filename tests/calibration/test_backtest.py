"""Are forecasts scored honestly: nothing from the future, the same rows for everyone?"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from calibration.backtest import FEATURES, METHODS, backtest, features, person_months
from calibration.reference import Box
from calibration.scores import auc, score
from simlab.errors import LabError
from simlab.panel import STILL_HERE, Panel, month_number
from simlab.parameters import NAMES
from simlab.posterior import Posterior

Invent = Callable[..., Panel]


def test_auc_is_that_of_scikit_learn() -> None:
    rng = np.random.default_rng(1)
    outcome = rng.random(500) < 0.2
    probability = np.round(rng.random(500) + 0.3 * outcome, 1)
    weight = rng.integers(0, 4, 500).astype(float)
    assert auc(outcome, probability) == pytest.approx(roc_auc_score(outcome, probability))
    assert auc(outcome, probability, weight) == pytest.approx(
        roc_auc_score(outcome, probability, sample_weight=weight))
    assert np.isnan(auc(np.zeros(5, bool), np.ones(5)))


def test_scores_lie_in_their_intervals() -> None:
    rng = np.random.default_rng(2)
    p = rng.random(900)
    found = score("x", 1, np.arange(900) // 3, rng.random(900) < p, p)
    for figure in (found.auc, found.brier, found.log_score):
        assert figure.lower < figure.value < figure.upper
    assert found.auc.value == pytest.approx(5 / 6, abs=0.04)
    assert found.brier.value == pytest.approx(1 / 6, abs=0.02)


def test_who_is_at_risk(invented: Invent) -> None:
    panel = invented(1)
    rows = person_months(panel, [4, 5], 3)
    for person, origin, left in zip(rows.person, rows.origin, rows.left, strict=True):
        assert panel.observed[person, origin]
        assert panel.exited[person] > origin
        assert left == (panel.exited[person] <= origin + 3)
    # someone lost from sight inside the window is in nobody's rows
    someone = rows.person[(~rows.left) & (rows.origin == 5)][0]
    last = panel.last.copy()
    last[someone] = 7
    censored = dataclasses.replace(panel, last=last)
    assert someone not in person_months(censored, [5], 3).person
    assert someone in person_months(censored, [4], 3).person


@settings(max_examples=20, deadline=None)
@given(origin=st.integers(2, 9), seed=st.integers(0, 10_000))
def test_features_know_nothing_of_later_months(invented: Invent, origin: int, seed: int) -> None:
    panel = invented(3)
    rng = np.random.default_rng(seed)
    later = np.arange(panel.months) > origin
    running = np.arange(panel.months) >= origin + 1 - (panel.start + origin + 1) % 3
    changed = dataclasses.replace(
        panel,
        business=np.where(later, rng.lognormal(8, 2, panel.business.shape), panel.business
                          ).astype(np.float32),
        rating=np.where(running, rng.integers(1, 5, panel.rating.shape), panel.rating
                        ).astype(np.int8),
        base=np.where(later, 7.0, panel.base).astype(np.float32),
        grade=np.where(later, 9, panel.grade).astype(np.int32),
        exited=np.where(panel.exited <= origin, panel.exited, STILL_HERE).astype(np.int32),
    )
    np.testing.assert_array_equal(features(panel, origin), features(changed, origin))
    assert features(panel, origin).shape == (len(panel.person), len(FEATURES))


def test_every_method_is_scored_on_the_same_rows(invented: Invent) -> None:
    panel = invented(4, people=400, months=15, theta=(0.8, 1.0, -2.2, 1.5))
    prior = Box.whole().prior_draws(4, 1)
    posterior = Posterior(NAMES, prior, prior, {})
    scores = backtest(panel, posterior, cutoff=month_number("2016-11"), horizons=(1, 3),
                      draws=4, copies=16, threads=1)
    assert [s.method for s in scores] == [*METHODS, *METHODS]
    for horizon in (1, 3):
        assert len({(s.n, s.exits) for s in scores if s.horizon == horizon}) == 1
    by_method = {s.method: s for s in scores if s.horizon == 1}
    assert by_method["base_rate"].auc.value == 0.5
    assert by_method["logistic"].auc.value > 0.55
    assert all(np.isfinite(s.log_score.value) for s in scores)
    assert by_method["simlab"].auc == by_method["prior_only"].auc


def test_a_cut_off_without_later_months_is_refused(invented: Invent) -> None:
    panel = invented(5)
    prior = Box.whole().prior_draws(2, 1)
    with pytest.raises(LabError, match="shorter horizon"):
        backtest(panel, Posterior(NAMES, prior, prior, {}), cutoff=month_number("2016-11"),
                 methods=("base_rate",))

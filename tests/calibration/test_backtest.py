"""Are forecasts scored honestly: nothing from the future, the same rows for everyone?"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from calibration.backtest import GROUPS, METHODS, VARIANTS, backtest
from calibration.baselines import FEATURES, features, newcomer_exits, person_months
from calibration.counts import Counted, count_measures, crps, inside
from calibration.reference import Box
from calibration.scores import (
    RESAMPLES,
    auc,
    calibration_curve,
    differences,
    measured,
    resamples,
    score,
    slope,
)
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
    person, left = np.arange(900) // 3, rng.random(900) < p
    found = score("x", 1, left, p, measured(person, left, p, resamples(300, 1)))
    for figure in (found.auc, found.brier, found.log_score, found.slope):
        assert figure.lower < figure.value < figure.upper
    assert found.auc.value == pytest.approx(5 / 6, abs=0.04)
    assert found.brier.value == pytest.approx(1 / 6, abs=0.02)
    assert found.slope.lower < 1 < found.slope.upper


def test_the_slope_says_how_bold_forecasts_are() -> None:
    rng = np.random.default_rng(3)
    odds = rng.normal(-2, 1, 40_000)
    left = rng.random(len(odds)) < 1 / (1 + np.exp(-odds))
    for boldness in (0.5, 1.0, 2.0):
        said = 1 / (1 + np.exp(-boldness * odds))
        assert slope(left, said) == pytest.approx(1 / boldness, rel=0.04)
    assert np.isnan(slope(left, np.full(len(odds), 0.1)))


def test_the_curve_of_right_forecasts_is_the_diagonal() -> None:
    rng = np.random.default_rng(4)
    p = rng.random(20_000)
    left = rng.random(len(p)) < p
    points = calibration_curve(np.arange(len(p)) // 4, left, p, resamples(5_000, 1))
    assert sum(point.n for point in points) == len(p)
    assert len(points) == 10
    for point in points:
        assert point.forecast == pytest.approx(point.observed.value, abs=0.04)
        assert point.observed.lower < point.observed.value < point.observed.upper


def test_differences_are_paired() -> None:
    """Two almost equal forecasts differ far less than either is sure of."""
    rng = np.random.default_rng(5)
    p = rng.random(2_000) * 0.4
    person, left, weights = np.arange(2_000), rng.random(2_000) < p, resamples(2_000, 1)
    lab = measured(person, left, p, weights)
    rivals = {"near": measured(person, left, p + 0.01, weights),
              "poor": measured(person, left, np.full(2_000, p.mean()), weights)}
    gaps = {d.against: d for d in differences("person", 1, lab, rivals, ("brier",))}
    assert gaps["near"].best
    assert not gaps["poor"].best
    width = gaps["near"].figure.upper - gaps["near"].figure.lower
    assert width < 0.2 * np.ptp(np.quantile(lab["brier"].samples, [0.05, 0.95]))
    assert gaps["poor"].figure.upper < 0


def test_crps_of_sampled_futures_is_that_of_the_distribution() -> None:
    """Normal futures: Gneiting, Raftery (2007) give the score in closed form."""
    rng = np.random.default_rng(6)
    futures = rng.normal(10, 3, (100_000, 1))
    # z = 1: sd * (z (2 Phi(z) - 1) + 2 phi(z) - 1 / sqrt(pi))
    assert crps(futures, np.array([13.0]))[0] == pytest.approx(3 * 0.60244, abs=0.03)
    one = np.array([[4.0], [4.0]])
    assert crps(one, np.array([7.0]))[0] == 3.0


def test_right_futures_cover_what_they_say() -> None:
    rng = np.random.default_rng(7)
    futures = rng.binomial(500, 0.1, (2_000, 400)).astype(float)
    observed = rng.binomial(500, 0.1, 400).astype(float)
    for level in (50, 80, 90):
        share = inside(futures, observed, level).mean()
        assert level / 100 - 0.03 < share < level / 100 + 0.1


def test_resampling_people_does_not_move_coverage() -> None:
    rng = np.random.default_rng(8)
    persons, months = 600, 30
    counted = [Counted(rng.random((500, persons)) < 0.1, rng.random(persons) < 0.1,
                       np.arange(persons)) for _ in range(months)]
    found, forecast, observed = count_measures(counted, resamples(persons, 1))
    assert forecast == pytest.approx(60, abs=1)
    assert observed == pytest.approx(60, abs=5)
    covered = found["coverage_80"]
    assert len(covered.samples) == RESAMPLES
    assert covered.samples.mean() == pytest.approx(covered.value, abs=0.1)


def test_newcomers_of_baselines_come_and_go_as_in_the_record(invented: Invent) -> None:
    panel = invented(9, people=2_000, months=15)
    made = newcomer_exits(panel, panel, 3, 4_000, np.random.default_rng(1))
    hires = np.mean([(panel.first == t).sum() for t in range(3, 15)])
    hired = np.flatnonzero((panel.first > 0) & (panel.first < 12))
    share = (panel.exited[hired] <= panel.first[hired] + 2).mean()
    # hired in the first of three months: all three to leave in; in the last: one
    assert 0 < made.sum(axis=1).mean() < 3 * hires * share
    assert made[:, 2].mean() > made[:, 0].mean()


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
    found = backtest(panel, posterior, cutoff=month_number("2016-11"), horizons=(1, 3),
                     draws=4, copies=16, threads=1, methods=METHODS + VARIANTS)
    scores = found.scores
    assert [s.method for s in scores] == 2 * [*METHODS, *VARIANTS]
    for horizon in (1, 3):
        assert len({(s.n, s.exits) for s in scores if s.horizon == horizon}) == 1
    by_method = {s.method: s for s in scores if s.horizon == 1}
    assert by_method["base_rate"].auc.value == 0.5
    assert by_method["logistic"].auc.value > 0.55
    assert all(np.isfinite(s.log_score.value) for s in scores)
    assert by_method["uncorrected"].auc == by_method["prior_only"].auc
    assert not found.recalibrated
    assert {(c.method, c.group) for c in found.counts} == {
        (m, g) for m in METHODS for g in GROUPS}
    exits = [row["present_observed"] for row in found.months]
    assert sum(exits) == by_method["simlab"].exits
    again = backtest(panel, posterior, cutoff=month_number("2016-11"), horizons=(1, 3),
                     draws=4, copies=16, threads=2, methods=METHODS + VARIANTS)
    assert repr(again) == repr(found), "the number of threads changed something"


def test_recalibration_learns_at_every_origin_from_what_was_known_then(invented: Invent) -> None:
    panel = invented(4, people=200, months=12)
    prior = Box.whole().prior_draws(2, 1)
    asked: list[int] = []

    def calibrated(month: int) -> Posterior:
        asked.append(month)
        return Posterior(NAMES, prior, prior, {})

    found = backtest(panel, calibrated, cutoff=month_number("2016-08"), horizons=(1,), draws=2,
                     copies=16, threads=1, until=month_number("2016-11"))
    assert asked == [month_number(m) for m in ("2016-08", "2016-09", "2016-10")]
    assert found.recalibrated
    assert [row["month"] for row in found.months] == ["2016-09", "2016-10", "2016-11"]


def test_a_cut_off_without_later_months_is_refused(invented: Invent) -> None:
    panel = invented(5)
    prior = Box.whole().prior_draws(2, 1)
    with pytest.raises(LabError, match="shorter horizon"):
        backtest(panel, Posterior(NAMES, prior, prior, {}), cutoff=month_number("2016-11"),
                 methods=("base_rate",))

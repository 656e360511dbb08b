"""Are the chances of a policy those that can be written down, and kept apart from luck?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import norm

from simlab.decide import Terms, compare
from simlab.decide.terms import best_shares, independent
from simlab.decide.worth import payback_months
from simlab.errors import LabError

OUTCOMES = ("regretted", "cost", "business", "replacement_cost", "lost_business")
DRAWS, REPLICATES = 4000, 2


@dataclass(frozen=True)
class Toy:
    y: NDArray[np.float64]
    policies: tuple[str, ...] = ("now", "a", "b")
    start: int = 2020 * 12
    provenance: dict[str, Any] = field(default_factory=dict)


def toy(months: int = 2) -> Toy:
    """Expected exits 20 now, 20 + N(-1, 1) under a, 20 + N(-2, 2) under b, over all months; costs
    0, 10 and 30 above now's; luck of its own in every replicate and policy, SD 3."""
    rng = np.random.default_rng(1)
    y = np.zeros((DRAWS, REPLICATES, 3, months, len(OUTCOMES)))
    mean = 20 + np.stack([np.zeros(DRAWS), rng.normal(-1, 1, DRAWS), rng.normal(-2, 2, DRAWS)], 1)
    luck = 3 * rng.standard_normal((DRAWS, REPLICATES // 2, 3))
    # the two replicates of a draw have opposite luck: their mean is the expectation itself
    totals = mean[:, None] + np.concatenate([luck, -luck], axis=1)
    y[..., 0] = totals[..., None] / months
    y[:, :, :, :, 1] = 100 + np.array([0, 10, 30])[:, None] / months
    y[..., 2] = 1000
    y[:, :, 1, -1, 2] += 100
    y[..., 3] = 7
    y[:, :, :, 0, 4] = 5
    return Toy(y)


@pytest.fixture(scope="module")
def judged():
    return compare(toy(), "now", outcomes=OUTCOMES,
                   terms=Terms(down_by=0.05, budget=20, margin=0.5))


def standing(comparison, policy):
    return next(each for each in comparison.standings if each.policy == policy)


def test_p_best_is_the_analytic_one(judged):
    """b beats a where N(-2, 2) < N(-1, 1) and both beat now; by simulation of the truths."""
    a, b = np.random.default_rng(2).standard_normal((2, 10**6))
    a, b = a - 1, 2 * b - 2
    assert standing(judged, "a").best == pytest.approx((a < np.minimum(b, 0)).mean(), abs=0.02)
    assert standing(judged, "b").best == pytest.approx((b < np.minimum(a, 0)).mean(), abs=0.02)
    assert sum(each.best for each in judged.standings) == pytest.approx(1.0)


def test_p_harm_is_the_analytic_one(judged):
    assert standing(judged, "a").harm == pytest.approx(1 - norm.cdf(1), abs=0.02)
    assert standing(judged, "b").harm == pytest.approx(1 - norm.cdf(1), abs=0.02)
    assert standing(judged, "now").harm is None


def test_a_target_is_met_in_expectation_or_in_a_future(judged):
    found = standing(judged, "b").target
    assert found.expected == pytest.approx(norm.cdf((-1 + 2) / 2), abs=0.02)
    # own luck of SD 3 against .95 of the baseline's, independent
    spread = np.sqrt(4 + 9 + (0.95 * 3) ** 2)
    assert found.seen == pytest.approx(norm.cdf(1 / spread), abs=0.02)


def test_an_absolute_target_counts_futures(judged):
    found = compare(toy(), "now", outcomes=OUTCOMES, terms=Terms(at_most=18)).standings
    b = next(each for each in found if each.policy == "b").target
    assert b.expected == pytest.approx(0.5, abs=0.02)
    assert b.seen == pytest.approx(norm.cdf(0 / np.sqrt(13)), abs=0.02)
    now = next(each for each in found if each.policy == "now").target
    assert now.expected == 0.0
    assert now.seen == pytest.approx(norm.cdf(-2 / 3), abs=0.02)


def test_a_budget_is_kept_or_not(judged):
    assert standing(judged, "a").budget.expected == 1.0
    assert standing(judged, "b").budget.expected == 0.0
    assert standing(judged, "now").budget is None


def test_net_value_counts_business_at_its_margin_and_lost_business_once(judged):
    found = {each.policy: each for each in judged.worths}
    assert found["a"].net.mean == pytest.approx(0.5 * 100 - 10)
    assert found["a"].counted == ("cost", "business")
    assert (found["a"].paid_back, found["a"].payback.mean) == (1.0, 1.0)
    assert found["b"].net.mean == pytest.approx(-30)
    assert (found["b"].paid_back, found["b"].payback) == (0.0, None)
    assert judged.idle.total.mean == pytest.approx(2 * 7 + 0.5 * 5)


def test_without_a_margin_business_has_no_value():
    found = compare(toy(), "now", outcomes=OUTCOMES)
    assert found.worths[0].counted == ("cost",)
    assert found.worths[0].net.mean == pytest.approx(-10)
    assert found.idle.total is None
    assert found.standings[1].target is None


@pytest.mark.parametrize(("running", "months"), [
    ([1, 2, 3], 0), ([-1, 0, 1], 1), ([-1, 2, -1, 4], 3), ([-3, -2, -1], np.inf),
    ([1, -1, 0], 2),
])
def test_payback_is_the_month_from_which_it_stays(running, months):
    assert payback_months(np.array([running], float))[0] == months


def test_ties_share_the_draw():
    assert best_shares(np.array([[1.0, 1.0, 2.0]])).tolist() == [0.5, 0.5, 0.0]


@pytest.mark.parametrize("replicates", [1, 3, 40])
def test_independent_futures_are_never_the_same_history(replicates):
    own = np.arange(12 * replicates, dtype=float).reshape(12, replicates)
    for one, other in independent(own, own):
        assert (one != other).all()


@pytest.mark.parametrize(("terms", "code"), [
    ({"at_most": 3, "down_by": 0.2}, "two_targets"), ({"down_by": 1.5}, "bad_term"),
    ({"budget": -1}, "bad_term"), ({"margin": 2}, "bad_term"),
])
def test_terms_that_make_no_sense_are_refused(terms, code):
    with pytest.raises(LabError) as raised:
        Terms(**terms)
    assert raised.value.code == code
    for lang in ("en", "zh"):
        assert raised.value.explain(lang)

"""Is the share of a cause that of its draw's expectations, with an interval over draws?"""

from __future__ import annotations

import numpy as np
import pytest

from simlab.decide.causes import cause_shares

NAMES = ("voluntary", "reason_pay", "reason_none")
ORDER = {"now": 0, "plan": 1}


def totals() -> np.ndarray:
    """Ten draws of two replicates: pay causes 10%, 20%, .. 100% of 20 exits under either policy;
    under `plan` nobody leaves in the first nine."""
    made = np.zeros((10, 2, 2, 3))
    share = np.arange(1, 11) / 10
    made[:, 0, :, 0], made[:, 1, :, 0] = 30.0, 10.0
    made[:, 0, :, 1] = 40 * share[:, None]  # all in one replicate: the luck of a future
    made[..., 2] = made[..., 0] - made[..., 1]
    made[:9, :, 1] = 0.0
    return made


def test_shares_are_of_expectations_within_a_draw():
    found = {(each.policy, each.cause): each for each in cause_shares(totals(), ORDER, NAMES)}
    pay = found["now", "pay"]
    assert pay.share.mean == pytest.approx(0.55)
    assert pay.share.lower == pytest.approx(np.quantile(np.arange(1, 11) / 10, 0.05))
    assert pay.share.upper == pytest.approx(np.quantile(np.arange(1, 11) / 10, 0.95))
    assert pay.draws == 10
    assert found["now", "none"].share.mean == pytest.approx(0.45)


def test_a_draw_in_which_nobody_leaves_has_no_share():
    found = {(each.policy, each.cause): each for each in cause_shares(totals(), ORDER, NAMES)}
    assert found["plan", "pay"].draws == 1
    assert found["plan", "pay"].share.mean == pytest.approx(1.0)
    assert cause_shares(np.zeros((4, 2, 2, 3)), ORDER, NAMES) == ()


def test_without_counts_by_cause_there_are_no_shares():
    assert cause_shares(totals()[..., :1], ORDER, NAMES[:1]) == ()

"""Are the last months forecast from the months before alone, and judged as they were?"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from calibration.holdout import exits_in_last, hold_out, months_to_hold_out
from calibration.reference import Box
from simlab.panel import STILL_HERE, Panel
from simlab.parameters import NAMES
from simlab.posterior import Posterior

Invent = Callable[..., Panel]
LEAVING = (0.8, 1.0, -2.2, 1.5)


def test_the_last_months_are_forecast_from_those_before(invented: Invent) -> None:
    panel = invented(2, people=300, months=12, theta=LEAVING)
    seen: list[Panel] = []

    def learn(known: Panel) -> Posterior:
        seen.append(known)
        draws = Box.whole().prior_draws(8, 1)
        return Posterior(NAMES, draws, draws, {})

    found = hold_out(panel, 3, learn, seed=1, threads=2)
    assert [known.months for known in seen] == [9]
    assert (seen[0].exited[seen[0].exited < STILL_HERE] <= 8).all()
    assert (found.cutoff, found.months) == ("2016-09", 3)
    assert [count.month for count in found.counts] == ["2016-10", "2016-11", "2016-12"]
    at_risk = panel.observed[:, 8] & (panel.exited > 8)
    assert found.exits == (at_risk & (panel.exited <= 11)).sum()
    assert found.people == at_risk.sum()  # nobody vanishes from this invented firm
    assert sum(count.observed for count in found.counts) == found.total.observed == found.exits
    assert sum(count.mean for count in found.counts) == pytest.approx(found.total.mean)
    assert found.skill == pytest.approx(1 - found.brier / found.base_brier)
    assert found.skill_lower < found.skill < found.skill_upper
    assert set(found.coverage) == {"50", "80", "90"}
    same = hold_out(panel, 3, learn, seed=1, threads=1)
    assert same == found


def test_as_many_months_as_hold_enough_exits(invented: Invent) -> None:
    busy = invented(3, people=400, months=12, theta=LEAVING)
    assert months_to_hold_out(busy) == 3
    quiet = invented(3, people=60, months=12, theta=(0.8, 1.0, -3.6, 1.0))
    assert months_to_hold_out(quiet) == 4
    assert exits_in_last(quiet, 4) < 10
    assert months_to_hold_out(invented(3, people=60, months=3)) == 0

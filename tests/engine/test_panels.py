"""Is a simulated record the real one's twin in all but luck?"""

import numpy as np
import pytest

from scenarios.sample import sample_panel
from simlab.engine.panels import simulate_panels, simulated_panel
from simlab.panel import STILL_HERE
from simlab.parameters import prior_draws


@pytest.fixture(scope="module")
def panel():
    return sample_panel(people=60, months=12)


def test_a_simulated_panel_has_the_same_people_dates_and_pay(panel):
    made = simulated_panel(panel, prior_draws(1, 1)[0], seed=1)
    assert made.person == panel.person
    np.testing.assert_array_equal(made.hired, panel.hired)
    np.testing.assert_array_equal(made.first, panel.first)
    known = np.isfinite(panel.base)
    np.testing.assert_array_equal(made.base[known], panel.base[known])


def test_nobody_is_observed_before_arriving_or_after_leaving(panel):
    made = simulated_panel(panel, prior_draws(1, 2)[0], seed=1)
    column = np.arange(made.months)
    assert not made.observed[column < made.first[:, None]].any()
    assert not made.observed[column > made.exited[:, None]].any()
    assert (made.exited[made.exited < STILL_HERE] >= made.first[made.exited < STILL_HERE]).all()
    stays = made.exited == STILL_HERE
    censored = (panel.exited == STILL_HERE) & (panel.last < panel.months - 1)
    assert (made.last[stays & ~censored] == made.months - 1).all()


def test_the_rating_is_one_a_quarter(panel):
    made = simulated_panel(panel, prior_draws(1, 3)[0], seed=1)
    for quarter in range(0, made.months, 3):
        columns = slice(quarter, quarter + 3)
        seen = np.where(made.observed[:, columns], made.rating[:, columns], 0)
        highest = seen.max(axis=1)[:, None]
        assert ((seen == 0) | (seen == highest)).all()
        assert (seen[made.observed[:, columns]] >= 1).all()


def test_panels_do_not_depend_on_threads(panel):
    draws = prior_draws(6, 4)

    def totals(threads):
        rows = np.zeros((6, 3))

        def keep(i, made):
            rows[i] = made.business.sum(), made.rating.sum(), made.exited.sum()

        simulate_panels(panel, draws, keep, seed=3, threads=threads)
        return rows

    one = totals(1)
    np.testing.assert_array_equal(one, totals(3))
    assert len(np.unique(one[:, 0])) == 6

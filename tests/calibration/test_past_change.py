"""Does the replay of a past change find an effect that is there, and none where there is none?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from calibration.calibrate import calibrate
from calibration.confounders import confounders
from calibration.past_change import Group, replay_change
from simlab.panel import STILL_HERE, month_number
from tests.calibration.changes import HOME, OFFICE, START, recorded_change, together

COLUMN, MONTHS = 24, 8
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def draws():
    """Parameters calibrated on the months before the change, which are the same for all firms."""
    found = calibrate(recorded_change(0.0), until=START + COLUMN - 1, simulations=800, seed=1)
    return found.posterior.draws[:60]


def replayed(panel, draws, changed=None):
    return replay_change(
        panel, draws, column=COLUMN, months=MONTHS, before=OFFICE, after=HOME, replicates=4,
        changed=np.ones(len(panel.person), bool) if changed is None else changed)


def test_the_months_before_know_nothing_of_the_change():
    with_effect, without = recorded_change(0.25), recorded_change(0.0)
    before = slice(0, COLUMN)
    np.testing.assert_array_equal(with_effect.business[:, before], without.business[:, before])
    np.testing.assert_array_equal(with_effect.exited < COLUMN, without.exited < COLUMN)
    assert (with_effect.exited < STILL_HERE).sum() < (without.exited < STILL_HERE).sum()


def test_a_real_effect_agrees_with_the_forecast_with_the_change_alone(draws):
    (group,) = replayed(recorded_change(0.25), draws)
    assert group.story == "with"
    assert group.place(group.without) < 0.03
    assert 0.05 < group.place(group.under) < 0.95
    # fewer exits were expected of it, and fewer there were
    assert np.quantile(group.expected, 0.95) < 0
    departure = group.observed.sum() - group.without.sum(axis=1).mean()
    assert departure < 0.7 * group.expected.mean()


def test_no_effect_agrees_with_the_forecast_without_the_change(draws):
    for seed in (1, 2):
        (group,) = replayed(recorded_change(0.0, seed=seed), draws)
        assert group.story in {"without", "both"}
        assert 0.05 < group.place(group.without) < 0.95
        assert group.place(group.under) > group.place(group.without)


def test_the_forecast_does_not_see_what_came_after(draws):
    one, other = recorded_change(0.0), recorded_change(0.25)
    (first,), (second,) = replayed(one, draws), replayed(other, draws)
    np.testing.assert_array_equal(first.without, second.without)
    np.testing.assert_array_equal(first.under, second.under)
    assert (first.observed != second.observed).any()


def test_units_without_the_change_stand_beside(draws):
    panel = together(recorded_change(0.25),
                     recorded_change(0.0, people=250, unit="south", seed=5))
    changed = np.array([unit == "north" for unit in panel.unit])
    north, south = replayed(panel, draws, changed)
    assert (north.changed, south.changed) == (True, False)
    here = panel.observed[:, COLUMN - 1] & (panel.exited >= COLUMN)
    assert (north.people, south.people) == (here[changed].sum(), here[~changed].sum())
    np.testing.assert_array_equal(south.under, south.without)
    window = (panel.exited >= COLUMN) & (panel.exited < COLUMN + MONTHS)
    assert south.observed.sum() == (window & here & ~changed).sum()
    assert north.place(north.without) < 0.05 < south.place(south.without)
    found = {c.code: c for c in confounders(panel, (north, south), column=COLUMN, months=MONTHS,
                                            base_factor=1.0, others=())}
    assert not found["rest_still"].open


def test_what_else_moved_is_named(draws):
    panel = recorded_change(0.0)
    base = panel.base.copy()
    base[:, COLUMN:] *= 1.1
    crowd = panel.first.copy()
    late = np.flatnonzero((panel.first > 5) & (panel.first < COLUMN))[:80]
    crowd[late] = COLUMN + 2
    moved = replace(panel, base=base, first=crowd)
    (group,) = replayed(panel, draws)

    def look(record, **options):
        made = confounders(record, (group,), column=COLUMN, months=MONTHS,
                           **{"base_factor": 1.0, "others": ()} | options)
        return {c.code: c for c in made}

    still, other = look(panel), look(moved)
    assert not still["pay_still"].open
    assert other["pay_moved"].values["change"] == pytest.approx(0.1, abs=0.001)
    assert not look(moved, base_factor=1.1)["pay_still"].open
    assert not still["hiring_still"].open
    assert other["hiring_moved"].values["hires"] > other["hiring_moved"].values["upper"]
    assert still["market_unknown"].open
    named = [(month_number("2023-11"), {"en": "a", "zh": "a"}),
             (month_number("2023-01"), {"en": "b", "zh": "b"})]
    declared = [c for c in confounders(panel, (group,), column=COLUMN, months=MONTHS,
                                       base_factor=1.0, others=named) if c.code == "declared"]
    assert [c.values["title"]["en"] for c in declared] == ["a"]


def test_a_season_of_leaving_is_found():
    panel = recorded_change(0.0)
    exited = panel.exited.copy()
    months = np.arange(COLUMN) % 12
    rng = np.random.default_rng(1)
    # four in five of those who left in the first two years did so in January to June
    gone = exited < COLUMN
    inside = rng.random(gone.sum()) < 0.8
    exited[gone] = np.where(inside, rng.choice(np.flatnonzero(months < 6), gone.sum()),
                            rng.choice(np.flatnonzero(months >= 6), gone.sum()))
    seasonal = replace(panel, exited=exited)
    nothing = np.zeros((4, MONTHS))
    group = Group(True, 10, 0.0, 0, np.zeros(MONTHS, np.int64), nothing, nothing, np.zeros(4))
    codes = [{c.code for c in confounders(record, (group,), column=COLUMN, months=MONTHS,
                                          base_factor=1.0, others=())}
             for record in (panel, seasonal)]
    assert "season_still" in codes[0]
    assert "season_moved" in codes[1]


"""Are groups of people counted as the firm's own outcomes are, and small ones kept together?"""

from __future__ import annotations

import numpy as np
import pytest

from scenarios import FirmFacts, scenario_firm
from simlab.engine.ensemble import Histories, history_number, simulate
from simlab.engine.groups import JOINED, REST, Divided, division, teams
from simlab.panel import month_number
from simlab.parameters import prior_draws
from simlab.world import STANDING, Counted


@pytest.fixture(scope="module")
def firm():
    return scenario_firm(FirmFacts(people=36, team_size=12), month_number("2026-01"), seed=4)


@pytest.fixture(scope="module")
def divided(firm):
    half = division("half", ["a"] * 18 + ["b"] * 18)
    return Divided((teams(firm), half))


@pytest.fixture(scope="module")
def counted(firm, busy, divided):
    return simulate(firm, [busy], prior_draws(3, 2), months=18, replicates=2, seed=5,
                    divided=divided)


@pytest.mark.smoke
def test_every_division_adds_up_to_the_firm(counted, divided):
    names = [name for name, _ in divided.groups]
    figures = {Counted.EXITS: "exits", Counted.VOLUNTARY: "voluntary",
               Counted.REGRETTED: "regretted", Counted.AVOIDABLE: "avoidable",
               Counted.HEADS: "headcount"}
    for name in dict.fromkeys(names):
        inside = [g for g, other in enumerate(names) if other == name]
        for figure, outcome in figures.items():
            total = counted.groups[..., inside, figure].sum(axis=3)
            np.testing.assert_allclose(total, counted.outcome(outcome).sum(axis=3), rtol=1e-6)
    assert counted.groups[..., Counted.REGRETTED].sum() > 0


def test_regretted_exits_are_those_of_the_upper_tiers(counted, divided):
    below = divided.groups.index(("tier", "below"))
    assert counted.groups[..., below, Counted.REGRETTED].sum() == 0
    assert counted.groups[..., below, Counted.VOLUNTARY].sum() > 0


def test_a_label_goes_with_the_person_and_a_team_with_the_seat(counted, divided):
    joined = divided.groups.index(("half", JOINED))
    assert counted.groups[..., joined, Counted.HEADS].min() > 0
    first = divided.groups.index(("team", "001"))
    assert counted.groups[..., first, Counted.HEADS].max() <= 12 * 18


def test_counting_changes_nothing_in_the_histories(firm, busy, counted):
    alone = simulate(firm, [busy], prior_draws(3, 2), months=18, replicates=2, seed=5)
    np.testing.assert_array_equal(alone.y, counted.y)
    assert alone.groups is None


@pytest.mark.parametrize(("threads", "chunk"), [(1, 1), (2, 4)])
def test_groups_are_the_same_on_any_number_of_threads(firm, busy, counted, divided, threads, chunk):
    again = simulate(firm, [busy], prior_draws(3, 2), months=18, replicates=2, seed=5,
                     divided=divided, threads=threads, chunk=chunk)
    np.testing.assert_array_equal(again.groups, counted.groups)


def test_small_groups_roll_up_into_the_rest():
    labels = ["a"] * 30 + ["b"] * 12 + ["c"] * 9 + ["d"] * 4 + [""] * 2
    made = division("site", labels)
    assert made.groups == ("a", "b", REST, JOINED)
    assert made.people == (30, 12, 15, 0)


def test_a_small_rest_takes_the_next_group_in():
    """Else its figure were had by subtracting."""
    made = division("site", ["a"] * 30 + ["b"] * 12 + ["c"] * 11 + ["d"] * 4)
    assert made.groups == ("a", "b", REST, JOINED)
    assert made.people == (30, 12, 15, 0)


@pytest.mark.parametrize("labels", [["a"] * 40, ["a"] * 30 + ["b"] * 5, ["a"] * 9 + ["b"] * 9])
def test_what_leaves_one_group_is_no_division(labels):
    assert division("site", labels) is None


@pytest.mark.smoke
def test_more_replicates_extend_the_earlier_ones(firm, busy):
    draws = prior_draws(3, 2)
    many = simulate(firm, [busy], draws, months=6, replicates=5, seed=5).y
    few = simulate(firm, [busy], draws, months=6, replicates=2, seed=5).y
    rest = simulate(firm, [busy], draws, months=6, replicates=3, first_replicate=2, seed=5).y
    np.testing.assert_array_equal(many, np.concatenate([few, rest], axis=1))
    fewer = simulate(firm, [busy], draws[:2], months=6, replicates=5, seed=5).y
    np.testing.assert_array_equal(many[:2], fewer)


def test_no_two_histories_share_a_number():
    draw, replicate = np.divmod(np.arange(4000), 40)
    assert len(np.unique(history_number(draw, replicate))) == 4000
    assert history_number((1 << 22) - 1, (1 << 10) - 1) == 2**32 - 1


def test_more_histories_than_there_are_numbers_for_are_refused(firm, busy):
    with pytest.raises(ValueError, match="1025 replicates"):
        Histories.of(firm, [busy], prior_draws(1, 1), months=1, replicates=1025, current=None,
                     seed=1)


def test_groups_people_pass_through_are_named():
    assert [name for name, _ in Divided(()).groups] == [s.partition(":")[0] for s in STANDING]

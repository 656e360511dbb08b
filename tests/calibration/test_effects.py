"""Does a past change made in some units teach what the lever did, and one made in all nothing?"""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import cache

import numpy as np
import pytest

from calibration.confounders import Confounder
from calibration.effects import BESIDE, Reading, parse, read, teach, weights
from calibration.past_change import Group
from simlab.engine.ensemble import simulate
from simlab.engine.panels import panel_firm
from simlab.panel import Panel
from simlab.parameters import INDEX, REGISTRY, prior_draws
from tests.calibration.changes import HOME, OFFICE, frame

COLUMN, MONTHS, PEOPLE = 18, 6, 300
HOME_EFFECT = INDEX["remote_exit"]
NOTHING_MOVES = np.zeros(len(REGISTRY), bool)
STILL = (Confounder("season_moved", True, {}), Confounder("hiring_still", False, {}))


def parameters(count: int, seed: int) -> np.ndarray:
    """Draws of a firm of which the records told the level of leaving, and nothing of its levers."""
    draws = prior_draws(count, seed)
    level = np.random.default_rng(seed).normal(-3.0, 0.08, count)
    draws[:, INDEX["exit_level"]] = level
    return draws


@cache
def two_units() -> Panel:
    """North and south, equally many people each, with exits before the change as they come."""
    made = frame(2 * PEOPLE, COLUMN + MONTHS, "x", 3)
    rng = np.random.default_rng(4)
    exited = np.where(rng.random(len(made.person)) < 0.2, rng.integers(0, COLUMN, len(made.person)),
                      made.exited).astype(np.int32)
    return replace(made, exited=np.maximum(exited, made.first),
                   last=np.minimum(np.maximum(exited, made.first), made.months - 1))


def sides(panel: Panel) -> tuple[np.ndarray, np.ndarray]:
    north = np.arange(len(panel.person)) % 2 == 0
    return north, ~north


@cache
def exits(count: int, seed: int, replicates: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draws, and exits (draw, replicate, month) of people like those of a unit under HOME and
    under OFFICE."""
    made = frame(PEOPLE, MONTHS, "y", 5)
    here = np.flatnonzero(made.first == 0)
    firm = panel_firm(made)
    firm = replace(firm, people=firm.people[here], accounts=firm.accounts[: len(here)],
                   names=tuple(made.person[k] for k in here))
    draws = parameters(count, seed)
    y = simulate(firm, [HOME, OFFICE], draws, months=MONTHS, replicates=replicates, seed=seed,
                 current=OFFICE).outcome("exits")
    return draws, y[:, :, 0], y[:, :, 1]


def group(changed: bool, observed: np.ndarray, under: np.ndarray, without: np.ndarray) -> Group:
    return Group(
        changed=changed, people=PEOPLE, on_notice=0.0, lost=0, observed=observed.astype(np.int64),
        without=without.reshape(-1, MONTHS), under=under.reshape(-1, MONTHS),
        expected=(under - without).sum(axis=2).mean(axis=1))


@cache
def readings(truths: int = 60, compared: bool = True, beside: int = 0) -> tuple[Reading, ...]:
    """What the record of each of so many firms says: north went home, south stayed."""
    draws, under, without = exits(80, 1, 4)
    _, happened, stayed = exits(truths, 2, 2)
    panel = two_units()
    others = tuple(Confounder("declared", True, {}) for _ in range(beside))
    found = []
    for north, south in zip(happened[:, 0], stayed[:, 1], strict=True):
        groups = [group(True, north, under, without), group(False, south, without, without)]
        found.append(read(panel, groups[: 1 + compared], draws, NOTHING_MOVES, STILL + others,
                          sides(panel), column=COLUMN))
    return tuple(found)


def test_the_parameter_that_the_lever_works_through_is_found() -> None:
    for reading in readings()[:3]:
        assert reading.parameters[0] == "remote_exit"
        assert len(reading.parameters) < 4
        more = parameters(50, 9)
        expected = reading.expected(more)
        assert np.corrcoef(expected, more[:, HOME_EFFECT])[0, 1] < -0.9


def test_effects_are_found_back_as_often_as_intervals_say() -> None:
    truth = exits(60, 2, 2)[0][:, HOME_EFFECT]
    prior = prior_draws(400, 7)
    inside, means, narrower = [], [], []
    for true, reading in zip(truth, readings(), strict=True):
        taught = teach(prior, [reading], REGISTRY, seed=1)
        after = taught.rows[:, HOME_EFFECT]
        low, high = np.quantile(after, [0.05, 0.95])
        inside.append(low <= true <= high)
        means.append(after.mean())
        narrower.append(taught.gained["remote_exit"])
    # sixty truths: two standard errors of a coverage of .9 are .08
    assert 0.8 <= np.mean(inside) <= 0.99
    assert np.corrcoef(means, truth)[0, 1] > 0.6
    assert np.mean(narrower) > 0.25
    error = np.mean((np.array(means) - truth) ** 2)
    assert error < 0.7 * np.mean((prior[:, HOME_EFFECT].mean() - truth) ** 2)


def test_a_change_made_in_all_units_at_once_teaches_nothing() -> None:
    prior = prior_draws(200, 7)
    for reading in readings(compared=False)[:5]:
        assert not reading.speaks
        taught = teach(prior, [reading], REGISTRY, seed=1)
        np.testing.assert_array_equal(taught.rows, prior)
        assert taught.gained == {}


def test_other_changes_at_the_same_time_teach_less() -> None:
    prior = prior_draws(400, 7)
    for alone, among in zip(readings()[:5], readings(beside=2)[:5], strict=True):
        assert among.errors["beside"] == pytest.approx(BESIDE * np.sqrt(2))
        gained = [teach(prior, [each], REGISTRY, seed=1).gained["remote_exit"]
                  for each in (alone, among)]
        assert gained[1] < gained[0]


def test_two_units_one_after_the_other_teach_more_than_either() -> None:
    prior = prior_draws(400, 7)
    one, other = readings()[:2]
    both = teach(prior, [one, other], REGISTRY, seed=1).gained["remote_exit"]
    each = [teach(prior, [r], REGISTRY, seed=1).gained["remote_exit"] for r in (one, other)]
    assert both > max(each)
    weight = weights([one, other], prior)
    product = weights([one], prior) * weights([other], prior)
    np.testing.assert_allclose(weight, product / product.sum())


def test_all_other_parameters_stay_as_they_were() -> None:
    prior = prior_draws(300, 7)
    reading = readings()[0]
    taught = teach(prior, [reading], REGISTRY, seed=1)
    others = [k for k in range(len(REGISTRY)) if REGISTRY[k].name not in reading.parameters]
    np.testing.assert_array_equal(taught.rows[:, others], prior[:, others])
    again = teach(prior, [reading], REGISTRY, seed=1)
    np.testing.assert_array_equal(taught.rows, again.rows)


def test_units_that_always_drifted_apart_teach_less() -> None:
    """North left three times as often as south in one half-year before, a third in another."""
    draws, under, without = exits(80, 1, 4)
    panel = two_units()
    north, south = sides(panel)
    exited = panel.exited.copy()
    rng = np.random.default_rng(1)
    for window, side in enumerate((north, south, north)):
        stay = np.flatnonzero(side & (panel.first == 0) & (panel.exited >= COLUMN))
        exited[rng.choice(stay, 60, replace=False)] = 6 * window + 3
    shaken = replace(panel, exited=exited, last=np.minimum(exited, panel.last))
    found = [read(each, [group(True, under[0, 0], under, without),
                         group(False, without[0, 0], without, without)],
                  draws, NOTHING_MOVES, STILL, (north, south), column=COLUMN)
             for each in (panel, shaken)]
    assert found[1].errors["drift"] > 2 * found[0].errors["drift"]


def test_a_reading_survives_as_plain_data() -> None:
    reading = readings()[0]
    assert parse(asdict(reading)) == reading
    with pytest.raises(KeyError):
        parse(asdict(replace(reading, parameters=("no_longer", *reading.parameters[1:]))))

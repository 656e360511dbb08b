"""Are the patterns computed from the very histories of the ensemble, and from records alone?"""

import importlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import scenarios
from scenarios import FirmFacts, scenario_firm
from simlab.engine.ensemble import simulate
from simlab.panel import STILL_HERE, Panel, month_number
from simlab.parameters import prior_draws
from simlab.world import Exit

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
MONTHS = 24


@pytest.fixture
def benchmark_module(monkeypatch):
    """The benchmarks' own modules, which are not part of the package."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module


@pytest.fixture
def firm():
    facts = FirmFacts(people=90, team_size=9, support_capacity=0.1)
    return scenario_firm(facts, month_number("2026-01"), seed=3, burn_in=5)


def test_records_are_of_the_histories_that_the_ensemble_runs(benchmark_module, firm):
    module = benchmark_module("person_records")
    policies = [scenarios.policy(name) for name in ("before_transition", "train_and_help")]
    draws = prior_draws(3, 4)
    run = simulate(firm, policies[1:], draws, months=MONTHS, current=policies[0], seed=6)
    histories = module.recorded(
        firm, policies[1], draws, months=MONTHS, current=policies[0], seed=6
    )
    for draw, records in enumerate(histories):
        def outcome(name, draw=draw):
            return run.outcome(name)[draw, 0, 0]

        np.testing.assert_array_equal(records.working.sum(axis=1), outcome("headcount"))
        for kind, name in ((Exit.VOLUNTARY, "voluntary"), (Exit.INVOLUNTARY, "involuntary")):
            np.testing.assert_array_equal((records.exited == kind).sum(axis=1), outcome(name))
        np.testing.assert_allclose(
            np.nansum(records.business, axis=1), outcome("business"), rtol=1e-5
        )
        tickets = np.nansum(records.pressure, axis=1)
        np.testing.assert_array_equal(tickets, outcome("tickets_pressure"))


def test_a_policy_that_ends_is_the_other_one_from_then_on(benchmark_module, firm):
    module = benchmark_module("person_records")
    one, other = (scenarios.policy(name) for name in ("before_transition", "move_only"))
    draws = prior_draws(1, 4)
    same, changed = (
        next(module.recorded(firm, one, draws, months=MONTHS, policies=policies))
        for policies in ({}, {8: other})
    )
    np.testing.assert_array_equal(same.business[:8], changed.business[:8])
    assert not np.array_equal(same.business[8:], changed.business[8:], equal_nan=True)


def test_a_cohort_is_who_is_at_work_and_has_not_announced_to_leave(benchmark_module, firm):
    people = benchmark_module("patterns_people")
    module = benchmark_module("person_records")
    records = next(module.recorded(
        firm, scenarios.policy("before_transition"), prior_draws(1, 4), months=MONTHS
    ))
    at = people.LOOKED_BACK - 1
    found = people.cohort(records)
    assert 0 < found["quit"].sum() < len(found["quit"])
    everybody = replace(records, on_notice=np.ones_like(records.on_notice))
    assert len(people.cohort(everybody)["quit"]) == 0
    announced = records.on_notice[at] & records.working[at]
    assert announced.any()
    assert len(found["quit"]) <= (records.working[at] & ~announced).sum()
    # quits that a record determines are found by it
    told = replace(records, pressure=np.where(
        (records.exited == Exit.VOLUNTARY)[people.LOOKED_BACK:].any(axis=0), 1.0, 0.0
    ) + 0 * records.pressure)
    assert people.with_quits("pressure")(told) > 0.9


def test_patterns_of_a_panel_are_those_written_into_it(benchmark_module):
    panel_patterns = benchmark_module("patterns_panel")
    n, months = 40, 12
    business = np.full((n, months), 100, np.float32)
    business[:20] *= 2
    exited = np.full(n, STILL_HERE, np.int32)
    exited[0], exited[20] = 6, 9
    last = np.where(exited < STILL_HERE, exited, months - 1).astype(np.int32)
    observed = np.arange(months) <= last[:, None]
    business[0, 5:7] = 0
    business[20, 9] = 0
    business[3, 2] = -50
    rating = np.repeat(np.array([[2, 3, 3, 1]]), n, axis=0).repeat(3, axis=1).astype(np.int8)
    panel = Panel(
        start=month_number("2026-01"), person=tuple(map(str, range(n))),
        hired=np.full(n, -3, np.int32), first=np.zeros(n, np.int32), last=last, exited=exited,
        grade=np.ones((n, months), np.int32), base=np.ones((n, months), np.float32),
        observed=observed, business=np.where(observed, business, 0),
        rating=np.where(observed, rating, 0).astype(np.int8),
    )
    found = panel_patterns.figures(panel, slice(0, months))
    assert found["months without business: exit month"] == 1.0
    assert found["months without business: the month before"] == 0.5
    assert found["months without business: otherwise"] == 0.0
    assert found["months with net refunds"] == pytest.approx(1 / observed.sum())
    assert found["exits a month at a tenure of 6 to 11 months"] == pytest.approx(
        1 / observed[:, 3:9].sum()
    )
    assert found["ratings that rise from quarter to quarter"] == pytest.approx(40 / (40 + 39 + 38))
    assert found["log business with that of the month before (r)"] == pytest.approx(1.0)

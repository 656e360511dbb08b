"""Are the rival priors made from the evidence as they say, and does evidence bound what it may?"""

import numpy as np
import pytest

import scenarios
from simlab.engine.ensemble import simulate
from simlab.engine.mesa_model import FirmModel
from simlab.engine.panels import AS_RECORDED
from simlab.errors import LabError
from simlab.parameters import INDEX, REGISTRY, prior_draws, prior_mean
from simlab.parameters.priors import (
    PRIORS,
    TRIALS,
    registry_under,
    steepest_slope,
    switched_off,
)
from simlab.records.schema import KPI_SEEDS, TABLES
from simlab.world import Status

EFFECTS = [p for p in REGISTRY if p.effect and not switched_off(p)]


def by_name(prior):
    return {p.name: p for p in registry_under(prior)}


@pytest.mark.parametrize("parameter", [p for p in REGISTRY if p.role == "policy"],
                         ids=lambda p: p.name)
def test_only_trials_set_policy_effects(parameter):
    assert parameter.grade in {*TRIALS, "assumption"}
    assert not parameter.calibrated
    # without a change of the lever no record shows it
    assert parameter.column == ""


@pytest.mark.parametrize("parameter", REGISTRY, ids=lambda p: p.name)
def test_what_is_called_an_effect_can_be_nothing(parameter):
    if parameter.effect:
        assert parameter.lower <= 0 <= parameter.upper
    if parameter.grade == "published correlation":
        assert parameter.role == "association"
        assert parameter.correlation is not None
    assert parameter.correlation is None or parameter.grade == "published correlation"


def test_a_policy_parameter_acts_through_its_lever_alone():
    study = scenarios.load("sales_transition")
    firm = study.firm()
    low = np.repeat(prior_mean()[None, :], 2, axis=0)
    high = low.copy()
    for p in REGISTRY:
        if p.role == "policy":
            low[:, INDEX[p.name]], high[:, INDEX[p.name]] = p.lower, p.upper

    def outcomes(policy, rows):
        return simulate(firm, [policy], rows, months=6, seed=3, current=AS_RECORDED).y

    nothing = outcomes(AS_RECORDED, low)
    assert nothing.any()
    np.testing.assert_array_equal(nothing, outcomes(AS_RECORDED, high))
    lever = study.policies["train_and_help"]
    assert (outcomes(lever, low) != outcomes(lever, high)).any()


@pytest.mark.slow
def test_a_published_correlation_bounds_its_slope():
    # the slope at the prior's mean, per SD of the state between people as the prior makes them
    study = scenarios.load("sales_transition")
    firm = study.firm()
    draws = prior_draws(20, seed=1)
    for p in REGISTRY:
        if p.correlation is None:
            continue
        spread = []
        for row in draws:
            model = FirmModel(firm, study.current, row)
            for _ in range(firm.burn_in + 6):
                model.step()
            here = model.people[model.people["status"] == Status.ACTIVE]
            spread.append(here[p.name.removesuffix("_exit")].std())
        centre = prior_draws(4000, seed=2)[:, INDEX[p.name]].mean()
        assert centre * np.mean(spread) <= steepest_slope(p.correlation)


def test_the_conversion_of_a_correlation_is_the_published_one():
    # r -.19 at a yearly share of .20 is an odds ratio of .62 a year and SD
    yearly = 1.12 * steepest_slope(-0.19, 0.2)
    assert np.exp(-yearly) == pytest.approx(0.62, abs=0.005)


def test_literature_keeps_what_is_published_and_drops_assumed_effects():
    made = by_name("literature")
    for p in EFFECTS:
        dropped = p.grade == "assumption" and not p.calibrated
        draws = prior_draws(200, 1, registry_under("literature"))[:, INDEX[p.name]]
        assert (np.abs(draws).max() < 1e-4) == dropped, p.name
        if not dropped:
            assert made[p.name] == p


def test_skeptical_shrinks_by_what_the_evidence_is_worth():
    made = by_name("skeptical")
    drawn = prior_draws(4000, 2, registry_under("skeptical"))
    before = prior_draws(4000, 2)
    for p in EFFECTS:
        k = INDEX[p.name]
        if p.grade == "published trial":
            assert made[p.name].mean == pytest.approx(p.mean * 2 / 3)
        elif p.grade == "published correlation":
            assert made[p.name].mean == pytest.approx(p.mean / 2)
        elif p.mean:
            assert abs(drawn[:, k].mean()) < abs(before[:, k].mean()), p.name
            beyond = (np.sign(p.mean) * drawn[:, k] > abs(p.mean)).mean()
            # 5% of a normal on both sides of zero, 10% of one cut at zero
            assert beyond == pytest.approx(0.1 if p.lower == 0 else 0.05, abs=0.03), p.name
    assert all(made[p.name] == p for p in REGISTRY if not p.effect)


def test_flat_is_level_between_the_bounds():
    draws = prior_draws(4000, 3, registry_under("flat"))
    for k, p in enumerate(REGISTRY):
        if switched_off(p):
            continue
        share = (draws[:, k] - p.lower) / (p.upper - p.lower)
        deciles = np.histogram(share, bins=10, range=(0, 1))[0] / len(share)
        np.testing.assert_allclose(deciles, 0.1, atol=0.025, err_msg=p.name)


@pytest.mark.parametrize("prior", PRIORS)
def test_every_prior_stays_within_the_bounds_and_what_is_off_stays_off(prior):
    draws = prior_draws(50, 4, registry_under(prior))
    for k, p in enumerate(REGISTRY):
        assert (draws[:, k] >= p.lower).all()
        assert (draws[:, k] <= p.upper).all()
        if switched_off(p):
            assert draws[:, k].max() - p.mean < 1e-4


def test_the_registrys_own_prior_is_the_first_and_unchanged():
    assert PRIORS[0] == "registry"
    assert registry_under("registry") == REGISTRY
    with pytest.raises(LabError, match="no prior called hopeful"):
        registry_under("hopeful")


def test_columns_named_by_the_registry_exist():
    kpis = {str(seed["kpi_id"]) for seed in KPI_SEEDS}
    for p in REGISTRY:
        if p.column:
            table, column = p.column.split(".")
            known = {c.name for c in TABLES[table].columns}
            assert column in known | (kpis if table == "monthly_performance" else set()), p.name

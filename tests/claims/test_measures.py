"""Does each measure give the figure it says it does?"""

import tempfile
from pathlib import Path

import numpy as np
import pytest

from scenarios.claims import load, parse
from scenarios.claims.exports import Faults, take_in
from scenarios.claims.firms import Firms, drawn_facts
from scenarios.claims.paired import Events, Part, Rate, odds_ratio, paired_sign, rate_ratio
from scenarios.claims.paired import share_of_staff as staff_share
from scenarios.claims.persons import (
    Profile,
    Satisfaction,
    Script,
    course_gain,
    fit_risk_ratio,
    recovery_gain,
    scripted_person,
    selection_rank,
)
from scenarios.claims.scorer import score_and_bonus
from scenarios.claims.study import Study
from scenarios.facts import FirmFacts
from scenarios.sample import sample_files
from simlab.engine.mesa_model import FirmModel
from simlab.parameters import prior_draws, prior_mean
from simlab.world import Tag


def study(name, draws=3, replicates=2, **changes):
    case = load(name).model_copy(update=changes)
    return Study(case, prior_draws(draws, 4), replicates, seed=5)


def test_ratios_are_of_expectations_within_a_draw():
    pair = study("V2", months=12)
    figure = pair.case.figures[0]
    options = Rate(events=("exits", "arrivals"), per=("headcount",), first=3, last=9)
    y = {o: pair.ensemble.outcome(o)[:, :, :, 2:9].sum(axis=(1, 3))
         for o in ("exits", "arrivals", "headcount")}
    rates = (y["exits"] + y["arrivals"]) / y["headcount"]
    found = rate_ratio(pair, figure, options).values
    np.testing.assert_allclose(found, rates[:, 1] / rates[:, 0])
    assert len(set(found)) == 3


def test_the_sign_is_counted_over_all_paired_runs():
    pair = study("V2", months=12, policies=load("V2").policies[::-1])
    figure = pair.case.figures[0]
    cost = {name: pair.total(["pay_cost"], name) / pair.total(["headcount"], name)
            for name in ("balanced", "sales_only")}
    found = paired_sign(pair, figure, Rate(events=("pay_cost",), per=("headcount",))).values
    assert found == pytest.approx([(cost["sales_only"] > cost["balanced"]).mean()])
    assert found.shape == (1,)


def test_a_policy_that_changes_nothing_has_a_ratio_of_one_and_no_sign():
    case = load("V2")
    same = case.policies[0].model_copy(update={"name": "sales_only"})
    pair = study("V2", months=6, policies=(case.policies[0], same))
    options = Rate(events=("complaints", "exits"), per=("headcount",))
    assert (rate_ratio(pair, case.figures[0], options).values == 1).all()
    assert paired_sign(pair, case.figures[0], options).values == [0]


def test_odds_of_the_same_share_are_even():
    pair = study("V10", months=6)
    figure = pair.case.figures[1]
    options = Part(part="key_business", whole="business")
    share = {p: pair.total(["key_business"], p).mean(axis=1)
             / pair.total(["business"], p).mean(axis=1) for p in ("before", "full_package")}
    odds = {p: s / (1 - s) for p, s in share.items()}
    np.testing.assert_allclose(odds_ratio(pair, figure, options).values,
                               odds["full_package"] / odds["before"])


def test_only_the_initial_staff_is_counted():
    left_alone = study("V1", months=12)
    assert (left_alone.ensemble.outcome("arrivals")[..., 1:] == 0).all()
    figure = left_alone.case.figures[0]
    shares = [staff_share(left_alone, figure, Events(events=(name,))).values
              for name in ("exits", "voluntary", "involuntary", "other_exits")]
    assert (shares[0] <= 1).all()
    np.testing.assert_allclose(shares[0], sum(shares[1:]))


def test_the_fit_recovers_a_known_risk_ratio():
    """Wins made up at a base of .35 with a risk ratio of 1.40, and a covariate that confounds."""
    generator = np.random.default_rng(1)
    n = 20_000
    confounder = generator.standard_normal(n)
    exposed = (generator.random(n) < 1 / (1 + np.exp(-confounder))).astype(float)
    risk = 0.35 * 1.40**exposed * np.exp(0.15 * confounder)
    decided = generator.integers(1, 3, n).astype(float)
    won = generator.binomial(decided.astype(int), np.minimum(risk, 1)).astype(float)
    found = fit_risk_ratio(won, decided, exposed, confounder[:, None])
    assert found == pytest.approx(1.40, abs=0.04)
    naive = (won[exposed > 0].sum() / decided[exposed > 0].sum()) / (
        won[exposed == 0].sum() / decided[exposed == 0].sum())
    assert naive > found + 0.08


def test_the_fit_has_no_figure_where_a_group_never_wins():
    ones, zeros = np.ones(4), np.zeros(4)
    exposed = np.array([1.0, 1, 0, 0])
    covariate = np.arange(4.0)[:, None]
    assert np.isnan(fit_risk_ratio(zeros, ones, exposed, covariate))
    assert np.isnan(fit_risk_ratio(ones, ones, ones, covariate))


def test_the_scripted_person_fails_as_scripted_and_stays_until_then():
    case = load("V6")
    options = Script(weak="executive_communication")
    person = scripted_person("sales", options)
    for history in range(6):
        model = FirmModel(case.scenario_firm(seed=1), case.policies[0], prior_mean(), seed=3,
                          history=history, agents_by_slot={0: person})
        for month in range(options.begins + options.falling):
            model.step()
            row = model.people[0]
            assert row["generation"] == 0
            assert row["key"] == options.key
            if month >= options.begins:
                assert row["business"] == row["key_business"] == 0
                assert row["tickets"][Tag.COMMUNICATION] == 1
        assert bin(row["tag_months"][Tag.COMMUNICATION]).count("1") >= 2


def test_a_twin_under_the_same_policy_gains_nothing():
    case = load("V6")
    same = case.policies[1].model_copy(update={"name": "unhelped"})
    twins = study("V6", draws=2, policies=(same, case.policies[1]))
    options = Script(weak="executive_communication")
    assert (recovery_gain(twins, case.figures[1], options).values == 0).all()


def test_more_skill_stands_earlier_in_the_order_of_selection():
    doctors = study("V8", draws=2)
    figure = doctors.case.figures[0]
    skills = ("clinical", "patient_communication", "needs_listening", "individual_planning",
              "premium_process", "collaboration")
    places = [
        selection_rank(doctors, figure, Profile(skills=dict.fromkeys(skills, q), willingness=q))
        .values for q in (0.02, 0.5, 0.98)
    ]
    assert (places[0] < places[1]).all()
    assert (places[1] < places[2]).all()
    assert (places[2] > 0.95).all()


def test_the_scorer_is_exact_and_the_cap_binds():
    scorer = study("V9", draws=1, replicates=1)
    uncapped, capped = scorer.case.policies
    on_target = score_and_bonus(scorer, uncapped, 0.48)
    reached = score_and_bonus(scorer, uncapped, 0.80)
    assert on_target[0] == pytest.approx(100, rel=1e-6)
    assert reached[0] == pytest.approx(120, rel=1e-6)
    assert reached[1] / on_target[1] == pytest.approx(1.15, rel=1e-5)
    assert score_and_bonus(scorer, capped, 0.80)[0] == pytest.approx(106, rel=1e-6)
    assert score_and_bonus(scorer, capped, 0.48)[0] == pytest.approx(100, rel=1e-6)


def test_a_course_that_changes_nothing_gains_nothing():
    case = load("V5")
    taught = case.policies[1]
    same = taught.model_copy(update={"name": "untaught"})
    pair = study("V5", draws=3, replicates=1, policies=(same, taught))
    options = Satisfaction(near=(0.4, 0.9), at=9, after=12, taught="patient_communication")
    gain = course_gain(pair, case.figures[0], options).values
    assert np.isfinite(gain).any()
    assert (gain[np.isfinite(gain)] == 0).all()


def test_drawn_firms_lie_between_the_given_facts_and_differ():
    options = Firms(firms=30, cut=0.2, facts={"people": (40, 60), "coaching": (0.2, 0.3)})
    firms = drawn_facts(FirmFacts(team_size=7), options, seed=2)
    assert all(40 <= firm.people <= 60 and 0.2 <= firm.coaching <= 0.3 for firm in firms)
    assert {firm.team_size for firm in firms} == {7}
    assert len({firm.people for firm in firms}) > 5
    assert drawn_facts(FirmFacts(team_size=7), options, seed=2) == firms


def test_bounds_of_facts_are_checked():
    with pytest.raises(ValueError, match="no fact 'exit_level'"):
        Firms(cut=0.2, facts={"exit_level": (-4, -2)})


def test_planted_faults_are_the_decisions_left_and_nothing_else_is():
    with tempfile.TemporaryDirectory() as folder:
        none = Faults(ambiguous_dates=0, repeated_rows=0, unreadable_numbers=0)
        clean = take_in(Path(folder), none, seed=3)
    assert clean.decisions == 0
    assert clean.cells_mended > 10_000
    assert clean.rows == sum(len(path.read_text().splitlines()) - 1 for path in sample_files())
    with tempfile.TemporaryDirectory() as folder:
        some = Faults(ambiguous_dates=2, repeated_rows=3, unreadable_numbers=1)
        dirty = take_in(Path(folder), some, seed=3)
    assert dirty.decisions == 6
    assert dirty.seconds > 0


def test_a_case_given_as_data_can_use_every_option():
    tree = load("V2").model_dump()
    tree["figures"] = tree["figures"][:1]
    tree["figures"][0]["options"] = {"events": ["complaints"], "per": ["business"], "first": 2}
    assert parse(tree, "mine").figures[0].options["first"] == 2

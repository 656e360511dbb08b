"""Does the detailed month tell the same histories, and do its answers add up?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import scenarios
from simlab.decide.courses import COST_ITEMS, PER, best_of, per_money
from simlab.decide.incentives import LEAST, Segments, below_of, gap_of
from simlab.engine.detail import DETAILED, SEGMENTS, median_of, skill_name
from simlab.engine.ensemble import simulate
from simlab.engine.outcomes import OUTCOMES
from simlab.errors import LabError
from simlab.i18n import LANGUAGES, text
from simlab.jobs.courses import candidates, courses
from simlab.jobs.demo import sample_lab
from simlab.jobs.incentives import bonus_curve, incentives
from simlab.jobs.reporting import report
from simlab.jobs.saving import save_policy, saved_policies
from simlab.jobs.standing import policy_changes, status
from simlab.jobs.stored import stored_of_policy
from simlab.lab import Lab
from simlab.parameters import prior_draws
from simlab.policy import differing, with_fields
from simlab.report import figures, wording

pytestmark = pytest.mark.slow  # a month of its own is a kernel of its own
STUDY = scenarios.load("sales_transition")
FINE = {"draws": 12, "replicates": 2, "months": 14}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return sample_lab(tmp_path_factory.mktemp("one_policy") / "lab")[0]


@pytest.fixture(scope="module")
def run():
    policies = [STUDY.policies[name] for name in ("move_only", "train_and_help")]
    draws = prior_draws(6, 1)
    both = [simulate(STUDY.firm(), policies, draws, months=10, current=STUDY.current, **month)
            for month in ({}, {"month": DETAILED})]
    np.testing.assert_array_equal(both[0].y, both[1].y[..., : len(OUTCOMES)])
    return both[1]


def both_segments(run, figure):
    return sum(run.outcome(f"{segment}:{figure}") for segment in SEGMENTS)


def test_segments_add_up_to_the_firm(run):
    for figure, outcome in (("people", "headcount"), ("below", "below_expected"),
                            ("income", "pay_cost")):
        np.testing.assert_allclose(both_segments(run, figure), run.outcome(outcome))
    np.testing.assert_allclose(run.outcome("key:people"), run.outcome("key_people"))
    score = both_segments(run, "score") / both_segments(run, "people")
    np.testing.assert_allclose(score, run.outcome("score"))


def test_parts_of_pay_and_of_effort_add_up(run):
    parts = sum(both_segments(run, part) for part in
                ("base", "commission", "key_paid", "bonus", "top_up"))
    np.testing.assert_allclose(parts, both_segments(run, "income"), rtol=1e-6)
    hours = sum(both_segments(run, f"effort_{task}") for task in range(5))
    # whoever arrives in a month has not worked in it yet
    settled = run.outcome("arrivals") == 0
    np.testing.assert_allclose(hours[settled], 3 * run.outcome("headcount")[settled], rtol=1e-5)
    assert (run.outcome("key:effort_0") == 0).all()
    assert (run.outcome("standard:effort_1") == 0).all()


def test_staff_of_the_first_month_stays_counted_when_it_leaves(run):
    staff = both_segments(run, "staff")
    np.testing.assert_array_equal(staff, np.broadcast_to(
        run.outcome("headcount")[..., :1], staff.shape))
    assert run.outcome("exits").sum() > 0
    assert (np.diff(run.outcome("key:staff"), axis=-1) >= 0).all()  # nobody moves back


def test_the_median_of_one_person_is_their_own_months():
    firm = scenarios.scenario_firm(scenarios.FirmFacts(people=1, team_size=1), 24312)
    run = simulate(firm, [STUDY.policies["move_only"]], prior_draws(40, 1), months=8,
                   month=DETAILED)
    left = run.outcome("exits").cumsum(axis=-1) - run.outcome("exits") > 0
    months = np.where(left, 0, run.outcome("below_expected")).cumsum(axis=-1)
    assert left.any()
    assert len(np.unique(months)) > 4
    np.testing.assert_array_equal(run.outcome("median_below"), months)


@given(st.lists(st.integers(0, 30), max_size=40))
def test_the_median_is_the_usual_one(values):
    counts = np.bincount(np.array(values, int), minlength=31)
    expected = float(np.median(values)) if values else -1.0
    assert median_of.py_func(counts, len(values)) == expected


def test_a_course_raises_the_skill_that_it_teaches(run):
    for number in (1, 2):  # the first two that are taught
        level = run.outcome(skill_name(number))[..., -1].mean(axis=(0, 1))
        assert level[1] > level[0]


def test_small_segments_are_not_shown():
    rng = np.random.default_rng(1)
    shape = (5, 4, 6)
    people = np.broadcast_to(np.array([2.0, 9.0, 10.0, 10.0, 12.0, 9.9]), shape)
    figures = {"key:people": people, "key:income": people * 90, "key:expected": people * 100,
               "key:staff": np.full(shape, LEAST - 1.0), "key:median": rng.random(shape)}
    found = Segments(figures, SEGMENTS, ())
    gap = gap_of(found, "key")
    assert gap is not None
    assert gap.months == (2, 3, 4)
    assert gap.fan.mean == pytest.approx((-0.1,) * 3)
    assert below_of(found, "key") is None
    figures["key:people"] = people / 2
    assert gap_of(found, "key") is None


def test_incentives_are_kept_and_the_same_with_the_same_seed(lab):
    first = incentives(lab, STUDY.name, "train_and_help", seed=3, **FINE)
    kept = stored_of_policy(lab, "incentives", STUDY.name, "train_and_help")
    assert kept is not None
    assert kept["inputs"]["data"] is not None
    assert incentives(lab, STUDY.name, "train_and_help", seed=3, **FINE).below == first.below
    assert incentives(lab, STUDY.name, "train_and_help", seed=4, **FINE).below != first.below
    assert [stage.months for stage in first.stages] == [
        (first.months[0], first.months[11]), (first.months[12], first.months[13])]
    assert first.kpis[0].weights == (0.4, 0.4)
    (item,) = [each for each in status(lab).items if each.kind == "incentives"]
    assert item.stale == ()


def test_what_is_not_weighed_gets_less_than_an_even_split(lab):
    sales = {kpi.name: kpi for kpi in incentives(lab, STUDY.name, "move_only", **FINE).kpis}
    assert sales["sales_amount"].against_even.lower > 0
    assert sales["customer_retention"].unrewarded
    assert sales["collaboration_satisfaction"].unrewarded
    assert not sales["order_conversion"].unrewarded  # selling to key accounts serves it
    served = with_fields(STUDY.policies["move_only"], {
        "incentive.stages": [{"weights": {"customer_retention": 1.0}}]}, name="served")
    save_policy(lab, served)
    retained = {kpi.name: kpi for kpi in incentives(lab, STUDY.name, "served", **FINE).kpis}
    assert retained["customer_retention"].against_even.lower > 0
    assert retained["sales_amount"].unrewarded


def test_a_full_guarantee_closes_the_gap_while_it_lasts(lab):
    sure = with_fields(STUDY.policies["move_only"], {
        "incentive.guarantee": 1.0, "incentive.guarantee_months": 12}, name="sure")
    save_policy(lab, sure)
    found = incentives(lab, STUDY.name, "sure", **FINE)
    gap = found.gaps["key"]
    assert gap is not None
    paid = dict(zip(gap.months, gap.fan.p05, strict=True))
    assert all(paid[month] > -1e-6 for month in paid if month < 12)
    assert max(gap.fan.p05[k] for k, month in enumerate(gap.months) if month >= 12) < 0
    bare = incentives(lab, STUDY.name, "move_only", **FINE)
    assert bare.gaps["key"].fan.mean[0] < -0.05
    assert found.below["all"].mean < bare.below["all"].mean
    # another policy of that name makes the answer stale
    save_policy(lab, with_fields(sure, {"incentive.guarantee": 0.5}),
                replaces=saved_policies(lab)["sure"].version)
    kept = stored_of_policy(lab, "incentives", STUDY.name, "sure")
    assert policy_changes(lab, kept) == ("policy",)


def test_the_bonus_curve_has_elasticity_and_cap():
    steep = with_fields(STUDY.policies["move_only"], {
        "incentive.bonus_pool": 0.3, "incentive.bonus_elasticity": 2.0,
        "incentive.bonus_cap": 0.25, "incentive.attainment_cap": 1.5})
    curve = dict(bonus_curve(steep, points=4))
    assert curve == pytest.approx({0.0: 0.0, 50.0: 0.075, 100.0: 0.25, 150.0: 0.25})


def test_every_course_is_tried_apart():
    found = {each.name: each for each in candidates(
        STUDY.policies["train_and_help"], list(STUDY.policies.values()))}
    assert set(found) == {"needs_discovery", "industry_insight", "executive_communication",
                          "coaching"}
    for each in found.values():
        assert each.offered
        assert each.with_it == STUDY.policies["train_and_help"]
        field = "coaching" if each.name == "coaching" else "course_hours"
        assert differing(each.with_it, each.without_it) == {f"training.{field}"}
    left = found["needs_discovery"].without_it.training.course_hours
    assert set(left) == {"industry_insight", "executive_communication"}


def test_a_course_of_another_policy_is_added_on_its_terms():
    bare, giver = STUDY.policies["move_only"], STUDY.policies["train_and_help"]
    (course, *_, coaching) = candidates(bare, [bare, giver])
    assert not course.offered
    assert course.without_it == bare
    assert course.with_it.training.course_hours == {"needs_discovery": 24}
    assert course.with_it.training.fee == giver.training.fee
    assert coaching.with_it.training.coaching == 0.6
    assert coaching.with_it.training.course_hours == {}
    insured = with_fields(bare, {"training.industry_hours": {"finance": 10}, "training.fee": 7})
    added = next(c for c in candidates(insured, [giver]) if c.name == "needs_discovery")
    assert added.with_it.training.fee == 7
    assert added.with_it.training.industry_hours == {"finance": 10}


def test_courses_are_kept_and_add_up(lab):
    made = courses(lab, STUDY.name, "train_and_help", seed=2, **FINE)
    kept = stored_of_policy(lab, "courses", STUDY.name, "train_and_help")
    assert kept is not None
    assert [each["name"] for each in kept["courses"]] == [each.name for each in made.courses]
    assert courses(lab, STUDY.name, "train_and_help", seed=2, **FINE).courses == made.courses
    for course in made.courses:
        assert course.warrant == "assumed"  # nothing was calibrated
        mean = {name: effect.mean for name, effect in course.effects.items()}
        assert mean["cost"] == pytest.approx(sum(mean[item] for item in COST_ITEMS))
        assert course.gained.mean == pytest.approx(
            np.array(course.with_it.mean) - course.without_it.mean)
        if course.kind == "skill":
            fee = STUDY.policies["train_and_help"].training.fee
            assert mean["training_cost"] == pytest.approx(fee * mean["training_hours"])
            assert 0 < course.passed < 1
            assert max(course.gained.mean) > 0.02
    (item,) = [each for each in status(lab).items if each.kind == "courses"]
    assert item.stale == ()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_report_shows_both_of_them(lab, lang):
    incentives(lab, STUDY.name, "train_and_help", **FINE)
    courses(lab, STUDY.name, "train_and_help", **FINE)
    page = report(lab, lang).read_text("utf-8")
    for title in ("incentives.title", "incentives.kpis", "courses.title", "courses.behind"):
        assert text(title, lang) in page
    tree = stored_of_policy(lab, "courses", STUDY.name, "train_and_help")
    for course in tree["courses"]:
        assert wording.interval(figures.avoided(course), lang, signed=True) in page


def test_without_any_course_the_job_is_refused(lab, monkeypatch):
    monkeypatch.setattr("simlab.jobs.courses.candidates", lambda *_: iter(()))
    with pytest.raises(LabError, match="offers a course or coaching"):
        courses(lab, STUDY.name, "move_only", **FINE)


def test_money_for_which_nothing_more_is_spent_is_told_apart():
    found = per_money(np.array([2.0, 4.0, 6.0, 8.0]), np.array([1e5, 2e5, -1e5, 2e5]))
    assert found.free == 0.25
    assert found.mean == pytest.approx(PER * 5.0 / 1e5)
    assert found.lower <= 2.0 <= found.upper
    assert per_money(np.ones(3), -np.ones(3)).mean is None
    assert per_money(np.ones(3), np.array([1.0, -5.0, -5.0])).mean is None


def test_the_course_that_saves_goes_before_the_one_that_costs(lab):
    made = courses(lab, STUDY.name, "train_and_help", seed=2, **FINE)
    paying = [each for each in made.courses if each.effects["regretted"].mean < 0]
    assert best_of([]) is None
    assert best_of([each for each in made.courses if each not in paying]) is None
    if paying and all(each.per_money.mean is not None for each in paying):
        assert made.best == max(paying, key=lambda each: each.per_money.mean).name


def test_the_policy_must_be_known(lab):
    for job in (incentives, courses):
        with pytest.raises(LabError, match="nonsense"):
            job(lab, STUDY.name, "nonsense", **FINE)

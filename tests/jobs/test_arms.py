"""Does every policy effect come three times, and under rival priors, from the right draws?"""

from __future__ import annotations

import io
import json
from dataclasses import asdict

import numpy as np
import pandas as pd
import pytest
import yaml

from calibration.effects import Reading
from simlab.errors import LabError
from simlab.i18n import text
from simlab.jobs.answering import answers
from simlab.jobs.arms import arms
from simlab.jobs.batching import batch
from simlab.jobs.common import model_version
from simlab.jobs.comparing import compare
from simlab.jobs.reporting import report
from simlab.jobs.standing import status
from simlab.jobs.variation import varied_pairs
from simlab.lab import Lab
from simlab.parameters import INDEX, NAMES, REGISTRY, prior_draws
from simlab.parameters.priors import PRIORS, registry_under
from simlab.policy import Policy, differing
from simlab.report import grid

TITLE = {"en": "x", "zh": "x"}


@pytest.fixture
def calibrated(tmp_path):
    """A lab whose stored posterior informs one parameter of leaving and none else."""
    return knowing(tmp_path / "lab", {"efficacy_exit": 5.0})


def knowing(path, values, doubt=0.01):
    """A lab whose stored posterior settled these parameters to within so much."""
    lab = Lab.create(path)
    prior = prior_draws(300, 1)
    draws = prior_draws(300, 2)
    rng = np.random.default_rng(3)
    for name, value in values.items():
        draws[:, INDEX[name]] = value + doubt * rng.normal(size=300)
    content = io.BytesIO()
    np.savez_compressed(content, names=np.array(NAMES), draws=draws, prior=prior)
    rows = [{"name": p.name, "prior_mean": 0, "prior_lower": 0, "prior_upper": 0, "mean": 0,
             "lower": 0, "upper": 0, "contraction": 0.9 if p.name in values else 0.0,
             "informed": "estimated" if p.name in values else "assumed"}
            for p in REGISTRY]
    with lab.writing():
        lab.write("calibration/posterior.npz", content.getvalue())
        lab.write_json("calibration/calibration.json", {
            "made": "2026-01-01", "provenance": {}, "until": "2025-12", "simulations": 300,
            "model": model_version(), "checks": [], "cautions": [], "parameters": rows})
    return lab


def test_what_the_data_did_not_inform_is_at_zero_in_its_part_and_nothing_else(calibrated):
    made = arms(calibrated, "sales", 40, seed=5)
    assert made.calibrated
    zeroed = made.rows[made.parts["zeroed"]]
    for k, p in enumerate(REGISTRY):
        if p.effect and p.name != "efficacy_exit":
            assert (zeroed[:, k] == 0).all(), p.name
        else:
            np.testing.assert_array_equal(zeroed[:, k], made.main[: len(zeroed), k])


def test_rival_priors_move_only_what_no_record_can_move(calibrated):
    made = arms(calibrated, "sales", 40, seed=5)
    for name in PRIORS[1:]:
        rows = made.rows[made.parts[f"rival:{name}"]]
        drawn = prior_draws(len(rows), 5, registry_under(name))
        for k, p in enumerate(REGISTRY):
            source = made.main[: len(rows)] if p.calibrated else drawn
            np.testing.assert_array_equal(rows[:, k], source[:, k])
    other = arms(calibrated, "sales", 40, seed=5, prior="flat")
    assert "rival:registry" in other.parts
    assert "rival:flat" not in other.parts
    k = INDEX["stress_exit"]
    assert other.main[:, k].mean() > 1.5 * made.main[:, k].mean()
    np.testing.assert_array_equal(other.main[:, INDEX["exit_level"]],
                                  made.main[:, INDEX["exit_level"]])


def test_an_uncalibrated_lab_runs_the_prior_as_the_main_part(tmp_path):
    made = arms(Lab.create(tmp_path / "lab"), "sales", 30, seed=2)
    assert not made.calibrated
    assert "prior" not in made.parts
    np.testing.assert_array_equal(made.main, prior_draws(30, 2))
    assert not made.informed.any()


@pytest.mark.slow
def test_a_comparison_says_what_is_left_without_assumed_effects(tmp_path):
    lab = Lab.create(tmp_path / "lab")
    found = compare(lab, "sales_transition", ["move_only", "train_and_help"], draws=40,
                    replicates=4, months=12, seed=1).comparison
    effect = found.effect("train_and_help", "move_only", "voluntary")
    assert effect.zeroed is not None
    assert effect.owed is not None
    # the assumed channels carry the effect: without them little is left
    assert effect.difference.mean < 0
    assert abs(effect.zeroed.difference.mean) < 0.35 * abs(effect.difference.mean)
    assert effect.owed.mean == 1.0
    assert set(effect.rivals) == set(PRIORS[1:])
    # sceptics expect less of it than the registry, a flat prior more
    sizes = {name: rival.difference.mean for name, rival in effect.rivals.items()}
    assert sizes["flat"] < effect.difference.mean < sizes["skeptical"] < 0
    tree = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert tree["effects"][0]["rivals"].keys() == set(PRIORS[1:])


def test_only_levers_that_a_past_change_moved_can_be_tested(tmp_path):
    lab = Lab.create(tmp_path / "lab")
    now = Policy(name="now", title=TITLE)
    remote = Policy.model_validate({"name": "remote", "title": TITLE,
                                    "conditions": {"remote_days": 2, "cost": 100}})
    more = Policy.model_validate({"name": "more", "title": TITLE,
                                  "conditions": {"remote_days": 4},
                                  "training": {"coaching": 0.5}})
    assert differing(now, remote) == {"conditions.remote_days"}
    assert varied_pairs(lab, [now, remote, more]) == frozenset()
    with lab.writing():
        lab.write_json("events/home/event.json", {
            "made": "2026-01-01", "before": now.model_dump(mode="json"),
            "after": remote.model_dump(mode="json")})
    assert varied_pairs(lab, [now, remote, more]) == {("now", "remote"), ("remote", "now")}


def past_change(lab, observed=-0.8, error=0.05, **changes):
    """A replayed change that cut exits so far in the units that got two days at home."""
    now = Policy(name="now", title=TITLE)
    remote = Policy.model_validate({"name": "remote", "title": TITLE,
                                    "conditions": {"remote_days": 2}})
    p = REGISTRY[INDEX["remote_exit"]]
    reading = Reading(True, ("remote_exit",), (-2 * p.mean, -2 * p.sd, 0.0), observed,
                      {"luck": error})
    with lab.writing():
        lab.write_json("events/home/event.json", {
            "made": "2026-01-01", "before": now.model_dump(mode="json"),
            "after": remote.model_dump(mode="json"), "inputs": {"model": model_version()},
            "name": "home", "date": "2025-01", "options": {"months": 6},
            "reading": {"likelihood": asdict(reading)}} | changes)


def test_a_past_change_moves_the_parameters_of_its_levers_in_every_part_but_the_prior(calibrated):
    before = arms(calibrated, "sales", 60, seed=5)
    past_change(calibrated)
    made = arms(calibrated, "sales", 60, seed=5)
    k = INDEX["remote_exit"]
    assert not before.informed[k]
    assert made.informed[k]
    # two days at home cut the log hazard by .8: .4 a day, and the prior expects .12 (SD .08)
    parts = {name: made.rows[part][:, k] for name, part in made.parts.items()}
    for name, drawn in parts.items():
        if name in ("main", "zeroed"):
            assert drawn.mean() == pytest.approx(0.375, abs=0.02), name
            assert len(np.unique(drawn)) > len(drawn) / 2
        elif name.startswith("rival"):
            was = before.rows[before.parts[name]][:, k]
            if was.std() > 1e-3:  # who allows for no effect is taught none
                assert drawn.mean() > was.mean()
                assert drawn.std() < was.std()
    np.testing.assert_array_equal(parts["prior"], before.rows[before.parts["prior"]][:, k])
    others = np.arange(len(REGISTRY)) != k
    np.testing.assert_array_equal(made.main[:, others], before.main[:, others])


@pytest.mark.parametrize("changes", [
    {"inputs": {"model": "another"}}, {"reading": {}}, {"reading": {"likelihood": {"a": 1}}}])
def test_a_change_that_cannot_be_read_moves_nothing(calibrated, changes):
    before = arms(calibrated, "sales", 30, seed=5)
    past_change(calibrated, **changes)
    np.testing.assert_array_equal(arms(calibrated, "sales", 30, seed=5).rows, before.rows)


@pytest.mark.slow
def test_a_lever_whose_past_change_was_read_is_tested_by_the_data(tmp_path):
    lab = knowing(tmp_path / "lab", {p.name: p.mean for p in REGISTRY if p.role != "policy"},
                  doubt=0.0)

    def home():
        return {a.question: a for a in answers(lab, draws=60, replicates=16,
                                               months=12).answers}["home"]

    before = home()
    assert before.verdict in {"assumed", "cannot"}
    assert "change" in before.lifts
    past_change(lab, observed=-0.4, error=0.05)
    after = home()
    assert after.verdict == "tested"
    assert after.lifts == ()
    assert [item.stale for item in status(lab).items if item.kind == "answers"] == [()]
    past_change(lab, observed=0.0, error=0.05)
    assert [item.stale for item in status(lab).items if item.kind == "answers"] == [("events",)]


@pytest.mark.slow
def test_the_grid_of_an_uncalibrated_lab_is_all_assumption_and_is_shown(tmp_path):
    lab = Lab.create(tmp_path / "lab")
    found = answers(lab, draws=20, replicates=2, months=3)
    assert not found.calibrated
    assert {a.verdict for a in found.answers if a.kind == "lever"} == {"assumed"}
    tree = json.loads(json.dumps(found.to_json(), allow_nan=False))
    for lang in ("en", "zh"):
        rows = grid.rows(tree, lang)
        assert len(rows) == len(found.answers)
        assert all(all(row.values()) for row in rows)
        page = report(lab, lang).read_text(encoding="utf-8")
        assert rows[0]["question"] in page
        assert text("grid.verdict.assumed", lang) in page
    assert [item.kind for item in status(lab).items if item.kind == "answers"] == ["answers"]
    with pytest.raises(LabError, match="about sales staff"):
        answers(lab, "premium_care", draws=20)


@pytest.mark.slow
def test_a_calibrated_lab_has_a_link_tested_and_levers_assumed(calibrated):
    found = {a.question: a for a in answers(calibrated, draws=40, replicates=4,
                                            months=6).answers}
    # the fixture settled one parameter to within a hundredth; it holds no records of its own
    assert found["results_leaving"].verdict == "tested"
    assert found["stress_leaving"].verdict == "assumed"
    assert found["home"].verdict in {"assumed", "cannot"}
    assert "change" in found["home"].lifts or found["home"].reason == "noise"


def test_a_study_takes_the_posterior_or_on_request_the_prior(calibrated, tmp_path):
    expected = {"posterior": arms(calibrated, "sales", 30, seed=4).main,
                "prior": prior_draws(30, 4)}
    for source, rows in expected.items():
        file = tmp_path / "study.yaml"
        file.write_text(yaml.safe_dump({
            "name": source, "title": TITLE, "scenario": "sales_transition", "months": 1,
            "parameters": source, "draws": 30, "seed": 4, "policies": ["move_only"]}))
        state = batch(calibrated, str(file))
        drawn = pd.read_parquet(calibrated.path / "studies" / source / "parameters.parquet")
        np.testing.assert_array_equal(drawn[list(NAMES)], rows)
        assert state.calibrated == (source == "posterior")
        tree = json.loads((calibrated.path / "studies" / source / "study.json").read_text())
        assert (tree["inputs"]["calibration"] is None) == (source == "prior")

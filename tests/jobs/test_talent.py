"""Does the profile read the staff rightly, and is nobody named where the check forbids it?"""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import scenarios
from simlab.decide.fit import SIGNS, conditioned, standardised, told_apart
from simlab.jobs import talent as job
from simlab.jobs.demo import sample_lab
from simlab.jobs.records import import_records, load_panel
from simlab.jobs.setting import set_up
from simlab.jobs.standing import status
from simlab.jobs.stored import stored_of_policy
from simlab.lab import Lab
from simlab.panel import STILL_HERE
from simlab.practice import practice_records, skills
from simlab.records.talent import recorded_signs
from simlab.report import talent as shown

STUDY = scenarios.load("sales_transition")
FINE: dict[str, Any] = {"draws": 10, "replicates": 2, "months": 8}


def test_a_sign_moves_a_skill_as_its_correlation_says() -> None:
    rng = np.random.default_rng(1)
    draws, people, r = 4000, 40, 0.5
    levels = 0.5 + 0.1 * rng.standard_normal((draws, people))
    z = standardised(rng.standard_normal(people))
    z[0] = np.nan
    found = conditioned(levels, [(z, np.full(draws, r))], np.full(draws, 0.1), rng)
    expected = 0.5 + 0.1 * r * z[1:]
    np.testing.assert_allclose(found[:, 1:].mean(axis=0), expected, atol=0.008)
    np.testing.assert_allclose(found[:, 1:].std(axis=0), 0.1 * np.sqrt(1 - r * r), rtol=0.06)
    np.testing.assert_allclose(found[:, 0], levels[:, 0])  # nothing recorded, nothing changed
    # two signs of the same skill say more than one, and less than their sum
    twice = conditioned(levels, [(z, np.full(draws, r))] * 2, np.full(draws, 0.1), rng)
    slope = np.polyfit(z[1:], twice[:, 1:].mean(axis=0), 1)[0] / 0.1
    assert slope == pytest.approx(2 * r / (1 + r * r), abs=0.05)


def test_how_far_people_are_told_apart() -> None:
    rng = np.random.default_rng(2)
    noise = rng.standard_normal((200, 300))
    assert told_apart(noise) < 0.02
    assert told_apart(noise + rng.standard_normal(300)) == pytest.approx(0.5, abs=0.1)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return sample_lab(tmp_path_factory.mktemp("talent") / "lab")[0]


def test_eager_and_well_liked_goes_before_experience(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The claim V8 on recorded signs: satisfied customers and a course, no experience of such
    work, against experience alone."""
    setting = set_up(lab, STUDY.name, draws=60, seed=1)
    panel, n = load_panel(lab), len(setting.firm.names)
    course = np.zeros((len(panel.person), panel.months), np.int8)
    eager = panel.person.index(setting.firm.names[0])
    course[eager, 3] = 1 + skills("sales").index("needs_discovery")
    satisfied, old_hand = np.zeros(n), np.zeros(n)
    satisfied[0], old_hand[1] = 1.0, 1.0
    heard = {"customer_satisfaction": satisfied, "collaboration_satisfaction": np.full(n, np.nan),
             "experience": old_hand}
    informed = job.informed_by(setting, replace(panel, course=course), heard)
    fit = (informed.firm.people["skills"] @ practice_records()[0]["key_demand"]).mean(axis=0)
    assert (fit < fit[0]).mean() >= 0.75
    assert fit[0] > fit[1]
    assert max(sign.upper for sign in SIGNS) > next(
        sign.upper for sign in SIGNS if sign.name == "experience")


@pytest.mark.slow
def test_gaps_and_fit_add_up_and_nobody_is_named_uncalibrated(lab: Lab) -> None:
    made = job.talent(lab, STUDY.name, "train_and_help", **FINE)
    tree = stored_of_policy(lab, "talent", STUDY.name, "train_and_help")
    assert tree is not None
    assert made.listed == ()
    assert "uncalibrated" in made.refused
    assert "not_told_apart" in made.refused  # results alone say little of key work
    assert len(shown.refused(tree, "zh")) == len(made.refused)
    for when in ("now", "later"):
        assert sum(step.mean for step in made.fits[when]) == pytest.approx(1.0)
    # the profile lies between two steps of fit, so the share above it is known twice
    step = round(made.profile * len(made.fits["now"]))
    above = sum(each.mean for each in made.fits["now"][step:])
    assert made.share.mean[0] == pytest.approx(above, abs=0.01)
    assert made.gained.mean > 0  # teaching beats changing nothing else
    assert all(group.people >= 10 for group in made.groups)
    assert {group.division for group in made.groups} <= {"team", "unit", "site", "grade"}
    (item,) = [each for each in status(lab).items if each.kind == "talent"]
    assert item.stale == ()


def test_signs_stand_for_skills_that_a_role_pack_has(tmp_path: Path) -> None:
    for practice in ("sales", "medical"):
        for sign in SIGNS:
            assert set(sign.skills) & set(skills(practice)), (practice, sign.name)
    lab = sample_lab(tmp_path / "lab")[0]
    setting = set_up(lab, STUDY.name, draws=2, seed=1)
    file = tmp_path / "monthly_performance.csv"
    with (Path(scenarios.__file__).parent / "sample_firm" / "monthly_performance.csv").open(
            encoding="utf-8") as rows:
        months = list(csv.DictReader(rows))
    last = max(row["month"] for row in months)
    heard = [row["employee_no"] for row in months if row["month"] == last][:20]
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(["employee_no", "month", "kpi_id", "actual"])
        writer.writerows([person, last, "premium_satisfaction", 0.5 + 0.01 * k]
                         for k, person in enumerate(heard))
    import_records(lab, [file], "canonical")
    found = recorded_signs(lab, setting.firm.names)
    known = found["customer_satisfaction"]
    assert 0 < np.isfinite(known).sum() <= 20
    assert np.nanmin(known) >= 0.5
    assert not np.isfinite(found["experience"]).any()


def test_who_is_refused_a_name(lab: Lab) -> None:
    setting, panel = set_up(lab, STUDY.name, draws=4, seed=1), load_panel(lab)

    def why(apart: float | None = 0.5, known: Any = panel, **mark: Any) -> tuple[str, ...]:
        arms = replace(setting.drawn, calibrated=bool(mark))
        return job.refusals(replace(setting, drawn=arms, check=mark), known, apart)

    good: dict[str, Any] = {"verdict": "passed", "failed": [], "untested": []}
    assert why(**good) == ()
    assert why() == ("uncalibrated",)
    assert why(**good | {"verdict": "unchecked"}) == ("unchecked",)
    assert why(**good | {"verdict": "failed"}) == ("check_failed",)
    assert why(**good | {"untested": ["holdout"]}) == ("holdout_untested",)
    assert why(0.01, **good) == ("not_told_apart",)
    few = np.where(np.cumsum(panel.exited != STILL_HERE) <= 29, panel.exited, STILL_HERE)
    assert why(known=replace(panel, exited=few), **good) == ("too_few_exits",)
    assert why(known=None, **good) == ("no_records",)


def test_a_list_names_seats_with_reasons(lab: Lab) -> None:
    setting = set_up(lab, STUDY.name, draws=20, seed=1)
    people = setting.firm.people.copy()
    people["skills"][:, 5] = 0.9
    people["skills"][:, 6] = 0.9
    people["key"][:, 6] = 1.0  # does such work already
    n = people.shape[1]
    heard = {sign.name: np.arange(n, dtype=float)[::-1] for sign in SIGNS}
    demand = practice_records()[0]["key_demand"]
    found = job._listed(setting, people, people["skills"] @ demand, 0.5, demand, heard)
    assert len(found) == job.LISTED
    assert found[0].seat == 6
    assert found[0].chance == 1.0
    assert found[0].strong
    assert "customer_satisfaction" in found[0].signs
    assert 7 not in [each.seat for each in found]
    assert job.expired({"expires": "2020-01-01"})
    assert not job.expired({"expires": "2999-01-01"})


def test_a_scenario_without_records_names_nobody(tmp_path: Path) -> None:
    setting = set_up(Lab.create(tmp_path / "lab"), STUDY.name, draws=2, seed=1)
    assert job.refusals(setting, None, None) == ("no_records",)

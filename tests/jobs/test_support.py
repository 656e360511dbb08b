"""Are requests followed to their end, as the kernel lives them and as the records hold them?"""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

import scenarios
from simlab.decide.waiting import counts, recorded, simulated, still_open
from simlab.engine.closer import BINS, WAITS, answered_name, dropped_name, fit_name, open_name
from simlab.engine.detail import DETAILED
from simlab.engine.ensemble import simulate
from simlab.engine.mesa_model import FirmModel
from simlab.jobs.demo import sample_lab
from simlab.jobs.records import import_records
from simlab.jobs.standing import status
from simlab.jobs.stored import stored_of_policy
from simlab.jobs.support import AT_ONCE, BASELINE, support
from simlab.lab import Lab
from simlab.parameters import prior_draws
from simlab.policy import with_fields
from simlab.practice import practice_records
from simlab.records.requests import recorded_requests
from simlab.world import DEPARTMENTS, Status

STUDY = scenarios.load("sales_transition")
FINE = {"draws": 10, "replicates": 2, "months": 14}


def test_the_product_limit_by_hand() -> None:
    # five requests: answered in month ends 1, 1, 2; two lost from sight after 2 and 3
    met, answered = counts(np.array([1, 1, 2, 2, 3]),
                           np.array([True, True, True, False, False]), 4)
    np.testing.assert_array_equal(met, [5, 3, 1, 0])
    np.testing.assert_array_equal(answered, [2, 1, 0, 0])
    np.testing.assert_allclose(still_open(met, answered), [1, 0.6, 0.4, 0.4, np.nan])
    # all answered: nothing is open later on, though nobody is left to be seen
    np.testing.assert_allclose(still_open(np.array([4.0, 1, 0]), np.array([3.0, 1, 0])),
                               [1, 0.25, 0, 0])


def test_recorded_intervals_hold_the_truth_as_often_as_they_say() -> None:
    rng = np.random.default_rng(5)
    held = 0
    for _ in range(300):
        waited = np.minimum(rng.geometric(0.4, 120), 5)
        seen = rng.integers(1, 6, 120)  # the record ends before some are answered
        found = recorded("all", *counts(np.minimum(waited, seen), waited <= seen, 5), 1)
        assert found.late is not None
        held += found.late.lower <= 0.36 <= found.late.upper
    assert 0.84 <= held / 300 <= 0.95


def test_simulated_shares_are_of_a_draws_replicates_together() -> None:
    met = np.array([[[4.0, 2], [6, 2]], [[5, 0], [5, 0]]])
    answered = np.array([[[2.0, 1], [4, 1]], [[5, 0], [5, 0]]])
    found = simulated("product", met, answered, 0)
    assert found.requests == 5
    np.testing.assert_allclose(found.mean, [1, 0.2, 0.1])
    assert found.late is not None
    assert found.late.mean == pytest.approx(0.2)


@pytest.mark.slow
def test_what_the_month_tells_is_what_its_people_live() -> None:
    firm, draws = STUDY.firm(), prior_draws(1, 3)
    policy = STUDY.policies["move_only"]
    run = simulate(firm, [policy], draws, months=10, current=STUDY.current, month=DETAILED)
    model = FirmModel(firm, policy, draws[0], current=STUDY.current)
    while model.elapsed < 0:
        model.step()
    demand = practice_records()[0]["key_demand"]
    met = np.zeros((DEPARTMENTS, WAITS))
    waited = model.people["request_age"].copy(), model.people["generation"].copy()
    for month in range(10):
        model.step()
        people = model.people
        same = people["generation"] == waited[1]
        for d in range(DEPARTMENTS):
            there = people["request_load"][:, d] > 0
            there &= np.isin(people["status"], (Status.ACTIVE, Status.NOTICE)) | (
                people["left"] == 1)
            age = np.where(same, waited[0][:, d], 0)[there]
            met[d] += np.bincount(np.minimum(age, WAITS - 1), minlength=WAITS)
        waited = people["request_age"].copy(), people["generation"].copy()
        here = run.y[0, 0, 0, month]
        fits = here[[run.outcomes.index(fit_name(k)) for k in range(BINS)]]
        assert fits.sum() == here[run.outcomes.index("headcount")]
        working = np.isin(people["status"], (Status.ACTIVE, Status.NOTICE)) & (
            people["entered"] <= month)
        steps = np.minimum(people["skills"][working] @ demand * BINS, BINS - 1).astype(int)
        assert (np.bincount(steps, minlength=BINS) <= fits).all()

    def total(name: str) -> float:
        return float(run.outcome(name).sum())

    for d in range(DEPARTMENTS):
        told = [total(open_name(d, k + 1)) for k in range(WAITS)]
        np.testing.assert_array_equal(told, met[d])
        # whoever met the second month end was neither answered at the first nor left by it
        assert told[1] <= told[0] - total(answered_name(d, 1))
        assert total(dropped_name(d)) <= met[d].sum()
    assert met.sum() > 20


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return sample_lab(tmp_path_factory.mktemp("support") / "lab")[0]


@pytest.mark.slow
def test_it_is_kept_and_departments_that_answer_at_once_leave_nobody_waiting(lab: Lab) -> None:
    made = support(lab, STUDY.name, "move_only", **FINE)
    kept = stored_of_policy(lab, "support", STUDY.name, "move_only")
    assert kept is not None
    assert kept["warrant"] == "assumed"  # nothing is calibrated here
    assert kept["observed"] == ()  or kept["observed"] == []
    assert support(lab, STUDY.name, "move_only", **FINE).waiting == made.waiting
    whole, *parts = made.waiting
    assert whole.requests == pytest.approx(sum(each.requests for each in parts))
    changes = {change.name: change for change in made.changes}
    assert BASELINE not in changes  # it is the baseline
    at_once = changes[AT_ONCE]
    assert whole.late is not None
    assert at_once.late.mean == pytest.approx(-whole.late.mean, abs=0.02)
    assert changes["capacity"].late.mean < 0
    assert changes["capacity"].effects["cost"] is not None
    (item,) = [each for each in status(lab).items if each.kind == "support"]
    assert item.stale == ()


@pytest.mark.slow
def test_without_key_work_nobody_asks(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    idle = with_fields(STUDY.policies["move_only"], {"selection.key_share": 0.0}, name="idle")
    monkeypatch.setattr("simlab.jobs.detailing.policy_named", lambda *_: idle)
    made = support(lab, STUDY.name, "idle", **FINE)
    assert made.waiting == ()
    assert made.dropped.mean == 0


def _tickets(folder: Path, people: list[str]) -> Path:
    """Requests to a large unit by everybody, and to a small one by three."""
    file = folder / "feedback_tickets.csv"
    asked = [(person, "LAB") for person in people] + [(person, "ANNEX") for person in people[:3]]
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(["ticket_id", "employee_no", "opened_at", "category", "assigned_unit",
                         "resolved_at"])
        for k, (person, unit) in enumerate(asked):
            opened = date(2025, 6, 3)
            answered = "" if k % 4 == 3 else (opened + timedelta(days=31 * (k % 4))).isoformat()
            writer.writerow([f"T{k}", person, opened.isoformat(), "cross_dept_support", unit,
                             answered])
    return file


def test_requests_of_the_records_and_small_units_joined(tmp_path: Path) -> None:
    lab = sample_lab(tmp_path / "lab")[0]
    assert recorded_requests(lab) is None
    with (Path(scenarios.__file__).parent / "sample_firm" / "employees.csv").open(
            encoding="utf-8") as rows:
        staff = [row for row in csv.DictReader(rows) if row["hire_date"] < "2025-01-01"]
    gone = set()
    with (Path(scenarios.__file__).parent / "sample_firm" / "exits.csv").open(
            encoding="utf-8") as rows:
        gone = {row["employee_no"] for row in csv.DictReader(rows)}
    people = [row["employee_no"] for row in staff if row["employee_no"] not in gone][:24]
    import_records(lab, [_tickets(tmp_path, people)], "canonical")
    found = recorded_requests(lab)
    assert found is not None
    assert len(found.unit) == 27
    # three people asked the annex: they would be told apart, so it joins the other unit
    assert set(found.unit) == {"rest"}
    assert found.people == 24
    # June asked, June answered: one month end at most; unanswered ones wait to the record's end
    assert found.waited[found.answered].tolist().count(1) == 7
    assert (found.waited[~found.answered] == 7).all()

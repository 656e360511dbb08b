"""Do totals of a staff inform what they can, and are bad ones refused?"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import yaml

from calibration import fit_aggregates, staff
from calibration.aggregates import Aggregates, load_aggregates
from calibration.chains import evolve
from calibration.emulator import LEARNT
from calibration.fit_aggregates import Found, Table, calibrate_aggregates, settle, teach
from calibration.stored import StoredTables
from simlab.errors import Cancelled, LabError
from simlab.jobs.aggregates import (
    calibrate_on_totals,
    calibrated_on_totals,
    load_aggregate_posterior,
    policy_in_force,
)
from simlab.jobs.arms import arms
from simlab.jobs.comparing import compare
from simlab.jobs.standing import status
from simlab.lab import Lab
from simlab.parameters import INDEX, prior_mean
from simlab.progress import Progress

TOTALS = {
    "practice": "medical",
    "source": "invented hospital",
    "turnover": [
        {"since": "2021-01", "rate": 0.12, "people": 400, "market": -0.1},
        {"since": "2022-01", "rate": 0.13, "people": 400, "market": 0.1},
    ],
    "reasons": {"shares": {"voluntary+other": 0.75, "involuntary": 0.05, "retirement": 0.2},
                "leavers": 100},
}


def truth() -> tuple[np.ndarray, np.ndarray]:
    theta = prior_mean()
    theta[INDEX["exit_level"]] = -4.4
    theta[INDEX["shock"]] = 0.002
    return theta, np.array([36.0, 63.0, 5.0])


@pytest.fixture(scope="module")
def counted() -> staff.Counts:
    """What 150 staffs of one truth add up to under a usual labour market."""
    theta, facts = truth()
    n = 150
    return staff.count_exits(
        np.tile(theta, (n, 1)), np.tile(facts, (n, 1)), np.zeros((n, staff.WINDOW)),
        practice="medical", policy=policy_in_force("medical"), seed=5)


@pytest.fixture(scope="module")
def made(counted: staff.Counts) -> Aggregates:
    """Their totals, as a file would give them."""
    people = counted.people.sum(axis=0)
    rates = counted.exits.sum(axis=(0, 2)) / people
    kinds = counted.exits.sum(axis=(0, 1))
    shares = {"voluntary+other": kinds[0] + kinds[2], "involuntary": kinds[1],
              "retirement": kinds[3]}
    return Aggregates.model_validate({
        "practice": "medical", "source": "made", "retirement_age": 63,
        "turnover": [{"since": f"{2010 + k}-01", "rate": rates[k], "people": round(people[k])}
                     for k in range(5)],
        "reasons": {"shares": {k: v / kinds.sum() for k, v in shares.items()},
                    "leavers": int(kinds.sum())},
    })


@pytest.fixture(scope="module")
def found(made: Aggregates) -> Found:
    return calibrate_aggregates(made, policy_in_force("medical"), simulations=600, seed=3,
                                threads=1)


def test_counts_add_up(counted: staff.Counts) -> None:
    exits = counted.exits.sum(axis=1)
    np.testing.assert_array_equal(counted.by_service.sum(axis=1), exits)
    np.testing.assert_array_equal(counted.by_age.sum(axis=1), exits)
    np.testing.assert_allclose(counted.at_age.sum(axis=1), counted.people.sum(axis=1))


def test_who_joined_lately_never_retires_and_old_people_do(counted: staff.Counts) -> None:
    retired = counted.by_age.sum(axis=0)[:, staff.KINDS.index("retirement")]
    ages = np.arange(len(retired)) + staff.AGES[0]
    assert abs((ages * retired).sum() / retired.sum() - 63) < 3
    assert counted.by_service.sum(axis=0)[0, staff.KINDS.index("retirement")] < retired.sum() / 5


def test_known_parameters_are_found_back(found: Found) -> None:
    theta, _ = truth()
    for name in ("exit_level", "shock"):
        low, high = np.quantile(found.posterior.draws[:, INDEX[name]], [0.025, 0.975])
        assert low < theta[INDEX[name]] < high
    contraction = found.posterior.contraction()
    assert contraction[INDEX["exit_level"]] > 0.4
    assert all(total.inside for total in found.totals if total.kind == "turnover")


def test_what_totals_cannot_move_keeps_its_prior(found: Found) -> None:
    others = [k for name, k in INDEX.items() if name not in (*LEARNT, "efficacy_exit")]
    draws, prior = found.posterior.draws[:, others], found.posterior.prior[:, others]
    moved = np.abs(draws.mean(axis=0) - prior.mean(axis=0)) / np.maximum(prior.std(axis=0), 1e-9)
    assert np.median(moved) < 0.06
    assert moved.max() < 0.5


def test_a_better_market_is_forecast_to_draw_people_away(made: Aggregates, found: Found) -> None:
    n = len(found.point.theta)
    usual, good = (found.forecast(made, np.full((n, 2), m), seed=1).mean() for m in (0.0, 0.4))
    assert good > 1.03 * usual
    rate = np.mean([row.rate for row in made.turnover])
    assert abs(usual / rate - 1) < 0.2


def test_what_is_out_of_reach_is_said_so(made: Aggregates, found: Found) -> None:
    absurd = made.model_copy(update={"turnover": tuple(
        row.model_copy(update={"rate": rate, "people": 100_000})
        for row, rate in zip(made.turnover, (0.9, 0.0001, 0.9, 0.0001, 0.9), strict=True))})
    with pytest.raises(LabError) as error:
        settle(absurd, found.emulator, seed=1, simulations=600)
    assert error.value.code == "aggregates_unreachable"


def test_a_stopped_calibration_on_totals_goes_on_where_it_was(
    made: Aggregates, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fit_aggregates, "_PART", 50)
    policy = policy_in_force("medical")
    seen: dict[str, int] = {}

    def stopping(at: int) -> Progress:
        def tell(stage: str, done: int, total: int) -> None:
            if stage == "staffs":
                seen["total"], seen["done"] = total, done
                seen["steps"] = seen.get("steps", 0) + 1
                if seen["steps"] == at:
                    progress.cancel()

        progress = Progress(tell)
        return progress

    whole = teach(made, policy, simulations=500, seed=4, threads=1)[1]
    with pytest.raises(Cancelled):
        teach(made, policy, simulations=500, seed=4, threads=1, cache=tmp_path,
              progress=stopping(200))
    kept = sum(StoredTables(tmp_path).held(place.name) for place in tmp_path.iterdir())
    assert 100 <= kept < 250
    seen.clear()
    resumed = teach(made, policy, simulations=500, seed=4, threads=2, cache=tmp_path,
                    progress=stopping(-1))[1]
    assert seen["steps"] < 500 - kept + 40
    np.testing.assert_array_equal(resumed.theta, whole.theta)
    for one, other in zip(vars(resumed.counts).values(), vars(whole.counts).values(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_too_few_staffs_are_refused(made: Aggregates) -> None:
    with pytest.raises(LabError) as error:
        teach(made, policy_in_force("medical"), simulations=20, seed=1)
    assert error.value.code == "too_few_staffs"
    assert Table.__dataclass_fields__.keys() == {"theta", "facts", "counts"}


def test_chains_reach_a_known_density() -> None:
    def density(rows: np.ndarray) -> np.ndarray:
        return -0.5 * ((rows[:, 0] - 2) / 0.5) ** 2 - 0.5 * ((rows[:, 1] - rows[:, 0]) / 0.2) ** 2

    start = np.random.default_rng(1).standard_normal((400, 3))
    fresh = lambda number: np.random.default_rng(number).standard_normal((400, 3))  # noqa: E731
    rows, taken = evolve(start, density, np.array([0, 1]), fresh, sweeps=300, seed=2)
    assert abs(rows[:, 0].mean() - 2) < 0.12
    assert abs(rows[:, 0].std() - 0.5) < 0.1
    assert abs(np.std(rows[:, 1] - rows[:, 0]) - 0.2) < 0.05
    assert abs(rows[:, 2].std() - 1) < 0.15
    assert 0.05 < taken < 0.7


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"reasons": {"shares": {"voluntary": 0.5, "retirement": 0.5}, "leavers": 9}}, "reasons"),
        ({"turnover": []}, "turnover"),
        ({"turnover": [{"since": "2021-13", "rate": 0.1}]}, "turnover.0.since"),
        ({"turnover": [{"since": "2021-01", "rate": 12}]}, "turnover.0.rate"),
        ({"service": {"bounds": [1, 5], "shares": [0.5, 0.5], "leavers": 9}}, "service"),
        ({"retirement": 60}, "retirement"),
    ],
)
def test_a_bad_file_names_its_field(tmp_path: Path, change: dict, field: str) -> None:
    file = tmp_path / "totals.yaml"
    file.write_text(yaml.safe_dump(TOTALS | change), encoding="utf-8")
    with pytest.raises(LabError) as error:
        load_aggregates(file)
    assert error.value.code == "aggregates_invalid"
    assert any(problem.values["field"].startswith(field) for problem in error.value.problems)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LabError) as error:
        load_aggregates(tmp_path / "none.yaml")
    assert error.value.code == "aggregates_missing"


def test_a_lab_with_totals_alone_compares_from_them(tmp_path: Path) -> None:
    lab = Lab.create(tmp_path / "lab")
    file = tmp_path / "totals.yaml"
    file.write_text(yaml.safe_dump(TOTALS), encoding="utf-8")
    tree = calibrate_on_totals(lab, file, simulations=500, seed=2)
    posterior = load_aggregate_posterior(lab, "medical")
    assert posterior is not None
    assert load_aggregate_posterior(lab, "sales") is None
    stored = calibrated_on_totals(lab, "medical")
    assert stored is not None
    assert json.loads(json.dumps(tree)) == stored
    level = next(row for row in tree["parameters"] if row["name"] == "exit_level")
    assert level["informed"] == "estimated"
    assert any(item.name == "totals_medical" for item in status(lab).items)
    result = compare(lab, "premium_care", draws=6, replicates=1, months=6)
    assert result.calibrated
    assert result.options["totals"] == "invented hospital"
    told = arms(lab, "medical", 10, seed=1)
    assert told.informed[INDEX["exit_level"]]
    rival = told.rows[told.parts["rival:flat"]]
    level, other = INDEX["exit_level"], INDEX["stress_exit"]
    np.testing.assert_array_equal(rival[:, level], told.main[: len(rival), level])
    assert (rival[:, other] != told.main[: len(rival), other]).all()
    sales = compare(lab, "sales_transition", draws=4, replicates=1, months=3)
    assert not sales.calibrated
    assert sales.options["totals"] is None

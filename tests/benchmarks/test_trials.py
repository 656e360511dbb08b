"""Do the benchmarks of doctors and of the trial score what they say, and leave blanks blank?"""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np
import pytest

from benchmarks import ctrip, doctors

PAGES = Path(__file__).resolve().parents[2] / "docs/validation"
needs_doctors = pytest.mark.skipif(
    not (doctors.SHARED / "doctor_leavers").exists(), reason="the published totals are not here")
needs_trial = pytest.mark.skipif(not ctrip.DATA.exists(), reason="the trial's data are not here")


def test_a_trend_is_followed_by_the_trend_and_not_by_the_mean() -> None:
    past = 0.09 * 0.95 ** np.arange(6)
    drawn = doctors.baselines(past, 3, 4000, 1)
    middle = {name: np.exp(np.median(made[:, 0])) for name, made in drawn.items()}
    assert abs(middle["linear trend"] - 0.09 * 0.95**6) < 0.001
    assert abs(middle["last value"] - past[-1]) < 0.001
    assert middle["mean"] > past[-1]
    assert past[-1] < middle["AR(1)"] < past[0]
    widths = [np.ptp(np.quantile(drawn["last value"][:, k], [0.05, 0.95])) for k in range(3)]
    assert widths[0] < widths[1] < widths[2]


def test_an_interval_that_misses_is_charged() -> None:
    inside = doctors.interval_score((0.05, 0.07, 0.09), 0.06)
    assert inside == pytest.approx(0.04)
    assert doctors.interval_score((0.05, 0.07, 0.09), 0.10) == pytest.approx(0.04 + 20 * 0.01)


def test_the_score_of_a_trial_prefers_the_nearer_forecast() -> None:
    rng = np.random.default_rng(1)
    near = ctrip.score(ctrip.quantiles(rng.normal(0.30, 0.04, 5000)), 0.31)
    far = ctrip.score(ctrip.quantiles(rng.normal(0.45, 0.04, 5000)), 0.31)
    assert near["crps"] < far["crps"]
    assert (near["inside"], far["inside"]) == (1.0, 0.0)
    assert near["error"] == pytest.approx(1.0, abs=0.3)


def test_plain_rules_differ_by_a_third() -> None:
    rng = np.random.default_rng(2)
    control = ctrip.Arm(np.ones(300), np.ones(300), rng.normal(size=300),
                        left=rng.random(300) < 0.36)
    treated = ctrip.Arm(np.ones(300), np.ones(300), rng.normal(size=300))
    rules = ctrip.plain_rules(control, treated, 1)
    same, fewer = (rules[rule]["all"].mean() for rule in ("no effect", "literature mean"))
    assert same == pytest.approx(control.left.mean(), abs=0.01)
    assert fewer == pytest.approx(same * 2 / 3, abs=0.01)


@needs_doctors
def test_nothing_after_june_2017_is_read() -> None:
    file = doctors.SHARED / "labour_market/us_jolts_rates.csv"
    market = doctors.Market.known(file, "2017-06")
    assert max(market.months) == "2017-06"
    assert sum(market.months.values()) == pytest.approx(0, abs=1e-9)
    given = doctors.doctors(doctors.SHARED, market, ages=False)
    assert [row.since for row in given.turnover] == [f"{year}-07" for year in range(2010, 2017)]
    assert given.age == ()
    assert given.turnover[0].market < 0 < given.turnover[-1].market


@needs_trial
def test_the_treated_arm_comes_without_outcome() -> None:
    treated = ctrip.read_arm(ctrip.DATA / "treated_arm_without_outcome.csv", outcome=False)
    assert (len(treated.tenure), treated.left, treated.later) == (131, None, None)
    assert sorted(np.bincount(ctrip.thirds(treated.results))) == [43, 44, 44]
    control = ctrip.read_arm(ctrip.DATA / "control_arm.csv", outcome=True)
    with (ctrip.DATA / "control_arm.csv").open(encoding="utf-8") as lines:
        quits = sum(int(row["quitjob"]) for row in csv.DictReader(lines))
    assert control.left is not None
    assert control.left.sum() == quits


@pytest.mark.parametrize("page", ["doctors.md", "ctrip.md"])
def test_what_was_not_observed_stays_empty(page: str) -> None:
    text = (PAGES / page).read_text(encoding="utf-8")
    table = re.search(r"(\|[^\n]*\| observed \|\n\|[-|]+\n)((?:\|[^\n]*\n)+)", text)
    assert table is not None
    rows = table[2].strip().splitlines()
    assert len(rows) >= 3
    assert all(row.rstrip("|").endswith("| ") for row in rows)

"""Does the least a firm has go through the whole loop, with nothing blank and nothing made up?"""

from __future__ import annotations

import html
import re
from pathlib import Path

import numpy as np
import pytest

from calibration import amortised
from calibration.informed import calibrated
from calibration.reference import Box, simulate_table
from calibration.summaries import Summariser
from simlab.jobs.answering import answers
from simlab.jobs.calibrating import calibrate, load_posterior
from simlab.jobs.comparing import compare
from simlab.jobs.reporting import report
from simlab.jobs.standing import status
from simlab.lab import Lab
from simlab.panel import Panel
from simlab.parameters import NAMES
from simlab.progress import Progress
from simlab.records import export_panel, import_files, load_panel

TABLES = {"employees", "monthly_performance", "attendance_monthly", "courses", "enrolments",
          "exits"}


@pytest.fixture(scope="module")
def lab(thin: Panel, tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """A lab that holds the thin export and nothing else."""
    folder = tmp_path_factory.mktemp("thin")
    files = [file for file in export_panel(thin, folder / "export") if file.stem in TABLES]
    assert {file.stem for file in files} == TABLES
    made = Lab.create(folder / "lab")
    import_files(made, files, "canonical")
    return made


def test_scores_alone_make_a_panel(lab: Lab, thin: Panel) -> None:
    panel = load_panel(lab)
    assert panel.recorded == {
        "monthly_performance.score", "attendance_monthly.leave_days", "enrolments.completed_on",
        "employees.manager_key", "exits.last_day"}
    taken = np.where(thin.employed, thin.course, 0)
    np.testing.assert_array_equal(panel.course, taken)
    for name in ("score", "absence", "exited", "observed", "teams"):
        np.testing.assert_array_equal(getattr(panel, name), getattr(thin, name), err_msg=name)
    assert np.isnan(panel.business).all()


@pytest.mark.slow
def test_a_thin_export_goes_through_the_whole_loop(lab: Lab, tmp_path: Path) -> None:
    fit = calibrate(lab, simulations=600, seed=1)
    rests = " ".join(line["en"] for line in fit.resting)
    for column in ("Monthly performance: Sales amount", "Pulse survey: Morale",
                   "Feedback tickets: Category", "Quarterly ratings: Rating"):
        assert column in rests
    assert "Leave days" not in rests
    known = {row.name: row for row in fit.parameters}
    assert known["absence_days"].informed == "estimated"
    assert known["exit_level"].informed == "estimated"
    for name in ("size_level", "activity_level", "pay_exit", "rating_2", "request_rate",
                 "ticket_pressure", "complaint_level", "course_gain", "reward_exit"):
        assert known[name].informed == "assumed", name
        assert known[name].contraction == 0
    assert any(item.facts.get("resting") for item in status(lab).items)

    compared = compare(lab, "sales_transition", draws=20, replicates=4, months=12)
    tree = compared.to_json()["comparison"]
    assert compared.calibrated
    assert np.isfinite([e["difference"]["mean"] for e in tree["effects"]]).all()
    warrants = {(e["policy"], e["outcome"]): e["warrant"] for e in tree["effects"]
                if e["against"] == tree["baseline"]}
    assert set(warrants.values()) <= {"assumed", "partly", "unknown"}
    for policy in (p for p in tree["policies"] if p != tree["baseline"]):
        for outcome in ("complaints", "wait_months", "pay"):
            if (policy, outcome) in warrants:
                assert warrants[policy, outcome] == "assumed", (policy, outcome)

    grid = {answer.question: answer for answer in answers(
        lab, draws=60, replicates=4).answers}
    assert grid["absence"].verdict == "tested"
    for question in ("business", "complaints", "pay_leaving", "reward_leaving", "support_leaving"):
        assert grid[question].verdict == "assumed"
    for question in ("complaints", "reward_leaving", "support_leaving"):
        assert "pilot" in grid[question].lifts
    for question in ("base_pay", "guarantee", "weights", "support", "support_complaints"):
        # "cannot": too few runs here to tell the effect from noise
        assert grid[question].verdict in {"assumed", "cannot"}
    for lang in ("en", "zh"):
        page = report(lab, lang=lang, out=tmp_path / f"{lang}.html").read_text("utf-8")
        told = html.unescape(re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", page, flags=re.S))
        assert not re.search(r"\b(nan|None|inf|undefined)\b", told)
    assert "Monthly performance: Sales amount" in (tmp_path / "en.html").read_text("utf-8")


@pytest.mark.slow
def test_over_repeated_truths_a_thin_exports_intervals_hold_and_do_not_shrink(thin: Panel) -> None:
    """A hundred firms with a thin export, made by parameters drawn from the prior, read by one
    amortised posterior."""
    summariser = Summariser.like(thin)
    theta = Box.whole().prior_draws(2100, 3)
    made = simulate_table(thin, summariser, theta, seed=5, threads=2, progress=Progress())
    z = Box.whole().unconstrain(theta)
    moved = calibrated(thin.recorded)
    fitted = amortised.fit(z[:2000], made.summaries[:2000], 1, moved)
    inside, width = [], []
    for k, (truth, seen) in enumerate(zip(z[2000:], made.summaries[2000:], strict=True)):
        drawn = fitted.draw(seen, 400, k)
        low, high = np.quantile(drawn, [0.05, 0.95], axis=0)
        inside.append((truth >= low) & (truth <= high))
        width.append(high - low)
    coverage = np.mean(inside, axis=0)
    assert 0.85 <= coverage[moved].mean() <= 0.95
    assert 0.85 <= coverage[~moved].mean() <= 0.95
    low, high = np.quantile(z[:2000], [0.05, 0.95], axis=0)
    ratio = np.mean(width, axis=0) / (high - low)
    # what no column of this export speaks of stays as wide as it was
    assert ratio[~moved].min() > 0.95
    # so does what its columns could speak of, and do not
    weak = fitted.relative_error > 0.97
    assert weak.sum() >= 3
    assert ratio[moved][weak].min() > 0.9
    assert coverage[moved][weak].mean() > 0.85
    names = np.array(NAMES)[moved]
    assert {"efficacy_exit", "exit_level", "absence_days", "score_noise"} <= set(names)


def test_a_posterior_of_a_thin_export_is_kept(lab: Lab) -> None:
    made = load_posterior(lab)
    assert made is None or made.names == NAMES

"""Do summaries of the further tables say what the tables hold, and only what they may?"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from calibration.informed import ALSO, TOGETHER, calibrated, missing, resting
from calibration.measure import KINDS
from calibration.summaries import Summariser
from simlab.engine.panels import simulated_panel
from simlab.panel import LONGEST_NOTICE, SIGNS, STILL_HERE, Panel
from simlab.parameters import INDEX, NAMES, REGISTRY, prior_mean

Recording = Callable[..., Panel]


def made(frame: Panel, **changed: float) -> Panel:
    truth = prior_mean()
    for name, value in changed.items():
        truth[INDEX[name]] = value
    return simulated_panel(frame, truth, seed=5)


def summaries(panel: Panel) -> dict[str, float]:
    summariser = Summariser.like(panel)
    return dict(zip(summariser.names, summariser.of_panel(panel), strict=True))


@pytest.fixture(scope="module")
def full(recording: Recording) -> Panel:
    return made(recording())


@pytest.mark.parametrize(("name", "low", "high", "summary"), [
    ("absence_days", 0.3, 2.0, "absence/all"),
    ("ticket_pressure", 0.1, 0.6, "pressure/all"),
    ("ticket_communication", 0.1, 0.6, "communication/all"),
    ("ticket_resources", 0.1, 0.8, "resources/all"),
    ("pulse_noise", 0.5, 3.0, "pulse/scatter"),
    ("pulse_response", 0.3, 0.9, "pulse/answered"),
    ("request_rate", 0.4, 1.8, "raised/all"),
    ("exam_level", -1.0, 2.0, "exam/all"),
    ("key_openings", 0.2, 1.0, "opened/all"),
    ("complaint_level", -4.0, -1.0, "complaints/all"),
])
def test_a_tables_figure_follows_its_parameter(
    recording: Recording, name: str, low: float, high: float, summary: str
) -> None:
    frame = recording()
    one, other = (summaries(made(frame, **{name: value}))[summary] for value in (low, high))
    assert other > 1.3 * one > 0


def test_noise_in_scores_hides_who_is_good(recording: Recording) -> None:
    frame = recording(signs=("score",))
    clear, blurred = (summaries(made(frame, score_noise=v)) for v in (0.02, 1.5))
    assert clear["score/between"] > blurred["score/between"] + 0.1
    assert clear["score/again_1"] > blurred["score/again_1"] + 0.05


def test_a_missing_table_drops_its_summaries_and_frees_its_parameters(full: Panel) -> None:
    every = summaries(full)
    for field, column in SIGNS.items():
        without = dataclasses.replace(full, **{
            other: None for other, its in (SIGNS | {"key_from": "accounts.opened_on"}).items()
            if its == column})
        left = summaries(without)
        lost = set(every) - set(left)
        assert lost, field
        assert all(n.split("/")[0] in (*SIGNS, "exam") or n.startswith("exit_model/")
                   for n in lost)
        moved = calibrated(full.recorded) & ~calibrated(without.recorded)
        rests = resting(without.recorded)
        assert {n for n, m in zip(NAMES, moved, strict=True) if m} == set(rests)
        assert all(column in columns for columns in rests.values())
    assert resting(full.recorded) == {}


def test_the_sales_panels_tables_leave_the_others_to_their_priors(full: Panel) -> None:
    plain = dataclasses.replace(full, unit=(), course=None, key_from=None,
                                **dict.fromkeys(SIGNS))
    rests = resting(plain.recorded)
    assert rests["absence_days"] == ("attendance_monthly.leave_days",)
    assert rests["request_rate"] == ("feedback_tickets.resolved_at", "accounts.opened_on")
    assert "exit_level" not in rests
    assert "notice_chance" not in rests


def test_columns_beside_the_registrys_are_of_parameters_that_records_move() -> None:
    of = {p.name: p for p in REGISTRY}
    for name in (*ALSO, *TOGETHER):
        assert of[name].calibrated
        assert missing(of[name], frozenset())
    needed = {column for kind in KINDS for column in kind.NEEDS}
    assert {p.column for p in REGISTRY if p.calibrated} - needed <= {
        "compensation.base", "exits.last_day", "exits.notice_date", "exits.type",
        "feedback_tickets.resolved_at"}


def test_leave_before_an_exit_is_masked_unless_the_notice_is_known(full: Panel) -> None:
    assert full.absence is not None
    column = np.arange(full.months)
    gone = (full.exited < STILL_HERE)[:, None]
    late = gone & (column >= full.exited[:, None] - LONGEST_NOTICE)

    def ill(where: np.ndarray) -> Panel:
        return dataclasses.replace(full, absence=np.where(
            where, np.float32(25), full.absence).astype(np.float32))

    known = {"noticed": np.where(full.exited < STILL_HERE, full.exited, STILL_HERE).astype(
        np.int32)}
    for name in ("absence/all", "absence/leavers_less_stayers", "exit_model/absence"):
        assert summaries(ill(late))[name] == summaries(full)[name]
    before = ill(gone & (column == full.exited[:, None] - 1))
    told = summaries(dataclasses.replace(before, **known))["absence/leavers_less_stayers"]
    assert told > summaries(before)["absence/leavers_less_stayers"] + 0.3


def test_only_the_order_of_a_teams_scores_counts(full: Panel) -> None:
    assert full.score is not None
    inflated = dataclasses.replace(full, score=(90 + full.score / 10).astype(np.float32))
    assert summaries(inflated) == summaries(full)


def test_a_constant_score_says_nothing(recording: Recording) -> None:
    frame = recording(signs=("score",), amounts=False, key=False)
    assert frame.score is not None
    flat = dataclasses.replace(frame, score=np.full_like(frame.score, 90))
    told = summaries(made(flat, efficacy_exit=8.0))
    assert np.unique(made(flat).score[np.isfinite(made(flat).score)]).tolist() == [90]
    assert told["exit_next/results_low"] == told["exit_next/results_high"]
    assert told["score/between"] == told["exit_model/results_slow"] == 0


def test_a_simulated_team_hands_out_its_managers_scores(recording: Recording) -> None:
    frame = recording(signs=("score",))
    one = made(frame)
    assert one.score is not None
    assert frame.score is not None
    teams = frame.teams
    for team in range(3):
        given = one.score[teams == team]
        assert set(np.unique(given[np.isfinite(given)])) <= set(
            np.unique(frame.score[teams == team]))
    everyone = one.employed & (one.observed.sum(axis=1) == one.months)[:, None]
    for t in (0, 5):
        here = one.observed[:, t] & (teams == 2)
        if everyone[here, t].all() and frame.observed[teams == 2, t].sum() == here.sum():
            np.testing.assert_array_equal(
                np.sort(one.score[here, t]), np.sort(frame.score[here, t]))


def test_training_is_exposure_and_no_effect_is_read_from_it(full: Panel) -> None:
    assert full.course is not None
    names = summaries(full)
    assert not [n for n in names if "course" in n]
    assert {n.split("/")[0] for n in names if "exam" in n} == {"exam"}
    assert not [p.name for p in REGISTRY if p.calibrated and "gain" in p.name]
    # the simulated record has the very courses of the real one
    again = made(full)
    assert again.course is full.course


def test_teams_whose_people_leave_together_stand_out(full: Panel) -> None:
    together = np.where(full.teams == 3, 6, STILL_HERE).astype(np.int32)
    together = np.maximum(together, full.first)
    alone = np.full_like(together, STILL_HERE)
    rows = np.flatnonzero(full.teams == 3)
    spread = np.random.default_rng(1).choice(len(alone), len(rows), replace=False)
    alone[spread] = np.maximum(6, full.first[spread])

    def told(exited: np.ndarray) -> dict[str, float]:
        return summaries(dataclasses.replace(
            full, exited=exited, last=np.minimum(exited, full.months - 1).astype(np.int32)))

    assert told(together)["team_exits/dispersion"] > 2 * told(alone)["team_exits/dispersion"]


def test_every_summary_is_finite_where_a_table_is_nearly_empty(recording: Recording) -> None:
    empty = recording(people=20, months=6)
    nothing = {name: np.full_like(empty.business, np.nan) for name in SIGNS}
    for name in nothing:
        nothing[name][0, 0] = 1
    bare = dataclasses.replace(empty, **nothing)
    assert np.isfinite(list(summaries(bare).values())).all()

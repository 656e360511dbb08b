"""Does the grid say tested only where it is earned, and name what would lift the rest?"""

from __future__ import annotations

import numpy as np
import pytest

from simlab.decide.grid import (
    CALIBRATE,
    CHANGE,
    EXITS,
    LONGER,
    PILOT,
    REPLICATES,
    Evidence,
    Known,
    level,
    lever,
    link,
)
from simlab.decide.intervals import Interval
from simlab.decide.questions import QUESTIONS, Level, Lever, Link
from simlab.decide.warrant import Parameters
from simlab.i18n import LANGUAGES, text
from simlab.parameters import INDEX
from simlab.policy import Policy, differing, with_fields

DRAWS = 600
RECORDED = frozenset({"exits.last_day", "compensation.base"})
KNOWN = {
    "told": Known(0.9, True, "compensation.base"),
    "half": Known(0.4, True, "exits.last_day"),
    "absent": Known(0.0, True, "pulse.morale"),
    "unseen": Known(0.0, False, "pulse.morale"),
    "lever": Known(0.0, False, ""),
}


def evidence(theta, *, exits=100, calibrated=True, recorded=RECORDED):
    informed = np.array([known.contraction >= 0.25 for known in KNOWN.values()]) & calibrated
    return Evidence(recorded, exits, 30, calibrated, Parameters(tuple(KNOWN), theta, informed),
                    KNOWN)


def theta(seed=1):
    return np.random.default_rng(seed).normal(size=(DRAWS, len(KNOWN)))


def outcomes(effect, noise=0.01, seed=2):
    """(draw, replicate, 2) under a policy whose log effect this is, and under the other."""
    luck = noise * np.random.default_rng(seed).normal(size=(len(effect), 6))
    one = 100 * np.exp(effect[:, None] + luck)
    return np.stack([one, np.full_like(one, 100.0)], axis=2)


def ask(slopes, *, varied, spread=1.0, **told):
    drawn = theta()
    after = outcomes(drawn @ np.array(slopes))
    before = outcomes(spread * np.random.default_rng(3).normal(size=DRAWS))
    return lever("x", after, before, evidence(drawn, **told), varied=varied)


def test_a_lever_is_tested_where_it_varied_and_what_it_works_on_is_informed():
    found = ask([0.1, 0, 0.01, 0, 0], varied=True)
    assert (found.verdict, found.lifts) == ("tested", ())
    assert found.owed.upper <= 0.25


def test_records_under_one_policy_never_test_it():
    found = ask([0.1, 0, 0.01, 0, 0], varied=False)
    assert found.verdict == "partly"
    assert found.lifts[0] == CHANGE


def test_an_effect_owed_to_assumptions_is_an_assumption_however_often_it_varied():
    found = ask([0.01, 0, 0, 0, 0.1], varied=True)
    assert found.verdict == "assumed"
    assert found.owed.mean > 0.9
    assert found.lifts == (CHANGE,)


def test_an_effect_no_narrower_than_before_is_an_assumption():
    assert ask([0.1, 0, 0, 0, 0], varied=True, spread=0.1).verdict == "assumed"


def test_what_would_lift_is_what_the_rest_is_owed_to():
    assert ask([0.05, 0, 0.1, 0, 0], varied=True).lifts == ("pulse.morale",)
    assert ask([0.05, 0, 0.1, 0, 0], varied=False).lifts == (CHANGE, "pulse.morale")
    recorded = RECORDED | {"pulse.morale"}
    assert ask([0.05, 0, 0.1, 0, 0], varied=True, recorded=recorded).lifts == (LONGER,)


def test_noise_is_said_to_be_noise():
    drawn = theta()
    after = outcomes(0.001 * drawn[:, 0], noise=0.5)
    found = lever("x", after, outcomes(drawn[:, 0]), evidence(drawn), varied=True)
    assert (found.verdict, found.reason, found.lifts) == ("cannot", "noise", (REPLICATES,))


def test_without_a_calibration_everything_is_assumed():
    found = ask([0.1, 0, 0, 0, 0], varied=True, calibrated=False)
    assert (found.verdict, found.owed) == ("assumed", Interval(1.0, 1.0, 1.0))
    assert found.lifts[0] == CALIBRATE
    drawn = theta()
    assert link("x", ("told",), evidence(drawn, calibrated=False)).verdict == "assumed"


def test_a_level_is_tested_by_becoming_narrow_where_it_is_recorded():
    drawn = theta()
    narrow = outcomes(0.05 * drawn[:, 2])[..., 0]
    wide = outcomes(0.5 * np.random.default_rng(4).normal(size=DRAWS))[..., 0]
    known = evidence(drawn)
    there = level("exits", "exits.last_day", narrow, wide, known, of_exits=True)
    assert (there.verdict, there.lifts) == ("tested", ())
    elsewhere = level("absence", "pulse.morale", narrow, wide, known, of_exits=False)
    assert elsewhere.verdict == "partly"
    assert elsewhere.lifts[0] == "pulse.morale"
    same = level("exits", "exits.last_day", wide, wide, known, of_exits=True)
    assert same.verdict == "assumed"


@pytest.mark.parametrize(("names", "verdict", "lifts"), [
    (("told",), "tested", ()), (("half",), "partly", (LONGER,)),
    (("absent",), "assumed", ("pulse.morale",)), (("unseen",), "assumed", (PILOT,)),
    (("told", "absent"), "partly", (LONGER, "pulse.morale")),
])
def test_a_link_by_how_far_its_parameters_are_settled(names, verdict, lifts):
    found = link("x", names, evidence(theta()))
    assert (found.verdict, found.lifts) == (verdict, lifts)


def test_too_few_exits_answer_nothing_about_leaving():
    drawn = theta()
    few = link("x", ("told",), evidence(drawn, exits=12))
    assert (few.verdict, few.reason, few.lifts) == ("cannot", "few_exits", (EXITS,))
    rows = outcomes(drawn[:, 0])[..., 0]
    none = level("exits", "exits.last_day", rows, rows, evidence(drawn, exits=0), of_exits=True)
    assert (none.verdict, none.reason) == ("cannot", "no_exits")


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.name)
def test_every_question_can_be_asked_and_read(question):
    for lang in LANGUAGES:
        assert text(f"grid.question.{question.name}", lang)
    if isinstance(question, Lever):
        policy = Policy(name="x", title={"en": "x", "zh": "x"})
        stepped = with_fields(policy, question.step)
        moved = differing(policy, stepped)
        assert moved
        assert moved <= set(question.step)
    elif isinstance(question, Link):
        assert set(question.parameters) <= set(INDEX)
    else:
        assert isinstance(question, Level)

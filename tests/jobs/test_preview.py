"""What-if: quick answers on a warm setting, which say the same as a full run of their size."""

import pytest

import scenarios
from simlab.errors import Cancelled
from simlab.jobs.comparing import compare
from simlab.jobs.demo import sample_lab
from simlab.jobs.preview import DRAWS, Previews
from simlab.policy import with_fields

SCENARIO = "premium_care"
STUDY = scenarios.load(SCENARIO)
CHANGED = with_fields(STUDY.policies["premium_trained"], {"training.coaching": 0.9})


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    return sample_lab(tmp_path_factory.mktemp("preview") / "lab")[0]


def test_a_preview_is_a_comparison_of_few_draws(lab):
    answer = Previews().ask(lab, SCENARIO, STUDY.policies["premium_trained"], who="visitor")
    whole = compare(lab, SCENARIO, [STUDY.baseline, "premium_trained"], draws=DRAWS,
                    replicates=1).comparison
    for outcome in answer.comparison.outcomes:
        found = answer.comparison.effect("preview", STUDY.baseline, outcome)
        sought = whole.effect("premium_trained", STUDY.baseline, outcome)
        assert found.difference.mean == pytest.approx(sought.difference.mean, rel=1e-9)
        assert found.difference.lower == pytest.approx(sought.difference.lower, rel=1e-9)
        assert found.beats == sought.beats
    assert not answer.calibrated  # totals of a hospital would calibrate it; the lab has none


def test_the_baseline_itself_differs_by_nothing(lab):
    effect = Previews().ask(lab, SCENARIO, STUDY.policies[STUDY.baseline],
                            who="visitor").comparison.effects[0]
    assert (effect.difference.mean, effect.ties) == (0.0, 1.0)


def test_a_moved_lever_moves_the_answer_and_the_same_question_has_the_same_answer(lab):
    previews = Previews()
    one, other, again = (
        previews.ask(lab, SCENARIO, policy, who="visitor").comparison.to_json()
        for policy in (STUDY.policies["premium_trained"], CHANGED,
                       STUDY.policies["premium_trained"]))
    assert one == again
    assert one["effects"] != other["effects"]


def test_a_new_question_of_a_visitor_ends_their_last_one(lab):
    asked = []

    def clock():
        """Read while the first question is being looked into: the second comes in between."""
        if not asked:
            asked.append("second")
            previews.ask(lab, SCENARIO, CHANGED, who="visitor")
        return 0.0

    previews = Previews(clock)
    with pytest.raises(Cancelled):
        previews.ask(lab, SCENARIO, CHANGED, who="visitor")


def test_visitors_do_not_disturb_each_other(lab):
    asked = []

    def clock():
        if not asked:
            asked.append(None)
            asked.append(previews.ask(lab, SCENARIO, CHANGED, who="second").comparison.to_json())
        return 0.0

    previews = Previews(clock)
    first = previews.ask(lab, SCENARIO, CHANGED, who="first").comparison
    assert first.to_json() == asked[1]


def test_new_records_are_seen_once_the_last_look_is_old(lab, monkeypatch):
    now, looked = [0.0], []
    monkeypatch.setattr("simlab.jobs.preview.inputs",
                        lambda *_: {"data": looked.append(now[0]) or len(looked)})
    previews = Previews(lambda: now[0])
    for seconds in (0.0, 1.0, 100.0):
        now[0] = seconds
        previews.ask(lab, SCENARIO, CHANGED, who="visitor")
    assert looked == [0.0, 100.0]

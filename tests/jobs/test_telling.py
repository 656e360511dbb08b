"""Is history 7 of a story the history 7 of the comparison that the lab shows?"""

import numpy as np
import pytest

import scenarios
from simlab.engine.ensemble import simulate
from simlab.errors import LabError
from simlab.jobs.arms import main_rows
from simlab.jobs.comparing import compare
from simlab.jobs.demo import sample_lab
from simlab.jobs.setting import panel_of
from simlab.jobs.telling import story
from simlab.lab import Lab

DRAWS, REPLICATES, MONTHS = 4, 3, 5


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    lab = Lab.create(tmp_path_factory.mktemp("story") / "lab")
    compare(lab, "sales_transition", ["move_only", "train_and_help"], draws=DRAWS,
            replicates=REPLICATES, months=MONTHS, seed=3)
    return lab


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    lab = sample_lab(tmp_path_factory.mktemp("recorded") / "lab")[0]
    compare(lab, "sales_transition", ["move_only", "train_and_help"], draws=DRAWS,
            replicates=REPLICATES, months=MONTHS, seed=3)
    return lab


@pytest.mark.parametrize("which", ["lab", "recorded"])
def test_it_is_the_history_of_the_comparison(which, request):
    lab = request.getfixturevalue(which)
    study = scenarios.load("sales_transition")
    panel = panel_of(lab, study)
    assert (panel is None) == (which == "lab")
    rows, calibrated = main_rows(lab, study.facts.practice, DRAWS, 3)
    firm = study.firm(panel, rows, seed=3)
    person = firm.names[11]
    told = story(lab, person, 7)
    assert [s.policy for s in told.stories] == ["train_and_help", "move_only"]
    assert [s.person for s in told.stories] == [person, person]
    assert story(lab, "P12", 7).stories[0].months == told.stories[0].months
    assert (told.histories, told.calibrated) == (DRAWS * REPLICATES, calibrated)
    chosen = [study.policies[s.policy] for s in told.stories]
    y = simulate(firm, chosen, rows, months=MONTHS, replicates=REPLICATES, seed=3,
                 current=study.current).y
    for p, one in enumerate(told.stories):
        np.testing.assert_array_equal(one.outcomes, y[7 // REPLICATES, 7 % REPLICATES, p])
        assert not np.array_equal(one.outcomes, y[6 // REPLICATES, 6 % REPLICATES, p])


def test_the_same_policy_twice_is_one_life(lab):
    told = story(lab, "P1", 0, policy="move_only", against="move_only")
    assert told.parted is None
    assert told.stories[0].months == told.stories[1].months


@pytest.mark.parametrize(
    ("asked", "code"),
    [({"person": "P151"}, "unknown_person"), ({"history": 12}, "bad_count"),
     ({"history": -1}, "bad_count"), ({"policy": "pay_bridge"}, "policy_not_compared"),
     ({"against": "nope"}, "policy_not_compared"), ({"scenario": "none"}, "no_comparison_named")],
)
def test_what_cannot_be_told_is_said(lab, asked, code):
    with pytest.raises(LabError) as caught:
        story(lab, **({"person": "P1", "history": 0} | asked))
    assert caught.value.code == code


def test_a_lab_without_comparison_or_with_a_stale_one_tells_nothing(lab, tmp_path):
    with pytest.raises(LabError, match="no comparison yet"):
        story(Lab.create(tmp_path / "empty"), "P1", 0)
    tree = lab.read_json("comparisons/sales_transition.json")
    tree["inputs"]["model"] = "another"
    stale = Lab.create(tmp_path / "stale")
    with stale.writing():
        stale.write_json("comparisons/sales_transition.json", tree)
    with pytest.raises(LabError, match="out of date"):
        story(stale, "P1", 0)

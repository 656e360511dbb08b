"""Do groups, channels and the evidence of levers say what a toy says?"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from simlab.decide.advice import GRADES, WORKS_THROUGH, advise, lever_evidence
from simlab.decide.channels import Apart, decompose, ramp_up
from simlab.decide.groups import COUNTED, group_effects
from simlab.engine.switches import BY_NAME, CHANNELS, RAMP, without
from simlab.parameters import NAMES, prior_draws
from simlab.policy import Policy
from simlab.policy import levers as levers_of_policies
from simlab.world import Counted

ORDER = {"now": 0, "better": 1}


def test_figures_of_groups_are_the_engines():
    assert tuple(figure.name.lower() for figure in Counted) == COUNTED


def test_a_group_is_judged_by_its_rate():
    """Half as many exits from half as many people are no effect."""
    counts = np.zeros((50, 2, 2, 2, len(COUNTED)))
    counts[:, :, 0, :, Counted.HEADS] = 240
    counts[:, :, 0, :, Counted.REGRETTED] = 4
    counts[:, :, 1, 0, Counted.HEADS], counts[:, :, 1, 0, Counted.REGRETTED] = 120, 2
    counts[:, :, 1, 1, Counted.HEADS], counts[:, :, 1, 1, Counted.REGRETTED] = 240, 2
    found = {each.group: each for each in group_effects(
        counts, (("d", "shrunk"), ("d", "helped")), (None, 20), ORDER, "now", 12)
        if each.figure == "regretted"}
    assert (found["shrunk"].rate_difference.mean, found["shrunk"].beats) == (0.0, 0.0)
    assert found["shrunk"].difference.mean == -2
    assert found["helped"].rate.mean == pytest.approx(100 * 4 / 20)
    assert found["helped"].rate_difference.mean == pytest.approx(-10.0)
    assert (found["helped"].beats, found["helped"].harm, found["helped"].people) == (1.0, 0.0, 20)


def test_nobody_in_a_group_is_no_figure():
    assert group_effects(np.zeros((3, 2, 2, 1, len(COUNTED))), (("d", "none"),), (0,), ORDER,
                         "now", 12) == ()


def test_parts_and_remainder_are_those_written_down():
    """Effects -3 (a), -2 (b) and -1 where both work: without a, -2 is left; without b, -3."""
    def totals(difference, business=100.0):
        made = np.zeros((30, 4, 2, 2))
        made[..., 0], made[..., 1] = 10.0, business
        made[:, :, 1, 0] += difference
        return made

    apart = Apart(totals(-6), {"a": totals(-2), "b": totals(-3)}, totals(-6, business=130.0))
    (found,) = decompose(apart, ORDER, ("regretted", "business"), "now")
    assert {part.channel: part.difference.mean for part in found.parts} == {"a": -4.0, "b": -3.0}
    assert found.remainder.mean == pytest.approx(-6 + 7)
    assert [part.keeps for part in found.parts] == [1.0, 1.0]
    ramps = ramp_up(apart, ORDER, ("regretted", "business"), "now")
    assert [each.loss.mean for each in ramps] == [30.0, 30.0]


def test_channels_are_switches_of_parameters_and_levers():
    policy = Policy(name="x", title={"en": "x", "zh": "x"})
    rows = prior_draws(2, 1)
    for switches in (*CHANNELS.values(), RAMP):
        assert all(not BY_NAME[name].facts for name in switches)
        off_policies, off = without(switches, [policy], rows)
        assert not np.array_equal(off, rows) or off_policies != [policy]
    every = [name for switches in CHANNELS.values() for name in switches]
    assert len(every) == len(set(every))


def test_a_lever_is_known_no_better_than_its_weakest_link():
    moved = {"intervention.active", "hiring.candidates"}
    help_, hiring = lever_evidence("a", "now", moved, ["activity_newcomer"], [])
    assert (help_.lever, help_.grade) == ("intervention", "assumption")
    assert help_.parameters["help_exit"] == "published trial"
    assert hiring.parameters["activity_newcomer"] == "local observation"
    (help_, _) = lever_evidence("a", "now", moved, [], ["intervention.active"])
    assert help_.grade == GRADES[0]
    all_told = lever_evidence("a", "now", {"hiring.skill"}, NAMES, [])
    assert all_told[0].grade == "local observation"


def test_levers_work_through_parameters_that_exist():
    assert {name for names in WORKS_THROUGH.values() for name in names} <= set(NAMES)
    levers = {path.partition(".")[0] for path in levers_of_policies()}
    assert set(WORKS_THROUGH) == levers


@pytest.mark.parametrize(("beats", "warrant", "said"), [
    (0.99, "tested", "recommend"), (0.99, "partly", "pilot"), (0.99, "assumed", "pilot"),
    (0.8, "tested", "pilot"), (0.4, "tested", "against"), (0.99, "unknown", "undecided"),
    (0.5, "assumed", "against"),
])
def test_what_rests_on_an_assumption_can_be_piloted_not_recommended(beats, warrant, said):
    assert advise(SimpleNamespace(beats=beats, warrant=warrant)) == said

"""Is the verdict the rule it says it is, whatever the futures?"""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scenarios.claims import Verdict, combine, judge

FUTURES = st.lists(
    st.floats(-3, 3) | st.just(math.nan), min_size=1, max_size=60
).map(lambda values: np.array(values, dtype=np.float64))
EDGES = st.tuples(st.floats(-2, 2), st.floats(0, 1)).map(lambda e: (e[0], e[0] + e[1]))


def counted(values, band):
    """Shares inside, below and above the band, counted one by one."""
    lower, upper = band
    n = len(values)
    inside = sum(lower <= v <= upper for v in values) / n
    return inside, sum(v < lower for v in values) / n, sum(v > upper for v in values) / n


@given(FUTURES, EDGES)
def test_a_level_is_judged_by_the_shares_inside_below_and_above(values, band):
    found = judge(values, band, None)
    inside, below, above = counted(values, band)
    assert (found.inside, found.short, found.beyond) == pytest.approx((inside, below, above))
    assert math.isnan(found.right_sign)
    if np.isnan(values).all():
        expected = Verdict.NOT_TESTED
    elif inside >= 0.8:
        expected = Verdict.AGREES
    elif below >= 0.8:
        expected = Verdict.WEAKER
    elif above >= 0.8:
        expected = Verdict.STRONGER
    else:
        expected = Verdict.NOT_DISTINGUISHABLE
    assert found.verdict is expected


@given(FUTURES, EDGES, st.floats(-3, 4))
def test_a_claim_and_its_mirror_image_get_the_same_verdict(values, band, no_effect):
    assume(not band[0] <= no_effect <= band[1])
    found = judge(values, band, no_effect)
    mirrored = judge(-values, (-band[1], -band[0]), -no_effect)
    assert mirrored == found


@given(FUTURES, EDGES, st.floats(-3, 4), st.randoms())
def test_the_order_of_futures_does_not_matter(values, band, no_effect, random):
    assume(not band[0] <= no_effect <= band[1])
    shuffled = values.copy()
    random.shuffle(shuffled)
    assert judge(shuffled, band, no_effect) == judge(values, band, no_effect)


@given(FUTURES, EDGES, st.integers(1, 40))
def test_futures_without_a_value_only_take_certainty_away(values, band, more):
    before = judge(values, band, None)
    after = judge(np.append(values, np.full(more, math.nan)), band, None)
    assert after.inside <= before.inside
    assert after.short <= before.short
    assert after.beyond <= before.beyond
    settled = {Verdict.AGREES, Verdict.WEAKER, Verdict.STRONGER}
    assert after.verdict in (before.verdict, Verdict.NOT_DISTINGUISHABLE)
    assert before.verdict in settled or after.verdict is before.verdict


@given(FUTURES, EDGES)
def test_an_effect_of_the_other_sign_is_short_of_the_claim(values, band):
    """A fall that was claimed: risen figures are weaker, never stronger."""
    assume(band[1] < 1)
    risen = np.abs(values) + 1.001
    found = judge(risen, band, 1.0)
    assert found.beyond == 0
    assert found.right_sign == 0
    if np.isfinite(risen).mean() >= 0.8:
        assert found.verdict is Verdict.WEAKER


def test_just_four_fifths_inside_agree():
    values = np.array([1.2] * 8 + [9.0] * 2)
    assert judge(values, (1.1, 1.3), 1.0).verdict is Verdict.AGREES
    fewer = np.array([1.2] * 79 + [9.0] * 21)
    assert judge(fewer, (1.1, 1.3), 1.0).verdict is Verdict.NOT_DISTINGUISHABLE


def test_the_edges_of_the_band_are_inside():
    assert judge(np.array([1.1, 1.3]), (1.1, 1.3), 1.0).verdict is Verdict.AGREES


@given(FUTURES, st.floats(-2, 2))
def test_an_open_side_has_nothing_beyond_it(values, edge):
    at_least = judge(values, (edge, math.inf), None)
    assert at_least.beyond == 0
    assert at_least.inside == pytest.approx(float((values >= edge).mean()))
    at_most = judge(values, (-math.inf, edge), None)
    assert at_most.short == 0
    assert at_most.inside == pytest.approx(float((values <= edge).mean()))


def test_what_the_structure_excludes_cannot_happen():
    capped = np.array([1.06])
    assert judge(capped, (1.19, 1.21), 1.0).verdict is Verdict.WEAKER
    assert judge(capped, (1.19, 1.21), 1.0, (0.7, 1.06)).verdict is Verdict.CANNOT_HAPPEN
    assert judge(capped, (1.05, 1.21), 1.0, (0.7, 1.06)).verdict is Verdict.AGREES


def test_a_policy_that_never_moves_the_figure_cannot_have_the_effect():
    assert judge(np.ones(20), (1.1, 1.3), 1.0).verdict is Verdict.CANNOT_HAPPEN
    moved = np.append(np.ones(20), 1.0001)
    assert judge(moved, (1.1, 1.3), 1.0).verdict is Verdict.WEAKER


VERDICTS = st.lists(st.sampled_from(Verdict), min_size=1, max_size=5)


@given(VERDICTS, st.floats(0, 1), st.randoms())
def test_a_claim_of_several_figures(verdicts, together, random):
    found = combine(verdicts, together)
    shuffled = list(verdicts)
    random.shuffle(shuffled)
    assert combine(shuffled, together) is found
    if Verdict.CANNOT_HAPPEN in verdicts:
        assert found is Verdict.CANNOT_HAPPEN
    elif Verdict.NOT_TESTED in verdicts:
        assert found is Verdict.NOT_TESTED
    elif together >= 0.8:
        assert found is Verdict.AGREES
    else:
        disagree = set(verdicts) - {Verdict.AGREES}
        assert found in (disagree if len(disagree) == 1 else {Verdict.NOT_DISTINGUISHABLE})


def test_figures_that_agree_apart_but_never_together_do_not_agree():
    assert combine([Verdict.AGREES, Verdict.AGREES], 0.6) is Verdict.NOT_DISTINGUISHABLE

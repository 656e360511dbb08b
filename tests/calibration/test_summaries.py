"""Do the summaries say what the panel holds, and only that?"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.measure import NAMES
from calibration.summaries import Summariser, label
from simlab.panel import STILL_HERE, Panel, season

Invent = Callable[..., Panel]


def rows(panel: Panel, order: np.ndarray) -> Panel:
    """The panel with its people in another order."""
    fields = {
        f.name: getattr(panel, f.name)[order]
        for f in dataclasses.fields(Panel) if isinstance(getattr(panel, f.name), np.ndarray)
    }
    return Panel(panel.start, tuple(panel.person[i] for i in order), **fields)


def test_there_is_one_name_per_number(invented: Invent) -> None:
    panel = invented(1)
    summariser = Summariser.like(panel)
    assert len(set(NAMES)) == len(NAMES)
    assert [n for n in NAMES if n in summariser.names] == list(summariser.names)
    assert len(summariser.names) > 120
    assert summariser.of_panel(panel).shape == (len(summariser.names),)
    assert np.isfinite(summariser.of_panel(panel)).all()


def test_every_name_has_words_in_both_languages() -> None:
    for lang in ("en", "zh"):
        assert len({label(name, lang) for name in NAMES}) == len(NAMES)


def test_simple_shares_are_those_counted_by_hand(invented: Invent) -> None:
    panel = invented(2)
    summariser = Summariser.like(panel)
    value = dict(zip(summariser.names, summariser.of_panel(panel), strict=True))
    exits = (panel.exited != STILL_HERE).sum()
    assert value["exit_rate/all"] == pytest.approx(exits / panel.employed.sum())
    settled = panel.employed & (panel.tenure() >= 24)
    gone = sum(settled[i, t] for i, t in enumerate(panel.exited) if t != STILL_HERE)
    expected = (gone + 2 * value["exit_rate/all"]) / (settled.sum() + 2)
    assert value["exit_rate/tenure_24_up"] == pytest.approx(expected)
    rated = panel.rating[:, 2::3][panel.observed[:, 2::3]]
    assert value["rating_share/rating_4"] == pytest.approx(np.mean(rated == 4), abs=0.04)


def test_the_order_of_people_does_not_matter(invented: Invent) -> None:
    panel = invented(3)
    other = rows(panel, np.random.default_rng(0).permutation(len(panel.person)))
    np.testing.assert_allclose(
        Summariser.like(panel).of_panel(panel), Summariser.like(other).of_panel(other),
        rtol=1e-7, atol=1e-9,
    )


@settings(max_examples=15, deadline=None)
@given(cut=st.integers(4, 10), seed=st.integers(0, 10_000))
def test_nothing_after_the_cut_changes_a_summary(invented: Invent, cut: int, seed: int) -> None:
    panel = invented(4)
    rng = np.random.default_rng(seed)
    later = np.arange(panel.months) > cut
    # Another future for everyone: results, exits and the running quarter's ratings.
    business = np.where(later, rng.lognormal(8, 2, panel.business.shape), panel.business)
    running = np.arange(panel.months) >= cut + 1 - (panel.start + cut + 1) % 3
    rating = np.where(running, rng.integers(1, 5, panel.rating.shape), panel.rating)
    fate = rng.integers(cut + 1, panel.months + 1, len(panel.person))
    exited = np.where(panel.exited <= cut, panel.exited,
                      np.where(fate < panel.months, fate, STILL_HERE)).astype(np.int32)
    changed = dataclasses.replace(
        panel, business=business.astype(np.float32), rating=rating.astype(np.int8),
        exited=exited, last=np.minimum(exited, panel.months - 1).astype(np.int32),
        observed=panel.observed | later,
    )
    one, two = panel.until(cut), changed.until(cut)
    # `until` leaves out people first seen later; both panels have the same ones.
    np.testing.assert_array_equal(
        Summariser.like(one).of_panel(one), Summariser.like(two).of_panel(two)
    )
    np.testing.assert_array_equal(season(one), season(two))


def test_what_was_never_recorded_is_left_out(invented: Invent) -> None:
    panel = invented(5)
    unknown = dataclasses.replace(
        panel, base=np.full_like(panel.base, np.nan), rating=np.zeros_like(panel.rating)
    )
    summariser = Summariser.like(unknown)
    assert not [n for n in summariser.names if "rating" in n or "base" in n.split("/")[1]]
    assert np.isfinite(summariser.of_panel(unknown)).all()
    assert len(summariser.names) > 60


def test_a_panel_without_business_or_exits_has_finite_summaries(invented: Invent) -> None:
    panel = invented(6)
    idle = dataclasses.replace(
        panel, business=np.zeros_like(panel.business),
        exited=np.full_like(panel.exited, STILL_HERE),
    )
    assert np.isfinite(Summariser.like(idle).of_panel(idle)).all()


def test_the_season_is_found_and_noise_is_shrunk(invented: Invent) -> None:
    panel = invented(7, people=800)
    flat = season(panel)
    assert np.abs(flat).max() < 0.1
    busy = panel.business.copy()
    busy[:, 2] *= np.e
    found = season(dataclasses.replace(panel, business=busy))
    assert found[2] == pytest.approx(11 / 12, abs=0.2)
    assert found.sum() == pytest.approx(0, abs=1e-9)


def test_unseen_calendar_months_have_no_season(invented: Invent) -> None:
    found = season(invented(8, people=600).until(6))
    assert (found[7:] == 0).all()

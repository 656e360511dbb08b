"""Is what a reader keeps in a lab that reader's alone, limited, and there after a restart?"""

from __future__ import annotations

from pathlib import Path

import pytest

from simlab.errors import LabError
from simlab.lab import Lab
from simlab.readers import LONGEST_NAME, LONGEST_QUERY, MOST_PINS, MOST_VIEWS, Desk


@pytest.fixture
def desk(any_lab: Lab) -> Desk:
    return Desk(any_lab)


def refused(code: str, what: object, *given: str) -> None:
    with pytest.raises(LabError) as error:
        what(*given)  # type: ignore[operator]
    assert error.value.code == code


def test_views_are_kept_renamed_and_deleted_by_their_owner(any_lab: Lab, desk: Desk) -> None:
    desk.save_view("ann", "  Shanghai \t 上海 ", "compare", "scenario=a&policies=b%2Cc")
    desk.save_view("bob", "Shanghai 上海", "overview", "")
    (mine,) = Desk(any_lab).views("ann")  # another process, or the same after a restart
    assert (mine.name, mine.page, mine.query) == (
        "Shanghai 上海", "compare", "scenario=a&policies=b%2Cc")
    desk.rename_view("bob", mine.id, "stolen")
    desk.delete_view("bob", mine.id)
    assert desk.views("ann") == [mine]
    desk.rename_view("ann", mine.id, "Beijing")
    assert [each.name for each in desk.views("ann")] == ["Beijing"]
    desk.delete_view("ann", mine.id)
    desk.delete_view("ann", mine.id)
    assert desk.views("ann") == []
    assert [each.name for each in desk.views("bob")] == ["Shanghai 上海"]


def test_a_name_is_taken_once(desk: Desk) -> None:
    desk.save_view("ann", "one", "compare", "")
    desk.save_view("ann", "two", "compare", "")
    refused("view_taken", desk.save_view, "ann", " one ", "data", "")
    two = next(each for each in desk.views("ann") if each.name == "two")
    refused("view_taken", desk.rename_view, "ann", two.id, "one")
    desk.rename_view("ann", two.id, "two")


def test_pins_are_kept_once_in_their_order_and_taken_off_by_their_owner(desk: Desk) -> None:
    for card in ("compare-fan", "compare-dots", "compare-fan"):
        desk.pin("ann", "compare", "a=1", card)
    desk.pin("ann", "compare", "a=2", "compare-fan")
    found = desk.pins("ann")
    assert [(each.query, each.card) for each in found] == [
        ("a=1", "compare-fan"), ("a=1", "compare-dots"), ("a=2", "compare-fan")]
    desk.unpin("bob", found[0].id)
    assert (desk.pins("ann"), desk.pins("bob")) == (found, [])
    desk.unpin("ann", found[0].id)
    assert desk.pins("ann") == found[1:]


def test_what_is_sent_is_limited(desk: Desk) -> None:
    for name in ("", "  ", "x" * (LONGEST_NAME + 1), "a\x00b", "a\u202eb"):
        refused("view_name", desk.save_view, "ann", name, "compare", "")
    long = "a" * (LONGEST_QUERY + 1)
    for page, query in (("Compare", ""), ("../x", ""), ("", ""), ("compare", long),
                        ("compare", "a\nb")):
        refused("view_address", desk.save_view, "ann", "n", page, query)
        refused("view_address", desk.pin, "ann", page, query, "card")
    for card in ("", "<b>", "a" * 200, "a b", "a'; drop table saved_views"):
        refused("view_address", desk.pin, "ann", "compare", "", card)
    for k in range(MOST_VIEWS):
        desk.save_view("ann", f"v{k}", "compare", "")
    refused("views_full", desk.save_view, "ann", "more", "compare", "")
    for k in range(MOST_PINS):
        desk.pin("ann", "compare", "", f"c{k}")
    refused("pins_full", desk.pin, "ann", "compare", "", "more")
    desk.save_view("bob", "v0", "compare", "")  # the limits are each reader's own


def test_a_desk_out_of_reach_says_so(lab: Lab, tmp_path: Path) -> None:
    (lab.path / "readers.sqlite").mkdir()
    refused("desk_unreachable", Desk, lab)  # type: ignore[arg-type]

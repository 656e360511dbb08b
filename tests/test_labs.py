"""Are the labs of one server told apart, and those that are not apart refused?"""

from __future__ import annotations

from pathlib import Path

import pytest

from simlab.errors import LabError
from simlab.lab import Lab
from simlab.labs import offered


def test_each_has_a_name_of_its_own_in_the_order_given(tmp_path: Path) -> None:
    names = ("b/Acme Care", "a/acme-care", "客户甲", "客户乙", "a")
    labs = [Lab.create(tmp_path / str(place) / name) for place, name in enumerate(names)]
    found = offered(labs)
    assert [each.slug for each in found] == ["acme-care", "acme-care-2", "lab", "lab-2", "a"]
    assert [each.title for each in found] == ["Acme Care", "acme-care", "客户甲", "客户乙", "a"]
    assert [each.lab for each in found] == labs


def test_one_lab_twice_or_two_in_one_database_are_refused(tmp_path: Path) -> None:
    lab = Lab.create(tmp_path / "lab")
    (tmp_path / "link").symlink_to(tmp_path / "lab")
    with pytest.raises(LabError) as caught:
        offered([lab, Lab.open(tmp_path / "link")])
    assert caught.value.code == "lab_twice"
    url = "postgresql+psycopg://simlab@/x"
    with pytest.raises(LabError) as caught:
        offered([Lab.create(tmp_path / name, url) for name in ("one", "two")])
    assert caught.value.code == "store_shared"

"""Does the outlook add up, keep to its seed, and keep groups of under ten people hidden?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from simlab.errors import LabError
from simlab.jobs.demo import sample_lab
from simlab.jobs.outlook import Recorded, outlook, recorded, stored_outlook
from simlab.jobs.records import load_panel
from simlab.jobs.standing import status
from simlab.lab import Lab
from simlab.panel import STILL_HERE


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return sample_lab(tmp_path_factory.mktemp("outlook") / "lab")[0]


def test_it_is_kept_and_is_the_same_with_the_same_seed(lab: Lab) -> None:
    first = outlook(lab, months=4, draws=6, replicates=2, seed=5)
    kept = stored_outlook(lab)
    assert kept is not None
    assert outlook(lab, months=4, draws=6, replicates=2, seed=5).totals == first.totals
    assert outlook(lab, months=4, draws=6, replicates=2, seed=6).totals != first.totals
    assert kept["check"] == {}
    assert kept["calibrated"] is False
    item = next(item for item in status(lab).items if item.kind == "outlook")
    assert item.stale == ()


def test_totals_are_the_months_added_up_or_averaged(lab: Lab) -> None:
    made = outlook(lab, months=5, draws=6, replicates=2)
    fans = {fan.outcome: fan for fan in made.fans}
    for name in ("exits", "regretted", "cost"):
        assert made.totals[name].mean == pytest.approx(sum(fans[name].mean))
    for name in ("headcount", "vacancies"):
        assert made.totals[name].mean == pytest.approx(np.mean(fans[name].mean))
    # who is not there is a vacancy
    assert made.totals["headcount"].mean + made.totals["vacancies"].mean == pytest.approx(
        made.plan, abs=1e-9)
    assert made.idle.replacement_cost.mean > 0
    panel = load_panel(lab)
    assert made.months[0] > recorded(lab).months[-1]
    assert made.plan <= len(panel.person)


def test_recorded_months_are_those_of_the_panel(lab: Lab) -> None:
    found, panel = recorded(lab), load_panel(lab)
    assert sum(found.exits) == (panel.exited < STILL_HERE).sum()
    assert found.headcount == tuple(panel.employed.sum(axis=0))
    assert found.people == len(panel.person)


def test_both_formulas_of_turnover() -> None:
    found = Recorded(months=("2025-01", "2025-02"), headcount=(10, 9), exits=(1, 2), people=10,
                     groups={})
    assert found.turnover("average") == pytest.approx(3 / 9.5)
    assert found.turnover("closing") == pytest.approx(3 / (3 + 7))
    empty = Recorded(("2025-01",), (0,), (0,), 0, {})
    assert empty.turnover("closing") is None


def test_groups_of_under_ten_are_never_shown(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    people = len(load_panel(lab).person)
    rows = ["north"] * (people - 25) + ["south"] * 16 + ["west"] * 9
    monkeypatch.setattr("simlab.jobs.outlook.labels", lambda *_args: {
        "unit": rows, "gender": ["x", "y"] * (people // 2)})
    whole = recorded(lab)
    # nine people join the next larger group, so that nobody is had by subtracting; what only
    # fairness may read is no filter
    assert whole.groups == {"unit": ("north", "rest")}
    assert recorded(lab, "unit", "rest").people == 25
    assert recorded(lab, "unit", "west").people == people
    assert recorded(lab, "gender", "x").people == people


def test_a_lab_without_records_says_so(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="no records"):
        recorded(Lab.create(tmp_path / "lab"))

"""Does the quality score say how much of what is due is there?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from simlab.jobs.completeness import completeness
from simlab.jobs.demo import sample_lab
from simlab.jobs.records import load_panel
from simlab.lab import Lab


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return sample_lab(tmp_path_factory.mktemp("complete") / "lab")[0]


def test_what_is_missing_lowers_the_score_of_its_column_and_month(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = load_panel(lab)
    whole = completeness(lab)
    rows = dict(zip(whole.labels, whole.shares, strict=True))
    assert set(rows) == {"employees.grade", "monthly_performance.sales_amount",
                         "ratings.rating", "compensation.base"}
    assert whole.cells == 4 * panel.employed.sum()

    base = panel.base.copy()
    base[:, 3] = np.nan
    monkeypatch.setattr("simlab.jobs.completeness.load_panel",
                        lambda _lab: replace(panel, base=base))
    holed = completeness(lab)
    pay = dict(zip(holed.labels, holed.shares, strict=True))["compensation.base"]
    assert pay[3] == 0
    assert pay[4] == rows["compensation.base"][4]
    lost = panel.employed[:, 3] & np.isfinite(panel.base[:, 3]) & (panel.base[:, 3] > 0)
    assert holed.score == pytest.approx(whole.score - lost.sum() / whole.cells)


def test_a_column_without_any_value_is_not_recorded(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = load_panel(lab)
    monkeypatch.setattr("simlab.jobs.completeness.load_panel", lambda _lab: replace(
        panel, rating=np.zeros_like(panel.rating)))
    assert "ratings.rating" not in completeness(lab).labels


def test_labels_and_shares_are_of_the_same_column(lab: Lab) -> None:
    found = completeness(lab)
    assert len(found.labels) == len(found.shares)
    assert all(len(row) == len(found.months) for row in found.shares)
    assert found.labels["ratings.rating"]["zh"] != found.labels["ratings.rating"]["en"]

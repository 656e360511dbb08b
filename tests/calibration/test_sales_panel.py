"""Does the loop from records to a forecast hold on the real sales panel?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from calibration.backtest import backtest
from calibration.calibrate import Calibration, calibrate
from simlab.lab import Lab
from simlab.panel import Panel, month_number
from simlab.records import import_files, load_panel

FILE = (Path(__file__).resolve().parents[3]
        / "shared/data/sales_panel/sales_panel_2016-01_2017-06.csv")
CUTOFF = month_number("2016-12")

pytestmark = [
    pytest.mark.skipif(not FILE.exists(), reason="the shared sales panel is not here"),
    pytest.mark.slow,
]


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory) -> Panel:
    lab = Lab.create(tmp_path_factory.mktemp("sales") / "lab")
    import_files(lab, [FILE], "sales-panel")
    return load_panel(lab)


@pytest.fixture(scope="module")
def found(panel: Panel) -> Calibration:
    return calibrate(panel, until=CUTOFF, simulations=1200)


def test_the_data_inform_what_they_can(found: Calibration) -> None:
    rows = {r.name: r for r in found.parameters}
    for name in ("size_level", "size_spread", "size_pay", "exit_level", "efficacy_exit"):
        assert rows[name].informed == "estimated", name
    assert rows["efficacy_exit"].lower > 1
    assert rows["course_gain"].informed == "assumed"


def test_forecasts_beat_the_base_rate_out_of_time(panel: Panel, found: Calibration) -> None:
    methods = ("simlab", "base_rate", "logistic")
    scored = backtest(panel, found.posterior, cutoff=CUTOFF, horizons=(1,), draws=8, copies=24,
                      methods=methods)
    simlab, base, logistic = scored.scores
    assert simlab.n > 4000
    assert 0.74 < simlab.auc.value < 0.80, "above .80 calls for a leak audit"
    assert simlab.brier.value < base.brier.value
    assert 0.75 < logistic.auc.value < 0.79
    assert np.isclose(base.brier.value, 0.079, atol=0.002)

"""Is a second method held beside the lab's own, and said to be missing where it is?"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable

import numpy as np
import pytest

from calibration import cross_check as module
from calibration.calibrate import calibrate
from calibration.reference import CALIBRATED
from simlab.engine.panels import simulated_panel
from simlab.errors import Cancelled, LabError
from simlab.panel import Panel
from simlab.parameters import NAMES, prior_mean
from simlab.progress import Progress

Invent = Callable[..., Panel]
installed = pytest.mark.skipif(importlib.util.find_spec("sbi") is None,
                               reason="the optional extra sbi is not installed")


@pytest.fixture(scope="module")
def firm(invented: Invent) -> Panel:
    return simulated_panel(invented(1, people=200), prior_mean(), seed=4)


def test_without_the_package_it_says_what_to_install(
    firm: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is simulated."""
    find = importlib.util.find_spec
    monkeypatch.setattr(module.importlib.util, "find_spec",
                        lambda name, *rest: None if name == "sbi" else find(name, *rest))
    told: list[str] = []
    with pytest.raises(LabError, match=r"pip install \"simlab\[sbi\]\"") as error:
        calibrate(firm, simulations=300, method="sbi",
                  progress=Progress(lambda stage, done, total: told.append(stage)))
    assert error.value.code == "sbi_missing"
    assert told == []


@installed
@pytest.mark.slow
def test_both_methods_say_much_the_same_of_what_the_data_settle(firm: Panel) -> None:
    plain = calibrate(firm, simulations=1000, seed=1)
    found = calibrate(firm, simulations=1000, seed=1, method="sbi")
    np.testing.assert_array_equal(plain.posterior.draws, found.posterior.draws)
    assert plain.beside is None
    beside = found.beside
    assert beside is not None
    assert [one.name for one in beside.opinions] == [
        name for name, free in zip(NAMES, CALIBRATED, strict=True) if free]
    settled = {row.name for row in found.parameters if row.contraction > 0.5}
    assert len(settled) >= 3
    for one in beside.opinions:
        assert one.other_lower < one.other_mean < one.other_upper
        if one.name in settled:
            # with so few simulations a flow is wider; the two must still not contradict each other
            assert one.lower < one.other_upper
            assert one.other_lower < one.upper
            assert one.spread > 0.3
    again = calibrate(firm, simulations=1000, seed=1, method="sbi")
    assert again.beside == beside


@installed
@pytest.mark.slow
def test_the_second_training_can_be_stopped(firm: Panel) -> None:
    def stop(stage: str, done: int, total: int) -> None:
        if stage == "cross_check":
            progress.cancel()

    progress = Progress(stop)
    with pytest.raises(Cancelled):
        calibrate(firm, simulations=300, method="sbi", progress=progress)

"""Do whole scenarios give the figures they gave when last looked at?"""

import math

from tests.golden.refresh import FIGURES, OUTCOMES, figures


def test_the_committed_figures_are_what_the_scenarios_give():
    """A change of the model shows here: refresh with ``python tests/golden/refresh.py``, look at
    the difference, and say in the commit why it is meant."""
    assert figures().splitlines() == FIGURES.read_text(encoding="utf-8").splitlines()


def test_every_outcome_happens_somewhere():
    """A figure that is zero everywhere would hold nothing."""
    found = dict.fromkeys(OUTCOMES, 0.0)
    for line in FIGURES.read_text(encoding="utf-8").splitlines()[1:]:
        _, _, outcome, value = line.split()
        assert math.isfinite(float(value))
        found[outcome] = max(found[outcome], abs(float(value)))
    assert [outcome for outcome, value in found.items() if value == 0.0] == []

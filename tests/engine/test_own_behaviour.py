"""Can a researcher add a rule, a state, a parameter, an outcome and an agent from outside?"""

import re
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pytest

from scenarios import FirmFacts, scenario_firm
from simlab import MONTH, FirmModel, Parameter, prior_draws, rule, simulate
from simlab.engine.panels import AS_RECORDED
from simlab.panel import month_number

pytestmark = pytest.mark.slow  # a month of one's own is a kernel of one's own
GUIDE = Path(__file__).resolve().parents[2] / "docs/how-to/add-a-behaviour.md"


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    """The guide's blocks, run as the one file that it tells its reader to make."""
    blocks = re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    path = tmp_path_factory.mktemp("guide") / "commuting.py"
    path.write_text("\n\n".join(blocks), encoding="utf-8")
    spec = spec_from_file_location("commuting", path)
    module = sys.modules["commuting"] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_guides_example_does_what_it_says(example):
    hours = example.longer.outcome("travel_hours")
    assert 0.7 < hours.mean() < 1.0
    assert example.longer.outcome("stress").mean() > example.usual.outcome("stress").mean() + 0.01
    assert example.model.people["travel"][0] == np.float32(0.25)
    assert example.model.people["travel"][1:].mean() > 0.7


def test_the_kernel_and_the_mesa_path_run_it_alike(example):
    model = FirmModel(example.firm, example.policy, example.draws[3], history=3,
                      current=example.policy, month=example.month)
    told = []
    for month in range(example.firm.burn_in + 12):
        model.step()
        if month >= example.firm.burn_in:
            told.append([model.outcomes()[name] for name in example.month.outcomes])
    np.testing.assert_array_equal(told, example.longer.y[3, 0, 0])


def test_switched_off_it_is_not_there(example):
    off = example.draws.copy()
    off[:, -1] = 0.0
    y = simulate(example.firm, [example.policy], off, months=12, month=example.month).y
    np.testing.assert_array_equal(y[..., : len(MONTH.outcomes)], example.usual.y)


def test_what_is_taken_or_missing_is_refused():
    @rule("person")
    def tire(person):
        person.tired += 1.0

    @rule("outcome")
    def exits(people):
        return float(len(people))

    with pytest.raises(ValueError, match="no rule 'dream' to follow"):
        MONTH.adding(tire, after="dream")
    with pytest.raises(ValueError, match="a person has stress already"):
        MONTH.adding(tire, after="feel", fields=[("stress", "f4")])
    with pytest.raises(ValueError, match="outcome 'exits' exists already"):
        MONTH.adding(exits, after="record")
    taken = Parameter("shock", "x", "x", "1", 0, 1, 0.5, 0.1, "x", "assumption", False)
    with pytest.raises(ValueError, match="the registry has shock already"):
        MONTH.adding(tire, after="feel", parameters=[taken])
    month = MONTH.adding(tire, after="feel", fields=[("tired", "f4")])
    firm = scenario_firm(FirmFacts(people=5), month_number("2026-01"))
    with pytest.raises(ValueError, match="expected \\(n, parameter\\)"):
        simulate(firm, [AS_RECORDED], prior_draws(1, 1)[:, :-1], months=1, month=month)

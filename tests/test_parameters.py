"""Is the registry of parameters whole, and are its maps inverse to one another?"""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simlab.parameters import (
    INDEX,
    NAMES,
    REGISTRY,
    as_records,
    constrain,
    prior_draws,
    prior_mean,
    unconstrain,
)
from simlab.report.wording import parameter_unit

GRADES = {
    "local trial", "local observation", "published trial", "published correlation", "assumption",
}


@pytest.mark.parametrize("parameter", REGISTRY, ids=NAMES)
def test_each_parameter_says_what_it_is(parameter):
    assert parameter.lower <= parameter.mean <= parameter.upper
    assert parameter.sd > 0
    assert parameter.en
    assert parameter.zh
    assert parameter.source
    assert parameter_unit(parameter.unit, "en") == parameter.unit
    assert not re.search("[A-Za-z]{3}", parameter_unit(parameter.unit, "zh"))
    assert parameter.grade in GRADES
    assert ("from memory" not in parameter.source) or parameter.grade == "assumption"


@given(st.integers(0, 2**31))
def test_prior_draws_stay_within_bounds_and_come_back(seed):
    draws = prior_draws(20, seed)
    lower = np.array([p.lower for p in REGISTRY])
    upper = np.array([p.upper for p in REGISTRY])
    assert ((draws >= lower) & (draws <= upper)).all()
    inside = (draws > lower + 1e-4 * (upper - lower)) & (draws < upper - 1e-4 * (upper - lower))
    back = constrain(unconstrain(draws))
    np.testing.assert_allclose(back[inside], draws[inside], rtol=1e-6)


def test_records_hold_the_same_numbers():
    draws = prior_draws(3, 1)
    records = as_records(draws)
    for name in NAMES:
        np.testing.assert_array_equal(records[name], draws[:, INDEX[name]])
    assert prior_mean().shape == (len(NAMES),)

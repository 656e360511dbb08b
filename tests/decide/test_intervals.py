"""Quantiles by one sort are those of NumPy, to the last bit."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from simlab.decide.intervals import QUANTILES, interval_of, quantiles_of

FIGURES = st.floats(-1e9, 1e9) | st.just(0.0)


@given(arrays(np.float64, st.tuples(st.integers(1, 40), st.integers(1, 3)), elements=FIGURES))
def test_quantiles_are_numpys(values):
    assert np.array_equal(quantiles_of(values, QUANTILES), np.quantile(values, QUANTILES, axis=0))


def test_what_is_not_known_stays_unknown():
    values = np.array([[1.0, np.nan], [2.0, 3.0]])
    assert np.array_equal(quantiles_of(values, (0.5,)), np.quantile(values, (0.5,), axis=0),
                          equal_nan=True)


def test_an_interval_is_of_all_values():
    values = np.arange(100.0).reshape(10, 10)
    assert interval_of(values).lower == np.quantile(values, 0.05)

"""Are our own exp, log and normal quantile as good as the library's?"""

import math
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simlab.numeric import exp, log, logistic, normal_quantile


@given(st.floats(-690, 690))
def test_exp(x):
    assert exp(x) == pytest.approx(math.exp(x), rel=1e-10)


@given(st.floats(1e-290, 1e290))
def test_log(x):
    assert log(x) == pytest.approx(math.log(x), rel=1e-12, abs=1e-10)


def test_landmarks_are_exact():
    assert exp(0.0) == 1.0
    assert log(1.0) == 0.0


@given(st.floats(-30, 30))
def test_logistic_is_symmetric(x):
    assert logistic(x) + logistic(-x) == pytest.approx(1.0, abs=1e-10)


@given(st.floats(1e-9, 1 - 1e-9))
def test_normal_quantile(u):
    assert normal_quantile(u) == pytest.approx(NormalDist().inv_cdf(u), rel=2e-6, abs=2e-6)

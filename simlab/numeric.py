"""exp, log and the normal quantile from plain arithmetic, equal on every machine.

The C library's versions differ in the last bit between processors, and one differing bit sends
two histories apart. These use only IEEE-754 operations (+ - * / sqrt, fused multiply-add and bit
moves), so golden figures hold anywhere. Tables leave little to a polynomial. Compiled by numba;
callable from Python too.
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import numpy as np
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from simlab.compiled import inlined

EXP_BITS = 9
"""The exponential's table has 2^9 entries: what is left is within ln2/1024 of 0."""
LOG_BITS = 9
"""The logarithm's table has 2^9 entries over one octave, sqrt(1/2) to sqrt(2)."""
LN2 = 0.6931471805599453
LN2_PART = LN2 / 2**EXP_BITS
PER_LN2_PART = 2**EXP_BITS / LN2
ROUNDER = 6755399441055744.0
"""1.5 x 2^52: adding it rounds a small double to an integer, held in the sum's low bits."""
ROOT_HALF = np.int64(0x3FE6A09E667F3BCD)
"""Bits of sqrt(1/2)."""


def _as_bits(values: list[float]) -> NDArray[np.int64]:
    return np.array(values, np.float64).view(np.int64)


def _exp_table() -> NDArray[np.int64]:
    """Bits of 2^(j / 512); decimal arithmetic rounds correctly, so the same on every machine."""
    ln2 = Decimal(2).ln()
    return _as_bits([float((ln2 * j / 2**EXP_BITS).exp()) for j in range(2**EXP_BITS)])


def _log_tables() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For each part of the octave a short reciprocal of its middle, and minus its logarithm.

    The parts around 1 take 1 itself, so that the logarithm of 1 is exactly 0.
    """
    edges = (ROOT_HALF + (np.arange(2**LOG_BITS + 1) << (52 - LOG_BITS))).view(np.float64)
    middle = (edges[:-1] + edges[1:]) / 2
    reciprocal = np.round(2**9 / middle) / 2**9
    reciprocal[np.abs(middle - 1) < 0.004] = 1.0
    return reciprocal, np.array([float(-Decimal(float(r)).ln()) for r in reciprocal])


EXP_TABLE = _exp_table()
LOG_RECIPROCAL, LOG_TABLE = _log_tables()
EXP_MASK = np.uint64(2**EXP_BITS - 1)
LOG_MASK = np.uint64(2**LOG_BITS - 1)
LOG_SHIFT = np.uint64(52 - LOG_BITS)


def _fused(typing: Any, a: Any, b: Any, c: Any) -> Any:  # noqa: ARG001
    def build(context: Any, builder: Any, signature: Any, values: Any) -> Any:  # noqa: ARG001
        return builder.fma(*values)

    return types.float64(types.float64, types.float64, types.float64), build


fma: Any = intrinsic(_fused)
"""A * b + c, rounded once: IEEE-754's fused multiply-add, asked for by name, so that it does not
depend on the processor whether a compiler fuses."""


@inlined
def exp(x):  # type: ignore[no-untyped-def]
    """E to the x, x held within -700..700: 2^(k/512) from a table times a polynomial of degree 2
    on what is left (Tang 1989's scheme; relative error below 1e-10)."""
    x = min(max(np.float64(x), -700.0), 700.0)
    rounded = fma(x, PER_LN2_PART, ROUNDER)
    k = np.float64(rounded).view(np.int64)
    r = fma(rounded - ROUNDER, -LN2_PART, x)
    p = r * fma(r, 0.5, 1.0)
    bits = EXP_TABLE[np.uint64(k) & EXP_MASK] + ((k >> EXP_BITS) << 52)
    scale = np.int64(bits).view(np.float64)
    return fma(scale, p, scale)


@inlined
def log(x):  # type: ignore[no-untyped-def]
    """Natural logarithm: the exponent, a table over one octave, and a polynomial of degree 3 on
    what is left (Tang 1990's scheme; absolute error below 1e-10); x below 1e-300 is read as
    1e-300."""
    x = np.float64(max(x, 1e-300))
    bits = np.int64(x.view(np.int64))
    above = bits - ROOT_HALF
    octave = above >> 52
    part = (np.uint64(above) >> LOG_SHIFT) & LOG_MASK
    r = fma(np.int64(bits - (octave << 52)).view(np.float64), LOG_RECIPROCAL[part], -1.0)
    p = fma(0.3333333333333333, r, -0.5)
    return fma(np.float64(octave), LN2, LOG_TABLE[part]) + fma(r * r, p, r)


@inlined
def logistic(x):  # type: ignore[no-untyped-def]
    """1 / (1 + e^-x)."""
    return 1.0 / (1.0 + exp(-x))


MIDDLE = 0.425
"""Distance from one half within which `normal_middle` holds: 85% of probabilities."""


@inlined
def normal_middle(q):  # type: ignore[no-untyped-def]
    """The standard normal's value at probability 1/2 + q, |q| up to `MIDDLE`."""
    r = 0.180625 - q * q
    top = ((59.109374720 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179
    low = ((67.187563600 * r + 78.757757664) * r + 17.895169469) * r + 1.0
    return q * top / low


@inlined
def normal_tail(u):  # type: ignore[no-untyped-def]
    """The standard normal's value at a probability u further than `MIDDLE` from one half."""
    r = math.sqrt(-log(min(u, 1.0 - u)))
    if r <= 5.0:
        r -= 1.6
        top = ((0.17023821103 * r + 1.3067284816) * r + 2.7568153900) * r + 1.4234372777
        value = top / ((0.12021132975 * r + 0.73700164250) * r + 1.0)
    else:
        r -= 5.0
        top = ((0.017337203997 * r + 0.42868294337) * r + 3.0812263860) * r + 6.6579051150
        value = top / ((0.012258202635 * r + 0.24197894225) * r + 1.0)
    return -value if u < 0.5 else value


@inlined
def normal_quantile(u):  # type: ignore[no-untyped-def]
    """The standard normal's value at probability u in (0, 1): algorithm AS 241, PPND7 of
    Wichura (1988), about seven digits, which a 32-bit uniform cannot exceed."""
    q = u - 0.5
    return normal_middle(q) if abs(q) <= MIDDLE else normal_tail(u)

"""exp, log and the normal quantile from plain arithmetic, equal on every machine.

The C library's versions differ in the last bit between processors, and one differing bit sends
two histories apart. These use only IEEE-754 operations (+ - * / sqrt and bit moves), so golden
figures hold anywhere. Compiled by numba; callable from Python too.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

LN2_HIGH = 6.93147180369123816490e-01
LN2_LOW = 1.90821492927058770002e-10


@njit
def exp(x):  # type: ignore[no-untyped-def]
    """E to the x: Cody and Waite (1980) range reduction, Taylor polynomial of degree 13 on
    [-ln2/2, ln2/2] (relative error below 1e-15); x is held within -700..700."""
    x = min(max(x, -700.0), 700.0)
    n = math.floor(x * 1.4426950408889634 + 0.5)
    r = (x - n * LN2_HIGH) - n * LN2_LOW
    p = 1.0 / 6227020800.0
    p = p * r + 1.0 / 479001600.0
    p = p * r + 1.0 / 39916800.0
    p = p * r + 1.0 / 3628800.0
    p = p * r + 1.0 / 362880.0
    p = p * r + 1.0 / 40320.0
    p = p * r + 1.0 / 5040.0
    p = p * r + 1.0 / 720.0
    p = p * r + 1.0 / 120.0
    p = p * r + 1.0 / 24.0
    p = p * r + 1.0 / 6.0
    p = p * r + 0.5
    p = p * r + 1.0
    p = p * r + 1.0
    return p * np.int64((np.int64(n) + 1023) << 52).view(np.float64)


@njit
def log(x):  # type: ignore[no-untyped-def]
    """Natural logarithm (the fdlibm scheme of Ng, Sun Microsystems 1993); x below 1e-300 is read
    as 1e-300."""
    x = np.float64(max(x, 1e-300))
    bits = np.int64(x.view(np.int64))
    k = ((bits >> 52) & 0x7FF) - 1023
    m = np.int64((bits & 0x000FFFFFFFFFFFFF) | 0x3FF0000000000000).view(np.float64)
    if m > 1.4142135623730951:
        m *= 0.5
        k += 1
    f = m - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    odd = w * (0.3999999999940941908 + w * (0.2222219843214978396 + w * 0.1531383769920937332))
    even = z * (
        0.6666666666666735130
        + w * (0.2857142874366239149 + w * (0.1818357216161805012 + w * 0.1479819860511658591))
    )
    half = 0.5 * f * f
    return k * LN2_HIGH - ((half - (s * (half + odd + even) + k * LN2_LOW)) - f)


@njit
def logistic(x):  # type: ignore[no-untyped-def]
    """1 / (1 + e^-x)."""
    return 1.0 / (1.0 + exp(-x))


@njit
def normal_quantile(u):  # type: ignore[no-untyped-def]
    """The standard normal's value at probability u in (0, 1): algorithm AS 241, PPND7 of
    Wichura (1988), about seven digits, which a 32-bit uniform cannot exceed."""
    q = u - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        top = ((59.109374720 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179
        low = ((67.187563600 * r + 78.757757664) * r + 17.895169469) * r + 1.0
        return q * top / low
    r = u if q < 0.0 else 1.0 - u
    r = math.sqrt(-log(r))
    if r <= 5.0:
        r -= 1.6
        top = ((0.17023821103 * r + 1.3067284816) * r + 2.7568153900) * r + 1.4234372777
        value = top / ((0.12021132975 * r + 0.73700164250) * r + 1.0)
    else:
        r -= 5.0
        top = ((0.017337203997 * r + 0.42868294337) * r + 3.0812263860) * r + 6.6579051150
        value = top / ((0.012258202635 * r + 0.24197894225) * r + 1.0)
    return -value if q < 0.0 else value

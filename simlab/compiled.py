"""How the functions of a month are compiled."""

from typing import Any

import numba

njit: Any = numba.njit
"""numba's own, whose annotations leave out some of its options."""

lean = njit(_nrt=False)
"""Compile without numba's reference counting, which costs a person-month 4%: such a function may
read and write arrays, but make none."""

inlined = njit(forceinline=True, _nrt=False)
"""Compile a function, `lean`, into each of its callers: rules about one person and what rules
call. A person-month takes an eighth less time than with calls, and compiling a tenth more. It
remains callable from Python, and `py_func` is the plain function."""

whole = njit(forceinline=True)
"""Compile a rule about the whole firm into the month; it may make arrays."""

"""How the functions of a month are compiled."""

from numba import njit

inlined = njit(forceinline=True)
"""Compile a function into each of its callers: rules and what they call. A person-month takes an
eighth less time than with calls, and compiling a tenth more. It remains callable from Python, and
`py_func` is the plain function."""

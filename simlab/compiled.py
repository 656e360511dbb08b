"""How the functions of a month are compiled."""

from typing import Any, cast

import numba
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

njit: Any = numba.njit
"""numba's own, whose annotations leave out some of its options."""

lean = njit(_nrt=False, error_model="numpy")
"""Compile without numba's reference counting, which costs a person-month 4%: such a function may
read and write arrays, but make none. Divisors are not checked (as in NumPy, x / 0 is infinite or
not a number): a check of each is one instruction in fifty."""

inlined = njit(forceinline=True, _nrt=False, error_model="numpy")
"""Compile a function, `lean`, into each of its callers: rules about one person and what rules
call. A person-month takes an eighth less time than with calls, and compiling a tenth more. It
remains callable from Python, and `py_func` is the plain function."""

whole = njit(forceinline=True, error_model="numpy")
"""Compile a rule about the whole firm into the month; it may make arrays."""


def _copied(typing: Any, record: Any) -> Any:  # noqa: ARG001
    if not isinstance(record, types.Record):
        return None

    def build(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        size, memory = signature.args[0].size, cast("Any", cgutils)
        room = memory.alloca_once(builder, ir.ArrayType(ir.IntType(8), size))
        room.align = 64
        memory.raw_memcpy(builder, room, values[0], context.get_constant(types.intp, size), 1)
        return builder.bitcast(room, values[0].type)

    return record(record), build


copied: Any = intrinsic(_copied)
"""A record's copy on the stack, to be read only. The compiler knows that nothing written elsewhere
changes it, so what depends on it alone is computed once for a loop over people, not for each."""

"""Linear algebra on one thread."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager
from functools import lru_cache
from typing import Any


def one_thread() -> AbstractContextManager[Any]:
    """A context in which the linear algebra of NumPy, SciPy and scikit-learn uses one thread: sums
    are then taken in one order, so that the bits are the same on every machine, and matrices as
    small as ours are not worth sharing."""
    limited: AbstractContextManager[Any] = _libraries(len(sys.modules)).limit(limits=1)
    return limited


@lru_cache(maxsize=1)
def _libraries(_modules: int) -> Any:
    """The libraries to limit. Looking for them takes milliseconds, and a check of a calibration
    asks thousands of times: looked for again only where a module came since, and with it perhaps
    a library."""
    from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

    return ThreadpoolController()

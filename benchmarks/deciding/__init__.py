"""Measures of `benchmarks/decide.py`, one file a subject.

A file may have `measure(quick) -> dict[str, float]` (keys of the JSON object, units in their
names; `quick` asks for a trial run too small to be quoted) and `known_answers() -> list[Known]`
(figures of a toy that can be written down). Both are found by their names.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Known:
    """A figure that can be written down, and what the lab makes of it."""

    name: str
    analytic: float
    found: float
    tolerance: float

    @property
    def holds(self) -> bool:
        """Whether the figure found is the analytic one."""
        return abs(self.found - self.analytic) <= self.tolerance

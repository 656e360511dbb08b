"""How far a piece of work is, and whether it should stop: plain objects, no framework."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from simlab.errors import Cancelled, LabError

Report = Callable[[str, int, int], None]
"""Called with (stage key, units done, units in all); the stage's text is ``stage.<key>``."""
Note = Callable[[LabError], None]
"""Called with something to be said while the work goes on."""


class Progress:
    """Passed down into long work. `flag` is shared with running kernels, which read it every
    month: setting it stops them within milliseconds."""

    def __init__(self, report: Report | None = None, note: Note | None = None) -> None:
        self._report, self._note = report, note
        self.flag = np.zeros(1, dtype=np.uint8)

    def advance(self, stage: str, done: int, total: int) -> None:
        """Say that `done` of `total` units of `stage` are finished; raise where cancelled."""
        self.check()
        if self._report is not None:
            self._report(stage, done, total)

    def note(self, said: LabError) -> None:
        """Say what went wrong without stopping the work for it."""
        if self._note is not None:
            self._note(said)

    def check(self) -> None:
        """Raise :class:`Cancelled` where someone asked to stop."""
        if self.flag[0]:
            raise Cancelled

    def cancel(self) -> None:
        """Ask the work to stop; safe from any thread."""
        self.flag[0] = 1

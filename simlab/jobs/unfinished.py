"""A calibration that was begun: a mark in the lab until it has finished or was refused.

A process that is killed says nothing; the mark it leaves does, and names the reference tables
that a further call goes on from.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any

from calibration.stored import StoredTables
from simlab.errors import Cancelled, LabError
from simlab.jobs.common import now, read_json
from simlab.lab import Lab

_MARK = "calibration/unfinished.json"


class Unfinished:
    """The mark of one calibration, with its options as they were given.

    As a context it is written on the way in, and taken away where the work was refused; it stays
    where the work was stopped, and until `remove` where it went well.
    """

    def __init__(self, lab: Lab, **options: Any) -> None:
        self._lab, self._tree = lab, {"started": now(), **options, "tables": []}

    def __enter__(self) -> None:
        self._lab.write_json(_MARK, self._tree)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        _: TracebackType | None,
    ) -> None:
        if isinstance(error, LabError) and not isinstance(error, Cancelled):
            self.remove()

    def add(self, address: str) -> None:
        """Note a reference table that the work uses."""
        if address not in self._tree["tables"]:
            self._tree["tables"].append(address)
            self._lab.write_json(_MARK, self._tree)

    def remove(self) -> None:
        """Take the mark away."""
        (self._lab.path / _MARK).unlink(missing_ok=True)


def interrupted(lab: Lab, tables: StoredTables) -> Mapping[str, Any] | None:
    """The calibration that `lab` has a mark of, with the simulated records ``kept`` of it; None
    where there is none."""
    tree = read_json(lab, _MARK)
    if not isinstance(tree, dict) or "tables" not in tree:
        return None
    kept = sum(tables.held(address) for address in tree["tables"])
    return {key: value for key, value in tree.items() if key != "tables"} | {"kept": kept}

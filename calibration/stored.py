"""Reference tables on disk: written in parts while they are simulated, named by what they hold.

A table's folder is named by a hash of all that decides its numbers, but not by its length: rows
are addressed one by one, so a table that was stopped half-way, or is wanted longer than before,
is only continued. A part is written whole or not at all.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import hashlib
import importlib.util
import io
import json
import os
import shutil
import tempfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simlab.engine.kernel import fingerprint
from simlab.parameters import REGISTRY

Matrix = NDArray[np.float64]

_ROOTS = ("calibration.reference", "calibration.summaries", "calibration.staff",
          "simlab.engine.panels")
_PARTS = "rows-*.npz"
_ABOUT = "table.json"
LARGEST = 400_000_000
"""Bytes that the tables of one folder may take before the least recently used are dropped."""


@functools.cache
def code_fingerprint() -> str:
    """16 hex digits of all code and data files that a row of a reference table depends on: the
    month, the parameters, and every module that simulated panels, summaries and staffs import."""
    digest = hashlib.sha256(f"{fingerprint()} {REGISTRY!r}".encode())
    found: dict[str, Path] = {}
    for root in _ROOTS:
        _follow(root, found)
    files = {*found.values(), *(data for file in found.values()
                                for data in file.parent.glob("*.yaml"))}
    for file in sorted(files):
        digest.update(file.name.encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _follow(name: str, found: dict[str, Path]) -> None:
    """Add module `name` and all modules of this project that it imports to `found`."""
    if name in found or name.split(".")[0] not in ("simlab", "calibration"):
        return
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        return
    found[name] = Path(spec.origin)
    for node in ast.walk(ast.parse(found[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                _follow(alias.name, found)
        elif isinstance(node, ast.ImportFrom) and node.module:
            _follow(node.module, found)
            for alias in node.names:
                _follow_member(f"{node.module}.{alias.name}", found)


def _follow_member(name: str, found: dict[str, Path]) -> None:
    """The same for what a `from` names: a module, or something inside one."""
    # a function or class is no module: its own is followed already
    with contextlib.suppress(ModuleNotFoundError):
        _follow(name, found)


@dataclass(frozen=True)
class Origin:
    """All that decides the numbers of a table's rows, whatever their number."""

    data: str
    """Fingerprint of the record whose people are simulated."""
    until: str
    """Its last month, '2016-12'."""
    seed: int
    purpose: str
    """Which of a calibration's rounds."""
    bounds: tuple[tuple[float, float], ...]
    """Of each parameter: what the prior was cut to."""
    prior: str = "registry"
    code: str = field(default_factory=code_fingerprint)

    @property
    def address(self) -> str:
        """The name of the table's folder: 20 hex digits."""
        content = json.dumps([self.data, self.until, self.seed, self.purpose, self.bounds,
                              self.prior, self.code])
        return hashlib.sha256(content.encode()).hexdigest()[:20]


Simulate = Callable[[int, int], tuple[Matrix, Matrix]]
"""(first row, row after the last) -> their parameters (or whatever else they are simulated from)
and summaries."""


class StoredTables:
    """The reference tables of one folder. `begun` is told the address of every table asked for;
    `kept` counts the rows that were read or written so far."""

    def __init__(self, folder: Path, begun: Callable[[str], None] | None = None) -> None:
        self.folder = folder
        self.kept = 0
        self._begun = begun

    def rows(self, origin: Origin, count: int, part: int, simulate: Simulate) -> tuple[
            Matrix, Matrix]:
        """The first `count` rows of the table of `origin`: parameters (count, parameter) and
        summaries (count, K). What is stored is read, the rest simulated and stored, `part` rows
        at a time. A part that cannot be read is made anew."""
        place = self.folder / origin.address
        if self._begun is not None:
            self._begun(origin.address)
        self._describe(place, origin)
        parts = []
        for first in range(0, count, part):
            wanted = min(part, count - first)
            held = _read(place, first, part)
            missing = wanted - (0 if held is None else len(held[0]))
            if missing > 0:
                made = simulate(first + wanted - missing, first + wanted)
                held = made if held is None else (np.vstack([held[0], made[0]]),
                                                  np.vstack([held[1], made[1]]))
                _write(place, first, *held)
            assert held is not None
            parts.append((held[0][:wanted], held[1][:wanted]))
            self.kept += wanted
        return np.vstack([p[0] for p in parts]), np.vstack([p[1] for p in parts])

    def held(self, address: str) -> int:
        """Rows stored of the table at `address`."""
        return sum(last - first for first, last in map(
            _span, (self.folder / address).glob(_PARTS)))

    def prune(self, current: Callable[[dict[str, Any]], bool]) -> int:
        """Drop tables that no call can use again: those of other code, those whose description
        is not `current` (records that have since changed), and beyond `LARGEST` bytes the least
        recently used. Returns how many were dropped."""
        kept, dropped = [], 0
        for place in sorted(self.folder.glob("*/")):
            about = _described(place)
            if about.get("code") == code_fingerprint() and current(about):
                kept.append(place)
            else:
                dropped += _drop(place)
        kept.sort(key=lambda place: (place / _ABOUT).stat().st_mtime, reverse=True)
        taken = 0
        for place in kept:
            taken += sum(file.stat().st_size for file in place.iterdir())
            if taken > LARGEST and place is not kept[0]:
                dropped += _drop(place)
        return dropped

    @staticmethod
    def _describe(place: Path, origin: Origin) -> None:
        about = {"data": origin.data, "until": origin.until, "seed": origin.seed,
                 "purpose": origin.purpose, "code": origin.code, "used": time.time()}
        _replace(place / _ABOUT, json.dumps(about, indent=2).encode())


def _described(place: Path) -> dict[str, Any]:
    try:
        about = json.loads((place / _ABOUT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return about if isinstance(about, dict) else {}


def _span(file: Path) -> tuple[int, int]:
    """First row and row after the last of a part, from its name."""
    first, last = file.stem.removeprefix("rows-").split("-")
    return int(first), int(last)


def _read(place: Path, first: int, part: int) -> tuple[Matrix, Matrix] | None:
    """The longest readable part of `place` that begins at row `first`; None where there is none.

    One of more than `part` rows was written under another size of parts: it is cut."""
    found = sorted(place.glob(f"rows-{first:08d}-*.npz"), reverse=True)
    for file in found:
        try:
            with np.load(file, allow_pickle=False) as stored:
                return stored["theta"][:part], stored["summaries"][:part]
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            continue
    return None


def _write(place: Path, first: int, theta: Matrix, summaries: Matrix) -> None:
    """Store a part and drop shorter ones that it replaces."""
    older = list(place.glob(f"rows-{first:08d}-*.npz"))
    target = place / f"rows-{first:08d}-{first + len(theta):08d}.npz"
    content = io.BytesIO()
    np.savez(content, theta=theta, summaries=summaries)
    _replace(target, content.getvalue())
    for file in older:
        if file != target:
            file.unlink(missing_ok=True)


def _replace(target: Path, content: bytes) -> None:
    """Write a file so that readers see the old or the new one, never a part."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".part-", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _drop(place: Path) -> bool:
    shutil.rmtree(place, ignore_errors=True)
    return True

"""Files that were sent to the lab: kept in it until they are imported, apart for each owner (a
browser, a token).

They hold people's data, so they go as soon as they are imported, and when others are sent.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from simlab.errors import LabError
from simlab.lab import Lab

KINDS = (".csv", ".xlsx", ".parquet")
LARGEST = 50 * 2**20
"""Bytes of one file at most; larger ones are imported by the command."""


def folder(lab: Lab, owner: str) -> Path:
    """Where the files of one owner lie."""
    return lab.path / "uploads" / hashlib.sha256(owner.encode()).hexdigest()[:16]


def keep(
    lab: Lab, owner: str, files: Mapping[str, bytes], *, kinds: Sequence[str] = KINDS,
    beside: bool = False,
) -> list[str]:
    """Write `files` (name -> content) in place of what was there, or `beside` it. The names kept.
    LabError ``upload_kind`` or ``out_unwritable``; nothing is then kept."""
    plain = {re.sub(r"[^\w.()-]+", "_", Path(name.replace("\\", "/")).name): content
             for name, content in files.items()}
    for name in plain:
        if not name.lower().endswith(tuple(kinds)) or name.startswith("."):
            raise LabError("upload_kind", file=name, known=", ".join(kinds))
    if not beside:
        forget(lab, owner)
    place = folder(lab, owner).relative_to(lab.path)
    try:
        for name, content in plain.items():
            lab.write(place / name, content)
    except OSError as error:
        forget(lab, owner)
        raise LabError("out_unwritable", path=lab.path / place,
                       why=error.strerror or error) from None
    return list(plain)


def kept(lab: Lab, owner: str) -> list[Path]:
    """The files of one owner, by name."""
    return sorted(path for path in folder(lab, owner).glob("[!.]*") if path.is_file())


def mark(files: Sequence[Path]) -> str:
    """What tells `files` that were kept from any sent in their place."""
    states = [(path.name, path.stat()) for path in files]
    said = "\n".join(f"{name} {state.st_size} {state.st_mtime_ns}" for name, state in states)
    return hashlib.sha256(said.encode()).hexdigest()


def forget(lab: Lab, owner: str) -> None:
    """Delete them."""
    shutil.rmtree(folder(lab, owner), ignore_errors=True)

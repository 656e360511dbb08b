"""Files that a reader sent: kept in the lab until they are imported, apart for each browser.

They hold people's data, so they go as soon as they are imported, and when others are sent.
"""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from simlab.errors import LabError
from simlab.lab import Lab

KINDS = (".csv", ".xlsx", ".parquet")
LARGEST = 50 * 2**20
"""Bytes of one file at most; larger ones are imported by the command."""


def folder(lab: Lab, owner: str) -> Path:
    """Where the files of one browser lie."""
    return lab.path / "uploads" / hashlib.sha256(owner.encode()).hexdigest()[:16]


def keep(lab: Lab, owner: str, names: Sequence[str], contents: Sequence[str]) -> list[str]:
    """Write what was sent (``data:...;base64,...``) in place of what was there. The names kept.
    LabError ``upload_kind``, ``upload_unreadable`` or ``out_unwritable``; nothing is then kept."""
    files = {}
    for name, content in zip(names, contents, strict=True):
        plain = re.sub(r"[^\w.()-]+", "_", Path(name.replace("\\", "/")).name)
        if not plain.lower().endswith(KINDS):
            raise LabError("upload_kind", file=name, known=", ".join(KINDS))
        try:
            files[plain] = base64.b64decode(content.partition(",")[2], validate=True)
        except ValueError:
            raise LabError("upload_unreadable", file=name) from None
    forget(lab, owner)
    place = folder(lab, owner).relative_to(lab.path)
    try:
        for plain, data in files.items():
            lab.write(place / plain, data)
    except OSError as error:
        forget(lab, owner)
        raise LabError("out_unwritable", path=lab.path / place,
                       why=error.strerror or error) from None
    return list(files)


def kept(lab: Lab, owner: str) -> list[Path]:
    """The files of one browser, by name."""
    return sorted(path for path in folder(lab, owner).glob("*")
                  if path.suffix.lower() in KINDS)


def forget(lab: Lab, owner: str) -> None:
    """Delete them."""
    shutil.rmtree(folder(lab, owner), ignore_errors=True)

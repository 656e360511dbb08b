"""The labs of one server, such as a consultant's: in an order, each under a name of its own.

A client's lab is a folder with its own records, jobs and secrets. What serves several of them takes
each from here by its slug and passes nothing from one to another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from simlab.errors import LabError
from simlab.lab import Lab


@dataclass(frozen=True)
class Offered:
    """One lab of a server."""

    slug: str
    """Its name in addresses, of latin letters, digits, ``-`` and ``_``; no two have the same."""
    title: str
    """Its name for people."""
    lab: Lab


def offered(labs: Iterable[Lab]) -> tuple[Offered, ...]:
    """`labs` in their order. LabErrors ``lab_twice`` and ``store_shared`` for labs that are one and
    the same, or whose records and jobs would lie in one database."""
    found: list[Offered] = []
    for lab in labs:
        for other in found:
            _apart(lab, other.lab)
        stem = re.sub(r"[^a-z0-9_-]+", "-", lab.path.name.lower()).strip("-") or "lab"
        slug, number = stem, 2
        while slug in {each.slug for each in found}:
            slug, number = f"{stem}-{number}", number + 1
        found.append(Offered(slug, lab.path.name, lab))
    return tuple(found)


def _apart(lab: Lab, other: Lab) -> None:
    if Path(lab.path).resolve() == Path(other.path).resolve():
        raise LabError("lab_twice", path=lab.path)
    if lab.store_url == other.store_url:
        raise LabError("store_shared", path=lab.path, other=other.path)

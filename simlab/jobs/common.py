"""What all jobs share: options checked in the user's words, and fingerprints of inputs."""

from __future__ import annotations

import csv
import datetime
import hashlib
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

import simlab
from simlab.engine.kernel import fingerprint as month_fingerprint
from simlab.engine.month import MONTH
from simlab.errors import LabError
from simlab.lab import Lab
from simlab.panel import Panel, month_name, month_number
from simlab.parameters import REGISTRY

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


def month_option(option: str, value: str) -> int:
    """'2017-01' -> months since year 0; a LabError naming the option otherwise."""
    if not _MONTH.fullmatch(value):
        raise LabError("bad_month_option", option=option, value=value)
    return month_number(value)


def month_within(option: str, value: str, panel: Panel, earliest: int, latest: int) -> int:
    """The column of month `value` in `panel`, which must lie in columns `earliest`..`latest`."""
    column = month_option(option, value) - panel.start
    if not earliest <= column <= latest:
        raise LabError(
            "months_outside", month=value, option=option, first=month_name(panel.start),
            last=month_name(panel.start + panel.months - 1),
            earliest=month_name(panel.start + earliest), latest=month_name(panel.start + latest))
    return column


def count_option(option: str, value: int, lower: int, upper: int) -> int:
    """`value` where it lies in `lower`..`upper`; a LabError naming the option otherwise."""
    if not lower <= value <= upper:
        raise LabError("bad_count", option=option, value=value, lower=lower, upper=upper)
    return value


def fingerprint(value: Any) -> str:
    """Sixteen hex digits of a JSON-able value, an array or bytes."""
    if isinstance(value, np.ndarray):
        content = repr((value.shape, str(value.dtype))).encode() + _content(value)
    elif isinstance(value, bytes):
        content = value
    else:
        content = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str).encode()
    return hashlib.sha256(content).hexdigest()[:16]


def _content(array: np.ndarray) -> bytes:
    """The values of an array; what lies between the fields of its records is arbitrary."""
    if array.dtype.names is None:
        return array.tobytes()
    return b"".join(_content(array[name]) for name in array.dtype.names)


def now() -> str:
    """This moment in UTC, to the second."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def code_version() -> str:
    """Of this package."""
    return simlab.__version__


def model_version() -> str:
    """Of what is simulated: the sources of the month and the parameters with their priors."""
    return fingerprint([month_fingerprint(MONTH), [asdict(p) for p in REGISTRY]])


def file_name(name: str) -> str:
    """A name from a user's file, which must not lead out of the folder."""
    return re.sub(r"[^\w-]+", "_", name)


def read_json(lab: Lab, relative: str) -> Any:
    """A JSON file of the lab; None where it is missing or unreadable."""
    try:
        return lab.read_json(relative)
    except (OSError, ValueError):
        return None


def as_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows with the same keys as a table with a header; empty without any."""
    table = io.StringIO()
    if rows:
        writer = csv.DictWriter(table, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return table.getvalue()


def write_out(directory: Path, files: Mapping[str, str | bytes]) -> list[Path]:
    """Write files into a folder the user named; LabError where that is impossible."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        paths = []
        for name, content in files.items():
            path = directory / name
            path.write_bytes(content.encode() if isinstance(content, str) else content)
            paths.append(path)
    except OSError as error:
        raise LabError("out_unwritable", path=directory, why=error.strerror or error) from None
    return paths

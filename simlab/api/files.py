"""Files of a call: they are sent first and then named. No other file of the server can be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from simlab.errors import LabError
from simlab.jobs import uploads
from simlab.lab import Lab

KINDS = (*uploads.KINDS, ".yaml", ".yml")
"""Records, and files of policies, scenarios, events, studies and totals."""


def named(lab: Lab, owner: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """`arguments` with the names of files that `owner` sent as paths; LabError ``file_not_sent``
    for every other text that would be read as a path."""
    sent = {path.name: path for path in uploads.kept(lab, owner)}
    return {key: _resolved(value, sent) for key, value in arguments.items()}


def _resolved(value: Any, sent: dict[str, Path]) -> Any:
    if isinstance(value, list):
        return [_resolved(each, sent) for each in value]
    if isinstance(value, dict):
        return {key: _resolved(each, sent) for key, each in value.items()}
    if not isinstance(value, str):
        return value
    if value in sent:
        return str(sent[value])
    if "/" in value or "\\" in value or value.lower().endswith(KINDS):
        raise LabError("file_not_sent", name=value, sent=", ".join(sent) or "-")
    return value

"""Blank canonical sheets."""

from __future__ import annotations

from pathlib import Path


def write_template(directory: Path) -> list[Path]:
    raise NotImplementedError

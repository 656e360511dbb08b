"""Any figure of the house on a dark page."""

from __future__ import annotations

import re
from typing import Any

import plotly.graph_objects as go

from simlab.report.tokens import DARK, DARK_POLICY_COLOURS, LIGHT, POLICY_COLOURS

_PAIRS = {light: DARK[name] for name, light in LIGHT.items()} | dict(
    zip(POLICY_COLOURS, DARK_POLICY_COLOURS, strict=True))
_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_RGBA = re.compile(r"rgba\((\d+),\s*(\d+),\s*(\d+),")


def darkened(figure: go.Figure) -> go.Figure:
    """`figure` with every colour of the light tokens in its dark counterpart; tints that
    are no tokens are mixed with the dark surface. Data stay as they are."""
    return go.Figure(_walked(figure.to_plotly_json()), skip_invalid=False)


def _walked(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _walked(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_walked(part) for part in value]
    if isinstance(value, str) and ("#" in value or "rgba(" in value):
        return _RGBA.sub(_rgba, _HEX.sub(lambda found: darker(found.group()), value))
    return value


def _rgba(found: re.Match[str]) -> str:
    hexed = darker("#" + "".join(f"{int(part):02x}" for part in found.groups()))
    red, green, blue = (int(hexed[i:i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},"


def darker(colour: str) -> str:
    """One colour '#rrggbb' of a figure, for a dark page."""
    known = _PAIRS.get(colour.lower())
    if known is not None:
        return known
    parts = [int(colour[i:i + 2], 16) for i in (1, 3, 5)]
    if min(parts) < 130:  # strong enough to be seen on either page
        return colour
    # A tint of white paper becomes as faint a tint of the dark surface.
    return "#" + "".join(
        f"{round(0.55 * int(DARK['surface'][i:i + 2], 16) + 0.45 * part):02x}"
        for i, part in zip((1, 3, 5), parts, strict=True))

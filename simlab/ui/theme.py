"""The page's theme, from the same tokens as the figures and the report."""

from __future__ import annotations

from typing import Any

from simlab.report.tokens import FONT, LIGHT


def theme() -> dict[str, Any]:
    """For ``MantineProvider``."""
    return {
        "primaryColor": "lab", "primaryShade": 6,
        "colors": {"lab": _shades(LIGHT["accent"]), "caution": _shades(LIGHT["caution"])},
        "fontFamily": FONT, "headings": {"fontFamily": FONT, "fontWeight": "650"},
        "defaultRadius": "md", "cursorType": "pointer", "black": LIGHT["ink"],
    }


def _shades(colour: str) -> list[str]:
    """Ten shades around `colour`, which is the seventh."""
    lighter = [_mixed(colour, "#ffffff", share) for share in (0.93, 0.84, 0.7, 0.52, 0.34, 0.16)]
    darker = [_mixed(colour, "#0b1522", share) for share in (0.15, 0.3, 0.45)]
    return [*lighter, colour, *darker]


def _mixed(colour: str, other: str, share: float) -> str:
    parts = (
        round(int(colour[i:i + 2], 16) * (1 - share) + int(other[i:i + 2], 16) * share)
        for i in (1, 3, 5)
    )
    return "#" + "".join(f"{part:02x}" for part in parts)

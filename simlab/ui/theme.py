"""The page's theme, light and dark, from the same tokens as the figures and the report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simlab.report.tokens import DARK, FONT, LIGHT, Scheme

COLOURS: Mapping[Scheme, Mapping[str, str]] = {"light": LIGHT, "dark": DARK}


def theme(scheme: Scheme) -> dict[str, Any]:
    """For ``MantineProvider``."""
    colours = COLOURS[scheme]
    return {
        "primaryColor": "lab", "primaryShade": {"light": 6, "dark": 7},
        "colors": {
            "lab": _shades(LIGHT["accent"]), "caution": _shades(LIGHT["caution"]),
            "teal": _shades(LIGHT["good"]), "dark": _greys(DARK),
        },
        "fontFamily": FONT, "headings": {"fontFamily": FONT, "fontWeight": "650"},
        "defaultRadius": "md", "cursorType": "pointer", "black": colours["ink"],
    }


def variables() -> str:
    """The tokens as CSS variables ``--lab-*``, for both schemes; paper is light in either."""
    paper = _declared("dark", LIGHT, "light")
    return " ".join(_declared(scheme, colours, scheme) for scheme, colours in COLOURS.items()
                    ) + f" @media print{{{paper}}}"


def _declared(scheme: Scheme, colours: Mapping[str, str], native: Scheme) -> str:
    return (f'html[data-mantine-color-scheme="{scheme}"]{{color-scheme:{native};' + "".join(
        f"--lab-{name.replace('_', '-')}:{value};" for name, value in colours.items()) + "}")


def _shades(colour: str) -> list[str]:
    """Ten shades around `colour`, which is the seventh."""
    lighter = [_mixed(colour, "#ffffff", share) for share in (0.93, 0.84, 0.7, 0.52, 0.34, 0.16)]
    darker = [_mixed(colour, "#0b1522", share) for share in (0.15, 0.3, 0.45)]
    return [*lighter, colour, *darker]


def _greys(colours: Mapping[str, str]) -> list[str]:
    """Mantine's ten greys of a dark page: letters first, then lines, surfaces and the page."""
    ink, muted, line = colours["ink"], colours["muted"], colours["line"]
    surface, page = colours["surface"], colours["page"]
    return [ink, _mixed(ink, muted, 0.5), muted, _mixed(muted, line, 0.5), line,
            _mixed(line, surface, 0.5), surface, surface, page, page]


def _mixed(colour: str, other: str, share: float) -> str:
    parts = (
        round(int(colour[i:i + 2], 16) * (1 - share) + int(other[i:i + 2], 16) * share)
        for i in (1, 3, 5)
    )
    return "#" + "".join(f"{part:02x}" for part in parts)

"""Can everything be read by people who see little contrast? Computed, not looked at."""

from __future__ import annotations

import pytest

from simlab.report.tokens import DARK, DARK_POLICY_COLOURS, LIGHT, POLICY_COLOURS
from simlab.ui.theme import COLOURS, theme

TEXT, SHAPE = 4.5, 3.0
"""The least contrast of letters and of lines and bars: WCAG 2.2, 1.4.3 and 1.4.11, level AA."""
LETTERS = ("ink", "muted", "accent", "good", "caution")
BEHIND = ("page", "surface", "accent_soft", "caution_soft")


def luminance(colour: str) -> float:
    """Relative luminance of '#rrggbb' as WCAG 2.2 defines it."""
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_the_measure_itself() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_letters_stand_out(scheme: str) -> None:
    colours = COLOURS[scheme]
    assert {(letter, behind): round(found, 2) for letter in LETTERS for behind in BEHIND
            if (found := contrast(colours[letter], colours[behind])) < TEXT} == {}
    # what leads on is written in the colour of the surface
    assert contrast(colours["surface"], colours["accent"]) >= TEXT


@pytest.mark.parametrize(("colours", "policies"), [
    (LIGHT, POLICY_COLOURS), (DARK, DARK_POLICY_COLOURS)], ids=["light", "dark"])
def test_lines_of_charts_stand_out(colours: dict[str, str], policies: tuple[str, ...]) -> None:
    assert [colour for colour in policies if contrast(colour, colours["surface"]) < SHAPE] == []


def test_white_letters_stand_out_on_filled_buttons_and_badges() -> None:
    shade = theme("light")["primaryShade"]
    for name in ("lab", "caution", "teal"):
        shades = theme("light")["colors"][name]
        for place in shade.values():
            assert contrast("#ffffff", shades[place]) >= TEXT, (name, place)

"""The colours and letters of every figure and page: one dictionary feeds plotly, the report's
style sheet and the theme of the page in the browser."""

from __future__ import annotations

from typing import Final, Literal

Scheme = Literal["light", "dark"]

LIGHT: Final[dict[str, str]] = {
    "page": "#f6f7f9",
    "surface": "#ffffff",
    "ink": "#16202e",
    "muted": "#5b6778",
    "line": "#e1e6ec",
    "accent": "#1f5fa8",
    "accent_soft": "#e8f0f9",
    "good": "#00785a",
    "caution": "#9a5b00",
    "caution_soft": "#fff4e0",
    "baseline": "#667385",
}

DARK: Final[dict[str, str]] = {
    "page": "#0f151d",
    "surface": "#171f2a",
    "ink": "#e6ebf1",
    "muted": "#9aa7b6",
    "line": "#2a3442",
    "accent": "#6ea8e8",
    "accent_soft": "#1c2f47",
    "good": "#4cc29f",
    "caution": "#e0a64e",
    "caution_soft": "#3a2d17",
    "baseline": "#9aa5b3",
}

POLICY_COLOURS: Final[tuple[str, ...]] = (
    LIGHT["baseline"], "#0072b2", "#d55e00", "#009e73", "#aa4499", "#b8860b", "#2f96cf",
)
"""The baseline first, then the policies: Okabe and Ito's set (2008), told apart by people who
see red and green alike, darkened where white paper asks for contrast."""

DARK_POLICY_COLOURS: Final[tuple[str, ...]] = (
    DARK["baseline"], "#56a9e0", "#f08a4b", "#35c49a", "#d283c8", "#d9ab3a", "#8fd0f5",
)
"""The same hues, lightened for a dark page."""

FONT: Final[str] = (
    "Inter, 'Segoe UI', system-ui, -apple-system, 'PingFang SC', 'Microsoft YaHei', "
    "'Noto Sans CJK SC', 'Noto Sans SC', Roboto, 'Helvetica Neue', Arial, sans-serif"
)


def translucent(colour: str, alpha: float) -> str:
    """'#rrggbb' as an rgba() colour of the given opacity."""
    red, green, blue = (int(colour[i:i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha})"

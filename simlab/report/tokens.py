"""The colours and letters of every figure and page: one dictionary feeds plotly, the report's
style sheet and the theme of the page in the browser."""

from __future__ import annotations

from typing import Final

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

POLICY_COLOURS: Final[tuple[str, ...]] = (
    LIGHT["baseline"], "#0072b2", "#d55e00", "#009e73", "#aa4499", "#b8860b", "#56b4e9",
)
"""The baseline first, then the policies: Okabe and Ito's set (2008), told apart by people who
see red and green alike, darkened where white paper asks for contrast."""

FONT: Final[str] = (
    "Inter, 'Segoe UI', system-ui, -apple-system, 'PingFang SC', 'Microsoft YaHei', "
    "'Noto Sans CJK SC', 'Noto Sans SC', Roboto, 'Helvetica Neue', Arial, sans-serif"
)


def translucent(colour: str, alpha: float) -> str:
    """'#rrggbb' as an rgba() colour of the given opacity."""
    red, green, blue = (int(colour[i:i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha})"

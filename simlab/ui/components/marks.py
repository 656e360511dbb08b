"""What an answer rests on, in one word: the badge of the data and the mark of the check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc

from simlab.i18n import text

_COLOUR = {"tested": "teal", "partly": "lab", "assumed": "caution", "unknown": "gray"}


def warrant_badge(warrant: str, lang: str) -> Any:
    """Tested by your data, partly, assumption only; or cannot be told yet."""
    return dmc.Badge(text(f"report.warrant_short_{warrant}", lang), tt="none", variant="light",
                     color=_COLOUR[warrant], className="lab-badge")


def calibrated_badge(calibrated: bool, lang: str) -> Any:
    """Whether an answer is over the lab's posterior, or over assumptions alone."""
    return dmc.Badge(text("ui.badge_calibrated" if calibrated else "ui.badge_prior", lang),
                     tt="none", variant="light", color="lab" if calibrated else "caution")


def check_badge(mark: Mapping[str, Any] | None, lang: str) -> list[Any]:
    """The mark of the calibration's check that a result carries; none where it carries none."""
    if not mark:
        return []
    verdict = mark["verdict"]
    return [dmc.Badge(text(f"check.short.{verdict}", lang), tt="none", variant="light",
                      color="lab" if verdict == "passed" else "caution", className="lab-badge")]


def stale_badge(causes: Sequence[str], lang: str) -> list[Any]:
    """That a result no longer fits what it was made from, and why; none where it does."""
    if not causes:
        return []
    said = text("cli.comma", lang).join(text(f"cli.cause.{cause}", lang) for cause in causes)
    return [dmc.Badge(text("cli.stale", lang, causes=said), tt="none", variant="filled",
                      color="caution", className="lab-badge lab-stale")]

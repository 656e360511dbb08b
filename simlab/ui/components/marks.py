"""What an answer rests on, in one word: the badge of the data and the mark of the check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc

from simlab.decide.questions import QUESTIONS, Level
from simlab.i18n import text
from simlab.jobs.standing import comparison_changes
from simlab.jobs.stored import stored_answers
from simlab.ui.visit import Visit

STANDING = "lab-standing"
"""The class of marks that say how far a result can be relied on: a pinned card takes them along."""
_RESTS = {"records": "badge_calibrated", "totals": "badge_totals", "prior": "badge_prior"}
_COLOUR = {"tested": "teal", "partly": "lab", "assumed": "caution", "unknown": "gray",
           "cannot": "gray"}


def warrant_badge(warrant: str, lang: str) -> Any:
    """Tested by your data, partly, assumption only; or cannot be told yet."""
    return dmc.Badge(text(f"report.warrant_short_{warrant}", lang), tt="none", variant="light",
                     color=_COLOUR[warrant], className="lab-badge")


def answered_badge(visit: Visit, outcome: str) -> Any:
    """What the data answer of an `outcome` with nothing changed, as the lab's grid of questions
    says; None where that was not asked, or the lab has changed since."""
    asked = next((q.name for q in QUESTIONS if isinstance(q, Level) and q.outcome == outcome), None)
    grid = stored_answers(visit.lab)
    if asked is None or grid is None or comparison_changes(visit.lab, grid):
        return None
    verdict = next((each["verdict"] for each in grid["answers"] if each["question"] == asked), None)
    return None if verdict is None else dmc.Badge(
        visit.text(f"grid.verdict.{verdict}"), tt="none", variant="light", className="lab-badge",
        color=_COLOUR[verdict])


def calibrated_badge(calibrated: bool, lang: str) -> Any:
    """Whether an answer is over the lab's posterior, or over assumptions alone."""
    return source_badges("records" if calibrated else "prior", None, lang)[0]


def rests_on(rests: str, lang: str) -> str:
    """What stands beneath an answer, in words."""
    return text(f"ui.{_RESTS[rests]}", lang)


def source_badges(rests: str | None, check: str | None, lang: str) -> list[Any]:
    """What stands beneath an answer (``records`` or ``totals`` calibrated on, or the ``prior``
    alone), and the verdict of the check of that calibration; nothing for what is None."""
    return [*([] if rests is None else [dmc.Badge(
        rests_on(rests, lang), tt="none", variant="light", className=f"lab-badge {STANDING}",
        color="caution" if rests == "prior" else "lab")]),
        *([] if check is None else check_badge({"verdict": check}, lang))]


def check_badge(mark: Mapping[str, Any] | None, lang: str) -> list[Any]:
    """The mark of the calibration's check that a result carries; none where it carries none, or
    nothing was calibrated."""
    verdict = (mark or {}).get("verdict", "uncalibrated")
    if verdict == "uncalibrated":
        return []
    return [dmc.Badge(text(f"check.short.{verdict}", lang), tt="none", variant="light",
                      color="lab" if verdict == "passed" else "caution",
                      className=f"lab-badge {STANDING}")]


def stale_badge(causes: Sequence[str], lang: str) -> list[Any]:
    """That a result no longer fits what it was made from, and why; none where it does."""
    if not causes:
        return []
    said = text("cli.comma", lang).join(text(f"cli.cause.{cause}", lang) for cause in causes)
    return [dmc.Badge(text("cli.stale", lang, causes=said), tt="none", variant="filled",
                      color="caution", className=f"lab-badge lab-stale {STANDING}")]

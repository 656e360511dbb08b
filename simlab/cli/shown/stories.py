"""One simulated life in a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console

from simlab.cli.shown.tables import table
from simlab.i18n import text
from simlab.practice import pack
from simlab.report import wording


def told(console: Console, found: Any, lang: str) -> None:
    """One life under two policies, month by month, and where they part."""
    titles = wording.strings(found.titles, lang)
    for story in found.stories:
        console.print()
        console.print(text("story.title", lang, person=story.person, history=story.history,
                           last=found.histories - 1, policy=titles[story.policy]),
                      style="bold", markup=False)
        table(console, [text(f"story.column.{c}", lang) for c in
                        ("month", "events", "morale", "chance", "causes")],
              [_month_row(month, found.practice, lang) for month in story.months])
    for story in found.stories:
        console.print(_ending(story, titles[story.policy], lang), markup=False)
    parted = found.parted
    console.print(text("story.same", lang) if parted is None else
                  text("story.parted", lang, month=wording.month(parted, lang)), markup=False)
    console.print(text("story.on_posterior" if found.calibrated else "story.on_prior", lang),
                  markup=False)
    console.print(text("story.one_of_many", lang, histories=found.histories), markup=False)


def _month_row(month: Any, practice: str, lang: str) -> list[str]:
    events = text("story.comma", lang).join(
        _happened(event, practice, lang) for event in month.events)
    chance = wording.MISSING if month.chance is None else _small_chance(month.chance)
    return [wording.month(month.month, lang), events or text("story.nothing", lang),
            f"{month.states['morale']:.2f} ({_largest(month.morale, lang)})", chance,
            _largest({k: v for k, v in month.causes.items() if k != "level"}, lang)]


def _small_chance(chance: float) -> str:
    return "<0.1%" if chance < 0.001 else f"{100 * chance:.1f}%"


def _largest(parts: Mapping[str, float], lang: str, most: int = 2) -> str:
    """The parts that move the sum most, with their signs."""
    ranked = sorted(parts, key=lambda name: -abs(parts[name]))[:most]
    return text("story.comma", lang).join(
        text("story.part", lang, name=text(f"story.cause.{name}", lang),
             value=wording.number(parts[name], lang, signed=True))
        for name in ranked if abs(parts[name]) >= 0.005) or text("story.nothing", lang)


def _happened(event: Any, practice: str, lang: str) -> str:
    """An event as a sentence: its names in the reader's language, its figures rounded."""
    said: dict[str, Any] = {}
    for name, value in event.values.items():
        if name == "skill":
            said[name] = wording.pick(pack(practice)["skills"][value], lang)
        elif name == "help":
            said[name] = text(f"choice.Intervention.kind.{value}", lang)
        elif name == "reason":
            said[name] = text(f"story.cause.{value}", lang)
        elif name == "kind":
            said[name] = text(f"story.exit.{value}", lang)
        elif name == "avoidable":
            said[name] = f"{100 * value:.0f}"
        else:
            said[name] = wording.number(value, lang)
    return text(f"story.event.{event.kind}", lang, **said)


def _ending(story: Any, title: str, lang: str) -> str:
    if not story.months:
        return text("story.nobody", lang, policy=title)
    last = story.months[-1]
    month = wording.month(last.month, lang)
    if story.exit is None:
        return text("story.ended_stayed", lang, policy=title, month=month,
                    morale=f"{last.states['morale']:.2f}")
    reason = story.reason
    because = "" if reason is None else text(
        "story.because", lang, cause=text(f"story.cause.{reason}", lang))
    return text("story.ended_left", lang, policy=title, month=month, reason=because,
                exit=text(f"story.exit.{story.exit.values['kind']}", lang))

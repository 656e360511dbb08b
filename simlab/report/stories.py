"""One simulated life in words: sentences from the tree of a story (`Told.to_json()`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simlab.i18n import text
from simlab.practice import pack
from simlab.report import wording

Tree = Mapping[str, Any]
COLUMNS = ("month", "events", "morale", "chance", "causes")


def header(lang: str) -> list[str]:
    """Names of the columns of `month_row`."""
    return [text(f"story.column.{name}", lang) for name in COLUMNS]


def title(told: Tree, life: Tree, lang: str) -> str:
    """Whose life, in which history, under which policy."""
    return text("story.title", lang, person=life["person"], history=life["history"],
                last=told["histories"] - 1, policy=_policy(told, life, lang))


def month_row(month: Tree, practice: str, lang: str) -> list[str]:
    """One month of a life, in the order of `COLUMNS`."""
    events = text("story.comma", lang).join(
        _happened(event, practice, lang) for event in month["events"])
    chance = wording.MISSING if month["chance"] is None else _small_chance(month["chance"])
    causes = {name: part for name, part in month["causes"].items() if name != "level"}
    return [wording.month(month["month"], lang), events or text("story.nothing", lang),
            f"{month['states']['morale']:.2f} ({_largest(month['morale'], lang)})", chance,
            _largest(causes, lang)]


def endings(told: Tree, lang: str) -> list[str]:
    """How each life ends, where the two part, and what all of it rests on."""
    parted = told["parted"]
    return [
        *(_ending(life, _policy(told, life, lang), lang) for life in told["stories"]),
        text("story.same", lang) if parted is None else
        text("story.parted", lang, month=wording.month(parted, lang)),
        text("story.on_posterior" if told["calibrated"] else "story.on_prior", lang),
        text("story.one_of_many", lang, histories=told["histories"]),
    ]


def _policy(told: Tree, life: Tree, lang: str) -> str:
    return wording.pick(told["titles"][life["policy"]], lang)


def _small_chance(chance: float) -> str:
    return "<0.1%" if chance < 0.001 else f"{100 * chance:.1f}%"


def _largest(parts: Mapping[str, float], lang: str, most: int = 2) -> str:
    """The parts that move the sum most, with their signs."""
    ranked = sorted(parts, key=lambda name: -abs(parts[name]))[:most]
    return text("story.comma", lang).join(
        text("story.part", lang, name=text(f"story.cause.{name}", lang),
             value=wording.number(parts[name], lang, signed=True))
        for name in ranked if abs(parts[name]) >= 0.005) or text("story.nothing", lang)


def _happened(event: Tree, practice: str, lang: str) -> str:
    """An event as a sentence: its names in the reader's language, its figures rounded."""
    said: dict[str, Any] = {}
    for name, value in event["values"].items():
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
    return text(f"story.event.{event['kind']}", lang, **said)


def _ending(life: Tree, policy: str, lang: str) -> str:
    if not life["months"]:
        return text("story.nobody", lang, policy=policy)
    last = life["months"][-1]
    month = wording.month(last["month"], lang)
    if life["exit"] is None:
        return text("story.ended_stayed", lang, policy=policy, month=month,
                    morale=f"{last['states']['morale']:.2f}")
    reason = life["reason"]
    because = "" if reason is None else text(
        "story.because", lang, cause=text(f"story.cause.{reason}", lang))
    return text("story.ended_left", lang, policy=policy, month=month, reason=because,
                exit=text(f"story.exit.{life['exit']}", lang))

"""The sections of a report that stand behind a comparison's answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from simlab.i18n import text
from simlab.report import comparing, figures

Tree = Mapping[str, Any]
Block = dict[str, Any]
"""One heading with what is under it: ``title``, ``notes``, ``figures`` and ``tables``."""


def blocks(
    tree: Tree, titles: Mapping[str, str], lang: str, embed: Callable[[go.Figure, str], Any]
) -> list[Block]:
    """Everything that a comparison holds beside its answer; `embed` puts a figure on the page."""
    made = [
        _block("standing.title", lang, comparing.standing_notes(tree, lang),
               tables=[comparing.standing(tree, titles, lang)]) if tree.get("standings") else None,
        _block("scatter.title", lang, [_say("scatter.note", lang)], [
            embed(figures.difference_dots(tree, titles, lang), "dots"),
            *([embed(figures.cost_effect(tree, titles, lang), "cost-effect")]
              if any(each["cost"] for each in tree["dots"]) else [])])
        if tree.get("dots") else None,
        _block("worth.title", lang, comparing.worth_notes(tree, lang),
               [embed(figures.net_value(tree, titles, lang), "net-value")],
               [comparing.worth(tree, titles, lang)]) if tree.get("worths") else None,
        _block("idle.title", lang, comparing.idle(tree, titles, lang))
        if tree.get("idle") else None,
        _staffing(tree, titles, lang, embed), _channels(tree, titles, lang, embed),
        _groups(tree, titles, lang), _levers(tree, lang),
    ]
    return [block for block in made if block is not None]


def _say(key: str, lang: str) -> str:
    return text(f"comparing.{key}", lang)


def _block(
    title: str, lang: str, notes: list[str], shown: list[Any] | None = None,
    tables: Sequence[comparing.Table | None] = (),
) -> Block:
    return {"title": _say(title, lang), "notes": notes, "figures": shown or [],
            "tables": [table for table in tables if table]}


def _staffing(
    tree: Tree, titles: Mapping[str, str], lang: str, embed: Callable[[go.Figure, str], Any]
) -> Block | None:
    if tree.get("plan") is None or "vacancies" not in tree["outcomes"]:
        return None
    return _block("staffing.title", lang, [], [
        embed(figures.staffing(tree, lang, titles), "headcount"),
        embed(figures.fan(tree, "vacancies", lang, titles), "vacancies"),
        embed(figures.fan(tree, "cost", lang, titles), "cost")])


def _channels(
    tree: Tree, titles: Mapping[str, str], lang: str, embed: Callable[[go.Figure, str], Any]
) -> Block | None:
    if not tree.get("channels"):
        return None
    return _block("channels.title", lang, [comparing.channels_note(tree, lang)], [
        embed(figures.channel_bars(each, lang), f"channels-{place}")
        for place, each in enumerate(tree["channels"])], comparing.channels(tree, titles, lang))


def _groups(tree: Tree, titles: Mapping[str, str], lang: str) -> Block | None:
    if not tree.get("groups"):
        return None
    policies = [policy for policy in tree["policies"] if policy != tree["baseline"]]
    return _block("groups.title", lang, [_say("groups.note", lang)], tables=[
        table for policy in policies for table in (
            comparing.groups(tree, policy, titles, lang),
            comparing.groups(tree, policy, titles, lang, "avoidable", ("tier",)))])


def _levers(tree: Tree, lang: str) -> Block | None:
    if not tree.get("levers"):
        return None
    policies = dict.fromkeys(each["policy"] for each in tree["levers"])
    return _block("levers.title", lang, [_say("levers.note", lang)],
                  tables=[comparing.levers(tree, policy, lang) for policy in policies])

"""A replayed change of policy as a reader sees it: cells of a table and the sentences around it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simlab.i18n import text
from simlab.report import wording

Tree = Mapping[str, Any]
"""A replayed change as plain data (``Backtest.to_json()``), or one of its groups."""


def heading(tree: Tree, lang: str) -> str:
    """Title, month and length."""
    return text("event.heading", lang, title=wording.pick(tree["title"], lang),
                date=wording.month(tree["date"], lang), months=tree["options"]["months"])


def section(tree: Tree, lang: str) -> dict[str, Any]:
    """What the report's section about it shows."""
    titles = ("apart", "ruled_out")
    return {
        "title": text("report.event", lang), "heading": heading(tree, lang),
        "groups": [{"caption": caption(group, lang), "header": header(group, lang),
                    "rows": rows(group, lang), "sentences": sentences(group, lang)}
                   for group in tree["groups"]],
        "beside": [(text(f"event.{title}", lang), lines)
                   for title, lines in zip(titles, beside(tree, lang), strict=True) if lines],
        "notes": notes(tree, lang),
    }


def caption(group: Tree, lang: str) -> str:
    """Who a table is about."""
    return text("event.changed" if group["changed"] else "event.others", lang,
                people=group["people"])


def header(group: Tree, lang: str) -> list[str]:
    """Titles of the columns of `rows`."""
    return [text(f"event.column.{name}", lang) for name in ("month", "observed", *_parts(group))]


def rows(group: Tree, lang: str) -> list[list[str]]:
    """One row a month, and all months together."""
    named = [*((wording.month(row["month"], lang), row) for row in group["months"]),
             (text("event.total", lang), group["total"])]
    return [[name, str(row["observed"]),
             *(wording.interval(row[part], lang) for part in _parts(group))]
            for name, row in named]


def sentences(group: Tree, lang: str) -> list[str]:
    """What a group's figures say."""
    total = group["total"]
    if not group["changed"]:
        agrees = total["without"]["lower"] <= total["observed"] <= total["without"]["upper"]
        return [text(f"event.rest.{'agrees' if agrees else 'departs'}", lang)]
    return [
        text(f"event.story.{total['story']}", lang),
        text("event.difference", lang,
             difference=wording.interval(total["difference"], lang, signed=True),
             departure=wording.interval(total["departure"], lang, signed=True)),
        text("event.place", lang, without=wording.share(total["place_without"]),
             under=wording.share(total["place_under"])),
    ]


def beside(tree: Tree, lang: str) -> tuple[list[str], list[str]]:
    """What the record cannot tell apart from the change, and what it shows no sign of."""
    said = [(each["open"], text(f"confounder.{each['code']}", lang,
                                **_values(each["values"], lang)))
            for each in tree["confounders"]]
    return [line for opened, line in said if opened], [line for opened, line in said if not opened]


def notes(tree: Tree, lang: str) -> list[str]:
    """What the forecasts rest on, and what they are not."""
    return [
        text("event.calibrated", lang, date=wording.month(tree["date"], lang),
             informed=len(tree["informed"])),
        *(wording.pick(caution, lang) for caution in tree["cautions"]),
        text("event.nobody_caused", lang),
    ]


def learnt(tree: Tree, lang: str) -> list[str]:
    """What the change says of the parameters that its levers work through, or why nothing."""
    reading = tree.get("reading", {})
    if not reading.get("compared"):
        return [text("event.learnt.no_comparison", lang)]
    ratio = text("event.learnt.ratio", lang, **{key: wording.change(value)
                                                for key, value in reading["ratio"].items()})
    if not reading["taught"]:
        return [ratio, text("event.learnt.no_parameter", lang)]
    return [ratio, *(
        text("event.learnt.parameter", lang, meaning=wording.pick(row["meaning"], lang),
             prior=wording.interval(row["prior"], lang),
             posterior=wording.interval(row["posterior"], lang))
        for row in reading["taught"]), text("event.learnt.used", lang)]


def _parts(group: Tree) -> tuple[str, ...]:
    return ("without", "under") if group["changed"] else ("without",)


def _values(values: Tree, lang: str) -> dict[str, str]:
    """Figures and names as they are read."""
    shown = {}
    for key, value in values.items():
        if key == "title":
            shown[key] = wording.pick(value, lang)
        elif key == "month":
            shown[key] = wording.month(value, lang)
        elif key == "change":
            shown[key] = wording.change(1 + value)
        elif key == "share":
            shown[key] = wording.share(value)
        else:
            shown[key] = wording.number(value, lang)
    return shown

"""Numbers, months and intervals as a reader of either language writes them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from babel.numbers import format_compact_decimal, format_decimal

from simlab.i18n import catalogue, text

_LOCALE = {"en": "en", "zh": "zh_Hans_CN"}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MISSING = "–"
"""Shown where there is no figure."""


def number(value: float | None, lang: str, *, signed: bool = False) -> str:
    """A figure with as many digits as it deserves: 0.031, 4.2, 1,234, 1.2M (120万)."""
    if value is None or not math.isfinite(value):
        return MISSING
    size = abs(value)
    if size >= 10_000:
        shown = format_compact_decimal(size, locale=_LOCALE[lang], fraction_digits=1)
    elif size >= 100 or size == 0 or isinstance(value, int):
        shown = format_decimal(round(size), locale=_LOCALE[lang])
    elif size >= 1:
        shown = f"{size:.1f}"
    else:
        shown = f"{size:.2f}" if size >= 0.1 else f"{size:.3f}"
    negative = value < 0 and any(digit in shown for digit in "123456789")
    return ("−" if negative else "+" if signed and value > 0 else "") + shown


def share(value: float | None) -> str:
    """A probability in per cent; never 0% or 100%, which a finite number of draws cannot say."""
    if value is None or not math.isfinite(value):
        return MISSING
    if value < 0.01:
        return "<1%"
    if value > 0.99:
        return ">99%"
    return f"{100 * value:.0f}%"


def change(ratio: float | None) -> str:
    """A ratio as a change in per cent: 0.82 -> −18%."""
    if ratio is None or not math.isfinite(ratio):
        return MISSING
    per_cent = round(100 * (ratio - 1))
    return f"{'−' if per_cent < 0 else '+' if per_cent > 0 else ''}{abs(per_cent)}%"


def interval(value: Mapping[str, float] | None, lang: str, *, signed: bool = False) -> str:
    """'4.2 (1.0 to 7.9)' from a dictionary with ``mean``, ``lower`` and ``upper``."""
    if value is None:
        return MISSING
    return text("report.interval", lang, mean=number(value["mean"], lang, signed=signed),
                lower=number(value["lower"], lang, signed=signed),
                upper=number(value["upper"], lang, signed=signed))


def month(name: str, lang: str) -> str:
    """'2017-03' -> 'Mar 2017' or '2017年3月'."""
    year, part = name.split("-")
    if lang == "zh":
        return f"{year}年{int(part)}月"
    return f"{_MONTHS[int(part) - 1]} {year}"


def outcome_name(name: str, lang: str) -> str:
    """The title of an outcome; its own name where nobody has written one."""
    return catalogue(lang).get(f"outcome.{name}", name)


def lowered(name: str, lang: str) -> str:
    """A title as it stands within a sentence."""
    return name[0].lower() + name[1:] if lang == "en" else name


def pick(title: Mapping[Any, str] | str | None, lang: str) -> str:
    """The text of a {en, zh} pair in `lang`."""
    if title is None:
        return ""
    if isinstance(title, str):
        return title
    return title.get(lang) or title.get("en") or next(iter(title.values()), "")


def strings(tree: Mapping[str, Any], lang: str) -> dict[str, str]:
    """A flat dictionary whose values are either texts or {en, zh} pairs, in `lang`."""
    return {key: pick(value, lang) for key, value in tree.items()}


def parameter_unit(unit: str, lang: str) -> str:
    """The unit of a parameter, as the registry names it, in `lang`."""
    key = re.sub(r"\W+", "_", unit).strip("_").lower()
    return catalogue(lang).get(f"parameter_unit.{key}", unit)

"""The fields of a policy as an editor offers them: what kind of control, within which bounds.

All of it comes from the pydantic models and their texts (`simlab.policy.schema`), so a new field
of a lever appears in every editor.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from simlab.i18n import text
from simlab.policy.levers import Policy
from simlab.policy.schema import KEYED_BY, json_schema
from simlab.practice import pack

Kind = Literal["number", "whole", "switch", "choice", "amounts", "stages"]
"""``amounts``: a number for each named part (hours by skill); ``stages``: KPI weights by stage."""


@dataclass(frozen=True)
class Entry:
    """One field: its path as `simlab.policy.with_fields` takes it, and how it may be set."""

    path: str
    kind: Kind
    meaning: str
    unit: str
    default: Any
    lower: float | None = None
    upper: float | None = None
    optional: bool = False
    """May be left empty (no cap)."""
    choices: tuple[tuple[str, str], ...] = ()
    """Value and name of each choice; of ``amounts`` and ``stages``, key and name of each part."""


@dataclass(frozen=True)
class Section:
    """A lever with its fields."""

    name: str
    meaning: str
    entries: tuple[Entry, ...]


@functools.cache
def form(practice: str, lang: str) -> tuple[Section, ...]:
    """The levers of a policy for a practice, in order, each with its fields; parts of a lever
    (the signs of an intervention) stand among its fields."""
    schema = json_schema(Policy, lang)
    parts = schema["$defs"]
    sections = []
    for lever, holder in schema["properties"].items():
        if "$ref" in holder:
            model = _named(holder)
            entries = tuple(_entries(lever, model, parts, practice, lang))
            sections.append(Section(lever, parts[model]["description"], entries))
    return tuple(sections)


def _named(holder: dict[str, Any]) -> str:
    return str(holder["$ref"]).rpartition("/")[2]


def _entries(
    above: str, model: str, parts: dict[str, Any], practice: str, lang: str
) -> Iterator[Entry]:
    for name, field in parts[model]["properties"].items():
        path = f"{above}.{name}"
        if "$ref" in field:
            yield from _entries(path, _named(field), parts, practice, lang)
            continue
        kind, form_ = _kind(name, field)
        yield Entry(
            path=path, kind=kind, meaning=text(f"field.{model}.{name}.meaning", lang),
            unit=field["unit"],
            default=field.get("default"), lower=_bound(form_, "inimum"),
            upper=_bound(form_, "aximum"), optional=form_ is not field,
            choices=tuple(_choices(model, name, field, practice, lang)))


def _kind(name: str, field: dict[str, Any]) -> tuple[Kind, dict[str, Any]]:
    """What sets a field, and the part of its schema that bounds it."""
    if name == "stages":
        return "stages", field
    if name in KEYED_BY:
        return "amounts", field
    if "enum" in field:
        return "choice", field
    if "anyOf" in field:
        field = next(option for option in field["anyOf"] if option.get("type") != "null")
    kinds: dict[str, Kind] = {"boolean": "switch", "integer": "whole", "number": "number"}
    return kinds[field["type"]], field


def _bound(field: dict[str, Any], end: str) -> float | None:
    for key in (f"m{end}", f"exclusiveM{end}"):
        if key in field:
            return float(field[key])
    return None


def _choices(
    model: str, name: str, field: dict[str, Any], practice: str, lang: str
) -> Iterator[tuple[str, str]]:
    if name in KEYED_BY or name == "stages":
        keyed = "weights" if name == "stages" else name
        listed = {"weights": "kpis", "targets": "kpis", "course_hours": "skills",
                  "industry_hours": "industries"}[keyed]
        for key in KEYED_BY[keyed](practice):
            yield key, str(pack(practice)[listed][key][lang])
    for value in field.get("enum", ()):
        yield value, text(f"choice.{model}.{name}.{value}", lang)

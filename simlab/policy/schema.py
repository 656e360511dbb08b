"""The form of policies (and of what holds them) as JSON Schema, with every field described.

Form and bounds come from the pydantic models; meanings and units, in both languages, from the
texts ``field.MODEL.FIELD``. An editor that knows JSON Schema checks and completes a policy's YAML.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import yaml
from pydantic import BaseModel

from simlab.i18n import catalogue, text
from simlab.policy.levers import Policy
from simlab.practice import NAMES, industries, kpis, skills

DIALECT = "https://json-schema.org/draft/2020-12/schema"
KEYED_BY: dict[str, Callable[[str], tuple[str, ...]]] = {
    "weights": kpis, "targets": kpis, "course_hours": skills, "industry_hours": industries,
    "points": kpis,
}
"""Fields whose keys are names of a role pack."""

_LEVERS = frozenset(Policy.model_json_schema()["$defs"])
"""Models that change nothing by default."""


@dataclass(frozen=True)
class Described:
    """One field of a model as a reference shows it."""

    name: str
    meaning: str
    unit: str
    form: str
    """Kind of value and bounds, e.g. ``number, 0 to 1``."""
    default: str
    """As written in YAML; empty where the field must be given."""


def policy_schema(lang: str = "en") -> dict[str, Any]:
    """JSON Schema of a policy file."""
    return json_schema(Policy, lang)


def json_schema(model: type[BaseModel], lang: str = "en") -> dict[str, Any]:
    """JSON Schema (2020-12) of a model and the models in it; each field has its meaning as
    ``description`` and its ``unit``. A KeyError names the text of a field that has none."""
    schema = model.model_json_schema()
    for part in _models(schema):
        name = part["title"]
        part["description"] = text(f"model.{name}", lang)
        for field, form in part["properties"].items():
            form["description"] = text(f"field.{name}.{field}.meaning", lang) + _choices(
                f"choice.{name}.{field}", form.get("enum", ()), lang)
            form["unit"] = text(f"field.{name}.{field}.unit", lang)
            if field in KEYED_BY:
                known = dict.fromkeys(key for pack in NAMES for key in KEYED_BY[field](pack))
                form["propertyNames"] = {"enum": list(known)}
            form.pop("title", None)
    return {"$schema": DIALECT, **schema}


def _choices(stem: str, values: Sequence[str], lang: str) -> str:
    """What each of the values means, where that is said of them."""
    said = [f"{value} = {catalogue(lang)[f'{stem}.{value}']}" for value in values
            if f"{stem}.{value}" in catalogue(lang)]
    return f": {'; '.join(said)}" if said else ""


def _models(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The schema and those of the models in it, each once, in the order of the fields."""
    known, waiting = set(), [schema]
    while waiting:
        part = waiting.pop(0)
        yield part
        named = re.findall(r'"#/\$defs/(\w+)"', json.dumps(part["properties"]))
        inner = [name for name in dict.fromkeys(named) if name not in known]
        known.update(inner)
        waiting = [schema["$defs"][name] for name in inner] + waiting


def described(model: type[BaseModel], lang: str) -> Iterator[tuple[str, str, list[Described]]]:
    """Each model in `model`, outermost first: its name, its meaning, its fields."""
    schema = json_schema(model, lang)
    for part in _models(schema):
        required = part.get("required", [])
        fields = [
            Described(name, form["description"], form["unit"], _form(form),
                      "" if name in required else _default(form))
            for name, form in part["properties"].items()
        ]
        yield part["title"], part["description"], fields


def _default(form: dict[str, Any]) -> str:
    value = form.get("default")
    if form.get("$ref", "").rpartition("/")[2] in _LEVERS:
        return "nothing changed"
    written = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=1000)
    return str(written).removesuffix("...\n").strip()


def _form(form: dict[str, Any]) -> str:
    """A field's kind and bounds in a few words."""
    if "enum" in form:
        return "one of " + ", ".join(map(str, form["enum"]))
    if "anyOf" in form or "oneOf" in form:
        options = form.get("anyOf") or form["oneOf"]
        return " or ".join(_form(option) for option in options)
    if "$ref" in form:
        return str(form["$ref"]).rpartition("/")[2]
    if form["type"] == "array":
        return "list of " + _form(form["items"]) if "items" in form else "list"
    if form["type"] == "object":
        parts = form.get("additionalProperties") or {}
        if "oneOf" in parts or "$ref" in parts:
            return f"{_form(parts)} by name"
        return "number by name" if "propertyNames" in form else "text by language"
    bounds = [
        f"{word} {form[key]:g}"
        for key, word in (("minimum", "from"), ("exclusiveMinimum", "above"),
                          ("maximum", "to"), ("exclusiveMaximum", "below"))
        if key in form
    ]
    kind = {"boolean": "true or false", "string": "text", "null": "none"}
    return " ".join([kind.get(form["type"], form["type"]), *bounds])

"""The OpenAPI document, built from the calls themselves: their addresses, docstrings, models."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask
from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import models_json_schema

from simlab import __version__
from simlab.api.told import Asked, Refusal
from simlab.jobs.kinds import KINDS

Call = TypeVar("Call", bound=Callable[..., Any])
_REF = "#/components/schemas/{model}"


@dataclass(frozen=True)
class Answer:
    """What a call answers when all is well."""

    status: int
    model: Any
    """A type; None = no JSON."""
    body: type[BaseModel] | None
    sends: bool
    """Whether its body is a file."""


def answers(
    status: int, model: Any, *, body: type[BaseModel] | None = None, sends: bool = False
) -> Callable[[Call], Call]:
    """Say of a call what it takes and gives, for `openapi`."""
    def noted(call: Call) -> Call:
        call.__dict__["described"] = Answer(status, model, body, sends)
        return call

    return noted


def openapi(app: Flask, name: str, base: str) -> dict[str, Any]:
    """OpenAPI 3.1 of all calls of the blueprint `name` in `app` that are described; `base` is the
    address that theirs are added to."""
    _, models = models_json_schema([(Refusal, "serialization")], ref_template=_REF)
    schemas: dict[str, Any] = dict(models["$defs"])
    paths: dict[str, dict[str, Any]] = {}
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: str(rule.rule)):
        call = app.view_functions[rule.endpoint]
        if rule.endpoint.startswith(f"{name}.") and hasattr(call, "described"):
            for method in sorted(set(rule.methods or ()) - {"HEAD", "OPTIONS"}):
                address = re.sub(r"<(\w+)>", r"{\1}", rule.rule.removeprefix(f"/{name}"))
                paths.setdefault(address, {})[method.lower()] = _call(
                    call, rule.endpoint.partition(".")[2], sorted(rule.arguments), schemas)
    return {
        "openapi": "3.1.0", "info": {"title": "simlab", "version": __version__},
        "servers": [{"url": base}], "security": [{"token": []}], "paths": paths,
        "components": {"schemas": schemas,
                       "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    }


def _call(
    call: Callable[..., Any], name: str, arguments: list[str], schemas: dict[str, Any]
) -> dict[str, Any]:
    said: Answer = call.__dict__["described"]
    success: dict[str, Any] = {"description": "Done"}
    if said.model is not None:
        success["content"] = {"application/json": {"schema": _schema(said.model, schemas)}}
    found: dict[str, Any] = {
        "operationId": name, "summary": " ".join((inspect.getdoc(call) or "").split()),
        "parameters": [{"name": each, "in": "path", "required": True,
                        "schema": {"type": "string"}} for each in arguments],
        "responses": {str(said.status): success, "default": {
            "description": "Refused, and why",
            "content": {"application/json": {"schema": {"$ref": _REF.format(model="Refusal")}}}}},
    }
    if said.body is not None:
        schema = _start(schemas) if said.body is Asked else _schema(said.body, schemas)
        found["requestBody"] = {"required": True,
                                "content": {"application/json": {"schema": schema}}}
    elif said.sends:
        found["requestBody"] = {"required": True, "content": {"application/octet-stream": {
            "schema": {"type": "string", "format": "binary"}}}}
    return found


def _schema(model: Any, schemas: dict[str, Any]) -> dict[str, Any]:
    """The schema of a type; those it refers to go into `schemas`."""
    schema = TypeAdapter(model).json_schema(mode="serialization", ref_template=_REF)
    schemas.update(schema.pop("$defs", {}))
    return dict(schema)


def _start(schemas: dict[str, Any]) -> dict[str, Any]:
    """A job to be started: one of the kinds, each with its own arguments."""
    for kind, made in KINDS.items():
        # what the arguments of a kind are made of is named after it: other kinds may use the name
        arguments = made.schema(_REF.format(model=f"{kind}_{{model}}"))
        schemas.update({f"{kind}_{name}": part
                        for name, part in arguments.pop("$defs", {}).items()})
        schemas[f"{kind}_arguments"] = arguments
        schemas[f"start_{kind}"] = {
            "type": "object", "required": ["kind"], "additionalProperties": False,
            "properties": {"kind": {"const": kind}, "arguments": {
                "$ref": _REF.format(model=f"{kind}_arguments")}}}
    return {"oneOf": [{"$ref": _REF.format(model=f"start_{kind}")} for kind in KINDS]}

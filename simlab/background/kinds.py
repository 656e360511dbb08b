"""What a kind of job is: a function of the library, and the arguments it takes."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from simlab.errors import LabError
from simlab.lab import Lab
from simlab.policy.load import field_problems
from simlab.progress import Progress

_NOT_ASKED = ("lab", "progress", "out")
"""Parameters that come from the worker; and `out`, since a job writes nowhere but in its lab."""


@dataclass(frozen=True)
class Kind:
    """A function ``module:name`` of (lab, ..., progress=), loaded when first used."""

    function: str
    again: bool = True
    """Whether it may simply be run again where its worker died: it writes its result at the end,
    or goes on from what it has kept."""

    def load(self) -> Callable[..., Any]:
        """The function itself."""
        module, _, name = self.function.partition(":")
        return getattr(import_module(module), name)  # type: ignore[no-any-return]

    def checked(self, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """`arguments` as JSON-ready data, those not given left out; LabError ``job_arguments``
        with every one that the kind (called `name`) does not know or cannot read."""
        return self._read(name, arguments).model_dump(mode="json", exclude_unset=True)

    def schema(self, ref: str = "#/$defs/{model}") -> dict[str, Any]:
        """JSON Schema of the arguments; `ref` is where other schemas are referred to."""
        return _form(self).model_json_schema(ref_template=ref)

    def run(self, name: str, lab: Lab, arguments: Mapping[str, Any], progress: Progress) -> Any:
        """Do the work in `lab`; what the function returns."""
        read = self._read(name, arguments)
        given = {each: getattr(read, each) for each in read.model_fields_set}
        return self.load()(lab, **given, progress=progress)

    def _read(self, name: str, arguments: Mapping[str, Any]) -> BaseModel:
        form = _form(self)
        try:
            return form.model_validate(dict(arguments))
        except ValidationError as error:
            raise LabError("job_arguments", kind=name, known=", ".join(form.model_fields),
                           problems=field_problems(error, name)) from None


@cache
def _form(kind: Kind) -> type[BaseModel]:
    """The arguments of a kind as a model, read off its function's signature."""
    function = kind.load()
    hints = get_type_hints(function)
    fields: dict[str, Any] = {
        name: (hints[name], ... if parameter.default is inspect.Parameter.empty
               else parameter.default)
        for name, parameter in inspect.signature(function).parameters.items()
        if name not in _NOT_ASKED}
    return create_model("Arguments", __config__=ConfigDict(extra="forbid"), **fields)

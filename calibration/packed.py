"""Data classes of arrays as one flat dictionary of arrays, and back: how a lab keeps a posterior
that can be asked again, without any code in the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray


def packed(value: Any, path: str = "") -> dict[str, NDArray[Any]]:
    """The arrays, numbers, words and tuples of a data class and those it holds, by dotted path."""
    if is_dataclass(value):
        parts = [(f.name, getattr(value, f.name)) for f in fields(value)]
    elif isinstance(value, tuple):
        parts = [(str(k), each) for k, each in enumerate(value)]
    else:
        return {path: np.asarray(value)}
    flat = {f"{path}.count": np.asarray(len(parts))} if isinstance(value, tuple) else {}
    for name, each in parts:
        flat.update(packed(each, f"{path}.{name}"))
    return flat


def unpacked(kind: Any, arrays: Mapping[str, NDArray[Any]], path: str = "") -> Any:
    """The value of type `kind` that `packed` made `arrays` of; KeyError where one is missing."""
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{  # type: ignore[operator]
            f.name: unpacked(hints[f.name], arrays, f"{path}.{f.name}") for f in fields(kind)})
    if get_origin(kind) is tuple:
        kinds = get_args(kind)
        return tuple(unpacked(kinds[0] if kinds[-1] is Ellipsis else kinds[k], arrays,
                              f"{path}.{k}") for k in range(int(arrays[f"{path}.count"])))
    found = arrays[path]
    return found.item() if found.ndim == 0 else found

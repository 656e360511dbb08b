"""The month as one compiled kernel: a generated module, named by the hash of all it can reach.

numba's disk cache does not see edits in functions that a cached kernel calls. So the kernel is
a module of its own whose name is the hash of every source it reaches (rules, their helpers,
record types, constants, this generator) and of numba's version: an edited helper means another
module, an unedited one is loaded from disk in a fraction of a second.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import inspect
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from enum import Enum, EnumType
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import numba
import numpy as np

import simlab.compiled
from simlab.draws import (
    WORDS,
    fill,
    invert_exponential,
    invert_normal,
    moment,
    philox,
    stream,
    uniform,
)
from simlab.engine.generate import kernel_source
from simlab.engine.month import MONTH, Month
from simlab.numeric import exp, log, normal_quantile
from simlab.panel import STILL_HERE
from simlab.world import ACCOUNT, DEPARTMENT, FIRM, POLICY, PRACTICE, SEEN, TEAM

HELPERS = (
    fill, invert_normal, invert_exponential, philox, uniform, moment, exp, log, normal_quantile,
)
"""Functions that the generated text itself calls."""
RECORDS = (ACCOUNT, TEAM, DEPARTMENT, FIRM, PRACTICE, POLICY, SEEN)
_LOCK = threading.Lock()
_LOADED: dict[str, ModuleType] = {}


def cache_folder() -> Path:
    """Where kernels are kept: $SIMLAB_CACHE, else the user's cache folder, else a temporary one."""
    chosen = os.environ.get("SIMLAB_CACHE")
    base = Path(chosen) if chosen else Path.home() / ".cache" / "simlab"
    try:
        base.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=base):
            return base
    except OSError:
        return Path(tempfile.gettempdir()) / "simlab-cache"


def load_kernel(month: Month = MONTH) -> ModuleType:
    """The compiled functions of a month: ``run``, ``run_panel``, ``replay`` and ``step_<rule>``.

    Raises ValueError where two random streams share a number.
    """
    source = _source(month)
    digest = fingerprint(month)
    with _LOCK:
        if digest not in _LOADED:
            _LOADED[digest] = _load(digest, source, month)
        return _LOADED[digest]


def compiled_for(function: Any, given: tuple[Any, ...]) -> Callable[..., Any]:
    """The machine code of a kernel function for arguments of these types.

    Called directly it spares the look-up of the argument types, which for records of a hundred
    fields takes several times as long as a rule does.
    """
    typeof: Any = numba.typeof
    types = tuple(typeof(value) for value in given)
    function.compile(types)
    entry: Callable[..., Any] = function.overloads[types].entry_point
    return entry


@functools.cache
def fingerprint(month: Month = MONTH) -> str:
    """16 hex digits of everything that decides what a month computes."""
    parts = [numba.__version__, np.__version__, _source(month), inspect.getsource(simlab.compiled)]
    parts += [str(dtype.descr) for dtype in (month.person, *RECORDS)]
    parts += [str([p.name for p in month.parameters]), str(STILL_HERE)]
    seen: set[int] = set()
    for declared in month.rules:
        parts.append(f"{declared.name} {declared.scope} {declared.draws} {declared.account_draws}")
        parts += _reachable(declared.function, seen)
    for helper in HELPERS:
        parts += _reachable(helper, seen)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


@functools.cache
def _source(month: Month) -> str:
    streams: dict[int, str] = {}
    for declared in month.rules:
        for kind in ("", "@account"):
            for block in range(-(-64 // WORDS)):
                number = stream(declared.name + kind, block)
                if streams.setdefault(number, declared.name + kind) != declared.name + kind:
                    raise ValueError(f"rule {declared.name!r} shares a random stream; rename it")
    return kernel_source(month)


def _reachable(function: Any, seen: set[int]) -> Iterator[str]:
    """Sources of a function and of all it calls, constants it reads, in a fixed order."""
    function = getattr(function, "py_func", function)
    if id(function) in seen:
        return
    seen.add(id(function))
    yield f"{function.__module__}.{function.__qualname__}\n{inspect.getsource(function)}"
    closure = inspect.getclosurevars(function)
    for name, value in sorted({**closure.globals, **closure.nonlocals}.items()):
        if isinstance(value, FunctionType) or hasattr(value, "py_func"):
            yield from _reachable(value, seen)
        elif isinstance(value, EnumType):
            members: list[Enum] = list(value)
            yield f"{name} = {[(member.name, member.value) for member in members]}"
        elif not isinstance(value, ModuleType):
            yield f"{name} = {value!r}"


def _load(digest: str, source: str, month: Month) -> ModuleType:
    name = f"simlab_month_{digest}"
    path = cache_folder() / "kernels" / f"{name}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as temporary:
            temporary.write(source)
        Path(temporary.name).replace(path)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    module.__dict__["RULES"] = {declared.name: declared.function for declared in month.rules}
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module

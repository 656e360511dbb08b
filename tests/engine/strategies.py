"""Any firm and any policy: hypothesis strategies made from the models' own fields and bounds, so
that a new lever or fact of a firm is covered by itself."""

from __future__ import annotations

from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen
from hypothesis import strategies as st
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from scenarios import FirmFacts
from simlab.policy import Policy
from simlab.practice import NAMES, industries, kpis, skills

AMOUNT = 1e5
"""Largest figure of a field whose model gives no upper bound (hours, money)."""
NAMED = {"weights": kpis, "targets": kpis, "course_hours": skills, "industry_hours": industries}
"""Fields that hold numbers by names of the role pack."""
SMALL: dict[str, st.SearchStrategy[Any]] = {
    "people": st.integers(1, 30),
    "team_size": st.integers(1, 12),
    "base_pay": st.floats(100, AMOUNT),
    "season": st.tuples(*[st.floats(-1, 1)] * 12),
}
"""Facts that are kept small or sensible for the sake of time."""


def policies(practice: str) -> st.SearchStrategy[Policy]:
    """Policies of a practice with every lever drawn between its bounds."""
    fixed = {
        "name": st.just("any"),
        "title": st.just({"en": "Any", "zh": "任意"}),
        "practice": st.just(practice),
    }
    return _model(Policy, practice, fixed)


def firm_facts(practice: str) -> st.SearchStrategy[FirmFacts]:
    """Facts of small firms of a practice."""
    return _model(FirmFacts, practice, {**SMALL, "practice": st.just(practice)})


practices = st.sampled_from(NAMES)


def _model(
    model: type[BaseModel], practice: str, fixed: dict[str, st.SearchStrategy[Any]]
) -> st.SearchStrategy[Any]:
    fields = {
        name: fixed[name] if name in fixed else _field(name, field, practice)
        for name, field in model.model_fields.items()
    }
    return st.fixed_dictionaries(fields).map(model.model_validate)


def _field(name: str, field: FieldInfo, practice: str) -> st.SearchStrategy[Any]:
    if name in NAMED:
        return _numbers(name, practice)
    return _value(field.annotation, field.metadata, name, practice)


def _value(kind: Any, bounds: list[Any], name: str, practice: str) -> st.SearchStrategy[Any]:
    """Values of a field's type between its bounds; a type not known here has to be added."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return _model(kind, practice, {})
    if get_origin(kind) is Annotated:
        inner, *constraints = get_args(kind)
        bounds = [m for c in constraints for m in (c.metadata if isinstance(c, FieldInfo) else [c])]
        return _value(inner, bounds, name, practice)
    if get_origin(kind) is Literal:
        return st.sampled_from(get_args(kind))
    if get_origin(kind) is tuple:
        least = next((b.min_length for b in bounds if isinstance(b, MinLen)), 0)
        most = next((b.max_length for b in bounds if isinstance(b, MaxLen)), 12)
        inner = _value(get_args(kind)[0], [], name, practice)
        return st.lists(inner, min_size=least, max_size=most)
    if get_origin(kind) in (Union, UnionType):
        return st.one_of(*(_value(part, bounds, name, practice) for part in get_args(kind)))
    if kind is NoneType:
        return st.none()
    if kind is bool:
        return st.booleans()
    if kind in (int, float):
        low = next((b.ge if isinstance(b, Ge) else b.gt for b in bounds
                    if isinstance(b, Ge | Gt)), -AMOUNT)
        high = next((b.le if isinstance(b, Le) else b.lt for b in bounds
                     if isinstance(b, Le | Lt)), AMOUNT)
        if kind is int:
            return st.integers(int(low), int(high))
        above = any(isinstance(b, Gt) for b in bounds)
        return st.floats(float(low), float(high), exclude_min=above)
    raise TypeError(f"no values for field {name!r} of type {kind!r}")


def _numbers(name: str, practice: str) -> st.SearchStrategy[dict[str, float]]:
    """Numbers by name; weights add up to 1, targets are above 0."""
    names = st.sampled_from(NAMED[name](practice))
    if name == "weights":
        raw = st.dictionaries(names, st.floats(0.01, 1), min_size=1)
        return raw.map(lambda w: {k: v / sum(w.values()) for k, v in w.items()})
    least = 0.01 if name == "targets" else 0.0
    return st.dictionaries(names, st.floats(least, 60))

"""A past change of policy as a file: when, from what to what, and for whom."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from scenarios.load import NamedOrWritten, as_policy, read_yaml
from simlab.errors import LabError
from simlab.panel import month_number
from simlab.policy import Policy, differing, field_problems
from simlab.policy.levers import BothLanguages
from simlab.policy.schema import json_schema


def _written(value: Any) -> Any:
    """A day that YAML has read as a date is a text again."""
    return value.isoformat() if isinstance(value, datetime.date) else value


Day = Annotated[str, BeforeValidator(_written),
                Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?$")]
"""A month or a day; what counts is the month."""


class OtherChange(BaseModel):
    """Something else that happened in those months."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    date: Day
    title: BothLanguages


class EventFile(BaseModel):
    """A past change of policy as it is written in YAML."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: BothLanguages
    date: Day
    before: NamedOrWritten
    after: NamedOrWritten
    units: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    months: int | None = Field(default=None, ge=1, le=36)
    others: tuple[OtherChange, ...] = ()


@dataclass(frozen=True)
class Event:
    """A past change of policy."""

    name: str
    title: dict[str, str]
    month: int
    """The first month under the new policy, months since year 0."""
    before: Policy
    after: Policy
    units: tuple[str, ...]
    """Ids of the units it was made in; empty = everybody."""
    left_out: tuple[str, ...]
    """Ids of the units that are nobody's comparison: the change came to them at another time."""
    months: int | None
    """How many months after it are looked at; None = all that the records hold."""
    others: tuple[tuple[int, dict[str, str]], ...]
    """Month and title of what else happened."""


def event_schema(lang: str = "en") -> dict[str, Any]:
    """JSON Schema of an event file."""
    return json_schema(EventFile, lang)


def load_event(path: Path) -> Event:
    """The event in a YAML file. LabError names file and field of what is wrong; an event whose
    policies do not differ is none (``event_changes_nothing``)."""
    return parse_event(read_yaml(path, "event_missing"), str(path))


def parse_event(data: Any, source: str) -> Event:
    """The event in plain data; `source` (its file) goes into the errors, those of `load_event`."""
    if not isinstance(data, dict):
        raise LabError("event_keys", file=source, expected=", ".join(EventFile.model_fields))
    try:
        written = EventFile.model_validate(data)
    except ValidationError as error:
        problems = field_problems(error, source)
        raise LabError("event_invalid", file=source, problems=problems) from None
    before, after = (as_policy(item, source, field) for item, field in
                     ((written.before, "before"), (written.after, "after")))
    if not differing(before, after):
        raise LabError("event_changes_nothing", file=source)
    return Event(
        name=written.name, title=written.title, month=month_number(written.date[:7]),
        before=before, after=after, units=written.units, left_out=written.left_out,
        months=written.months,
        others=tuple((month_number(other.date[:7]), other.title) for other in written.others),
    )

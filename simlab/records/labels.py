"""What the records say of where people belong: unit, site, grade, and what only fairness reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from simlab.errors import LabError
from simlab.lab import Lab
from simlab.records.store import Store, open_store

AGES = ((30, "under_30"), (45, "30_to_44"), (999, "45_and_over"))
"""Ages below which a person belongs to a group."""


def labels(lab: Lab, people: Sequence[str], year: int) -> dict[str, list[str]]:
    """Division -> a label per person key, "" where nothing is recorded; divisions that nobody has
    a label of are left out.

    `unit`, `site` and `grade` are the latest ones; `gender` and `age` (in `year`) come from the
    protected attributes, which nothing but such a look at groups may read.
    """
    with open_store(lab) as store:
        found = _latest(store)
        found["gender"] = dict(store.rows("protected_attributes", "person_key", "gender"))
        found["age"] = {
            key: next(name for below, name in AGES if year - born < below)
            for key, born in store.rows("protected_attributes", "person_key", "birth_year")
            if born is not None}
    made = {name: [str(of.get(person) or "") for person in people] for name, of in found.items()}
    return {name: row for name, row in made.items() if any(row)}


def matching(lab: Lab, people: Sequence[str], wanted: Mapping[str, Sequence[str]]) -> list[bool]:
    """Who belongs to one of the `wanted` labels of every division named (``unit``, ``site``,
    ``grade``); a unit holds the units below it. LabError ``unknown_label`` with those there are."""
    with open_store(lab) as store:
        found = _latest(store)
        above = dict(store.rows("org_units", "org_unit_id", "parent_id"))
    chosen = [True] * len(people)
    for name, values in wanted.items():
        own = [str(found[name].get(person) or "") for person in people]
        lines = [_line(label, above) if name == "unit" else {label} for label in own]
        there = sorted(set().union(*lines) - {""})
        if missing := [value for value in values if value not in there]:
            raise LabError("unknown_label", option=f"--{name}", value=", ".join(missing),
                           known=", ".join(there) or "-")
        chosen = [kept and bool(line & set(values))
                  for kept, line in zip(chosen, lines, strict=True)]
    return chosen


def _latest(store: Store) -> dict[str, dict[str, object]]:
    """Unit, site and grade by person: of the row that came into force last."""
    rows = store.rows("employees", "person_key", "valid_from", "org_unit_id", "site", "grade")
    found: dict[str, dict[str, object]] = {"unit": {}, "site": {}, "grade": {}}
    for key, _, *values in sorted(rows, key=lambda row: (row[0], row[1] or date.min)):
        for name, value in zip(found, values, strict=True):
            if value is not None:
                found[name][key] = value
    return found


def _line(unit: str, above: Mapping[str, str | None]) -> set[str]:
    """A unit and those above it."""
    found: set[str] = set()
    step: str | None = unit
    while step and step not in found:
        found.add(step)
        step = above.get(step)
    return found

"""Past changes of policy as a page takes them: written from a form, read back, kept in the lab."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

import scenarios
from scenarios.event import Event, parse_event
from simlab.errors import LabError
from simlab.i18n import LANGUAGES
from simlab.jobs.saving import as_yaml, saved_policies
from simlab.lab import Lab
from simlab.policy import Policy
from simlab.records import open_store

LARGEST = 100_000
"""Bytes of an event that is still read from elsewhere."""
_FOLDER, _FILE = "events", "event.yaml"


def offered_policies(lab: Lab, practice: str) -> dict[str, Policy]:
    """Policies that a change can be said to have gone from and to: the built-in ones of a practice
    and those that the lab keeps."""
    built_in = {name: scenarios.policy(name) for name in scenarios.policies()}
    kept = {name: each.policy for name, each in saved_policies(lab).items()}
    return {name: policy for name, policy in {**built_in, **kept}.items()
            if policy.practice == practice}


def recorded_units(lab: Lab) -> tuple[str, ...]:
    """Ids of the units that the records know."""
    with open_store(lab) as store:
        known = {row[0] for row in store.rows("org_units", "org_unit_id")}
        known |= {row[0] for row in store.rows("employees", "org_unit_id")}
    return tuple(sorted(unit for unit in known if unit))


def write_event(
    lab: Lab, *, title: str, date: str, before: str, after: str, units: Sequence[str] = (),
    left_out: Sequence[str] = (), months: int | None = None,
    others: Sequence[tuple[str, str]] = (),
) -> str:
    """The YAML of an event from what a form holds: `before` and `after` are names of policies (the
    lab's own ones are written out), `others` month and title of what else happened. LabError
    ``unknown_policy``."""
    built_in, kept = scenarios.policies(), saved_policies(lab)

    def policy(name: str) -> Any:
        if name in built_in:
            return name
        if name not in kept:
            raise LabError("not_offered", name=name, known=", ".join([*built_in, *kept]))
        return yaml.safe_load(as_yaml(kept[name].policy))

    tree: dict[str, Any] = {
        "name": f"change_{date.replace('-', '_')}", "title": dict.fromkeys(LANGUAGES, title),
        "date": date, "before": policy(before), "after": policy(after)}
    tree |= {key: value for key, value in {
        "units": list(units), "left_out": list(left_out), "months": months,
        "others": [{"date": when, "title": dict.fromkeys(LANGUAGES, what)}
                   for when, what in others]}.items() if value}
    return str(yaml.safe_dump(tree, sort_keys=False, allow_unicode=True, width=100))


def read_event(written: str, source: str = "YAML") -> Event:
    """The event that somebody wrote or sent. LabErrors ``not_yaml``, those of an event file, and
    ``not_offered`` where it names a file: whoever writes on a page may not read this machine's."""
    try:
        tree = yaml.safe_load(written)
    except yaml.YAMLError as error:
        raise LabError("not_yaml", file=source, detail=str(error)[:200]) from None
    known = scenarios.policies()
    if isinstance(tree, Mapping):
        for part in ("before", "after"):
            if isinstance(tree.get(part), str) and tree[part] not in known:
                raise LabError("not_offered", name=tree[part], known=", ".join(known))
    return parse_event(tree, source)


def keep_event(lab: Lab, written: str) -> Path:
    """Keep an event in the lab as it is written, in place of an earlier one of its name, and return
    its file, which `simlab.jobs.events.backtest` takes. LabErrors of `read_event`."""
    event = read_event(written)
    with lab.writing():
        return lab.write(f"{_FOLDER}/{event.name}/{_FILE}", written.encode())


def latest_written(lab: Lab) -> str:
    """The event that was kept last, as it was written; empty where there is none."""
    files = sorted((lab.path / _FOLDER).glob(f"*/{_FILE}"), key=lambda file: file.stat().st_mtime)
    return files[-1].read_text(encoding="utf-8") if files else ""

"""Replay a past change of policy in a lab's own records: what was foretold, what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.calibrate import FEW_EXITS, Calibration
from calibration.calibrate import calibrate as fit_panel
from calibration.confounders import confounders
from calibration.effects import read
from calibration.informed import calibrated
from calibration.past_change import EDGES, Group, replay_change
from calibration.stored import StoredTables
from scenarios import Event, load_event
from simlab.errors import Cancelled, LabError
from simlab.i18n import LANGUAGES
from simlab.jobs.calibrating import TABLES, choose
from simlab.jobs.common import (
    as_csv,
    code_version,
    count_option,
    fingerprint,
    model_version,
    now,
    write_out,
)
from simlab.jobs.past_changes import told_of
from simlab.jobs.records import load_panel
from simlab.lab import Lab
from simlab.panel import Panel, month_name
from simlab.progress import Progress
from simlab.records import data_hash, open_store

LEAST_BEFORE = 6
"""Months of record that a calibration before the change needs."""
DRAWS, REPLICATES = 100, 8


@dataclass(frozen=True)
class Backtest:
    """A past change with what happened beside the forecasts with and without it."""

    event: Event
    start: int
    """First month under the new policy, months since year 0."""
    groups: tuple[Mapping[str, Any], ...]
    """People for whom the policy changed, then the others: ``changed, people, on_notice, lost,
    months`` (rows ``month, observed, without, under``) and ``total`` (besides ``difference,
    departure, place_without, place_under, story``)."""
    confounders: tuple[Mapping[str, Any], ...]
    """What else moved in those months: ``code, open, values``."""
    reading: Mapping[str, Any]
    """What the change says of the parameters that its levers work through: its ``likelihood``
    (fields of `calibration.effects.Reading`), ``compared``, ``speaks``, ``ratio`` (exits against
    the forecast without the change, beside the others, with its 90%) and ``taught``: rows ``name,
    meaning, prior, posterior, contraction``."""
    informed: tuple[str, ...]
    """Parameters that the months before the change informed."""
    cautions: tuple[Mapping[str, str], ...]
    """Of the calibration, in both languages."""
    made: str
    inputs: Mapping[str, Any]
    options: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """As plain data: what the lab keeps."""
        tree = asdict(self) | {
            "name": self.event.name, "title": self.event.title, "date": month_name(self.start),
            "before": self.event.before.model_dump(mode="json"),
            "after": self.event.after.model_dump(mode="json"), "units": list(self.event.units),
            "left_out": list(self.event.left_out)}
        del tree["event"], tree["start"]
        return tree


def backtest(
    lab: Lab, file: Path, *, simulations: int = 10_000, draws: int = DRAWS,
    replicates: int = REPLICATES, seed: int = 1, out: Path | None = None,
    progress: Progress | None = None,
) -> Backtest:
    """Calibrate on the months before the change in `file`, forecast the months after it with and
    without it, and hold both against what happened to the people present at its start.

    The result is kept in the lab (``events/NAME``): a lever that a replayed change moved counts
    as varied from then on, and where some units did not change, comparisons take from it what it
    says of the levers' parameters. With `out` it is also written there. LabError where the event
    does not fit the records: outside them, too few months or exits before it, unknown units,
    nobody affected; `Cancelled` ``backtest_stopped``, whose simulated records the same call goes
    on from.
    """
    progress = progress or Progress()
    count_option("--simulations", simulations, 1, 10_000_000)
    count_option("--draws", draws, 2, 10_000)
    count_option("--replicates", replicates, 1, 1000)
    event, panel = load_event(file), load_panel(lab)
    column, months = _window(event, panel)
    sides = _sides(lab, event, panel, column)
    found = _before(lab, event, panel, simulations, seed, progress)
    rows = choose(found.posterior, draws, seed)
    groups = replay_change(panel, rows, column=column, months=months, before=event.before,
                           after=event.after, changed=sides[0], others=sides[1],
                           replicates=replicates, seed=seed, progress=progress)
    beside = confounders(panel, groups, column=column, months=months,
                         base_factor=event.after.incentive.base_factor
                         / event.before.incentive.base_factor, others=event.others)
    reading = read(panel, groups, rows, calibrated(panel.recorded), beside, sides, column=column)
    done = Backtest(
        event=event, start=event.month,
        groups=tuple(_told(group, event.month) for group in groups),
        confounders=tuple(asdict(each) for each in beside), reading=told_of(reading, seed),
        informed=tuple(p.name for p in found.parameters if p.informed == "estimated"),
        cautions=tuple(dict(zip(LANGUAGES, said, strict=True)) for said in
                       zip(*(found.warnings(lang) for lang in LANGUAGES), strict=True)),
        made=now(),
        inputs={"data": data_hash(lab), "model": model_version(), "code": code_version(),
                "event": fingerprint(file.read_bytes()),
                "calibration": fingerprint(found.posterior.draws)},
        options={"simulations": simulations, "draws": draws, "replicates": replicates,
                 "seed": seed, "months": months})
    _keep(done, lab, out)
    return done


def _before(
    lab: Lab, event: Event, panel: Panel, simulations: int, seed: int, progress: Progress
) -> Calibration:
    """A calibration on the months before the change; what it simulates is kept in the lab."""
    tables = StoredTables(lab.path / TABLES)
    try:
        return fit_panel(panel, until=event.month - 1, simulations=simulations, seed=seed,
                         progress=progress, cache=tables)
    except (Cancelled, KeyboardInterrupt):
        raise Cancelled("backtest_stopped", kept=tables.kept) from None


def _window(event: Event, panel: Panel) -> tuple[int, int]:
    """The column of the change and how many months after it are looked at."""
    column = event.month - panel.start
    first, last = month_name(panel.start), month_name(panel.start + panel.months - 1)
    if not 0 < column < panel.months:
        raise LabError("event_outside", date=month_name(event.month), first=first, last=last)
    if column < LEAST_BEFORE:
        raise LabError("event_too_early", date=month_name(event.month), months=column,
                       least=LEAST_BEFORE, first=first)
    left = panel.months - column
    if event.months is not None and event.months > left:
        raise LabError("event_too_long", months=event.months, left=left, last=last)
    exits = int((panel.exited < column).sum())
    if exits < FEW_EXITS:
        raise LabError("event_few_exits", date=month_name(event.month), exits=exits,
                       least=FEW_EXITS)
    return column, event.months or left


def _sides(
    lab: Lab, event: Event, panel: Panel, column: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """(n,) for whom the policy changed, and (n,) those they are held against, by the unit that each
    was in when it did."""
    if not (event.units or event.left_out):
        changed, others = np.ones(len(panel.person), bool), np.zeros(len(panel.person), bool)
    else:
        units = _units(lab, event)

        def among(named: Sequence[str]) -> NDArray[np.bool_]:
            return np.array([bool(units.get(person, frozenset()) & set(named))
                             for person in panel.person])

        left_out = among(event.left_out)
        changed = (among(event.units) if event.units else np.ones_like(left_out)) & ~left_out
        others = ~changed & ~left_out
    present = panel.observed[:, column - 1] & (panel.exited > column - 1)
    if not (changed & present).any():
        raise LabError("event_nobody", date=month_name(event.month))
    return changed, others


def _units(lab: Lab, event: Event) -> dict[str, frozenset[str]]:
    """Person -> their unit in the month of the change and the units above it."""
    month = month_name(event.month)
    with open_store(lab) as store:
        above = dict(store.rows("org_units", "org_unit_id", "parent_id"))
        rows = store.rows("employees", "person_key", "valid_from", "org_unit_id")
    latest: dict[str, str] = {}
    known = set(above)
    for person, since, unit in sorted(rows, key=lambda row: (row[0], str(row[1] or ""))):
        if unit:
            known.add(unit)
            if since is None or str(since)[:7] <= month or person not in latest:
                latest[person] = unit
    if unknown := [unit for unit in (*event.units, *event.left_out) if unit not in known]:
        raise LabError("event_unknown_units", units=", ".join(unknown),
                       known=", ".join(sorted(known)) or "-")

    def line(unit: str | None) -> frozenset[str]:
        found: list[str] = []
        while unit and unit not in found:
            found.append(unit)
            unit = above.get(unit)
        return frozenset(found)

    return {person: line(unit) for person, unit in latest.items()}


def _told(group: Group, start: int) -> dict[str, Any]:
    """A group as plain data."""
    rows = [{"month": month_name(start + m), "observed": int(group.observed[m]),
             "without": _interval(group.without[:, m]), "under": _interval(group.under[:, m])}
            for m in range(len(group.observed))]
    total = int(group.observed.sum())
    return {
        "changed": group.changed, "people": group.people, "lost": group.lost,
        "on_notice": group.on_notice, "months": rows,
        "total": {
            "observed": total, "without": _interval(group.without.sum(axis=1)),
            "under": _interval(group.under.sum(axis=1)),
            "difference": _interval(group.expected),
            "departure": _interval(total - group.without.sum(axis=1)),
            "place_without": group.place(group.without), "place_under": group.place(group.under),
            "story": group.story},
    }


def _interval(values: NDArray[np.float64]) -> dict[str, float]:
    low, high = np.quantile(values, EDGES)
    return {"mean": float(values.mean()), "lower": float(low), "upper": float(high)}


def _keep(done: Backtest, lab: Lab, out: Path | None) -> None:
    content = _table(done.groups)
    if out is not None:
        write_out(out, {"months.csv": content})
    with lab.writing():
        folder = f"events/{done.event.name}"
        lab.write(f"{folder}/months.csv", content.encode())
        lab.write_json(f"{folder}/event.json", done.to_json())


def _table(groups: Sequence[Mapping[str, Any]]) -> str:
    rows = [
        {"group": "changed" if group["changed"] else "others", "month": row["month"],
         "observed": row["observed"],
         **{f"{part}_{key}": value for part in ("without", "under")
            for key, value in row[part].items()}}
        for group in groups for row in group["months"]]
    return as_csv(rows)

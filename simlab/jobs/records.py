"""A lab's records: bring files in, and say what is there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from simlab.errors import LabError
from simlab.jobs.common import read_json
from simlab.lab import Lab
from simlab.panel import STILL_HERE, Panel, month_name
from simlab.progress import Progress
from simlab.records import ImportReport, data_hash, import_files
from simlab.records import load_panel as read_panel
from simlab.report.contents import DataUsed


def import_records(
    lab: Lab, files: Sequence[Path], profile: str, *, dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Read `files` as `profile` says; all of it is written, or nothing."""
    return import_files(lab, files, profile, dry_run=dry_run, progress=progress)


def load_panel(lab: Lab) -> Panel:
    """The lab's records as a panel; a LabError ``no_records`` where there are none."""
    panel = panel_or_none(lab)
    if panel is None:
        raise LabError("no_records", path=lab.path)
    return panel


def panel_or_none(lab: Lab) -> Panel | None:
    """The lab's records as a panel; None where there are none."""
    try:
        return read_panel(lab)
    except LabError as error:
        if error.code != "nothing_recorded":
            raise
        return None


def data_used(lab: Lab) -> DataUsed | None:
    """Totals of the records; None where there are none."""
    panel = panel_or_none(lab)
    if panel is None:
        return None
    # The demo says of its firm that it is made up.
    described = read_json(lab, "demo.json") or {}
    return DataUsed(
        people=len(panel.person), first_month=month_name(panel.start),
        last_month=month_name(panel.start + panel.months - 1),
        person_months=int(panel.employed.sum()), exits=int((panel.exited != STILL_HERE).sum()),
        fingerprint=data_hash(lab)[:16], source=described.get("source", ""),
    )

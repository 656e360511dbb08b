"""Panels and stores as canonical files, which import back unchanged."""

from __future__ import annotations

import calendar
import csv
import datetime
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simlab.lab import Lab
from simlab.panel import STILL_HERE, Panel, month_name
from simlab.records.schema import TABLES, Column, Table
from simlab.records.store import open_store
from simlab.records.values import write


def tables(panel: Panel, kpi: str = "sales_amount") -> dict[str, pd.DataFrame]:
    """The canonical tables of `panel` (real or simulated) by name, headers as in files.

    `employee_no` is the panel's person id. Days within a month are not in a panel: people are
    hired on the first and leave on the last day of theirs.
    """
    person = np.array(panel.person, dtype=object)
    months = np.array([month_name(panel.start + t) for t in range(panel.months)], dtype=object)
    n, t = np.nonzero(panel.observed)
    rated_n, rated_t = np.nonzero(panel.observed & (panel.rating > 0))
    paid_n, paid_t = np.nonzero(panel.employed & np.isfinite(panel.base))
    return {
        "employees": _employees(panel, person),
        "monthly_performance": pd.DataFrame({
            "employee_no": person[n], "month": months[t], "kpi_id": kpi,
            "actual": panel.business[n, t].astype(np.float64)}),
        "ratings": pd.DataFrame({
            "employee_no": person[rated_n], "month": months[rated_t],
            "rating": panel.rating[rated_n, rated_t]}),
        "compensation": pd.DataFrame({
            "employee_no": person[paid_n], "month": months[paid_t],
            "base": panel.base[paid_n, paid_t].astype(np.float64)}),
        "exits": _exits(panel, person),
    }


def _employees(panel: Panel, person: NDArray[np.object_]) -> pd.DataFrame:
    """A row for each person and change of grade while employed."""
    before = np.zeros_like(panel.grade)
    before[:, 1:] = panel.grade[:, :-1]
    begins = np.arange(panel.months) == panel.first[:, None]
    n, t = np.nonzero(panel.employed & (begins | (panel.grade != before)))
    grade = panel.grade[n, t].astype(object)
    grade[grade == 0] = None
    return pd.DataFrame({
        "employee_no": person[n],
        "valid_from": [_first_day(panel.start + int(column)) for column in t],
        "hire_date": [_first_day(panel.start + int(column)) for column in panel.hired[n]],
        "grade": grade,
    })


def _exits(panel: Panel, person: NDArray[np.object_]) -> pd.DataFrame:
    gone = np.flatnonzero(panel.exited != STILL_HERE)
    days = [_last_day(panel.start + int(column)) for column in panel.exited[gone]]
    return pd.DataFrame({"employee_no": person[gone], "last_day": days})


def _first_day(month: int) -> str:
    return f"{month_name(month)}-01"


def _last_day(month: int) -> str:
    days = calendar.monthrange(month // 12, month % 12 + 1)[1]
    return datetime.date(month // 12, month % 12 + 1, days).isoformat()


def export_panel(
    panel: Panel, directory: Path | str, kpi: str = "sales_amount"
) -> tuple[Path, ...]:
    """Write the canonical tables of `panel` as CSV files into `directory`, made where missing;
    returns them. ``import_files(lab, files, "canonical")`` gives the panel back."""
    return tuple(
        _write(Path(directory), name, list(frame.columns),
               ([write(cell) for cell in row] for row in frame.astype(object).to_numpy()))
        for name, frame in tables(panel, kpi).items()
    )


def export_records(lab: Lab, directory: Path | str) -> tuple[Path, ...]:
    """Write every filled canonical table of the lab as a CSV file into `directory`, people by
    their employee number; returns the files. Imported into another lab they give the same
    data hash. Protected attributes stay where they are."""
    written = []
    with open_store(lab) as store:
        people = store.people()
        for name, table in TABLES.items():
            rows = [] if name == "protected_attributes" else store.rows(name)
            if rows:
                rows.sort(key=lambda row: [write(cell) for cell in row])
                written.append(_write(
                    Path(directory), name, [column.header for column in table.columns],
                    (_cells(table, row, people) for row in rows)))
    return tuple(written)


def _cells(table: Table, row: Sequence[Any], people: dict[str, str]) -> list[str]:
    def cell(column: Column, value: Any) -> str:
        return people[value] if column.kind == "person" and value is not None else write(value)

    return [cell(column, value) for column, value in zip(table.columns, row, strict=True)]


def _write(directory: Path, name: str, header: list[str], rows: Iterable[list[str]]) -> Path:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"{name}.csv"
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
    return path

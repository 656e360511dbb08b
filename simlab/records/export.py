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
from simlab.practice import skills
from simlab.records.schema import TABLES, Column, Table
from simlab.records.signs import TAGS
from simlab.records.store import open_store
from simlab.records.values import write
from simlab.world import COURSES, SKILLS


def tables(panel: Panel, kpi: str = "sales_amount") -> dict[str, pd.DataFrame]:
    """The canonical tables of `panel` (real or simulated) by name, headers as in files.

    `employee_no` is the panel's person id. Days within a month are not in a panel: people are
    hired on the first and leave on the last day of theirs. Of the panel's signs come scores,
    absence, tickets by tag, pulse answers, courses and exams; requests and accounts do not, since
    a panel counts them without telling one from another.
    """
    person = np.array(panel.person, dtype=object)
    months = np.array([month_name(panel.start + t) for t in range(panel.months)], dtype=object)
    rated_n, rated_t = np.nonzero(panel.observed & (panel.rating > 0))
    paid_n, paid_t = np.nonzero(panel.employed & np.isfinite(panel.base))
    return {
        "employees": _employees(panel, person),
        "monthly_performance": _performance(panel, person, months, kpi),
        "ratings": pd.DataFrame({
            "employee_no": person[rated_n], "month": months[rated_t],
            "rating": panel.rating[rated_n, rated_t]}),
        "compensation": pd.DataFrame({
            "employee_no": person[paid_n], "month": months[paid_t],
            "base": panel.base[paid_n, paid_t].astype(np.float64)}),
        "exits": _exits(panel, person),
        **_signs(panel, person, months),
    }


def _performance(
    panel: Panel, person: NDArray[np.object_], months: NDArray[np.object_], kpi: str
) -> pd.DataFrame:
    """Amounts of `kpi` where there are any, and overall scores."""
    parts = []
    if panel.amounts or panel.score is None:
        n, t = np.nonzero(panel.observed)
        parts.append(pd.DataFrame({
            "employee_no": person[n], "month": months[t], "kpi_id": kpi,
            "actual": panel.business[n, t].astype(np.float64)}))
    if panel.score is not None:
        n, t = np.nonzero(np.isfinite(panel.score))
        parts.append(pd.DataFrame({
            "employee_no": person[n], "month": months[t], "kpi_id": "overall",
            "score": panel.score[n, t].astype(np.float64)}))
    return parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True).astype(
        object).where(lambda frame: frame.notna(), None)


def _signs(
    panel: Panel, person: NDArray[np.object_], months: NDArray[np.object_]
) -> dict[str, pd.DataFrame]:
    """Tables of what the panel holds beside results, ratings and pay."""
    made: dict[str, pd.DataFrame] = {}
    for table, column, figure in (("attendance_monthly", "leave_days", panel.absence),
                                  ("pulse", "morale", panel.pulse)):
        if figure is not None:
            n, t = np.nonzero(np.isfinite(figure))
            made[table] = pd.DataFrame({
                "employee_no": person[n], "month": months[t],
                column: figure[n, t].astype(np.float64)})
    tickets = [(person[i], _first_day(panel.start + int(t)), category)
               for category, tag in TAGS.items() if getattr(panel, tag) is not None
               for i, t in zip(*np.nonzero(np.nan_to_num(getattr(panel, tag)) > 0), strict=True)
               for _ in range(int(getattr(panel, tag)[i, t]))]
    if tickets:
        made["feedback_tickets"] = pd.DataFrame(
            [(f"T{k + 1:06d}", *ticket) for k, ticket in enumerate(tickets)],
            columns=["ticket_id", "employee_no", "opened_at", "category"])
    return made | _training(panel, person)


def _training(panel: Panel, person: NDArray[np.object_]) -> dict[str, pd.DataFrame]:
    """Courses completed by the number that a panel gives them, and exams."""
    if panel.course is None:
        return {}
    names = [*skills("sales"), *(f"industry_{k + 1}" for k in range(COURSES - SKILLS)), "other"]
    n, t = np.nonzero((panel.course != 0) & panel.employed)
    last = [_last_day(panel.start + int(column)) for column in t]
    course = [names[number - 1 if number > 0 else -1] for number in panel.course[n, t]]
    made = {
        "courses": pd.DataFrame({"course_id": names, "skill_ids": names}),
        "enrolments": pd.DataFrame({
            "employee_no": person[n], "course_id": course,
            "enrolled_on": [_first_day(panel.start + int(column)) for column in t],
            "completed_on": last}),
    }
    if panel.passed is not None and panel.failed is not None:
        sat = (np.nan_to_num(panel.passed) + np.nan_to_num(panel.failed))[n, t] > 0
        made["exam_results"] = made["enrolments"][["employee_no", "course_id"]].assign(
            date=last, passed=panel.passed[n, t] > 0)[sat]
    return made


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
        **({"org_unit_id": np.array(panel.unit, dtype=object)[n]} if panel.unit else {}),
    })


def _exits(panel: Panel, person: NDArray[np.object_]) -> pd.DataFrame:
    gone = np.flatnonzero(panel.exited != STILL_HERE)
    days = [_last_day(panel.start + int(column)) for column in panel.exited[gone]]
    made = pd.DataFrame({"employee_no": person[gone], "last_day": days})
    if panel.noticed is not None:
        made["notice_date"] = [_first_day(panel.start + int(column))
                               for column in panel.noticed[gone]]
    return made


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

"""What the tables beside results, ratings and pay say of people's months, as a panel's arrays.

A table that is missing or says nothing of these people gives no array. Tables that log events
(tickets, exams, accounts) say 0 in a month without one, from the first month they log on.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simlab.panel import STILL_HERE, month_number
from simlab.practice import NAMES, skills
from simlab.records.store import Store
from simlab.records.values import Value

Rows = list[tuple[Value, ...]]
Matrix = NDArray[np.float32]

TAGS = {"workload": "pressure", "skill_gap": "communication", "cross_dept_support": "resources"}
"""Category of a feedback ticket -> the panel's tag. Tickets of `cross_dept_support` that a unit
is assigned to are requests to it and are counted as those."""
_NOTICED = 0.9
"""Share of exits with a known day of notice from which notice counts as recorded."""


@dataclass(frozen=True)
class Frame:
    """The people and months of a panel."""

    place: dict[str, int]
    """Row of each pseudonym."""
    start: int
    employed: NDArray[np.bool_]
    """(n, T)."""
    exited: NDArray[np.int32]

    def column(self, day: datetime.date) -> int:
        """Column of the month of a day."""
        return day.year * 12 + day.month - 1 - self.start

    def counts(self, events: list[tuple[str, int]], since: int) -> Matrix:
        """(n, T) events (person, column) a month of employment from column `since` on."""
        out = np.where(self.employed, 0.0, np.nan).astype(np.float32)
        out[:, : max(since, 0)] = np.nan
        for person, column in events:
            if person in self.place and max(since, 0) <= column < out.shape[1]:
                out[self.place[person], column] += 1
        return out


def signs(store: Store, frame: Frame) -> dict[str, Any]:
    """The optional arrays of a `Panel` that the records of `store` fill, by field; scores and
    units are the panel's own."""
    found: dict[str, Any] = {}
    readers: tuple[Callable[[Store, Frame], dict[str, Any]], ...] = (
        _notice, _absence, _tickets, _pulse, _courses, _accounts)
    for reader in readers:
        found |= reader(store, frame)
    return found


def _notice(store: Store, frame: Frame) -> dict[str, Any]:
    noticed = np.full(len(frame.place), STILL_HERE, np.int32)
    for key, day in store.rows("exits", "person_key", "notice_date"):
        row = frame.place.get(key)
        if day is not None and row is not None and frame.exited[row] < STILL_HERE:
            noticed[row] = min(max(frame.column(day), 0), frame.exited[row])
    exits = frame.exited < STILL_HERE
    known = (noticed[exits] < STILL_HERE).mean() if exits.any() else 0.0
    return {"noticed": noticed} if known >= _NOTICED else {}


def _absence(store: Store, frame: Frame) -> dict[str, Any]:
    """Days of leave; where only days scheduled and worked are known, what lies between them."""
    rows: Rows = []
    columns = ("person_key", "month", "leave_days", "scheduled_days", "worked_days")
    for key, month, leave, scheduled, worked in store.rows("attendance_monthly", *columns):
        if leave is None and scheduled is not None and worked is not None:
            leave = max(scheduled - worked, 0.0)
        if leave is not None:
            rows.append((key, month_number(month), leave))
    days = filled(rows, frame.place, frame.start, frame.employed.shape)
    days = np.where(frame.employed, days, np.nan).astype(np.float32)
    return {"absence": days} if np.isfinite(days).any() else {}


def _tickets(store: Store, frame: Frame) -> dict[str, Any]:
    """Tickets by tag, and requests that wait for other departments."""
    rows = [row for row in store.rows("feedback_tickets", "person_key", "opened_at", "category",
                                      "assigned_unit", "resolved_at") if row[0] in frame.place]
    if not rows:
        return {}
    since = min(frame.column(row[1]) for row in rows)
    asked = [row for row in rows if row[2] == "cross_dept_support" and row[3]]
    told = [row for row in rows if row[2] in TAGS
            and not (row[2] == "cross_dept_support" and row[3])]
    found = {
        tag: frame.counts([(row[0], frame.column(row[1])) for row in told
                           if TAGS[row[2]] == tag], since)
        for tag in TAGS.values()
    } if told else {}
    if asked:
        found["raised"] = frame.counts([(row[0], frame.column(row[1])) for row in asked], since)
        months = frame.employed.shape[1]
        found["waiting"] = frame.counts(
            [(key, column) for key, opened, _, _, resolved in asked
             for column in range(frame.column(opened),
                                 months if resolved is None else frame.column(resolved))], since)
    return found


def _pulse(store: Store, frame: Frame) -> dict[str, Any]:
    """The last answer on morale of each quarter, in the column that ends the quarter."""
    out = np.full(frame.employed.shape, np.nan, np.float32)
    rows = store.rows("pulse", "person_key", "month", "morale")
    for key, month, morale in sorted(rows, key=lambda row: (row[0], row[1])):
        number = month_number(month)
        column = number + 2 - number % 3 - frame.start
        row = frame.place.get(key)
        if morale is None or row is None or not 0 <= column < frame.employed.shape[1]:
            continue
        if frame.employed[row, column]:
            out[row, column] = morale
    return {"pulse": out} if np.isfinite(out).any() else {}


def _courses(store: Store, frame: Frame) -> dict[str, Any]:
    """Courses completed, by number, and exams. An exam tells of a course as its completion does."""
    taught = {course: _number(skill_ids or "")
              for course, skill_ids in store.rows("courses", "course_id", "skill_ids")}
    taken = [(key, frame.column(day), taught.get(course, -1)) for key, course, day in
             store.rows("enrolments", "person_key", "course_id", "completed_on")
             if day is not None and key in frame.place]
    exams = [(key, frame.column(day), taught.get(course, -1), passed)
             for key, course, day, passed in
             store.rows("exam_results", "person_key", "course_id", "date", "passed")
             if key in frame.place and passed is not None]
    if not taken and not exams:
        return {}
    course = np.zeros(frame.employed.shape, np.int8)
    for key, column, number in sorted([*taken, *((k, c, n) for k, c, n, _ in exams)]):
        if 0 <= column < frame.employed.shape[1] and frame.employed[frame.place[key], column]:
            course[frame.place[key], column] = number
    found: dict[str, Any] = {"course": course}
    if exams:
        since = min(column for _, column, _, _ in exams)
        for name, want in (("passed", True), ("failed", False)):
            found[name] = frame.counts(
                [(key, column) for key, column, _, passed in exams if bool(passed) == want], since)
    return found


def _number(skill_ids: str) -> int:
    """1 + number of the course on the first of these skills that a role pack knows; -1 if none."""
    for word in skill_ids.replace(";", ",").replace("，", ",").replace("；", ",").split(","):
        for practice in NAMES:
            if word.strip() in skills(practice):
                return 1 + skills(practice).index(word.strip())
    return -1


def _accounts(store: Store, frame: Frame) -> dict[str, Any]:
    """Key accounts opened since the record began, won, lost, their complaints, and the month in
    which a person's key work began. Accounts from before say only that it had begun."""
    rows = [row for row in store.rows("accounts", "account_id", "person_key", "segment",
                                      "opened_on", "won_on", "closed_on")
            if row[1] in frame.place and row[2] in (None, "key", "premium")]
    if not rows:
        return {}
    key_from = np.full(len(frame.place), STILL_HERE, np.int32)
    for _, key, _, opened, _, _ in rows:
        row = frame.place[key]
        key_from[row] = min(key_from[row], max(frame.column(opened), 0))
    since = [row for row in rows if frame.column(row[3]) >= 0]

    def events(part: int) -> Matrix:
        return frame.counts([(row[1], frame.column(row[part])) for row in since
                             if row[part] is not None], 0)

    found: dict[str, Any] = {
        "key_from": key_from, "opened": events(3), "won": events(4), "lost": events(5)}
    owner = {row[0]: row[1] for row in since}
    heard = [(owner[account], month_number(month) - frame.start, complaints)
             for account, month, complaints in
             store.rows("account_months", "account_id", "month", "complaints")
             if account in owner and complaints is not None]
    if heard:
        found["complaints"] = frame.counts(
            [(key, column) for key, column, number in heard for _ in range(number)],
            min(column for _, column, _ in heard))
    return found


def scatter(
    rows: Rows, place: dict[str, int], start: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Row, column and value of (person, month number, value) rows of the people in `place`."""
    kept = [(place[key], month - start, value) for key, month, value in rows if key in place]
    if not kept:
        empty = np.zeros(0, dtype=np.int64)
        return empty, empty, np.zeros(0)
    n, t, value = zip(*kept, strict=True)
    return np.array(n), np.array(t), np.array(value, dtype=np.float64)


def filled(
    rows: Rows, place: dict[str, int], start: int, shape: tuple[int, int]
) -> NDArray[np.float64]:
    """(n, T) the values at their months, NaN elsewhere."""
    n, t, value = scatter(rows, place, start)
    inside = (t >= 0) & (t < shape[1])
    out = np.full(shape, np.nan)
    out[n[inside], t[inside]] = value[inside]
    return out

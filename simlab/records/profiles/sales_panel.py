"""The sales panel: monthly records of insurance sales agents, one row a person and month.

Published for a data competition; `Quarterly Rating` is set from the same quarter's business,
newcomers get rating 1 by default, some leavers have a row after the month they left, some
people vanish without a last day. The currency is not named.
"""

from __future__ import annotations

import datetime
import itertools
from collections import Counter, defaultdict

from simlab.errors import LabError
from simlab.panel import month_number
from simlab.records.intake import Intake
from simlab.records.reading import normal
from simlab.records.schema import TABLES, Column
from simlab.records.values import Value

_AGE = Column("age", "integer", "年龄", "Age", unit="years", lower=14, upper=100)

_COLUMNS: dict[str, Column] = {
    "MMM-YY": TABLES["monthly_performance"].column("month"),
    "Emp_ID": TABLES["employees"].column("person_key"),
    "Age": _AGE,
    "Gender": TABLES["protected_attributes"].column("gender"),
    "City": TABLES["employees"].column("site"),
    "Education_Level": TABLES["employees"].column("education"),
    "Salary": TABLES["compensation"].column("base"),
    "Dateofjoining": TABLES["employees"].column("hire_date"),
    "LastWorkingDate": Column("last_day", "date", "离职日期", "Last working day"),
    "Joining Designation": TABLES["employees"].column("hire_grade"),
    "Designation": TABLES["employees"].column("grade"),
    "Total Business Value": TABLES["monthly_performance"].column("actual"),
    "Quarterly Rating": Column("rating", "integer", "评级", "Rating", lower=1, upper=4),
}
"""The source's headers and what each becomes."""

_KPI = "sales_amount"


def gather(intake: Intake) -> None:
    """Fill `intake` from panel sheets; several may split the months or the people."""
    records: defaultdict[str, list[dict[str, Value]]] = defaultdict(list)
    for sheet in range(len(intake.sheets)):
        for record in _read(intake, sheet):
            records[record["person_key"]].append(record)
    for person, months in records.items():
        # Ordered by month, so that what is taken from the first month of a person stays the
        # same when a longer export comes.
        months.sort(key=lambda record: (record["month"], record["sheet"], record["number"]))
        _add_person(intake, person, months)
        for record in months:
            _add_month(intake, record)
    _notice(intake, records)


def _read(intake: Intake, sheet: int) -> list[dict[str, Value]]:
    """The rows of a sheet by canonical name; rows without person or month are problems."""
    source = intake.sheets[sheet]
    place = {normal(header): index for index, header in enumerate(source.header)}
    lacking = [header for header in _COLUMNS if normal(header) not in place]
    if lacking:
        intake.problems += [
            LabError("missing_column", file=source.file, row=1, field=header,
                     found=", ".join(source.header)) for header in lacking]
        return []
    known = {normal(header) for header in _COLUMNS}
    if unknown := [header for header in source.header if normal(header) not in known]:
        intake.notice("unknown_columns", file=source.file, columns=", ".join(unknown))
    columns = {
        column.name: intake.column(sheet, place[normal(header)], column)
        for header, column in _COLUMNS.items()
    }
    names = list(columns)
    records = [
        dict(zip(names, values, strict=True)) | {"sheet": sheet, "number": number}
        for number, *values in zip(source.numbers, *columns.values(), strict=True)
    ]
    needed = ("person_key", "month", "hire_date")
    return [record for record in records if all(record[name] is not None for name in needed)]


def _add_person(intake: Intake, person: str, months: list[dict[str, Value]]) -> None:
    """The person's master rows (one for each change), protected attributes and exit."""
    state: tuple[Value, ...] | None = None
    attributes = ("site", "education", "grade", "hire_grade")
    for record in months:
        if record["hire_date"] != months[0]["hire_date"]:
            intake.problem("contradiction", record["sheet"], record["number"],
                           field="Dateofjoining", found=record["hire_date"],
                           expected=months[0]["hire_date"], other=months[0]["number"])
        current = tuple(record[name] for name in attributes)
        if current != state:
            state = current
            seen = datetime.date.fromisoformat(record["month"] + "-01")
            intake.add("employees", record["sheet"], record["number"], {
                "person_key": person, "population": "sales",
                "hire_date": months[0]["hire_date"],
                "valid_from": max(seen, months[0]["hire_date"]),
                **{name: record[name] for name in attributes},
            })
    first = months[0]
    age = first["age"]
    intake.add("protected_attributes", first["sheet"], first["number"], {
        "person_key": person, "gender": first["gender"],
        "birth_year": None if age is None else int(first["month"][:4]) - age,
    })
    ends = [record for record in months if record["last_day"] is not None]
    for record in ends:
        if record["last_day"] != ends[0]["last_day"]:
            intake.problem("contradiction", record["sheet"], record["number"],
                           field="LastWorkingDate", found=record["last_day"],
                           expected=ends[0]["last_day"], other=ends[0]["number"])
    if ends:
        intake.add("exits", ends[0]["sheet"], ends[0]["number"],
                   {"person_key": person, "last_day": ends[0]["last_day"]})


def _add_month(intake: Intake, record: dict[str, Value]) -> None:
    origin = (record["sheet"], record["number"])
    key = {"person_key": record["person_key"], "month": record["month"]}
    intake.add("monthly_performance", *origin,
               key | {"kpi_id": _KPI, "actual": record["actual"]})
    if record["rating"] is not None:
        intake.add("ratings", *origin, key | {"rating": record["rating"]})
    if record["base"] is not None:
        intake.add("compensation", *origin,
                   key | {"base": record["base"], "currency": "CNY"})


def _notice(intake: Intake, records: dict[str, list[dict[str, Value]]]) -> None:
    """Say what a reader of this panel must know before believing figures from it."""
    if not records:
        return
    end = max(months[-1]["month"] for months in records.values())
    start = min(months[0]["month"] for months in records.values())
    found: Counter[str] = Counter()
    for months in records.values():
        leaves = any(record["last_day"] is not None for record in months)
        found["censored"] += not leaves and months[-1]["month"] < end
        found["at_start"] += months[0]["month"] == start
        hired = months[0]["hire_date"].isoformat()[:7]
        delayed = month_number(months[0]["month"]) > month_number(hired)
        found["delayed_entry"] += months[0]["month"] > start and delayed
        found["gaps"] += any(
            month_number(later["month"]) > month_number(earlier["month"]) + 1
            for earlier, later in itertools.pairwise(months))
        found["newcomers"] += hired >= start
        found["default_ratings"] += hired >= start and months[0]["rating"] == 1
        found["refunds"] += sum((record["actual"] or 0) < 0 for record in months)
    for code in ("at_start", "delayed_entry", "censored", "gaps", "refunds"):
        if found[code]:
            intake.notice(code, count=found[code])
    if found["default_ratings"]:
        intake.notice("default_ratings", count=found["default_ratings"],
                      newcomers=found["newcomers"])
    intake.notice("same_quarter_ratings")
    intake.notice("currency_unnamed", currency="CNY")

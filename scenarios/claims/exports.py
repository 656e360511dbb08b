"""Measures of the way from dirty export files to accepted records: machine time, and what is
left for a person to decide."""

from __future__ import annotations

import csv
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import Field

from scenarios.claims.case import CaseData, Figure, Words
from scenarios.claims.study import Measured, Study
from scenarios.sample import sample_files
from simlab.errors import LabError
from simlab.lab import Lab
from simlab.records import import_files

HEADERS = {
    "employee_no": "工号", "month": "月份", "valid_from": "生效日期", "hire_date": "入职日期",
    "grade": "职级", "base": "底薪", "rating": "评级", "last_day": "离职日期",
    "kpi_id": "指标编号", "actual": "实际值",
}
"""Headers as a Chinese export has them."""
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
Rows = list[list[str]]


class Faults(CaseData):
    """How often each fault that only a person can mend is planted."""

    ambiguous_dates: int = Field(default=4, ge=0, le=100)
    repeated_rows: int = Field(default=4, ge=0, le=100)
    unreadable_numbers: int = Field(default=4, ge=0, le=100)


@dataclass(frozen=True)
class Intake:
    """One run from dirty files to an accepted import."""

    seconds: float
    """Of the machine: every reading and refusal, and the import that was accepted."""
    decisions: int
    """Problems the import named, each of which a person had to settle."""
    cells_mended: int
    """Cells that the import read although they were not written in the canonical way."""
    rows: int


def machine_seconds(study: Study, _figure: Figure, options: Faults) -> Measured:
    """Machine time from dirty files to accepted records, in each repeat."""
    return Measured(np.array([run.seconds for run in _runs(study, options)]))


def manual_decisions(study: Study, _figure: Figure, options: Faults) -> Measured:
    """Problems that a person had to settle before the import was accepted."""
    return Measured(np.array([float(run.decisions) for run in _runs(study, options)]))


def cells_mended(study: Study, _figure: Figure, options: Faults) -> Measured:
    """Cells that needed nobody although they were not canonical."""
    return Measured(np.array([float(run.cells_mended) for run in _runs(study, options)]))


class Untested(CaseData):
    """Why a claim cannot be tested here."""

    why: Words


def not_testable(_study: Study, _figure: Figure, options: Untested) -> Measured:
    """No figure, for the reason given: what was not measured is not claimed."""
    return Measured(np.full(1, np.nan), reason=options.why.model_dump())


def _runs(study: Study, options: Faults) -> list[Intake]:
    key = ("intake", options.model_dump_json())
    if key not in study.kept:
        runs = []
        for repeat in range(study.replicates):
            study.progress.advance("intake", repeat, study.replicates)
            with tempfile.TemporaryDirectory() as folder:
                runs.append(take_in(Path(folder), options, study.seed + repeat))
        study.kept[key] = runs
    kept: list[Intake] = study.kept[key]
    return kept


def take_in(folder: Path, options: Faults, seed: int) -> Intake:
    """Write a dirty export of the sample firm into `folder`, import it, settle what is refused
    as its message says, and import again until it is accepted."""
    clean = {path.stem: _rows(path) for path in sample_files()}
    dirty, mended = _soil(clean, seed)
    _plant(dirty, options, np.random.default_rng(seed))
    lab = Lab.create(folder / "lab")
    decisions, seconds = 0, 0.0
    while True:
        files = [_write(folder, name, rows) for name, rows in dirty.items()]
        began = time.perf_counter()
        try:
            import_files(lab, files, "canonical")
        except LabError as error:
            seconds += time.perf_counter() - began
            named = [problem for problem in error.problems if "row" in problem.values]
            if not named:
                raise
            # an orphan may be but the shadow of a row that could not be read: it is looked at
            # again once that row is mended
            named = [problem for problem in named if problem.code != "orphan"] or named
            decisions += len(named)
            _settle(dirty, clean, named)
            continue
        seconds += time.perf_counter() - began
        return Intake(seconds, decisions, mended, sum(len(rows) - 1 for rows in clean.values()))


def _rows(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def _write(folder: Path, name: str, rows: Rows) -> Path:
    path = folder / f"{name}.csv"
    with path.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def _soil(clean: dict[str, Rows], seed: int) -> tuple[dict[str, Rows], int]:
    """The tables as an export would have them: Chinese headers, full-width digits, stray spaces,
    thousands separators, other ways to write dates and months. Returns them with the number of
    cells that are written in another way than the canonical one."""
    generator = np.random.default_rng(seed)
    mended = 0
    dirty: dict[str, Rows] = {}
    for name, rows in clean.items():
        header = rows[0]
        soiled = [[HEADERS[column] for column in header]]
        for row in rows[1:]:
            cells = [
                _soiled(column, cell, int(way))
                for column, cell, way in zip(header, row, generator.integers(0, 5, len(row)),
                                             strict=True)
            ]
            mended += sum(cell != was for cell, was in zip(cells, row, strict=True))
            soiled.append(cells)
        dirty[name] = soiled
    return dirty, mended


def _soiled(column: str, cell: str, way: int) -> str:
    """One cell, written in one of the ways in which exports write such a figure."""
    if way == 0 or not cell:
        return cell
    if way == 1:
        return f" {cell} "
    if column in ("month", "valid_from", "hire_date", "last_day"):
        parts = cell.split("-")
        written = {
            2: "/".join(parts),
            3: "年".join(parts[:2]) + "月" + (f"{parts[2]}日" if len(parts) == 3 else ""),
            4: cell.translate(FULL_WIDTH),
        }
        return written[way]
    if column in ("base", "actual"):
        number = float(cell)
        grouped = f"{number:,.0f}" if number.is_integer() else cell
        return {2: grouped, 3: cell.translate(FULL_WIDTH), 4: f"¥{cell}" if number >= 0 else cell}[
            way]
    return cell.translate(FULL_WIDTH) if column in ("grade", "rating") else cell


def _plant(dirty: dict[str, Rows], options: Faults, generator: np.random.Generator) -> None:
    """Faults that no reader may guess away: a date with two readings, a row twice, a number that
    is none."""
    hired = dirty["employees"][0].index(HEADERS["hire_date"])
    for place in _places(dirty["employees"], options.ambiguous_dates, generator):
        dirty["employees"][place][hired] = "03/04/2023"
    actual = dirty["monthly_performance"][0].index(HEADERS["actual"])
    for place in _places(dirty["monthly_performance"], options.unreadable_numbers, generator):
        dirty["monthly_performance"][place][actual] = "待定"
    for place in _places(dirty["ratings"], options.repeated_rows, generator):
        dirty["ratings"].append(list(dirty["ratings"][place]))


def _places(rows: Rows, count: int, generator: np.random.Generator) -> list[int]:
    return [1 + int(place) for place in generator.choice(len(rows) - 1, count, replace=False)]


def _settle(dirty: dict[str, Rows], clean: dict[str, Rows], named: list[LabError]) -> None:
    """What a person does about each named problem: look the row up and write what is true, or
    delete a row that is there twice."""
    twice: dict[str, set[int]] = {}
    for problem in named:
        table = Path(str(problem.values["file"])).stem
        place = int(problem.values["row"]) - 1
        if place < len(clean[table]):
            dirty[table][place] = list(clean[table][place])
        else:
            twice.setdefault(table, set()).add(place)
    for table, places in twice.items():
        dirty[table] = [row for place, row in enumerate(dirty[table]) if place not in places]

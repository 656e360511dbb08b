"""The whole job on the built-in sample firm."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from simlab.errors import LabError
from simlab.i18n import LANGUAGES, text
from simlab.jobs.answering import answers
from simlab.jobs.calibrating import calibrate
from simlab.jobs.checking import check
from simlab.jobs.common import read_json
from simlab.jobs.comparing import Compared, compare
from simlab.jobs.forecasting import forecast
from simlab.jobs.outlook import outlook
from simlab.jobs.records import import_records
from simlab.jobs.reporting import report
from simlab.lab import Lab
from simlab.panel import month_name
from simlab.progress import Progress
from simlab.records import ImportReport, load_panel
from simlab.report.contents import Fit

FIRMS = ("sales", "hospital")
"""Built-in firms: the sample firm of sales people, and the sample hospital."""
SCENARIO, HOSPITAL_SCENARIO = "sales_transition", "premium_care"
SIMULATIONS = 4000
"""Simulated records for the demo's calibration: less fine than the default, and quick."""
DRAWS = 100
REPLICATES = ANSWER_REPLICATES = 8
FORECAST_MONTHS, FORECAST_DRAWS = 6, 40
_MARK = "demo.json"


@dataclass(frozen=True)
class Demo:
    """What the demo made."""

    lab: Lab
    imported: ImportReport
    fit: Fit | None
    """None for the hospital: only records of sales people can be calibrated on person by person."""
    checked: Mapping[str, Any] | None
    compared: Compared
    report: Path
    seconds: dict[str, float]

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "lab": str(self.lab.path), "report": str(self.report), "seconds": self.seconds,
            "import": self.imported.as_dict(),
            "check": None if self.checked is None else self.checked["verdict"],
            "comparison": self.compared.to_json(),
        }


def demo(
    folder: Path, lang: str, progress: Progress | None = None, *, firm: str = "sales"
) -> Demo:
    """Import the sample firm, calibrate on it and check that, compare three policies, forecast and
    report. With `firm` ``hospital``: import the sample hospital, look ahead, compare its scenario
    over assumptions and report. LabError ``unknown_firm`` for another.

    The lab is made beside `folder` and put in its place when all of it has worked, so a demo
    that is stopped leaves an earlier one as it was. A LabError where `folder` holds anything
    but an earlier demo.
    """
    progress = progress or Progress()
    if firm not in FIRMS:
        raise LabError("unknown_firm", firm=firm, known=", ".join(FIRMS))
    folder = folder.absolute()
    if folder.exists() and not _replaceable(folder):
        raise LabError("not_a_demo", path=folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as draft:
        run = _run if firm == "sales" else _run_hospital
        made = run(Path(draft) / folder.name, lang, progress)
        if folder.exists():
            shutil.rmtree(folder)
        made.lab.path.replace(folder)
    return Demo(Lab.open(folder), made.imported, made.fit, made.checked, made.compared,
                folder / made.report.relative_to(made.lab.path), made.seconds)


def sample_lab(path: Path) -> tuple[Lab, ImportReport]:
    """A new lab in `path` that holds the records of the sample firm."""
    return _with_records(Lab.create(path), "demo.source", "sample_firm")


def hospital_lab(path: Path) -> tuple[Lab, ImportReport]:
    """A new lab in `path` that holds the records of the sample hospital (`scenarios.hospital`)."""
    return _with_records(Lab.create(path, practice="medical"), "demo.hospital", "sample_hospital")


def _with_records(lab: Lab, source: str, folder: str) -> tuple[Lab, ImportReport]:
    lab.write_json(_MARK, {"source": {code: text(source, code) for code in LANGUAGES}})
    with resources.as_file(resources.files("scenarios") / folder) as tables:
        imported = import_records(lab, sorted(tables.glob("*.csv")), "canonical")
    return lab, imported


def _replaceable(folder: Path) -> bool:
    if not folder.is_dir():
        return False
    try:
        return read_json(Lab.open(folder), _MARK) is not None
    except LabError:
        return not any(folder.iterdir())


class _Clock:
    """Seconds that each step took."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - began, 2)


def _run(path: Path, lang: str, progress: Progress) -> Demo:
    clock = _Clock()
    step = clock.step
    with step("import"):
        lab, imported = sample_lab(path)
    with step("calibrate"):
        fit = calibrate(lab, simulations=SIMULATIONS, progress=progress)
    with step("check"):
        checked = check(lab, progress=progress)
    with step("compare"):
        compared = compare(lab, SCENARIO, draws=DRAWS, replicates=REPLICATES, progress=progress)
    with step("answers"):
        answers(lab, SCENARIO, draws=DRAWS, replicates=ANSWER_REPLICATES, progress=progress)
    with step("forecast"):
        panel = load_panel(lab)
        forecast(lab, month_name(panel.start + panel.months), FORECAST_MONTHS,
                 draws=FORECAST_DRAWS, progress=progress)
    with step("report"):
        # Both languages, because either reader may be sent the page.
        paths = {each: report(lab, each, progress=progress) for each in LANGUAGES}
    return Demo(lab, imported, fit, checked, compared, paths[lang], clock.seconds)


def _run_hospital(path: Path, lang: str, progress: Progress) -> Demo:
    clock = _Clock()
    with clock.step("import"):
        lab, imported = hospital_lab(path)
    with clock.step("outlook"):
        outlook(lab, progress=progress)
    with clock.step("compare"):
        compared = compare(lab, HOSPITAL_SCENARIO, draws=DRAWS, replicates=REPLICATES,
                           progress=progress)
    with clock.step("report"):
        paths = {each: report(lab, each, progress=progress) for each in LANGUAGES}
    return Demo(lab, imported, None, None, compared, paths[lang], clock.seconds)

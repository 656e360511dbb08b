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
from simlab.jobs.records import import_records
from simlab.jobs.reporting import report
from simlab.lab import Lab
from simlab.panel import month_name
from simlab.progress import Progress
from simlab.records import ImportReport, load_panel
from simlab.report.contents import Fit

SCENARIO = "sales_transition"
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
    fit: Fit
    checked: Mapping[str, Any]
    compared: Compared
    report: Path
    seconds: dict[str, float]

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "lab": str(self.lab.path), "report": str(self.report), "seconds": self.seconds,
            "import": self.imported.as_dict(), "check": self.checked["verdict"],
            "comparison": self.compared.to_json(),
        }


def demo(folder: Path, lang: str, progress: Progress | None = None) -> Demo:
    """Import the sample firm, calibrate on it and check that, compare three policies, forecast and
    report.

    The lab is made beside `folder` and put in its place when all of it has worked, so a demo
    that is stopped leaves an earlier one as it was. A LabError where `folder` holds anything
    but an earlier demo.
    """
    progress = progress or Progress()
    folder = folder.absolute()
    if folder.exists() and not _replaceable(folder):
        raise LabError("not_a_demo", path=folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as draft:
        made = _run(Path(draft) / folder.name, lang, progress)
        if folder.exists():
            shutil.rmtree(folder)
        made.lab.path.replace(folder)
    return Demo(Lab.open(folder), made.imported, made.fit, made.checked, made.compared,
                folder / made.report.relative_to(made.lab.path), made.seconds)


def sample_lab(path: Path) -> tuple[Lab, ImportReport]:
    """A new lab in `path` that holds the records of the sample firm."""
    lab = Lab.create(path)
    lab.write_json(_MARK, {"source": {code: text("demo.source", code) for code in LANGUAGES}})
    with resources.as_file(resources.files("scenarios") / "sample_firm") as tables:
        imported = import_records(lab, sorted(tables.glob("*.csv")), "canonical")
    return lab, imported


def _replaceable(folder: Path) -> bool:
    if not folder.is_dir():
        return False
    try:
        return read_json(Lab.open(folder), _MARK) is not None
    except LabError:
        return not any(folder.iterdir())


def _run(path: Path, lang: str, progress: Progress) -> Demo:
    seconds: dict[str, float] = {}

    @contextmanager
    def step(name: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        seconds[name] = round(time.perf_counter() - began, 2)

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
    return Demo(lab, imported, fit, checked, compared, paths[lang], seconds)

"""Small files to import."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PANEL = ROOT.parent / "shared/data/sales_panel/sales_panel_2016-01_2017-06.csv"

HEADER = ("MMM-YY,Emp_ID,Age,Gender,City,Education_Level,Salary,Dateofjoining,LastWorkingDate,"
          "Joining Designation,Designation,Total Business Value,Quarterly Rating")


@pytest.fixture(scope="session")
def sales_panel() -> Path:
    if not PANEL.exists():
        pytest.skip(f"the sales panel is not at {PANEL}")
    return PANEL


@pytest.fixture
def row():
    """A row of a sales panel, with what a test cares about put in."""

    def make(month, person="0042", hired="2015-11-02", last="", business="1000", rating="2",
             grade="1", salary="50000", age="30"):
        return (f"{month},{person},{age},Female,C1,Master,{salary},{hired},{last},1,{grade},"
                f"{business},{rating}")

    return make


@pytest.fixture
def sheet(tmp_path):
    """Writes a sales-panel CSV file of the given rows."""

    def make(*rows, name="panel.csv", header=HEADER, encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes("\n".join([header, *rows, ""]).encode(encoding))
        return path

    return make


@pytest.fixture
def files(tmp_path):
    """Writes canonical CSV files: files(employees="...", exits="...")."""

    def make(encoding="utf-8", **tables):
        paths = []
        for name, text in tables.items():
            path = tmp_path / f"{name}.csv"
            lines = [line.strip() for line in text.strip().splitlines()]
            path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
            paths.append(path)
        return paths

    return make

"""Can a blank template be filled in and imported?"""

import csv

import pytest
from openpyxl import load_workbook

from simlab.errors import LabError
from simlab.records import import_files, load_panel, write_template
from simlab.records.schema import TABLES
from simlab.records.template import WORKBOOK

CELLS = {
    "员工 employees": {1: "0007", 3: "2020-01-01", 7: 2},
    "月度绩效 monthly_performance": {1: "0007", 2: "2026年1月", 3: "sales_amount", 4: 12.5},
}


def test_a_filled_workbook_imports(lab, tmp_path):
    write_template(tmp_path / "sheets")
    path = tmp_path / "sheets" / WORKBOOK
    book = load_workbook(path)
    for title, cells in CELLS.items():
        for column, value in cells.items():
            book[title].cell(2, column, value)
    book.save(path)
    report = import_files(lab, [path], "canonical")
    assert not report.warnings
    assert load_panel(lab).business.tolist() == [[12.5]]
    assert load_panel(lab).grade.tolist() == [[2]]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_filled_csv_files_import(lab, tmp_path, encoding):
    paths = write_template(tmp_path / "sheets")[1:]
    assert len(paths) == len(TABLES)
    for path in paths:
        title = next((t for t in CELLS if t.endswith(path.stem)), None)
        header = path.read_text("utf-8-sig").strip().split(",")
        row = [CELLS.get(title, {}).get(place, "") for place in range(1, len(header) + 1)]
        with path.open("w", encoding=encoding, newline="") as file:
            csv.writer(file).writerows([header, row])
    report = import_files(lab, paths, "canonical")
    assert report.people == 1
    assert load_panel(lab).business.tolist() == [[12.5]]


def test_blank_sheets_have_nothing_to_import(lab, tmp_path):
    paths = write_template(tmp_path)
    with pytest.raises(LabError) as caught:
        import_files(lab, paths, "canonical")
    assert caught.value.code == "no_rows"


def test_a_template_never_overwrites(tmp_path):
    write_template(tmp_path)
    (tmp_path / WORKBOOK).unlink()
    with pytest.raises(LabError) as caught:
        write_template(tmp_path)
    assert caught.value.code == "template_exists"


def test_the_guide_names_every_column(tmp_path):
    write_template(tmp_path)
    guide = load_workbook(tmp_path / WORKBOOK).worksheets[0]
    assert guide.max_row == 1 + sum(len(table.columns) for table in TABLES.values())

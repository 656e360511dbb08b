"""Is every file read as it stands, with the row numbers a spreadsheet shows?"""

import datetime
import zipfile

import pandas as pd
import pytest
from openpyxl import Workbook

from simlab.errors import LabError
from simlab.records.reading import normal, read


@pytest.mark.parametrize(("encoding", "named"), [
    ("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("gb18030", "gb18030"), ("utf-16", "utf-16"),
])
def test_encodings_are_detected(tmp_path, encoding, named):
    path = tmp_path / "员工.csv"
    path.write_bytes("工号,部门\n007,销售一部\n".encode(encoding))
    [sheet] = read(path)
    assert sheet.header == ("工号", "部门")
    assert sheet.rows == (("007", "销售一部"),)
    assert (sheet.encoding, sheet.name) == (named, "员工")


def test_rows_are_numbered_as_a_spreadsheet_shows_them(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b'\r\nid,note\r\n1,"two\r\nlines"\r\n,\r\n2\r\n')
    [sheet] = read(path)
    assert sheet.rows == (("1", "two\r\nlines"), ("2", ""))
    assert sheet.numbers == (3, 5)


@pytest.mark.parametrize("separator", [";", "\t"])
def test_other_separators(tmp_path, separator):
    path = tmp_path / "a.csv"
    path.write_text(f"id{separator}name\n1{separator}a,b\n")
    [sheet] = read(path)
    assert sheet.rows == (("1", "a,b"),)


def test_a_workbook(tmp_path):
    book = Workbook()
    first = book.active
    first.title = "员工"
    first.append(["工号", "入职日期", "比率", "职级"])
    first.append([42, datetime.datetime(2016, 3, 5), 0.5, 3.0])
    first["A2"].number_format = "00000"
    book.create_sheet("空")
    second = book.create_sheet("exits")
    second.append(["employee_no"])
    second.append(["00042"])
    path = tmp_path / "firm.csv"  # the content says what it is, not the suffix
    book.save(tmp_path / "firm.xlsx")
    (tmp_path / "firm.xlsx").rename(path)
    sheets = read(path)
    assert [sheet.file for sheet in sheets] == ["firm.csv[员工]", "firm.csv[exits]"]
    assert sheets[0].rows == (("00042", "2016-03-05", "0.5", "3"),)


def test_a_workbook_with_gaps_and_a_wrong_size_loses_nothing(tmp_path):
    book = Workbook()
    book.active.append(["employee_no", "", "base"])
    book.active["A4"] = "1"
    book.active["C4"] = 5
    whole, lying = tmp_path / "whole.xlsx", tmp_path / "lying.xlsx"
    book.save(whole)
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(lying, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(b'ref="A1:C4"', b'ref="A1"'))
    [sheet] = read(lying)
    assert sheet.rows == (("1", "", "5"),)
    assert sheet.numbers == (4,)


def test_a_quote_that_never_closes_swallows_no_rows(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('id,name\n1,x\n2,"y\n3,z\n')
    with pytest.raises(LabError) as caught:
        read(path)
    assert (caught.value.code, caught.value.values["row"]) == ("bad_csv", 3)


def test_parquet(tmp_path):
    path = tmp_path / "exits.parquet"
    pd.DataFrame({
        "employee_no": ["007", "008"], "last_day": pd.to_datetime(["2016-03-05", None]),
        "count": [1, 2], "share": [0.25, None], "regretted": [True, False],
    }).to_parquet(path)
    [sheet] = read(path)
    assert sheet.rows == (("007", "2016-03-05", "1", "0.25", "true"),
                          ("008", "", "2", "", "false"))
    assert sheet.numbers == (2, 3)


def test_trailing_blank_columns_are_no_columns(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,name,,\n1,x,,\n")
    assert read(path)[0].header == ("id", "name")


def test_a_value_without_a_header_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,name,,\n1,x,,stray\n")
    with pytest.raises(LabError) as caught:
        read(path)
    assert caught.value.problems[0].values["row"] == 2


def test_headers_are_the_same_whatever_their_dress():
    assert normal("Ｅｍｐ_ID ") == normal("emp id") == "empid"
    assert normal("部门/科室") == "部门科室"

"""Does a cell mean what its writer meant?"""

import contextlib
import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simlab.records.schema import TABLES, Column
from simlab.records.values import CellError, parse, write


def column(kind, **more):
    return Column("x", kind, "x", "x", **more)


WIDE = str.maketrans("0123456789.-%", "０１２３４５６７８９．－％")


@pytest.mark.parametrize("cell", [
    "2016-03-05", "2016/3/5", "2016.3.5", "20160305", "2016年3月5日", "２０１６－０３－０５",
    "42434", "2016-03-05 00:00:00", "5-Mar-2016", " 2016-03-05 ",
])
def test_dates(cell):
    assert parse(column("date"), cell) == datetime.date(2016, 3, 5)


@pytest.mark.parametrize("cell", [
    "01/02/2016", "2016-02-30", "2016-13-01", "yesterday", "0016-03-05", "1", "3.5", "2016-03",
])
def test_dates_that_are_none_or_could_be_two_are_refused(cell):
    with pytest.raises(CellError) as caught:
        parse(column("date"), cell)
    assert caught.value.code == "bad_date"


@pytest.mark.parametrize("cell", [
    "2016-03", "2016/3", "2016年3月", "2016年03月份", "201603", "2016-03-31", "Mar-16",
    "March 2016", "２０１６年３月", "42434",
])
def test_months(cell):
    assert parse(column("month"), cell) == "2016-03"


@pytest.mark.parametrize("cell", ["2016-13", "3/16", "spring", "Mar"])
def test_months_that_are_none(cell):
    with pytest.raises(CellError):
        parse(column("month"), cell)


@pytest.mark.parametrize(("cell", "value"), [
    ("1,234.5", 1234.5), ("１２３４", 1234), ("¥1,200", 1200), ("3.5万", 35000),
    ("-665480", -665480), ("(1,200)", -1200), ("1200元", 1200), ("1e3", 1000), (".5", 0.5),
])
def test_numbers(cell, value):
    assert parse(column("number"), cell) == value


@pytest.mark.parametrize("cell", ["12,34", "1.2.3", "about 5", "1e999", "85%", "0x10", "1_000"])
def test_numbers_that_are_none(cell):
    with pytest.raises(CellError):
        parse(column("number"), cell)


@pytest.mark.parametrize("cell", ["", "  ", "-", "N/A", "null", "无", "NaN", "—"])
def test_nothing_recorded_is_not_zero(cell):
    assert parse(TABLES["monthly_performance"].column("score"), cell) is None


@pytest.mark.parametrize(("cell", "value"), [("0.85", 0.85), ("85%", 0.85), ("８５％", 0.85),
                                             ("120 %", 1.2), ("0", 0.0)])
def test_rates(cell, value):
    assert parse(TABLES["monthly_performance"].column("attainment"), cell) == value


def test_a_rate_read_a_hundredfold_is_refused():
    with pytest.raises(CellError) as caught:
        parse(TABLES["monthly_performance"].column("attainment"), "85")
    assert caught.value.code == "out_of_bounds"


def test_hours_and_minutes_are_not_decimals():
    overtime = TABLES["attendance_monthly"].column("overtime_hours")
    assert parse(overtime, "7:30") == 7.5
    assert parse(overtime, "7.3") == 7.3


def test_ids_keep_their_zeros_and_their_letters():
    person = TABLES["employees"].column("person_key")
    assert parse(person, "000123") == "000123"
    assert parse(person, "００１２３") == "00123"
    assert parse(person, "NA") == "NA"


def test_enums_are_understood_in_both_languages():
    status = TABLES["employees"].column("status")
    assert parse(status, "在职") == parse(status, "Active") == "active"
    with pytest.raises(CellError) as caught:
        parse(status, "retired")
    assert "active (在职)" in caught.value.values["options"]


def test_booleans():
    assert parse(column("boolean"), "是") is True
    assert parse(column("boolean"), "No") is False
    with pytest.raises(CellError):
        parse(column("boolean"), "maybe")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_survive_writing(value):
    assert parse(column("number"), write(value)) == value


@given(st.integers(-10**9, 10**9))
def test_whole_numbers_survive_writing_also_in_full_width(value):
    assert parse(column("integer"), write(value)) == value
    assert parse(column("integer"), write(value).translate(WIDE)) == value


@given(st.dates(datetime.date(1900, 1, 1), datetime.date(2100, 12, 31)))
def test_dates_survive_every_way_of_writing_them(day):
    zh = f"{day.year}年{day.month}月{day.day}日"
    serial = str((day - datetime.date(1899, 12, 30)).days)
    for cell in (write(day), zh, f"{day:%Y/%m/%d}", f"{day:%Y%m%d}"):
        assert parse(column("date"), cell) == day
        assert parse(column("month"), cell) == f"{day:%Y-%m}"
    if len(serial) == 5:
        assert parse(column("date"), serial) == day


@given(st.text())
def test_no_text_breaks_the_reader(cell):
    for kind in ("date", "month", "number", "rate", "integer", "boolean"):
        with contextlib.suppress(CellError):
            parse(column(kind), cell)

"""Is bad input refused with file, row and field, and nothing written?"""

import pytest

from simlab.errors import LabError
from simlab.records import import_files, open_store


def refused(lab, paths, profile="sales-panel"):
    """The error of an import that must fail, and proof that it wrote nothing."""
    with pytest.raises(LabError) as caught:
        import_files(lab, paths, profile)
    with open_store(lab) as store:
        counts = store.counts()
    assert counts.pop("kpi_registry") == 12
    assert not any(counts.values())
    error = caught.value
    assert error.explain("zh")
    return error


def only(error):
    [problem] = error.problems
    return problem


def test_a_missing_column(lab, sheet, row):
    path = sheet(row("2016-01-01"))
    path.write_text(path.read_text().replace("Salary", "Wage"))
    problem = only(refused(lab, [path]))
    assert problem.code == "missing_column"
    assert problem.values["field"] == "Salary"
    assert "Wage" in str(problem)


@pytest.mark.parametrize(("cells", "code", "field"), [
    ({"month": "2016-13-01"}, "bad_month", "MMM-YY"),
    ({"month": "2016-01-01", "hired": "31/12/2015"}, "bad_date", "Dateofjoining"),
    ({"month": "2016-01-01", "last": "soon"}, "bad_date", "LastWorkingDate"),
    ({"month": "2016-01-01", "business": '"12,34"'}, "bad_number", "Total Business Value"),
    ({"month": "2016-01-01", "rating": "5"}, "out_of_bounds", "Quarterly Rating"),
    ({"month": "2016-01-01", "rating": "2.5"}, "bad_integer", "Quarterly Rating"),
    ({"month": "2016-01-01", "salary": "-1"}, "out_of_bounds", "Salary"),
    ({"month": "2016-01-01", "person": ""}, "missing_value", "Emp_ID"),
    ({"month": "2016-01-01", "hired": ""}, "missing_value", "Dateofjoining"),
])
def test_a_wrong_cell(lab, sheet, row, cells, code, field):
    good = row("2016-01-01", person="1")
    problem = only(refused(lab, [sheet(good, row(**cells))]))
    assert problem.code == code
    assert problem.values["file"] == "panel.csv"
    assert problem.values["row"] == 3
    assert problem.values["field"] == field


def test_a_month_twice(lab, sheet, row):
    problem = only(refused(lab, [sheet(row("2016-01-01"), row("2016-02-01"),
                                       row("2016-01-01", business="7"))]))
    assert problem.code == "month_twice"
    assert (problem.values["row"], problem.values["other"]) == (4, 2)
    assert "0042" in str(problem)


def test_a_month_twice_in_two_files(lab, sheet, row):
    paths = [sheet(row("2016-01-01"), name="a.csv"), sheet(row("2016-01-01"), name="b.csv")]
    problem = only(refused(lab, paths))
    assert problem.values["file"] == "b.csv"
    assert problem.values["other_file"] == "a.csv"


def test_an_exit_before_the_hire(lab, sheet, row):
    error = refused(lab, [sheet(row("2016-01-01", hired="2016-01-10", last="2016-01-09"))])
    assert only(error).code == "exit_before_hire"
    assert only(error).values["row"] == 2


def test_an_exit_known_today_before_a_hire_known_yesterday(lab, files):
    import_files(lab, files(employees="employee_no,hire_date\n1,2020-05-01"), "canonical")
    with pytest.raises(LabError) as caught:
        import_files(lab, files(exits="employee_no,last_day\n1,2019-05-01"), "canonical")
    assert only(caught.value).code == "exit_before_hire"


def test_a_month_before_the_hire(lab, sheet, row):
    problem = only(refused(lab, [sheet(row("2016-01-01", hired="2016-02-01"))]))
    assert problem.code == "before_hire"


def test_results_long_after_the_exit_are_no_habit_of_exports(lab, sheet, row):
    error = refused(lab, [sheet(row("2016-01-01", last="2016-01-20"), row("2016-02-01"),
                                row("2016-03-01"), row("2016-04-01"))])
    assert only(error).code == "active_after_exit"
    assert only(error).values["row"] == 4


def test_two_hire_dates_or_last_days_of_one_person(lab, sheet, row):
    error = refused(lab, [sheet(row("2016-01-01"), row("2016-02-01", hired="2015-11-03"))])
    assert only(error).code == "contradiction"
    error = refused(lab, [sheet(row("2016-01-01", last="2016-02-01"),
                                row("2016-02-01", last="2016-02-02"))])
    assert only(error).values["field"] == "LastWorkingDate"


@pytest.mark.parametrize(("content", "code"), [
    (b"", "empty_file"),
    (b"  \n\n", "empty_file"),
    (b",,,\n,,\n", "empty_file"),
    (bytes(range(256)) * 9, "binary_file"),
    (b"\x89PNG\r\n\x1a\n\x00\x00", "binary_file"),
    (b"%PDF-1.4\n\x00\x01\xff\xfe", "binary_file"),
    (b"PK\x03\x04 not a workbook", "binary_file"),
    (b"PAR1 not parquet PAR1", "binary_file"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_excel"),
])
def test_a_file_that_is_no_table(lab, tmp_path, content, code):
    path = tmp_path / "export.csv"
    path.write_bytes(content)
    error = refused(lab, [path])
    assert error.code == code
    assert "export.csv" in str(error)


def test_a_file_that_is_not_there(lab, tmp_path):
    assert refused(lab, [tmp_path / "no.csv"]).code == "file_missing"
    assert refused(lab, [tmp_path]).code == "file_missing"


def test_a_header_without_rows(lab, sheet):
    assert refused(lab, [sheet()]).code == "no_rows"


def test_a_row_with_too_many_cells(lab, sheet, row):
    problem = only(refused(lab, [sheet(row("2016-01-01"), row("2016-02-01") + ",7")]))
    assert (problem.code, problem.values["row"]) == ("ragged_row", 3)


def test_a_header_twice(lab, sheet, row):
    path = sheet(row("2016-01-01") + ",1", header=sheet().read_text().strip() + ",salary")
    assert refused(lab, [path]).code == "repeated_header"


def test_many_problems_are_counted_not_poured_out(lab, sheet, row):
    rows = [row("2016-01-01", person=str(i), business="x") for i in range(57)]
    error = refused(lab, [sheet(*rows)])
    assert error.values["count"] == 57
    assert len(error.problems) == 21
    assert error.problems[-1].values["count"] == 37


def test_an_unknown_profile(lab, sheet, row):
    assert refused(lab, [sheet(row("2016-01-01"))], "excel").code == "unknown_profile"


def test_an_interrupt_while_writing_leaves_the_records_as_they_were(lab, sheet, row, monkeypatch):
    import simlab.records.importing as importing

    import_files(lab, [sheet(row("2016-01-01"))], "sales-panel")
    with open_store(lab) as store:
        before = store.data_hash()
    monkeypatch.setattr(importing, "content_hash", lambda _: (_ for _ in ()).throw(
        KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        import_files(lab, [sheet(row("2016-02-01"))], "sales-panel")
    with open_store(lab) as store:
        assert store.data_hash() == before
        assert store.counts()["monthly_performance"] == 1

"""Do the firm's own tables come in, in Chinese or English, with nothing bent?"""

import datetime

import pytest
from openpyxl import Workbook

from simlab.errors import LabError
from simlab.lab import Lab
from simlab.records import data_hash, export_records, import_files, load_panel, open_store

EMPLOYEES = """
    工号,入职日期,职级,在职状态,部门,性别
    0007,2019年3月1日,2,在职,一部,女
    0008,43525,1,已离职,一部,男
"""
PERFORMANCE = """
    员工编号,考核月份,指标,实际值,目标值,完成率,绩效得分
    0007,2026年3月,sales_amount,１２００,1000,１２０％,90
    0008,2026-03,sales_amount,"1,500.5",,,
    0008,2026/4,sales_amount,3万,,,—
"""
EXITS = """
    工号,最后工作日,离职类型,离职原因,惋惜的离职
    0008,2026-04-15,主动离职,薪酬,是
"""


def notices(report):
    return {notice.code: notice.values for notice in report.warnings}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_chinese_files(lab, files, encoding):
    paths = files(encoding, employees=EMPLOYEES, monthly_performance=PERFORMANCE, exits=EXITS)
    report = import_files(lab, paths, "canonical")
    assert report.people == 2
    assert notices(report)["unknown_columns"]["columns"] == "性别"
    with open_store(lab) as store:
        people = store.people()
        hired = {people[k]: day for k, day in store.rows("employees", "person_key", "hire_date")}
        assert hired == {"0007": datetime.date(2019, 3, 1), "0008": datetime.date(2019, 3, 1)}
        results = {(people[key], month): rest for key, month, *rest in store.rows(
            "monthly_performance", "person_key", "month", "actual", "attainment", "score")}
        assert results == {("0007", "2026-03"): [1200.0, 1.2, 90.0],
                           ("0008", "2026-03"): [1500.5, None, None],
                           ("0008", "2026-04"): [30000.0, None, None]}
        [(kind, reason, regretted)] = store.rows("exits", "type", "reason_code", "regretted")
        assert (kind, reason, regretted) == ("voluntary", "pay", True)
    assert load_panel(lab).business.tolist() == [[1200.0, 0.0], [1500.5, 30000.0]]


def test_leavers_are_not_staff(any_lab, files):
    import_files(any_lab, files(employees=EMPLOYEES, exits=EXITS), "canonical")
    with open_store(any_lab) as store:
        assert store.staff(datetime.date(2026, 4, 15)) == 2
        assert store.staff(datetime.date(2026, 4, 16)) == 1
        assert store.staff(datetime.date(2019, 2, 28)) == 0


def test_a_leaver_without_a_last_day_is_censored(lab, files):
    report = import_files(lab, files(employees=EMPLOYEES), "canonical")
    assert notices(report)["left_without_day"]["count"] == 1


def test_a_last_day_beside_the_master_data_is_an_exit(lab, files):
    import_files(lab, files(employees="""
        工号,入职日期,离职日期,离职类型
        1,2020-01-01,,
        2,2020-01-01,2021-01-05,被动离职
    """), "canonical")
    with open_store(lab) as store:
        [(key, day, kind)] = store.rows("exits", "person_key", "last_day", "type")
        assert store.source_ids([key]) == ("2",)
        assert (day, kind) == (datetime.date(2021, 1, 5), "involuntary")


def test_a_wide_sheet_of_kpis(lab, files):
    import_files(lab, files(
        employees="employee_no,hire_date\n1,2020-01-01",
        monthly_performance="""
            工号,月份,销售额,转化率,续约率
            1,2026-01,100,0.25,
            1,2026-02,200,0.30,0.8
        """), "canonical")
    with open_store(lab) as store:
        found = {(month, kpi): actual for month, kpi, actual in store.rows(
            "monthly_performance", "month", "kpi_id", "actual")}
    assert found == {("2026-01", "sales_amount"): 100, ("2026-01", "order_conversion"): 0.25,
                     ("2026-02", "sales_amount"): 200, ("2026-02", "order_conversion"): 0.3,
                     ("2026-02", "customer_retention"): 0.8}


def test_a_thin_export_of_scores(lab, files):
    import_files(lab, files(
        employees="工号,入职日期\n1,2020-01-01",
        monthly_performance="工号,月份,绩效得分\n1,2026-01,85\n1,2026-02,",
        attendance_monthly="工号,月份,请假天数,加班时长\n1,2026-01,0.5,7:30",
        courses="课程编号,课程名称\nC1,谈判",
        enrolments="工号,课程编号,报名日期,完成日期,进度\n1,C1,2026-01-05,,50%",
    ), "canonical")
    with open_store(lab) as store:
        scores = dict(store.rows("monthly_performance", "month", "score"))
        assert scores == {"2026-01": 85.0, "2026-02": None}
        assert store.rows("attendance_monthly", "leave_days", "overtime_hours") == [(0.5, 7.5)]
        assert store.rows("enrolments", "progress", "completed_on") == [(0.5, None)]


def test_what_the_lab_never_keeps_is_dropped_by_name(lab, files):
    report = import_files(lab, files(employees="""
        工号,姓名,手机号,入职日期
        1,张三,13800000000,2020-01-01
    """), "canonical")
    assert notices(report)["private_columns"]["columns"] == "姓名, 手机号"
    for path in lab.path.iterdir():
        assert "张三".encode() not in path.read_bytes()


@pytest.mark.parametrize(("tables", "code", "field"), [
    ({"employees": "employee_no\n1"}, "missing_column", "hire_date (入职日期)"),
    ({"exits": "employee_no,last_day\n1,2020-01-01"}, "orphan", "employee_no"),
    ({"employees": "employee_no,hire_date,manager_no\n1,2020-01-01,9"}, None, None),
    ({"employees": "employee_no,hire_date\n1,2020-01-01",
      "monthly_performance": "employee_no,month,kpi_id,actual\n1,2021-01,mood,3"},
     "orphan", "kpi_id"),
    ({"employees": "employee_no,hire_date\n1,2020-01-01",
      "monthly_performance": "employee_no,month,attainment\n1,2021-01,85"},
     "out_of_bounds", "attainment"),
    ({"employees": "工号,员工编号,hire_date\n1,1,2020-01-01"}, "repeated_column", "员工编号"),
    ({"employees": "employee_no,hire_date\n1,2020-01-01\n1,2020-01-01"}, "row_twice", None),
    ({"salaries": "employee_no,base\n1,5"}, "unknown_table", None),
])
def test_problems(lab, files, tables, code, field):
    if code is None:
        import_files(lab, files(**tables), "canonical")
        return
    with pytest.raises(LabError) as caught:
        import_files(lab, files(**tables), "canonical")
    [problem] = caught.value.problems
    assert problem.code == code
    assert problem.values.get("field") == field
    with open_store(lab) as store:
        assert store.counts()["people"] == 0


def test_a_workbook_of_tables(lab, tmp_path):
    book = Workbook()
    sheet = book.active
    sheet.title = "员工"
    sheet.append(["工号", "入职日期"])
    sheet.append(["0001", datetime.date(2020, 1, 1)])
    sheet = book.create_sheet("月度绩效")
    sheet.append(["工号", "月份", "指标", "实际值"])
    sheet.append(["0001", "2026年1月", "sales_amount", 12.5])
    path = tmp_path / "firm.xlsx"
    book.save(path)
    import_files(lab, [path], "canonical")
    assert load_panel(lab).business.tolist() == [[12.5]]


def test_a_store_exports_and_imports_back_unchanged(any_lab, files, tmp_path):
    paths = files(employees=EMPLOYEES, monthly_performance=PERFORMANCE, exits=EXITS)
    import_files(any_lab, paths, "canonical")
    other = Lab.create(tmp_path / "other")
    import_files(other, export_records(any_lab, tmp_path / "out"), "canonical")
    assert data_hash(other) == data_hash(any_lab)
    assert other.secret() != any_lab.secret()


def test_a_state_said_again_later_is_nothing_new(lab, files):
    header = "employee_no,hire_date,valid_from,grade"
    import_files(lab, files(employees=f"{header}\n1,2020-01-01,2020-01-01,2"), "canonical")
    again = import_files(
        lab, files(employees=f"{header}\n1,2020-01-01,2021-01-01,2"), "canonical")
    assert again.changes == 0
    promoted = import_files(
        lab, files(employees=f"{header}\n1,2020-01-01,2022-01-01,3"), "canonical")
    assert promoted.changes == 1

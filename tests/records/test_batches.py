"""Does taking an import back leave the records as if it had never been, or refuse in words?"""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from simlab.cli import app
from simlab.errors import LabError
from simlab.lab import FORMAT, Lab
from simlab.records import batches, data_hash, import_files, open_store, roll_back

STAFF = "employee_no,hire_date,grade\n007,2020-01-01,2\n8,2020-02-01,1"
PAY = "employee_no,month,base\n007,2026-01,100.5\n8,2026-01,200"


@pytest.fixture
def bring(any_lab, files):
    def go(**tables) -> int:
        return import_files(any_lab, files(**tables), "canonical").batch

    return go


def everything(lab: Lab) -> dict[str, list]:
    """All records with their origin, and who is known by number."""
    engine = sa.create_engine(lab.store_url)
    with engine.connect() as connection:
        found = {
            table: sorted(map(str, connection.execute(sa.text(f'SELECT * FROM "{table}"'))))
            for table in ("employees", "compensation", "exits", "courses", "enrolments",
                          "person_keys", "kpi_registry")}
    engine.dispose()
    return found


def test_the_last_import_is_taken_back_to_the_byte(any_lab, bring):
    bring(employees=STAFF, compensation=PAY)
    before, digest = everything(any_lab), data_hash(any_lab)
    # a new person, a changed grade and salary, a leaver
    batch = bring(employees="employee_no,hire_date,grade\n8,2020-02-01,3\n9,2021-01-01,",
                  compensation="employee_no,month,base\n007,2026-01,111\n9,2026-01,5",
                  exits="employee_no,last_day\n8,2026-02-28")
    assert everything(any_lab) != before
    done = roll_back(any_lab, batch)
    assert everything(any_lab) == before
    assert done.data_hash == digest == data_hash(any_lab)
    assert done.restored == {"employees": 1, "compensation": 1}
    assert done.removed == {"employees": 1, "compensation": 1, "exits": 1}
    assert [batch.undone is None for batch in batches(any_lab)] == [True, False]


def test_what_was_taken_back_can_be_imported_again(any_lab, bring):
    bring(employees=STAFF)
    batch = bring(compensation=PAY)
    digest = data_hash(any_lab)
    roll_back(any_lab, batch)
    assert bring(compensation=PAY) == batch + 1
    assert data_hash(any_lab) == digest


def test_an_earlier_import_that_nothing_rests_on(any_lab, bring):
    bring(employees=STAFF)
    pay = bring(compensation=PAY)
    bring(courses="course_id,name_zh,hours\nC1,课,3")
    roll_back(any_lab, pay)
    with open_store(any_lab) as store:
        assert store.rows("compensation") == []
        assert len(store.rows("courses")) == 1


@pytest.mark.parametrize("later", [
    {"compensation": "employee_no,month,base\n8,2026-01,300"},  # replaces a row of it
    {"compensation": "employee_no,month,base\n8,2026-01,200\n8,2026-02,200"},  # repeats one
])
def test_a_later_import_that_met_its_rows_stands_in_the_way(any_lab, bring, later):
    bring(employees=STAFF)
    pay, other = bring(compensation=PAY), bring(**later)
    before = everything(any_lab)
    with pytest.raises(LabError) as caught:
        roll_back(any_lab, pay)
    assert (caught.value.code, caught.value.values["other"]) == ("batch_in_the_way", other)
    assert everything(any_lab) == before
    roll_back(any_lab, other)
    roll_back(any_lab, pay)
    with open_store(any_lab) as store:
        assert store.rows("compensation") == []


def test_a_state_that_a_later_import_only_repeated(any_lab, bring):
    """Employees are effective-dated: a later row that says nothing new is not kept, so it rests
    on the one that said it first."""
    header = "employee_no,valid_from,hire_date,grade\n"
    first = bring(employees=header + "8,2020-02-01,2020-02-01,2")
    other = bring(employees=header + "8,2021-02-01,2020-02-01,2\n9,2021-02-01,2021-02-01,1")
    with open_store(any_lab) as store:
        assert len(store.rows("employees")) == 2
    with pytest.raises(LabError) as caught:
        roll_back(any_lab, first)
    assert (caught.value.code, caught.value.values["other"]) == ("batch_in_the_way", other)


def test_people_that_later_rows_are_about_cannot_go(any_lab, bring):
    staff = bring(employees=STAFF)
    pay = bring(compensation=PAY)
    with pytest.raises(LabError) as caught:
        roll_back(any_lab, staff)
    assert (caught.value.code, caught.value.values["other"]) == ("batch_in_the_way", pay)


def test_months_that_a_moved_last_day_made_room_for(any_lab, bring):
    bring(employees=STAFF, exits="employee_no,last_day\n8,2026-01-31")
    moved = bring(exits="employee_no,last_day\n8,2026-06-30")
    pay = bring(compensation="employee_no,month,base\n8,2026-05,200")
    with pytest.raises(LabError) as caught:
        roll_back(any_lab, moved)
    assert (caught.value.code, caught.value.values["other"]) == ("batch_in_the_way", pay)


def test_months_recorded_before_an_exit_was_do_not_stand_in_the_way(any_lab, bring):
    """Months after a last day that came later are no fault of what is taken back."""
    bring(employees=STAFF, compensation="employee_no,month,base\n8,2026-05,200")
    bring(exits="employee_no,last_day\n8,2026-01-31")
    other = bring(compensation="employee_no,month,base\n007,2026-05,200")
    assert roll_back(any_lab, other).removed == {"compensation": 1}


def test_what_cannot_be_taken_back_is_said(any_lab, bring):
    with pytest.raises(LabError) as caught:
        roll_back(any_lab, 1)
    assert caught.value.code == "unknown_batch"
    batch = bring(employees=STAFF)
    roll_back(any_lab, batch)
    with pytest.raises(LabError) as caught:
        roll_back(any_lab, batch)
    assert caught.value.code == "batch_undone"
    with open_store(any_lab) as store:
        assert store.counts()["people"] == 0


def test_a_lab_of_the_first_format_is_brought_to_this_one(any_lab, bring):
    old = bring(employees=STAFF)
    engine = sa.create_engine(any_lab.store_url)
    with engine.begin() as connection:  # as the first format had it
        for table in sa.inspect(connection).get_table_names():
            if table.endswith("_before") or table in (
                    "import_changes", "import_rests_on", "import_undone"):
                connection.execute(sa.text(f'DROP TABLE "{table}"'))
    engine.dispose()
    any_lab.write_json("lab.json", {**any_lab.description, "format": 1})
    opened, digest = Lab.open(any_lab.path), data_hash(Lab.open(any_lab.path))
    assert opened.format == 1
    with open_store(opened):
        assert opened.format == Lab.open(any_lab.path).format == FORMAT
    assert data_hash(opened) == digest
    with pytest.raises(LabError) as caught:
        roll_back(opened, old)
    assert caught.value.code == "batch_too_old"
    roll_back(opened, bring(compensation=PAY))
    assert data_hash(opened) == digest


def test_from_the_command_line(lab, files):
    import_files(lab, files(employees=STAFF), "canonical")

    def simlab(*arguments, code=0, lang="en"):
        result = CliRunner().invoke(app, list(map(str, arguments)), env={"SIMLAB_LANG": lang})
        assert result.exit_code == code, result.output
        return result

    (listed,) = json.loads(simlab("rollback", lab.path, "--json").output)
    assert (listed["number"], listed["changes"], listed["undone"]) == (
        1, {"employees": [2, 0]}, None)
    assert "employees.csv" in simlab("rollback", lab.path, lang="zh").output
    assert "Rows removed: " in simlab("rollback", lab.path, 1).output
    assert "already rolled back" in simlab("rollback", lab.path, 1, code=2).stderr

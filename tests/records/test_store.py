"""Does the store keep facts, identities and origins apart, and the same everywhere?"""

import pytest
import sqlalchemy as sa

from simlab.errors import LabError
from simlab.lab import Lab
from simlab.records import data_hash, import_files, open_store

TABLES = {
    "employees": "employee_no,hire_date,grade,critical_role\n007,2020-01-01,2,yes\n8,2020-02-01,,",
    "compensation": "employee_no,month,base\n007,2026-01,0.1\n8,2026-01,12000.5",
    "exits": "employee_no,last_day\n8,2026-02-28",
}


def test_a_person_has_one_pseudonym_in_a_lab_and_another_elsewhere(lab, tmp_path):
    with open_store(lab) as store, open_store(Lab.create(tmp_path / "other")) as other:
        assert store.person_key("007") == store.person_key("007") != store.person_key("7")
        assert store.person_key("007") != other.person_key("007")


def test_employee_numbers_are_in_one_table_only(lab, files):
    import_files(lab, files(employees="employee_no,hire_date\nQX-4711,2020-01-01"), "canonical")
    engine = sa.create_engine(lab.store_url)
    with engine.connect() as connection:
        holding = {
            name for name in sa.inspect(connection).get_table_names()
            if any("QX-4711" in str(tuple(row))
                   for row in connection.execute(sa.text(f'SELECT * FROM "{name}"')))
        }
    engine.dispose()
    assert holding == {"person_keys"}


def test_the_data_hash_knows_facts_only(lab, postgres_lab, files):
    import_files(lab, files(**TABLES), "canonical")
    # Another database, another secret, the rows in another order and in several batches.
    turned = {name: "\n".join([text.splitlines()[0], *reversed(text.splitlines()[1:])])
              for name, text in TABLES.items()}
    for name, text in turned.items():
        import_files(postgres_lab, files(**{name: text}), "canonical")
    assert data_hash(lab) == data_hash(postgres_lab)
    import_files(lab, files(compensation="employee_no,month,base\n8,2026-01,12000.25"),
                 "canonical")
    assert data_hash(lab) != data_hash(postgres_lab)


def test_each_row_knows_where_it_came_from(any_lab, files):
    import_files(any_lab, files(**TABLES), "canonical")
    import_files(any_lab, files(exits="employee_no,last_day\n\n007,2026-03-31"), "canonical")
    engine = sa.create_engine(any_lab.store_url)
    query = sa.text("SELECT b.batch_id, b.profile, s.file, e.source_row, e.row_hash FROM exits e "
                    "JOIN import_sources s ON s.source_id = e.source_id "
                    "JOIN import_batches b ON b.batch_id = s.batch_id ORDER BY b.batch_id")
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(query)]
    engine.dispose()
    assert [row[:4] for row in found] == [(1, "canonical", "exits.csv", 2),
                                          (2, "canonical", "exits.csv", 3)]
    assert len({row[4] for row in found}) == 2


def test_values_come_back_as_they_went(any_lab, files):
    import_files(any_lab, files(**TABLES), "canonical")
    with open_store(any_lab) as store:
        assert set(store.rows("compensation", "base", "currency")) == {
            (0.1, "CNY"), (12000.5, "CNY")}
        assert set(store.rows("employees", "grade", "critical_role")) == {(2, True), (None, None)}
        assert store.counts()["people"] == 2
        assert store.months() is None


def test_the_records_are_for_their_owner_only(lab):
    with open_store(lab):
        assert (lab.path / "store.sqlite").stat().st_mode & 0o777 == 0o600


def test_a_store_that_is_none(lab):
    (lab.path / "store.sqlite").write_bytes(b"this is not a database, not at all" * 9)
    with pytest.raises(LabError) as caught:
        open_store(lab)
    assert caught.value.code == "store_unreachable"


def test_a_server_that_is_not_there(tmp_path):
    lab = Lab.create(tmp_path / "lab", f"postgresql+psycopg://simlab:secret@/x?host={tmp_path}")
    with pytest.raises(LabError) as caught:
        open_store(lab)
    assert caught.value.code == "store_unreachable"
    assert "secret" not in str(caught.value)


def test_an_unknown_pseudonym(lab):
    with open_store(lab) as store, pytest.raises(KeyError):
        store.source_ids(["nobody"])

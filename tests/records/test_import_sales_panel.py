"""Does the sales panel come in whole, once, and with its traps named?"""

import pytest

from simlab.errors import LabError
from simlab.panel import STILL_HERE, month_number
from simlab.records import data_hash, import_files, load_panel, open_store


def counts(report):
    return {table.table: table for table in report.tables}


def notices(report):
    return {notice.code: notice.values for notice in report.warnings}


def test_the_real_panel(lab, sales_panel):
    report = import_files(lab, [sales_panel], "sales-panel")
    assert report.people == 1924
    assert report.months == ("2016-01", "2017-06")
    performance = counts(report)["monthly_performance"]
    assert (performance.read, performance.new) == (14235, 14084)
    assert performance.dropped == {"after_exit": 151}
    said = notices(report)
    assert said["left_before"]["count"] == 6
    assert said["censored"]["count"] == 22
    assert said["delayed_entry"]["count"] == 176
    assert said["gaps"]["count"] == 9
    assert said["at_start"]["count"] == 1022
    assert "currency_unnamed" in said
    assert said["default_ratings"] == {"count": 855, "newcomers": 952}

    panel = load_panel(lab)
    assert panel.business.shape == (1918, 18)
    assert int(panel.observed.sum()) == 14084
    assert int((panel.exited != STILL_HERE).sum()) == 1194 - 6
    assert (panel.business[panel.observed] < 0).sum() > 0
    assert (panel.hired <= panel.first).all()
    assert set(panel.rating[panel.observed].tolist()) == {1, 2, 3, 4}
    assert (panel.grade[panel.employed] > 0).all()


def test_the_same_file_again_changes_nothing(any_lab, sales_panel):
    first = import_files(any_lab, [sales_panel], "sales-panel")
    again = import_files(any_lab, [sales_panel], "sales-panel")
    assert again.changes == 0
    assert again.batch is None
    assert again.data_hash == first.data_hash == data_hash(any_lab)


def test_a_longer_export_adds_only_what_is_new(lab, sales_panel, tmp_path):
    lines = sales_panel.read_text().splitlines()
    shorter = tmp_path / "until_2016.csv"
    shorter.write_text("\n".join([lines[0], *(x for x in lines[1:] if x < "2017")]) + "\n")
    import_files(lab, [shorter], "sales-panel")
    until_2016 = load_panel(lab)
    report = import_files(lab, [sales_panel], "sales-panel")
    added = counts(report)
    assert added["monthly_performance"].changed == 0
    assert added["monthly_performance"].unchanged > 0
    assert added["exits"].new > 0
    assert added["exits"].changed == added["employees"].changed == 0

    whole = type(lab).create(tmp_path / "whole")
    import_files(whole, [sales_panel], "sales-panel")
    panel, expected = load_panel(lab), load_panel(whole)
    with open_store(lab) as store, open_store(whole) as other:
        assert store.source_ids(panel.person) == other.source_ids(expected.person)
    assert (panel.business == expected.business).all()
    assert (panel.exited == expected.exited).all()
    assert until_2016.start == panel.start
    assert until_2016.months == 12


def test_only_the_new_months_do_as_well_as_the_longer_export(lab, sales_panel, tmp_path):
    lines = sales_panel.read_text().splitlines()
    parts = []
    for name, wanted in (("old", lambda x: x < "2017"), ("new", lambda x: x >= "2017")):
        parts.append(tmp_path / f"{name}.csv")
        parts[-1].write_text("\n".join([lines[0], *filter(wanted, lines[1:])]) + "\n")
        import_files(lab, parts[-1:], "sales-panel")
    hashed = data_hash(lab)
    whole = type(lab).create(tmp_path / "whole")
    import_files(whole, [sales_panel], "sales-panel")
    ours, theirs = load_panel(lab), load_panel(whole)
    assert (ours.grade == theirs.grade).all()
    assert (ours.observed == theirs.observed).all()
    # And both parts at once, in the other order, give the very same records.
    at_once = type(lab).create(tmp_path / "at_once")
    import_files(at_once, parts[::-1], "sales-panel")
    assert data_hash(at_once) == data_hash(whole)
    assert len(hashed) == 64


def test_a_dry_run_tells_the_same_and_writes_nothing(lab, sales_panel):
    dry = import_files(lab, [sales_panel], "sales-panel", dry_run=True)
    with open_store(lab) as store:
        assert store.counts()["people"] == store.counts()["monthly_performance"] == 0
    wet = import_files(lab, [sales_panel], "sales-panel")
    assert dry.tables == wet.tables
    assert dry.data_hash == wet.data_hash
    assert dry.batch is None
    assert wet.batch == 1


def test_an_exit_that_becomes_known_later(lab, sheet, row):
    import_files(lab, [sheet(row("2016-01-01"), row("2016-02-01"))], "sales-panel")
    assert load_panel(lab).exited.tolist() == [STILL_HERE]
    # The leave month is over, and one more row than there was employment carries the date.
    longer = sheet(row("2016-01-01"), row("2016-02-01"), row("2016-03-01", last="2016-02-20"))
    report = import_files(lab, [longer], "sales-panel")
    assert counts(report)["exits"].new == 1
    assert counts(report)["monthly_performance"].dropped == {"after_exit": 1}
    panel = load_panel(lab)
    assert panel.exited.tolist() == [1]
    assert panel.last.tolist() == [1]


def test_rows_stored_before_an_exit_was_known_are_no_employment(lab, sheet, row):
    rows = [row("2016-01-01"), row("2016-02-01"), row("2016-02-01", person="7")]
    import_files(lab, [sheet(*rows)], "sales-panel")
    import_files(lab, [sheet(row("2016-02-01", last="2016-01-31"))], "sales-panel")
    panel = load_panel(lab)
    assert panel.months == 2
    with open_store(lab) as store:
        left = store.source_ids(panel.person).index("0042")
    assert panel.last[left] == panel.exited[left] == 0
    assert panel.observed[left].tolist() == [True, False]


def test_a_corrected_value_replaces_the_old_one(any_lab, sheet, row):
    import_files(any_lab, [sheet(row("2016-01-01", business="10"))], "sales-panel")
    report = import_files(any_lab, [sheet(row("2016-01-01", business="12"))], "sales-panel")
    assert counts(report)["monthly_performance"].changed == 1
    assert load_panel(any_lab).business.tolist() == [[12.0]]


def test_gaps_delays_and_the_censored(lab, sheet, row):
    report = import_files(lab, [sheet(
        row("2016-01-01", person="1"), row("2016-03-01", person="1"),
        row("2016-01-01", person="2"),
        row("2016-03-01", person="3", hired="2016-02-10"),
    )], "sales-panel")
    said = notices(report)
    assert (said["gaps"]["count"], said["censored"]["count"]) == (1, 1)
    assert said["delayed_entry"]["count"] == 1
    panel = load_panel(lab)
    assert panel.start == month_number("2016-01")
    assert panel.first.tolist() == [0, 0, 2]
    assert panel.last.tolist() == [2, 0, 2]
    assert panel.hired.tolist() == [-2, -2, 1]
    # In the gap the grade and pay of the month before still hold; results are unknown.
    assert panel.grade[0].tolist() == [1, 1, 1]
    assert panel.base[0].tolist() == [50000.0] * 3
    assert panel.observed[0].tolist() == [True, False, True]


def test_changes_of_grade_are_effective_dated(lab, sheet, row):
    path = sheet(row("2016-01-01"), row("2016-02-01", grade="2"), row("2016-03-01", grade="2"))
    assert counts(import_files(lab, [path], "sales-panel"))["employees"].new == 2
    assert load_panel(lab).grade.tolist() == [[1, 2, 2]]


def test_a_missing_result_is_not_a_zero(lab, sheet, row):
    path = sheet(row("2016-01-01"), row("2016-02-01", business=""), row("2016-03-01"))
    import_files(lab, [path], "sales-panel")
    assert load_panel(lab).observed.tolist() == [[True, False, True]]


def test_ids_keep_their_zeros(lab, sheet, row):
    import_files(lab, [sheet(row("2016-01-01", person="0042"), row("2016-01-01", person="42"))],
                 "sales-panel")
    with open_store(lab) as store:
        assert set(store.source_ids(load_panel(lab).person)) == {"0042", "42"}


def test_columns_without_a_place_are_named(lab, sheet, row):
    path = sheet(row("2016-01-01") + ",blue", header=sheet().read_text().strip() + ",Mood")
    assert notices(import_files(lab, [path], "sales-panel"))["unknown_columns"]["columns"] == "Mood"


def test_protected_attributes_stay_apart(lab, sheet, row):
    import_files(lab, [sheet(row("2016-01-01", age="30"))], "sales-panel")
    with open_store(lab) as store:
        [(key, gender, born)] = store.rows("protected_attributes")
        assert (gender, born) == ("female", 1986)
        assert key != "0042"


def test_the_report_speaks_both_languages(lab, sheet, row):
    report = import_files(lab, [sheet(row("2016-01-01", last="2015-12-30"))], "sales-panel")
    for lang in ("en", "zh"):
        assert report.explain(lang)
        header, grid = report.grid(lang)
        assert all(len(line) == len(header) for line in grid)
    assert report.as_dict()["tables"][0]["read"] == 1


def test_records_that_are_not_there(lab):
    with pytest.raises(LabError) as caught:
        load_panel(lab)
    assert caught.value.code == "nothing_recorded"

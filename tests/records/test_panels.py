"""Do tables and panels say the same, both ways?"""

import time

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from simlab.lab import Lab
from simlab.panel import STILL_HERE, Panel
from simlab.records import export_panel, import_files, load_panel, open_store


@st.composite
def panels(draw):
    """Panels as records can hold them: what is unknown outside employment, pay and grade in
    force until they change, a result in the first and in the last month."""
    people = draw(st.integers(1, 5))
    months = draw(st.integers(1, 7))
    start = draw(st.integers(2000 * 12, 2030 * 12))
    column = np.arange(months)
    first = np.array([0, *draw(st.lists(st.integers(0, months - 1), min_size=people - 1,
                                        max_size=people - 1))], dtype=np.int32)
    length = draw(hnp.arrays(np.int32, people, elements=st.integers(0, months - 1)))
    last = np.minimum(first + length, months - 1).astype(np.int32)
    last[0] = months - 1
    leaves = draw(hnp.arrays(np.bool_, people))
    observed = draw(hnp.arrays(np.bool_, (people, months)))
    observed &= (column >= first[:, None]) & (column <= last[:, None])
    observed[np.arange(people), first] = True
    observed[0, -1] = True
    exited = np.where(leaves, last, STILL_HERE).astype(np.int32)
    seen = months - 1 - observed[:, ::-1].argmax(axis=1)
    last = np.where(leaves, last, seen).astype(np.int32)
    employed = (column >= first[:, None]) & (column <= last[:, None])
    business = draw(hnp.arrays(np.float32, (people, months), elements=st.floats(
        -2.0**60, 2.0**60, width=32)))
    base = draw(hnp.arrays(np.float32, (people, months), elements=st.floats(
        0, 2.0**40, width=32)))
    unknown_until = draw(hnp.arrays(np.int32, people, elements=st.integers(0, months)))
    known = employed & (column >= unknown_until[:, None])
    return Panel(
        start=start,
        person=tuple(sorted(draw(st.sets(
            st.text(st.sampled_from("0123456789AB张-"), min_size=1, max_size=6).filter(
                lambda word: word.strip() == word),
            min_size=people, max_size=people)), key=lambda word: (len(word), word))),
        hired=first - draw(hnp.arrays(np.int32, people, elements=st.integers(0, 400))),
        first=first,
        last=last,
        exited=exited,
        grade=np.where(employed, draw(hnp.arrays(
            np.int32, (people, months), elements=st.integers(0, 9))), 0).astype(np.int32),
        base=np.where(known, base, np.nan).astype(np.float32),
        observed=observed,
        business=np.where(observed, business, 0).astype(np.float32),
        rating=np.where(observed, draw(hnp.arrays(
            np.int8, (people, months), elements=st.integers(0, 4))), 0).astype(np.int8),
    )


def assert_equal(found: Panel, expected: Panel) -> None:
    assert found.start == expected.start
    for name in ("hired", "first", "last", "exited", "grade", "base", "observed", "business",
                 "rating"):
        ours, theirs = getattr(found, name), getattr(expected, name)
        assert ours.dtype == theirs.dtype, name
        np.testing.assert_array_equal(ours, theirs, err_msg=name)


@settings(max_examples=25, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(panel=panels())
def test_a_panel_exports_and_imports_back_unchanged(tmp_path_factory, panel):
    folder = tmp_path_factory.mktemp("round")
    lab = Lab.create(folder / "lab")
    report = import_files(lab, export_panel(panel, folder / "out"), "canonical")
    assert not any(table.dropped for table in report.tables)
    found = load_panel(lab)
    assert_equal(found, panel)
    with open_store(lab) as store:
        assert store.source_ids(found.person) == panel.person


def test_the_real_panel_exports_and_imports_back_unchanged(lab, sales_panel, tmp_path):
    import_files(lab, [sales_panel], "sales-panel")
    began = time.perf_counter()
    panel = load_panel(lab)
    assert time.perf_counter() - began < 1.0
    other = Lab.create(tmp_path / "other")
    with open_store(lab) as store:
        named = Panel(**{**vars(panel), "person": store.source_ids(panel.person)})
    import_files(other, export_panel(named, tmp_path / "out"), "canonical")
    assert_equal(load_panel(other), panel)


def test_another_kpi(lab, files):
    import_files(lab, files(
        employees="employee_no,hire_date\n1,2020-01-01\n2,2020-01-01",
        monthly_performance="""
            employee_no,month,kpi_id,actual
            1,2026-01,sales_amount,5
            2,2026-02,order_conversion,0.5
        """), "canonical")
    assert load_panel(lab).business.tolist() == [[5.0]]
    assert load_panel(lab, "order_conversion").business.tolist() == [[0.5]]


def test_an_exit_after_the_record_has_not_happened_yet(lab, files):
    import_files(lab, files(
        employees="employee_no,hire_date\n1,2020-01-01",
        monthly_performance="employee_no,month,kpi_id,actual\n1,2026-01,sales_amount,5",
        exits="employee_no,last_day\n1,2026-03-31"), "canonical")
    panel = load_panel(lab)
    assert panel.exited.tolist() == [STILL_HERE]
    assert panel.last.tolist() == [0]

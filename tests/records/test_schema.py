"""Is the one declaration of the tables sound?"""

import pytest

from simlab.practice import NAMES, kpis
from simlab.records.profiles.canonical import header_title, sheet_title
from simlab.records.reading import normal
from simlab.records.schema import KPI_SEEDS, TABLES


@pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))
def test_a_header_means_one_column(table):
    meant = {}
    for column in table.columns:
        for word in {normal(word) for word in (column.name, column.header, column.zh, column.en,
                                               header_title(column), *column.synonyms)}:
            assert meant.setdefault(word, column.name) == column.name


@pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))
def test_keys_and_references_exist(table):
    for name in table.key:
        table.column(name)
    for column in table.columns:
        assert not column.reference or column.reference in TABLES
        assert bool(column.options) == (column.kind == "enum")
    with pytest.raises(KeyError):
        table.column("no such column")


def test_sheet_titles_fit_and_differ():
    titles = [sheet_title(table) for table in TABLES.values()]
    assert len(set(titles)) == len(titles)
    assert not any(set(title) & set("[]:*?/\\") for title in titles)


def test_words_of_an_option_mean_one_option():
    for table in TABLES.values():
        for column in table.columns:
            words = [word for option, more in column.options.items() for word in (option, *more)]
            assert len(set(words)) == len(words), column.name


def test_the_kpis_of_role_packs_are_in_the_registry():
    known = {seed["kpi_id"] for seed in KPI_SEEDS}
    for name in NAMES:
        assert set(kpis(name)) <= known

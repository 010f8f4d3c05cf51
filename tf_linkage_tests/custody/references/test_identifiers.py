"""Which columns identify a person, and that they are dropped in one place."""

from __future__ import annotations

import polars as pl
import pytest

from tf_linkage.contracts.bodies import council
from tf_linkage.contracts.columns import ColumnClass, columns_of, empty
from tf_linkage.contracts.handovers import exchange
from tf_linkage.contracts.outputs.published import PUBLISHED_TABLES
from tf_linkage.contracts.outputs.research import RESEARCH_TABLES
from tf_linkage.contracts.registry import DEPARTMENTS, extract_tables
from tf_linkage.custody import drop_identifiers, identifiers_in

SAFE_TABLES = {**RESEARCH_TABLES, **PUBLISHED_TABLES, "returned": exchange.ReturnedPeople, "links": exchange.Links}


@pytest.mark.parametrize("name", sorted(extract_tables()))
def test_every_direct_identifier_of_every_contract_is_found(name: str):
    declared = [
        column.name for column in columns_of(extract_tables()[name]) if column.column_class is ColumnClass.DIRECT
    ]
    assert identifiers_in(extract_tables()[name].columns()) == declared


@pytest.mark.parametrize("name", sorted(SAFE_TABLES))
def test_tables_without_identifiers_have_none(name: str):
    assert identifiers_in(SAFE_TABLES[name].columns()) == []


@pytest.mark.parametrize(
    "column",
    ["surname_right", "council_postcode", "DOB", "Date_of_Birth", "ni_number", "uprn", "first_name", "nino_2"],
)
def test_identifiers_by_another_name_are_found(column: str):
    assert identifiers_in(["person_ref", column]) == [column]


@pytest.mark.parametrize(
    "column", ["age", "gender", "name_number", "addressed", "region", "match_weight", "nc_year_actual"]
)
def test_what_only_looks_like_one_is_left(column: str):
    assert identifiers_in([column]) == []


def test_dropping_keeps_all_else_as_it_was():
    cohort = empty(council.Cohort).lazy()
    dropped = drop_identifiers(cohort).collect_schema()
    assert not identifiers_in(dropped)
    assert sorted([*dropped, *identifiers_in(cohort.collect_schema())]) == sorted(cohort.collect_schema())
    assert dropped["gender"] == pl.Enum(["male", "female"])


def test_histories_hold_no_identifiers_to_begin_with():
    assert {
        table: found
        for department in DEPARTMENTS.values()
        for table, contract in department.histories[1].items()
        if (found := identifiers_in(contract.columns()))
    } == {}

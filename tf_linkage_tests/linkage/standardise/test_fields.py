"""Each raw field's standard form, by example."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage.standardise.dates import dates_of
from tf_linkage.linkage.standardise.fields import extra_column, standardise
from tf_linkage.linkage.standardise.reading import Reading


def standard(column: str, value: object, part: str) -> object:
    table = pl.LazyFrame({"id": ["1"], column: [value]})
    return standardise(table, "id", [column])[part].item()


@pytest.mark.parametrize(
    ("column", "value", "part", "expected"),
    [
        ("forename", "Mr José-Luis ", "forename", "JOSELUIS"),
        ("forename", "José-Luis", "forename_first", "JOSE"),
        ("forename", "José-Luis", "forename_second", "LUIS"),
        ("forename", "Becky", "forename_canon", "REBECCA"),
        ("forename", "Baby Smith", "forename", None),
        ("forename", "  ", "forename", None),
        ("forename", "Unknown", "forename", None),
        ("surname", "O'Neill", "surname", "ONEILL"),
        ("surname", "de la Cruz-Smith", "surname_first", "DELACRUZ"),
        ("surname", "de la Cruz-Smith", "surname_last", "SMITH"),
        ("surname", "Øster", "surname", "OSTER"),
        ("date_of_birth", dt.date(1990, 1, 2), "dob", "19900102"),
        ("date_of_birth", "02/01/1990", "dob", "19900102"),
        ("date_of_birth", "1990-01-02", "dob", "19900102"),
        ("date_of_birth", "19903102", "dob", "19903102"),
        ("date_of_birth", dt.date(1900, 1, 1), "dob", None),
        ("forename", "Иван", "forename", "IVAN"),
        ("forename", "NULL", "forename", None),
        ("surname", "Null", "surname", "NULL"),
        ("surname", "NULL", "surname", None),
        ("surname", "nan", "surname", None),
        ("surname", "None", "surname", None),
        ("surname", "Child", "surname", "CHILD"),
        ("surname", "Na", "surname", "NA"),
        ("surname", "王", "surname", "WANG"),
        ("surname", "Unknown", "surname", None),
        ("gender", "weiblich", "gender", "F"),
        ("gender", "W", "gender", "F"),
        ("gender", "mals", "gender", "M"),
        ("gender", "female", "gender", "F"),
        ("gender", "1", "gender", "M"),
        ("gender", "9", "gender", None),
        ("address", "Flat 3, 12a High Street", "house", "12A 3"),
        ("address", "12A High St, Flat 3", "house", "12A 3"),
        ("address", "12 High Street", "street", "HIGH ST"),
        ("address", "No fixed abode", "address", None),
        ("postcode", "e8 1aa", "postcode", "E81AA"),
        ("postcode", "E8 1AA", "sector", "E81"),
        ("postcode", "SW1A 1AA", "district", "SW1A"),
        ("postcode", "ZZ99 3VZ", "postcode", None),
        ("postcode", "12345-6789", "postcode", "12345"),
        ("postcode", "K1A 0B1", "postcode", "K1A0B1"),
        ("postcode", "101", "postcode", "101"),
        ("postcode", "XX99 9XX", "postcode", None),
        ("address", "NO FIXED", "address", None),
        ("nino", "123-45-6780", "nino", "123456780"),
        ("nino", "XX999999", "nino", None),
        ("nino", "000000000", "nino", None),
        ("nino", "dd 12 34 56 a", "nino", "DD123456"),
        ("nino", "QQ123456C", "nino", None),
        ("nino", "TN010190F", "nino", None),
    ],
)
def test_standard_form(column: str, value: object, part: str, expected: object) -> None:
    assert standard(column, value, part) == expected


@settings(deadline=None)
@given(st.text(alphabet=st.characters(categories=["L", "P", "Z"]), max_size=20))
def test_a_standard_forename_stays_as_it_is(name: str) -> None:
    once = standard("forename", name, "forename")
    if once is not None:
        assert standard("forename", once, "forename") in (once, None)
        assert str(once).isupper() or not str(once).isascii()


def test_rows_are_numbered_whatever_their_order() -> None:
    table = pl.DataFrame({"id": ["b", "a", "c"], "surname": ["X1", "Yes", None]})
    assert standardise(table.lazy(), "id", ["surname"]).equals(
        standardise(table.reverse().lazy(), "id", ["surname"])
    )


def test_a_missing_column_is_named() -> None:
    with pytest.raises(LinkageRefused, match="'surname'"):
        standardise(pl.LazyFrame({"id": ["1"]}), "id", ["surname"])


def test_a_record_without_an_id_is_refused() -> None:
    with pytest.raises(LinkageRefused, match="empty in 1 rows"):
        standardise(pl.LazyFrame({"id": [None, "1"], "surname": ["A", "B"]}), "id", ["surname"])


@pytest.mark.parametrize(
    ("written", "dob"),
    [
        ("31/12/1980 00:00", "19801231"), ("31121980", "19801231"), ("12311980", "19801231"),
        ("1980/1/2", "19800102"),
        ("31-Dec-1980", "19801231"), ("December 31, 1980", "19801231"), ("31/12/80", "19801231"),
        ("1/2/24", "20240201"), ("19801231.0", "19801231"), ("29586", "19801231"), ("29586.0", "19801231"),
        ("1980-12-31T00:00:00Z", "19801231"), ("12/31/1980 11:59 PM", "19801231"), ("1980", None), ("nan", None),
        ("1899-12-31", "18991231"), ("1900-01-01 00:00", None), ("garbage", None),
    ],
)  # fmt: skip
def test_dates_in_many_forms(written: str, dob: str | None) -> None:
    assert standard("date_of_birth", written, "dob") == dob


def test_a_year_alone_is_known() -> None:
    assert standard("date_of_birth", "1980", "dob_year") == "1980"
    assert standard("date_of_birth", "nan", "dob_year") is None


def test_the_order_of_a_column_is_that_of_its_values_and_can_be_given() -> None:
    month_first = pl.Series(["12/31/1980", "1/2/1980"])
    assert dates_of(month_first, Reading()).dob.to_list() == ["19801231", "19800102"]
    assert dates_of(month_first, Reading(dates="dmy")).dob.to_list() == ["19803112", "19800201"]
    day_first = pl.Series(["31/12/1980", "1/2/1980"])
    assert dates_of(day_first, Reading()).dob.to_list() == ["19801231", "19800201"]
    assert dates_of(pl.Series(["1/2/1980"]), Reading()).open_to == 1
    assert dates_of(pl.Series(["31/12/40", "31/12/05"]), Reading(pivot=40)).dob.to_list() == [
        "20401231",
        "20051231",
    ]


def test_placeholders_can_be_added_and_taken_away() -> None:
    table = pl.LazyFrame({"id": ["1", "2"], "surname": ["Nemo", "NULL"], "forename": ["nobody", "Test"]})
    reading = Reading(placeholders=("Nemo", "NOBODY"), values=("NULL", "test"))
    found = standardise(table, "id", ["surname", "forename"], reading=reading)
    assert found["surname"].to_list() == [None, "NULL"]
    assert found["forename"].to_list() == [None, "TEST"]


def test_numbers_of_another_country_stay_and_ninos_are_held_to_their_form() -> None:
    table = pl.LazyFrame({"id": ["1", "2", "3"], "nino": ["CE123456A", "CE123457A", "12345678"]})
    assert standardise(table, "id", ["nino"])["nino"].to_list() == ["CE123456", "CE123457", None]
    table = pl.LazyFrame({"id": ["1", "2", "3"], "nino": ["CE123456A", "87654321", "12345679"]})
    assert standardise(table, "id", ["nino"])["nino"].to_list() == ["CE123456", "87654321", "12345679"]


@given(st.text(max_size=12))
def test_any_name_of_a_column_is_a_plain_one(name: str) -> None:
    column = extra_column(name)
    assert column.isidentifier()
    assert column.isascii()
    assert column != extra_column(name + "?")

"""Each raw field's standard form, by example."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage.standardise.fields import standardise


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

"""What is worked out once for each distinct value is what a plain expression says of every row."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from tf_linkage.linkage.standardise.distinct import VALUE, Distinct, stepwise
from tf_linkage.linkage.standardise.fields import STANDARD_FIELDS, in_standard_form, standardise
from tf_linkage.linkage.standardise.reading import USUAL
from tf_linkage.linkage.standardise.standard_table import StandardTable
from tf_linkage.linkage.standardise.understood import field_read

_SPEC = importlib.util.spec_from_file_location("plain_fields", Path(__file__).with_name("plain_fields.py"))
assert _SPEC
assert _SPEC.loader
plain_fields = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(plain_fields)

PIECES = (
    "", " ", "  ", "\t", "-", "'", "’", ".", ",", "/", "MR", "mrs ", "Dr. ", "Baby", "unknown", "N/A", "O'Neill",
    "de ", "Mc ", "St ", "Van der", "José", "Zoë", "ß", "Ł", "İ", "ı", "Æ", "Ann", "Mary-Ann", "Mohd", "Bill", "x",
    "Flat 2", "12B ", "12 ", "3", "High Street", " Road", "Saint ", "House", "NFA", "No Fixed Abode", "E1 6AN",
    "e16an", "ZZ99 3CZ", "SW1A", "QQ123456C", "AB123456C", "ab 12 34 56 c", "TN123456", "CE987654", "CE987654D",
    "1980-02-03", "03/02/1980", "3.2.1980", "1900-01-01", "19800203", "1980-02-03T00:00", "3/13/1980", "M",
    "female", "A", "1", "2", "Ａ", "Иван", "王", "محمد", "NULL", "nan", "None", "\u00a0", "\u0301",
)  # fmt: skip
text = st.none() | st.lists(st.sampled_from(PIECES), max_size=5).map("".join) | st.text(max_size=8)
rows = st.lists(st.tuples(st.sampled_from("abcde"), *[text] * 8), min_size=1, max_size=30)
PLAIN_FIELDS = ("forename", "surname", "address", "postcode")
"""Fields of which each value is read by itself; of dates and numbers the whole column is asked."""
SCHEMA = {"id": pl.String, **dict.fromkeys(STANDARD_FIELDS, pl.String), "town": pl.String}


@settings(deadline=None, max_examples=150)
@given(rows=rows)
def test_every_field_of_any_text(rows: list[tuple[str | None, ...]]) -> None:
    table = pl.LazyFrame(rows, schema=SCHEMA, orient="row")
    found = standardise(table, "id", PLAIN_FIELDS, ["town"])
    assert_frame_equal(found, plain_fields.plainly(table, "id", PLAIN_FIELDS, ["town"]))


@settings(deadline=None, max_examples=50)
@given(rows=rows, seed=st.integers(0, 100))
def test_the_order_of_rows_is_nothing(rows: list[tuple[str | None, ...]], seed: int) -> None:
    table = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    other = table.sample(fraction=1, shuffle=True, seed=seed)
    fields = STANDARD_FIELDS[:4]
    assert_frame_equal(standardise(table.lazy(), "id", fields), standardise(other.lazy(), "id", fields))


@settings(deadline=None, max_examples=60)
@given(rows=rows, seed=st.integers(0, 100), batch=st.integers(1, 40))
def test_batches_and_their_order_are_nothing(rows: list[tuple[str | None, ...]], seed: int, batch: int) -> None:
    table = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    other = table.sample(fraction=1, shuffle=True, seed=seed).lazy()
    told: list[list[str]] = [[], []]
    whole, pieces = (
        in_standard_form(
            given,
            "id",
            STANDARD_FIELDS,
            ["town"],
            batch=size,
            seen=lambda name, made, at=at: told[at].append(str(field_read(name, made, USUAL))),
        )
        for at, (given, size) in enumerate(((table.lazy(), 1000), (other, batch)))
    )
    assert_frame_equal(whole.frame(), pieces.frame())
    assert whole.entity.equals(pieces.entity)
    assert told[0] == told[1]
    for name, column in pieces.columns.items():
        assert column.known == whole.frame()[name].count()


def test_a_table_without_rows_and_one_that_is_a_frame() -> None:
    empty = pl.LazyFrame(schema=SCHEMA)
    assert in_standard_form(empty, "id", STANDARD_FIELDS).height == 0
    frame = standardise(pl.LazyFrame({"id": ["b", "a", "a"], "surname": ["Ng", "Ng", None]}), "id", ["surname"])
    numbered = frame.with_columns(pl.Series("entity", [0, 0, 1], pl.UInt32))
    table = StandardTable.of(numbered)
    assert_frame_equal(table.frame(), frame)
    assert (table.people, table.columns["surname"].known) == (2, 2)


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("surname", pl.Series(["Ng", None, "Ó Néill", "Ng"], dtype=pl.Enum(["Ng", "Ó Néill"]))),
        ("postcode", pl.Series([None] * 4, dtype=pl.Null)),
    ],
)  # fmt: skip
def test_columns_of_other_kinds(column: str, values: pl.Series) -> None:
    table = pl.DataFrame({"key": [4, 2, 2, 1], column: values}).lazy()
    assert_frame_equal(standardise(table, "key", [column]), plain_fields.plainly(table, "key", [column]))


def test_a_column_is_taken_apart_and_put_together() -> None:
    column = pl.Series(["b", None, "a", "b"])
    held = Distinct.of(column)
    assert held.values.to_list() == ["b", "a"]
    assert held.codes.to_list() == [0, None, 1, 0]
    assert held.rows(held.values).to_list() == column.to_list()


def test_steps_follow_each_other() -> None:
    value = pl.col(VALUE)
    assert stepwise(pl.Series([" a", "b "]), [value.str.strip_chars(), value + "!"]).to_list() == ["a!", "b!"]

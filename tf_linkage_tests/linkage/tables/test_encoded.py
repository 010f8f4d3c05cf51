"""Tables by numbers: equal values and they alone have equal numbers, and how many rows go at once is nothing."""

from __future__ import annotations

from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tf_linkage.linkage import LinkResult, department_model, general_model, link
from tf_linkage.linkage.compare import candidates
from tf_linkage.linkage.standardise.fields import STANDARD_FIELDS
from tf_linkage.linkage.tables import encoded
from tf_linkage.linkage.tables.encoded import load, numbered
from tf_linkage.linkage.tables.records import prepare

values = st.lists(st.none() | st.sampled_from("abcdefg") | st.text(max_size=3), max_size=12)
tables = st.lists(st.lists(values, min_size=1, max_size=4), min_size=2, max_size=2)


@settings(deadline=None, max_examples=100)
@given(tables=tables)
def test_equal_values_and_they_alone_have_equal_numbers(tables: list[list[list[str | None]]]) -> None:
    found = numbered([[pl.Series(column, dtype=pl.String) for column in table] for table in tables])
    seen: dict[str, int] = {}
    for table, numbers in zip(tables, found, strict=True):
        for column, number in zip(table, numbers, strict=True):
            assert [one is None for one in column] == number.is_null().to_list()
            for value, each in zip(column, number.to_list(), strict=True):
                if value is not None:
                    assert seen.setdefault(value, each) == each
    assert len(set(seen.values())) == len(seen)


def test_homes_are_what_duckdb_hashes_and_years_are_numbers() -> None:
    """By hand: another hash changes which homes are sampled, and so every result."""
    rows = {
        "id": ["a", "b", "c"],
        "forename": ["Ann", "Bob", "Cy"],
        "date_of_birth": ["1980-02-03", None, "1990"],
        "address": ["1 High Street", "2 High Street", None],
        "postcode": ["E1 6AN", "E1 6AN", "E1 6AN"],
    }
    table = pl.LazyFrame(rows)
    model = general_model(list(rows), list(rows), left_id="id", right_id="id")
    with duckdb.connect(":memory:") as connection:
        load(connection, prepare(table, pl.LazyFrame(rows), model), model)
        found = connection.execute("SELECT home, birth_year, entity FROM r ORDER BY row").fetchall()
        expected = connection.execute(
            "SELECT hash(hash('E16AN'), hash('1')), hash(hash('E16AN'), hash('2'))"
        ).fetchall()[0]
    assert found == [(expected[0], 1980, 0), (expected[1], None, 1), (None, 1990, 2)]


def everything(result: LinkResult) -> list[pl.DataFrame]:
    return [
        result.links, result.explanations, result.training, result.blocking, result.training_curve, result.weighed,
    ]  # fmt: skip


@pytest.mark.parametrize("rows", [797, 1000])
def test_how_many_rows_go_at_once_is_nothing(village: Any, monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    model = department_model("dwp", STANDARD_FIELDS)
    usual = link(village.cohort.lazy(), village.register.lazy(), model)
    monkeypatch.setattr(encoded, "_LOADED", rows)
    monkeypatch.setattr(candidates, "_STREAMED", rows + 1)
    monkeypatch.setattr(candidates, "_COMPARED", 100 * rows)
    shuffled = village.register.sample(fraction=1, shuffle=True, seed=rows).lazy()
    pieces = link(village.cohort.lazy(), shuffled, model)
    assert village.register.height > rows
    for one, other in zip(everything(usual), everything(pieces), strict=True):
        assert one.equals(other)
    assert usual.counts == pieces.counts

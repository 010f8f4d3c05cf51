"""Bloom filters: made of pairs of letters, compared by the bits they share, and of the names' likeness."""

from __future__ import annotations

import duckdb
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage.compare.patterns import OfTables
from tf_linkage.linkage.hashed.bloom import Bloom, filter_of, filters
from tf_linkage.linkage.model.conditions import Measure

KEY, OTHER = bytes(range(32)), bytes(32)
WORDS = st.text("ABCDEF", min_size=1, max_size=9)


def bits(value: bytes) -> int:
    return int.from_bytes(value, "big").bit_count()


def dice(one: bytes, other: bytes) -> float:
    both = int.from_bytes(one, "big") & int.from_bytes(other, "big")
    return 2 * both.bit_count() / (bits(one) + bits(other))


@given(WORDS, WORDS)
def test_a_filter_is_that_of_its_pairs_of_letters(one: str, other: str) -> None:
    bloom = Bloom()
    pairs = [{f"_{word}_"[i : i + 2] for i in range(len(word) + 1)} for word in (one, other)]
    first, second = (filter_of(word, KEY, bloom) for word in (one, other))
    assert (first == second) or pairs[0] != pairs[1]
    assert bits(first) <= bloom.places * len(pairs[0])
    assert len(first) == bloom.bits // 8
    if pairs[0] <= pairs[1]:
        assert int.from_bytes(first, "big") & ~int.from_bytes(second, "big") == 0
    assert filter_of(one, OTHER, bloom) != first


def test_like_names_share_more_bits_than_unlike() -> None:
    bloom = Bloom(bits=1024)
    smith, smyth, jones = (filter_of(name, KEY, bloom) for name in ("SMITH", "SMYTH", "JONES"))
    # SMITH and SMYTH share four of six pairs of letters each, S and JONES's end one of six
    assert dice(smith, smyth) == pytest.approx(4 / 6, abs=0.08)
    assert dice(smith, jones) < 0.2


def test_the_database_counts_bits_as_they_are() -> None:
    names = ["SMITH", "SMYTH", "JONES", None]
    column = filters(pl.Series("surname", names), KEY, Bloom())
    assert column.name == "bloom_surname"
    assert column.null_count() == 1
    with duckdb.connect() as connection:
        connection.register("given", pl.DataFrame({"bloom_surname": column}).to_arrow())
        for table in "lr":
            connection.execute(f"CREATE TABLE {table} AS SELECT bloom_surname::BIT AS bloom_surname FROM given")
        sql = Measure("shared_bits", "bloom_surname").sql(OfTables(), 0.0)
        found = connection.execute(f"SELECT {sql} FROM l, r WHERE l.rowid <= r.rowid ORDER BY l.rowid, r.rowid")
        shared = [row[0] for row in found.fetchall()]
    held = [value for value in column if value is not None]
    wanted = [dice(one, other) for at, one in enumerate(held) for other in held[at:]]
    assert [value for value in shared if value is not None] == pytest.approx(wanted)
    assert shared.count(None) == 4, "an unknown name is like nothing"


@pytest.mark.parametrize(
    "given_", [{"bits": 500}, {"bits": 32}, {"places": 0}, {"places": 17}, {"alike": 0.5}, {"close": 0.0}]
)
def test_numbers_out_of_bounds_are_refused(given_: dict[str, float]) -> None:
    with pytest.raises(LinkageRefused):
        Bloom(**given_)  # type: ignore[arg-type]

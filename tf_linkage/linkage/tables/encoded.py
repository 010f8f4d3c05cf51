"""Both tables in DuckDB, narrow: every value a number of 32 bits; letters are looked up where pairs are compared.

The tables `l` and `r`. Equality is all that blocking, counting and most levels ask of a value. Numbers stand for
64-bit hashes, which alone choose what is sampled, so that nothing depends on the order in which values are met.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import duckdb
import polars as pl

from tf_linkage.linkage.model.conditions import columns_in, spelt_in
from tf_linkage.linkage.model.model import Model
from tf_linkage.linkage.standardise.standard_table import Column, StandardTable
from tf_linkage.linkage.tables.records import COHORT, Records

LOCATED = ("postcode", "house", "street", "district", "address")
"""Columns that homes and neighbourhoods are counted by, if a table has them."""


@dataclass(frozen=True)
class Register:
    """What is kept of the right table besides its numbers.

    Attributes:
        ids: of each row, as text.
        entity: the number of each row's person, from zero.
        people: how many there are.
        known: for each standardised column, rows of which it is known.
    """

    ids: pl.Series
    entity: pl.Series
    people: int
    known: Mapping[str, int]

    @property
    def height(self) -> int:
        """Number of rows."""
        return self.ids.len()

    @property
    def columns(self) -> frozenset[str]:
        """Names of the standardised columns."""
        return frozenset(self.known)


@dataclass(frozen=True)
class Tables:
    """The tables `l` and `r` of a connection: `row`, and the number of each column's value; equal ones are equal.

    Both have `birth_year` besides, where it is known; `r` has `entity` and `home`, which stands for an address.

    Attributes:
        connection: holds the tables.
        left: the left table in standard form.
        right: what is known of the right one.
        model: says which columns are used.
        compared: of either side, what comparisons look at: letters, or numbers where equality is all they ask.
    """

    connection: duckdb.DuckDBPyConnection
    left: pl.DataFrame
    right: Register
    model: Model
    compared: tuple[Mapping[str, Column], Mapping[str, Column]]

    @property
    def people(self) -> int:
        """Number of people in the right table, who are numbered from zero."""
        return self.right.people

    @property
    def aliased(self) -> bool:
        """Whether somebody has several rows in the right table."""
        return self.people < self.right.height

    def frame(self, query: str) -> pl.DataFrame:
        """The answer of a query."""
        return frame_of(self.connection, query)

    def total(self, query: str) -> float:
        """The one number that a query answers; zero if it is null."""
        return float(self.connection.execute(query).fetchall()[0][0] or 0)


def load(connection: duckdb.DuckDBPyConnection, records: Records, model: Model) -> Tables:
    """Make the tables `l` and `r`."""
    conditions = [condition for comparison in model.comparisons for condition in comparison.conditions]
    letters, asked = spelt_in(conditions), columns_in(conditions)
    left, held = records.left, records.held
    columns = [name for name in left.columns if name not in {"row", "record_id"}]
    ours = StandardTable.of_ids(left["record_id"], {name: Column(left[name]) for name in columns})
    used = [_used(model, side, table.columns) for side, table in enumerate((ours, held))]
    both = list(zip((ours, held), used, strict=True))
    numbers = [
        {name: Column(each, table.columns[name].codes) for name, each in zip(names, found, strict=True)}
        for (table, names), found in zip(
            both, numbered([[table.columns[name].values for name in names] for table, names in both]), strict=True
        )
    ]
    for side, (table, names) in enumerate(both):
        beside: dict[str, Column] = {}
        if "dob_year" in names:
            beside["birth_year"] = table.columns["dob_year"]
        if side:
            beside["entity"] = Column(held.entity)
            for place, name in enumerate(home_columns(held.columns)):
                values, codes = held.columns[name].values, held.columns[name].codes
                beside[f"home_{place}"] = Column(_hashed(connection, values), codes)
        _fill(connection, "lr"[side], table.height, numbers[side] | beside)
    compared = [
        {name: (table.columns if name in letters else numbers[side])[name] for name in names if name in asked}
        for side, (table, names) in enumerate(both)
    ]
    known = {name: column.known for name, column in held.columns.items()}
    right = Register(held.ids, held.entity, held.people, known)
    return Tables(connection, left, right, model, (compared[0], compared[1]))


_LOADED = 500_000
"""Rows that are handed to DuckDB at one time."""


def numbered(values: Sequence[Sequence[pl.Series]]) -> list[list[pl.Series]]:
    """A number of 32 bits for each value of the columns of each table, null for null; equal values, equal numbers.

    Told apart by hashes of 64 bits, which takes a fraction of the memory that the letters of all would.
    """
    hashes = [
        pl.select(pl.when(column.is_not_null()).then(_plain(column).hash(0))).to_series()
        for table in values
        for column in table
    ]
    every = pl.concat(hashes).rank("dense").cast(pl.UInt32)
    found: list[list[pl.Series]] = []
    start = 0
    for table in values:
        found.append([])
        for column in table:
            found[-1].append(every.slice(start, column.len()))
            start += column.len()
    return found


def _plain(column: pl.Series) -> pl.Series:
    """Text or bytes, of a column that may hold nothing at all."""
    return column if column.dtype == pl.Binary else column.cast(pl.String)


def _hashed(connection: duckdb.DuckDBPyConnection, values: pl.Series) -> pl.Series:
    """DuckDB's hash of each value, by which homes are sampled; null for null."""
    given = pl.DataFrame({"value": values}).with_row_index("place")
    connection.register("given", given.to_arrow(compat_level=pl.CompatLevel.newest()))
    found = frame_of(
        connection, "SELECT place, CASE WHEN value IS NOT NULL THEN hash(value) END AS number FROM given"
    )
    connection.unregister("given")
    return found.sort("place")["number"]


def home_columns(columns: Collection[str]) -> list[str]:
    """The columns that say together where somebody lives, if a table has them."""
    if {"postcode", "house"} <= set(columns):
        return ["postcode", "house"]
    return ["address"] if "address" in columns else []


def _fill(connection: duckdb.DuckDBPyConnection, name: str, height: int, columns: Mapping[str, Column]) -> None:
    """Make one of the two tables, some rows at a time."""
    homes = [column for column in columns if column.startswith("home_")]
    chosen = ["row", *[column for column in columns if column not in {*homes, "birth_year"}]]
    if homes:
        known = " AND ".join(f"{column} IS NOT NULL" for column in homes)
        chosen.append(f"CASE WHEN {known} THEN hash({', '.join(homes)}) END AS home")
    if "birth_year" in columns:
        chosen.append("try_cast(birth_year AS INTEGER) AS birth_year")
    for start in range(0, height, _LOADED):
        rows = pl.int_range(start, min(start + _LOADED, height), dtype=pl.UInt32, eager=True)
        frame = pl.DataFrame({"row": rows, **{column: held.rows(rows) for column, held in columns.items()}})
        connection.register("given", frame.to_arrow(compat_level=pl.CompatLevel.newest()))
        into = f"INSERT INTO {name} BY NAME" if start else f"CREATE TABLE {name} AS"
        connection.execute(f"{into} SELECT {', '.join(chosen)} FROM given")
        connection.unregister("given")


def frame_of(connection: duckdb.DuckDBPyConnection, query: str) -> pl.DataFrame:
    """The answer of a query as a polars frame."""
    frame = pl.from_arrow(connection.sql(query).to_arrow_table())
    assert isinstance(frame, pl.DataFrame)  # noqa: S101  a table, never a column
    return frame


def _used(model: Model, side: int, present: Collection[str]) -> list[str]:
    """The columns of one side that any rule, key, level or count looks at."""
    found = set(columns_in([condition for one in model.comparisons for condition in one.conditions]))
    found |= {pair[side] for rule in model.blocking_rules for pair in rule.keys}
    found |= {column for key in model.matchkeys for column in key.columns}
    return sorted((found | {*LOCATED, COHORT}) & set(present))

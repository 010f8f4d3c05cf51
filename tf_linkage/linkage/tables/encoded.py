"""Both tables in DuckDB, narrow: every value a number, its letters only where a comparison reads them.

The tables `l` and `r`. Equality is all that blocking, counting and most levels ask of a value, and a 64-bit hash
answers that; names and dates keep their letters besides.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import polars as pl

from tf_linkage.linkage.model.conditions import columns_in, spelt_in
from tf_linkage.linkage.model.model import Model
from tf_linkage.linkage.tables.records import COHORT, Records

LOCATED = ("postcode", "house", "street", "district", "address")
"""Columns that homes and neighbourhoods are counted by, if a table has them."""


@dataclass(frozen=True)
class Tables:
    """The tables `l` and `r` of a connection: `row`, `entity` (of `r`), and a column for each that is used.

    Attributes:
        connection: holds the tables.
        records: what they were made from.
        model: says which columns are used.
        letters: columns kept as text; their numbers are under another name.
    """

    connection: duckdb.DuckDBPyConnection
    records: Records
    model: Model
    letters: frozenset[str]

    def number(self, column: str) -> str:
        """The column that holds the number of this one's values; equal numbers are equal values."""
        return f"n_{column}" if column in self.letters else column

    def numbers(self, columns: tuple[str, ...] | list[str]) -> list[str]:
        """The same of several."""
        return [self.number(column) for column in columns]

    @property
    def people(self) -> int:
        """Number of people in the right table, who are numbered from zero."""
        return int(self.records.right["entity"].max() or 0) + 1  # type: ignore[arg-type]

    @property
    def aliased(self) -> bool:
        """Whether somebody has several rows in the right table."""
        return self.people < self.records.right.height

    def frame(self, query: str) -> pl.DataFrame:
        """The answer of a query."""
        return frame_of(self.connection, query)

    def total(self, query: str) -> float:
        """The one number that a query answers; zero if it is null."""
        return float(self.connection.execute(query).fetchall()[0][0] or 0)


def load(connection: duckdb.DuckDBPyConnection, records: Records, model: Model) -> Tables:
    """Make the tables `l` and `r`."""
    letters = spelt_in([condition for comparison in model.comparisons for condition in comparison.conditions])
    tables = Tables(connection, records, model, letters)
    for side, frame in enumerate((records.left, records.right)):
        columns = _used(model, side, set(frame.columns))
        connection.register("given", frame.to_arrow(compat_level=pl.CompatLevel.newest()))
        numbers = [
            f"CASE WHEN {column} IS NOT NULL THEN hash({column}) END AS {tables.number(column)}"
            for column in columns
        ]
        # Bytes are Bloom filters, whose bits are counted.
        kept = [
            f"{column}::BIT AS {column}" if frame.schema[column] == pl.Binary else column
            for column in columns
            if column in letters
        ]
        chosen = ", ".join(["row", *(["entity"] if side else []), *kept, *numbers])
        connection.execute(f"CREATE TABLE {'lr'[side]} AS SELECT {chosen} FROM given")
        connection.unregister("given")
    return tables


def frame_of(connection: duckdb.DuckDBPyConnection, query: str) -> pl.DataFrame:
    """The answer of a query as a polars frame."""
    frame = pl.from_arrow(connection.sql(query).to_arrow_table())
    assert isinstance(frame, pl.DataFrame)  # noqa: S101  a table, never a column
    return frame


def _used(model: Model, side: int, present: set[str]) -> list[str]:
    """The columns of one side that any rule, key, level or count looks at."""
    found = set(columns_in([condition for one in model.comparisons for condition in one.conditions]))
    found |= {pair[side] for rule in model.blocking_rules for pair in rule.keys}
    found |= {column for key in model.matchkeys for column in key.columns}
    return sorted((found | {*LOCATED, COHORT}) & present)

"""Another department's attack: its own register held against the histories that it returned.

Months from the start hide dates, but not how far dates lie apart: who holds every date of a history knows it again
wherever it begins. The attack takes a person's whole history with its months counted from the first, and looks for
who is alone with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from tf_linkage.contracts.columns import ColumnClass, columns_of
from tf_linkage.contracts.intruders import DEPARTMENT
from tf_linkage.contracts.ladders import REFERENCES, STEPS
from tf_linkage.contracts.outputs.research import RESEARCH_TABLES

PERSON = REFERENCES["people"]
MADE_OF_OTHERS = ("panel",)
"""Tables that are made of other research tables, and are no department's."""


def histories() -> Iterator[str]:
    """The research tables that are histories of people."""
    for name, contract in RESEARCH_TABLES.items():
        there = {column.name for column in columns_of(contract)}
        if PERSON in there and name not in STEPS and name not in MADE_OF_OTHERS:
            yield name


def known_by_history(tables: Mapping[str, pl.LazyFrame]) -> pl.DataFrame:
    """Who is alone with their whole history, dates known up to one and the same shift.

    Args:
        tables: the research tables by name, as released.

    Returns:
        One row for each history: `table`, `people` who have one, `alone` (how many are the only ones with theirs,
        among those of their age, gender and region as released), `few` (how many share it with fewer than five in
        all).
    """
    shown = DEPARTMENT.columns_in("people")
    people = tables["people"].select(PERSON, *(pl.col(column).cast(pl.String) for column in shown))
    rows = []
    for name in histories():
        alike = (
            _whole(name, tables[name])
            .join(people, on=PERSON, how="left")
            .select(alike=pl.len().over("history", *shown))
            .collect()["alike"]
        )
        rows.append((name, alike.len(), int((alike == 1).sum()), int((alike < 5).sum())))
    schema = {"table": pl.String, "people": pl.Int64, "alone": pl.Int64, "few": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _whole(name: str, table: pl.LazyFrame) -> pl.LazyFrame:
    """One row for each person: `history`, everything the table says of them, months counted from their first."""
    given = [column for column in columns_of(RESEARCH_TABLES[name]) if column.name != PERSON]
    months = [column.name for column in given if column.unit == "months"]
    said = [column.name for column in given if column.column_class is not ColumnClass.REFERENCE]
    first = pl.min_horizontal(pl.col(month).min().over(PERSON) for month in months) if months else pl.lit(0)
    line = pl.concat_str(pl.col(said).cast(pl.String).fill_null("-"), separator="|").alias("line")
    return (
        table.with_columns((pl.col(month) - first).alias(month) for month in months)
        .select(PERSON, line)
        .group_by(PERSON)
        .agg(history=pl.col("line").sort().str.join("\n"))
    )

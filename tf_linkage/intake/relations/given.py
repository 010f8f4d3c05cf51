"""What a relation is checked on: one table, the body's others, the day of the extract, the years asked about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from tf_linkage.contracts.relations import Asked
from tf_linkage.intake.reading.extracts import Extract

FIRST_MONTH_OF_YEAR = 9
"""An academic year begins in September."""

Broken = tuple[pl.Series, str | None, str]
"""Rows that break a relation, the column it speaks of, and the rule in words."""


@dataclass(frozen=True)
class Given:
    """One table with what its relations are checked against."""

    extract: Extract
    others: Mapping[str, Extract]
    day: dt.date
    asked: Asked | None

    @property
    def rows(self) -> pl.DataFrame:
        """The table."""
        return self.extract.rows


def all_of(rows: pl.DataFrame, *broken: pl.Expr) -> pl.Series:
    """Rows of which any of some expressions is true; one that is not known is not."""
    return rows.select(pl.any_horizontal(expression.fill_null(value=False) for expression in broken)).to_series()

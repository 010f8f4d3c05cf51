"""A column as its distinct values: what is worked out of a value is worked out once, however many rows hold it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
import pyarrow as pa

VALUE = "value"
"""Name of the column that expressions given to `stepwise` read."""


@dataclass(frozen=True)
class Distinct:
    """The distinct values of a column, and which of them each row holds.

    Attributes:
        codes: for each row the place of its value; null where it has none.
        values: each value once, none of them null.
    """

    codes: pl.Series
    values: pl.Series

    @classmethod
    def of(cls, column: pl.Series) -> Distinct:
        """Take a column apart. Values stand in the order in which they are first met."""
        if column.dtype in (pl.Categorical, pl.Enum):
            column = column.cast(pl.String)
        arrow = column.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest()).dictionary_encode()
        if isinstance(arrow, pa.ChunkedArray):
            arrow = arrow.combine_chunks()
        codes, values = pl.from_arrow(arrow.indices), pl.from_arrow(arrow.dictionary)
        assert isinstance(codes, pl.Series)  # noqa: S101  an array becomes a column
        assert isinstance(values, pl.Series)  # noqa: S101
        return cls(codes.cast(pl.UInt32), values.cast(column.dtype))

    @classmethod
    def joined(cls, parts: Sequence[Distinct]) -> Distinct:
        """The column that was taken apart piece by piece, as if it had been taken apart whole."""
        if len(parts) == 1:
            return parts[0]
        every = cls.of(pl.concat([part.values for part in parts]))
        codes, start = [], 0
        for part in parts:
            codes.append(every.codes.slice(start, part.values.len()).gather(part.codes))
            start += part.values.len()
        return cls(pl.concat(codes, rechunk=True), every.values)

    def rows(self, of_values: pl.Series) -> pl.Series:
        """What was worked out of each value, for each row."""
        return of_values.gather(self.codes)


def stepwise(values: pl.Series, steps: Sequence[pl.Expr]) -> pl.Series:
    """Expressions of `VALUE`, one after the other, each on what the one before made.

    As one nested expression they would run several times over: an expression that stands twice in the next, as in
    `when(text != "").then(text)`, is worked out twice, and so is all inside it.
    """
    for step in steps:
        values = pl.DataFrame({VALUE: values}).select(step.alias(VALUE))[VALUE]
    return values

"""A table in standard form that holds each value once, however many rows bear it.

What is kept of a register of millions: ids, the distinct values of each column, and which of them each row bears.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Column:
    """A standardised column.

    Attributes:
        values: what the rows may bear, null where nothing is known; a value may stand there twice.
        codes: for each row the place of its value, null where it has none; None where `values` are the rows'.
    """

    values: pl.Series
    codes: pl.Series | None = None

    def rows(self, which: pl.Series | None = None) -> pl.Series:
        """The value of each row, or of some rows in their order."""
        if self.codes is None:
            return self.values if which is None else self.values.gather(which)
        return self.values.gather(self.codes if which is None else self.codes.gather(which))

    @property
    def known(self) -> int:
        """Rows of which the value is known."""
        if self.codes is None:
            return self.values.len() - self.values.null_count()
        return int(self.values.is_not_null().gather(self.codes).sum() or 0)


@dataclass(frozen=True)
class StandardTable:
    """A table in standard form.

    Attributes:
        ids: of each row, as text; sorted.
        columns: the standardised columns by name.
        entity: the number of each row's person, from zero.
    """

    ids: pl.Series
    columns: Mapping[str, Column]
    entity: pl.Series

    @classmethod
    def of_ids(cls, ids: pl.Series, columns: Mapping[str, Column]) -> StandardTable:
        """A table in which rows of one id are one person's."""
        return cls(ids, columns, ids.rle_id().alias("entity"))

    @classmethod
    def of(cls, frame: pl.DataFrame) -> StandardTable:
        """A table that is a frame already: `record_id`, `entity` and standardised columns, its rows in order."""
        names = [name for name in frame.columns if name not in {"row", "record_id", "entity"}]
        return cls(frame["record_id"], {name: Column(frame[name]) for name in names}, frame["entity"])

    @property
    def height(self) -> int:
        """Number of rows."""
        return self.ids.len()

    @property
    def people(self) -> int:
        """Number of people."""
        return int(self.entity.max() or 0) + 1  # type: ignore[arg-type]

    def frame(self, columns: Iterable[str] | None = None) -> pl.DataFrame:
        """`row`, `record_id` and the columns, or some of them."""
        names = self.columns if columns is None else columns
        held = {"record_id": self.ids, **{name: self.columns[name].rows() for name in names}}
        return pl.DataFrame(held).with_row_index("row")

"""The two tables of a linkage, standardised and numbered, before any engine touches them.

What every engine does first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage.model.model import Model
from tf_linkage.linkage.standardise.fields import repeats, standardise
from tf_linkage.linkage.standardise.understood import FieldRead, field_read
from tf_linkage.linkage.standardise.values import StandardColumn

STRATUM, COHORT = "born_stratum", "born_cohort"
"""Columns by which a table of hashes names the bands of years of birth that it cannot be asked for: those of one
stratum, and those that make one cohort of forenames."""


@dataclass(frozen=True)
class Records:
    """Both tables in standard form.

    Attributes:
        left: standardised columns with `row`, `record_id`; one row per record.
        right: the same and `entity`, the number of the person among those of the table; alias rows share it.
    """

    left: pl.DataFrame
    right: pl.DataFrame


def undated(records: Records) -> NDArray[np.bool_]:
    """For each left row, whether no date of birth is known."""
    left = records.left
    if "dob" not in left.columns:
        return np.ones(left.height, dtype=bool)
    found: NDArray[np.bool_] = left["dob"].is_null().to_numpy()
    return found


Told = Callable[[int, FieldRead], None]
"""Is told how each column was read: 0 for the left table and 1 for the right one, and what was read."""


def prepare(left: pl.LazyFrame, right: pl.LazyFrame, model: Model, told: Told | None = None) -> Records:
    """Standardise both tables and number their people. A table that stands on both sides is standardised once.

    Args:
        left: one row per record.
        right: one row per record, or per name of a person; the left table itself for what is linked within one.
        model: says which columns are compared.
        told: learns how each column was read, if anybody wants to know; once if there is one table.

    Raises:
        LinkageRefused: a missing column, an empty table, or a left id that occurs twice.
    """

    def standard(side: int, table: pl.LazyFrame, record_id: str) -> pl.DataFrame:
        def seen(name: str, column: pl.Series, made: StandardColumn) -> None:
            if told is not None:
                told(side, field_read(name, column, made, model.reading))

        return standardise(table, record_id, model.fields, model.extra, model.reading, seen=seen)

    ours = standard(0, left, model.left_id)
    theirs = ours if left is right and model.entity == model.left_id else standard(1, right, model.entity)
    for side, frame in (("left", ours), ("right", theirs)):
        if frame.is_empty():
            raise LinkageRefused(f"the {side} table has no rows")
    if repeated := int(repeats(ours["record_id"]).sum()):
        raise LinkageRefused(
            f"column {model.left_id!r} names a record of the left table twice ({repeated} repeats)"
        )
    theirs = theirs.with_columns((pl.col("record_id").rle_id()).alias("entity"))
    return Records(ours, theirs)

"""The two tables of a linkage, standardised and numbered, before any engine touches them.

What every engine does first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage.model.model import Model
from tf_linkage.linkage.standardise.fields import in_standard_form, repeats
from tf_linkage.linkage.standardise.standard_table import StandardTable
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
        held: the right table, each of its values once; alias rows share a person.
    """

    left: pl.DataFrame
    held: StandardTable

    @classmethod
    def of_frames(cls, left: pl.DataFrame, right: pl.DataFrame) -> Records:
        """Both tables as frames, the right one with `entity`."""
        return cls(left, StandardTable.of(right))

    @cached_property
    def right(self) -> pl.DataFrame:
        """The right table as a frame with `entity`, for engines that take it so; much larger than `held`."""
        return self.held.frame().with_columns(self.held.entity.alias("entity"))


def undated(left: pl.DataFrame) -> NDArray[np.bool_]:
    """For each left row, whether no date of birth is known."""
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

    def standard(side: int, table: pl.LazyFrame, record_id: str) -> StandardTable:
        def seen(name: str, made: StandardColumn) -> None:
            if told is not None:
                told(side, field_read(name, made, model.reading))

        return in_standard_form(table, record_id, model.fields, model.extra, model.reading, seen=seen)

    ours = standard(0, left, model.left_id)
    theirs = ours if left is right and model.entity == model.left_id else standard(1, right, model.entity)
    for side, table in (("left", ours), ("right", theirs)):
        if not table.height:
            raise LinkageRefused(f"the {side} table has no rows")
    if repeated := int(repeats(ours.ids).sum()):
        raise LinkageRefused(
            f"column {model.left_id!r} names a record of the left table twice ({repeated} repeats)"
        )
    return Records(ours.frame(), theirs)

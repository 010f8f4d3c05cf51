"""The two tables of a linkage, standardised and numbered, before any engine touches them.

What every engine does first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage.model.model import Model
from tf_linkage.linkage.standardise.fields import standardise


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


def prepare(left: pl.LazyFrame, right: pl.LazyFrame, model: Model) -> Records:
    """Standardise both tables and number their people.

    Raises:
        LinkageRefused: a missing column, an empty table, or a left id that occurs twice.
    """
    ours = standardise(left, model.left_id, model.fields, model.extra, model.reading)
    theirs = standardise(right, model.entity, model.fields, model.extra, model.reading)
    for side, frame in (("left", ours), ("right", theirs)):
        if frame.is_empty():
            raise LinkageRefused(f"the {side} table has no rows")
    repeated = ours.height - ours["record_id"].n_unique()
    if repeated:
        raise LinkageRefused(
            f"column {model.left_id!r} names a record of the left table twice ({repeated} repeats)"
        )
    theirs = theirs.with_columns((pl.col("record_id").rle_id()).alias("entity"))
    return Records(ours, theirs)

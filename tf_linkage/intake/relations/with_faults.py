"""Which relations still tell something of a table whose cells are in part blank because they were refused."""

from __future__ import annotations

from dataclasses import fields

import polars as pl

from tf_linkage.contracts.in_time import EveryYear, InTheYears, Lately, UpToDate
from tf_linkage.contracts.relations import (
    FewAlike,
    FewRepeats,
    MostlyFilled,
    NotOneValue,
    Relation,
    SomeFilled,
)
from tf_linkage.intake.reading.problems import Problems

OF_ALL_CELLS = (
    FewAlike,
    FewRepeats,
    MostlyFilled,
    NotOneValue,
    SomeFilled,
    InTheYears,
    UpToDate,
    EveryYear,
    Lately,
)
"""Relations that a blank cell may break or keep."""

OF_GROUPS = ("group", "key", "kind")
"""Fields of a relation that name the columns by which its rows belong together."""


def still_tells(relation: Relation, rows: pl.DataFrame, problems: Problems) -> bool:
    """Whether what a relation finds is no consequence of what was told already.

    Args:
        relation: of the table.
        rows: the table; cells that were refused are null.
        problems: what was told.
    """
    wrong = {*problems.lost, *problems.told}
    if not wrong and not problems.no_data:
        return True
    used = _columns(relation, rows)
    if isinstance(relation, OF_ALL_CELLS) and (problems.no_data or not used or used & wrong):
        return False
    # Of rows without their family nobody knows which belong together; but a key that all rows lack parts none.
    grouped = {name for field in OF_GROUPS for name in _named(getattr(relation, field, ()))} & {*rows.columns}
    return not any(0 < rows[name].null_count() < rows.height for name in sorted(grouped))


def _columns(relation: Relation, rows: pl.DataFrame) -> set[str]:
    named = {name for field in fields(relation) for name in _named(getattr(relation, field.name))}
    return named & {*rows.columns}


def _named(said: object) -> tuple[str, ...]:
    if isinstance(said, str):
        return (said,)
    return said if isinstance(said, tuple) else ()

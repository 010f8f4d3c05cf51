"""What a person should know about two files of his before he trusts their links.

Dates that are none, ids that repeat, columns that are not known; counts and names of columns, never a value.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import polars as pl

from tf_linkage import intake
from tf_linkage.errors import InputRefused, NothingToLearn


def dates_in_doubt(path: Path, table: pl.LazyFrame) -> list[str]:
    """Lines on dates of birth that cannot be read, and on those that are no days of the calendar."""
    from tf_linkage.linkage.standardise.fields import standard_parts  # noqa: PLC0415

    column = "date_of_birth"
    if column not in table.collect_schema().names():
        return []
    written = pl.col(column).cast(pl.String).str.strip_chars() != ""
    said = table.select(column).drop_nulls().collect()[column].value_counts(name="rows").filter(written)
    read = standard_parts(column, said[column])["dob"]
    unread = int(said["rows"].filter(read.is_null()).sum())
    no_day = read.is_not_null() & read.str.to_date("%Y%m%d", strict=False).is_null()
    impossible = int(said["rows"].filter(no_day).sum())
    total = int(said["rows"].sum())
    lines = []
    if unread:
        lines.append(f"{path.name}: {unread:,} dates of birth are no dates, or placeholders; they count as unknown")
    if impossible:
        lines.append(
            f"{path.name}: {impossible:,} of {total:,} dates of birth are no days of the calendar; they are "
            "compared as they stand. Day comes before month unless written yyyy-mm-dd: if this file puts the month "
            "first, rewrite its dates as yyyy-mm-dd"
        )
    return lines


def refuse_repeats(path: Path, table: pl.LazyFrame, column: str) -> None:
    """Refuses a column of ids that names more than one record by the same id.

    Raises:
        InputRefused: ids repeat; says how many.
    """
    ids = table.select(pl.col(column).cast(pl.String)).drop_nulls().collect()[column]
    repeated = ids.filter(ids.is_duplicated()).n_unique()
    if repeated:
        raise InputRefused(
            f"{path.name}: column {column} does not name each record once: ids that occur more than once: "
            f"{repeated:,}; choose another column, or remove the repeats"
        )


def with_unknown_columns(
    refusal: NothingToLearn, tables: Mapping[Path, pl.LazyFrame], used: Collection[str]
) -> NothingToLearn:
    """The refusal, with the columns of each file that nothing was done with, if there are any.

    Args:
        refusal: as the linkage words it.
        tables: the files' tables, under the contract's names.
        used: columns that were compared or name a record or family.
    """
    from tf_linkage.linkage.standardise.fields import STANDARD_FIELDS  # noqa: PLC0415

    unknown = []
    for path, table in tables.items():
        columns = table.collect_schema().names()
        names = [
            intake.described(name, at, STANDARD_FIELDS)
            for at, name in enumerate(columns, start=1)
            if name not in (*used, *STANDARD_FIELDS)
        ]
        if names:
            unknown.append(f"{path.name}: {', '.join(names)}")
    if not unknown:
        return refusal
    return NothingToLearn(
        f"{refusal}\ncolumns that were not recognised: {'. '.join(unknown)}\nif one of them is "
        f"{', '.join(STANDARD_FIELDS[:-1])} or {STANDARD_FIELDS[-1]}, say so with --map theirs=ours"
    )

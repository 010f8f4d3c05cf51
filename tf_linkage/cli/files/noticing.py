"""What a person should know about his files before he trusts their links: what was read of each column."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from tf_linkage.cli.files.reading import File
from tf_linkage.cli.wording import say
from tf_linkage.errors import InputRefused
from tf_linkage.linkage.standardise.reading import Reading


def say_what_was_read(files: Sequence[File], fields: Sequence[str], extra: Iterable[str], reading: Reading) -> None:
    """A line for each column of each file that is compared; counts, never a value."""
    from tf_linkage.linkage.standardise.understood import field_read  # noqa: PLC0415

    for file in files:
        for field in fields:
            say(f"{file.name}: {field}: {field_read(field, file.table[field], reading)}")
        for column in extra:
            say(f"{file.name}: {column}: {field_read(column, file.table[column], reading, extra=True)}")


def refuse_repeats(name: str, table: pl.LazyFrame, column: str) -> None:
    """Refuses a column of ids that names more than one record by the same id, or leaves one without.

    Raises:
        InputRefused: ids repeat or are missing; says how many.
    """
    ids = table.select(pl.col(column).cast(pl.String)).collect()[column]
    if empty := ids.null_count():
        raise InputRefused(f"{name}: column {column} is empty in {empty:,} rows; every record needs an id")
    repeated = ids.filter(ids.is_duplicated()).n_unique()
    if repeated:
        raise InputRefused(
            f"{name}: column {column} does not name each record once: ids that occur more than once: "
            f"{repeated:,}; choose another column, or remove the repeats"
        )

"""What a person should know about his files before he trusts their links: what was read of each column."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from tf_linkage.cli.files.reading import File
from tf_linkage.cli.wording import say
from tf_linkage.errors import InputRefused
from tf_linkage.linkage.standardise.reading import Reading


def say_what_was_read(
    files: Sequence[File], fields: Sequence[str], extra: Iterable[str], reading: Reading
) -> list[tuple[str, str, str]]:
    """A line for each column of each file that is compared, said and given back; counts, never a value."""
    from tf_linkage.linkage.standardise.understood import field_read  # noqa: PLC0415

    found = []
    for file in files:
        every = [(field, False) for field in fields] + [(column, True) for column in extra]
        for name, is_extra in every:
            read = str(field_read(name, file.table[name], reading, extra=is_extra))
            say(f"{file.name}: {name}: {read}")
            found.append((file.name, name, read))
    return found


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

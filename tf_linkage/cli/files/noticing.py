"""What a person should know about his files before he trusts their links: what was read of each column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl

from tf_linkage.cli.wording import say
from tf_linkage.errors import InputRefused

if TYPE_CHECKING:
    import argparse

    from tf_linkage.linkage import LinkResult
    from tf_linkage.linkage.standardise.understood import FieldRead


class WhatWasRead:
    """Says how each column of each file was read, as soon as it is, and keeps it; counts, never a value.

    Attributes:
        said: file, column, and how it was read.
    """

    def __init__(self, files: Sequence[str]) -> None:
        self._files = files
        self.said: list[tuple[str, str, str]] = []

    def __call__(self, side: int, column: FieldRead) -> None:
        """One column of one file, by its place."""
        line = (self._files[side], column.field, str(column))
        say(": ".join(line))
        self.said.append(line)


def say_what_is_expected(result: LinkResult) -> list[str]:
    """Says what a linkage expects of itself, and what nobody can know; the same sentences."""
    from tf_linkage.linkage.resolve.expected import Expected  # noqa: PLC0415

    lines = list(Expected.of(result).said())
    for line in lines:
        say(line)
    return lines


def say_what_more(chosen: argparse.Namespace) -> None:
    """Says which options that were not used show more."""
    more = {
        "--report PAGE.html": (chosen.report, "what each column was worth and what a threshold would give"),
        "--review SHEET.csv": (chosen.review or chosen.decisions, "pairs in doubt side by side, to decide on"),
        "--explain ID ID": (chosen.explain, "why two records are a link, or not"),
    }
    told = [f"{option} ({what})" for option, (used, what) in more.items() if used is None]
    if told:
        say("to see more, add " + ", ".join(told))


def refuse_repeats(name: str, table: pl.LazyFrame, column: str) -> None:
    """Refuses a column of ids that names more than one record by the same id, or leaves one without.

    Raises:
        InputRefused: ids repeat or are missing; says how many.
    """
    ids = table.select(pl.col(column).cast(pl.String)).collect()[column]
    if empty := ids.null_count():
        raise InputRefused(f"{name}: column {column} is empty in {empty:,} rows; every record needs an id")
    if ids.n_unique() < ids.len():
        repeated = ids.filter(ids.is_duplicated()).n_unique()
        raise InputRefused(
            f"{name}: column {column} does not name each record once: ids that occur more than once: "
            f"{repeated:,}; choose another column, or remove the repeats"
        )

"""What two recipients could do together: join their extracts by reference, by the order of rows, by what they say.

The three attempts, and how often each is right. Anyone who tries has the two tables and nothing else; who is really
who is known to the judge alone (`who`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Joined:
    """How an attempt went.

    Attributes:
        people: how many stand in both tables, so that there was somebody to find.
        claimed: rows of the first table that the attempt joined to a row of the second.
        right: those of them that are the same person.
    """

    people: int
    claimed: int
    right: int

    @property
    def share(self) -> float:
        """Share of the people found again."""
        return self.right / self.people if self.people else 0.0


def by_reference(one: pl.DataFrame, other: pl.DataFrame, references: tuple[str, str], who: str) -> Joined:
    """Rows of the same reference are taken for one person.

    Args:
        one: the first recipient's table, one row for each person.
        other: the second's.
        references: the reference's column in each.
        who: the column, in both, by which the judge knows who is who.
    """
    left, right = references
    pairs = one.select(who, ref=left).join(other.select(judge=who, ref=right), on="ref", how="inner")
    return _judged(one, other, pairs, who)


def by_row_order(one: pl.DataFrame, other: pl.DataFrame, who: str) -> Joined:
    """Rows at the same place are taken for one person; arguments as in `by_reference`."""
    pairs = one.select(who).with_row_index("row").join(other.select(judge=who).with_row_index("row"), on="row")
    return _judged(one, other, pairs, who)


def by_attributes(one: pl.DataFrame, other: pl.DataFrame, columns: Sequence[str], who: str) -> Joined:
    """Rows that nobody else in either table equals in the columns are taken for one person.

    Args:
        one: the first recipient's table, one row for each person.
        other: the second's.
        columns: what both tables say.
        who: as in `by_reference`.
    """
    alone = [table.filter(pl.struct(columns).is_unique()) for table in (one, other)]
    pairs = alone[0].join(alone[1].rename({who: "judge"}), on=list(columns), how="inner", nulls_equal=True)
    return _judged(one, other, pairs, who)


def history_of(table: pl.DataFrame, person: str) -> pl.DataFrame:
    """Everything a table of events says of each person, as one value.

    Args:
        table: rows under a person's reference.
        person: the reference's column.

    Returns:
        `person` and `history`, one row for each person, by reference.
    """
    values = [column for column in table.columns if column != person]
    lines = table.select(
        person, line=pl.concat_str(pl.col(values).cast(pl.String), separator="|", ignore_nulls=True)
    )
    return lines.group_by(person).agg(history=pl.col("line").sort().str.join("\n")).sort(person)


def _judged(one: pl.DataFrame, other: pl.DataFrame, pairs: pl.DataFrame, who: str) -> Joined:
    return Joined(
        people=one.join(other, on=who, how="semi").height,
        claimed=pairs.height,
        right=pairs.filter(pl.col(who) == pl.col("judge")).height,
    )

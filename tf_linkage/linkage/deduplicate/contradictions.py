"""What keeps two records of one table apart, whatever key they agree on.

Stricter than a level that contradicts (`Level.contradicts`), by which a link between two tables is judged: there a
twin of a resembling name or a NINO one digit off only weighs less, here it would merge two people for good.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl


def contradicts(columns: Sequence[str]) -> pl.Expr:
    """Whether a joined pair differs where one person's records seldom do; right columns end in `_right`.

    A sibling shares surname and home, a twin the date of birth too, a son his father's name: forename, date of
    birth, gender and NINO each suffice to keep two people apart.
    """
    present = set(columns)

    def both(column: str) -> pl.Expr:
        return pl.col(column).is_not_null() & pl.col(f"{column}_right").is_not_null()

    def differs(column: str) -> pl.Expr:
        return both(column) & (pl.col(column) != pl.col(f"{column}_right"))

    doubts: list[pl.Expr] = []
    if "gender" in present:
        doubts.append(differs("gender"))
    if "nino" in present:
        doubts.append(differs("nino"))
    if "dob" in present:
        parts = [
            (pl.col("dob").str.slice(start, length) != pl.col("dob_right").str.slice(start, length)).cast(pl.Int8)
            for start, length in ((0, 4), (4, 2), (6, 2))
        ]
        years_apart = (
            pl.col("dob").str.slice(0, 4).cast(pl.Int32) - pl.col("dob_right").str.slice(0, 4).cast(pl.Int32)
        ).abs()
        doubts.append(both("dob") & ((pl.sum_horizontal(parts) >= 2) | (years_apart > 10)))
    if "forename_first" in present:
        alike = (
            (pl.col("forename_canon") == pl.col("forename_canon_right"))
            | (pl.col("forename_first").str.slice(0, 3) == pl.col("forename_first_right").str.slice(0, 3))
            | (pl.col("forename_first") == pl.col("forename_second_right")).fill_null(False)
            | (pl.col("forename_second") == pl.col("forename_first_right")).fill_null(False)
            | (
                (
                    pl.min_horizontal(
                        pl.col("forename_first").str.len_chars(), pl.col("forename_first_right").str.len_chars()
                    )
                    == 1
                )
                & (pl.col("forename_first").str.slice(0, 1) == pl.col("forename_first_right").str.slice(0, 1))
            )
        )
        doubts.append(both("forename_first") & ~alike)
        doubts.append(differs("forename_second") & (pl.col("forename_first") == pl.col("forename_first_right")))
    if not doubts:
        return pl.lit(False)
    return pl.any_horizontal(doubts).fill_null(False)

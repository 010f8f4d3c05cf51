"""Deterministic links: pairs that agree on a strict key, uniquely, and that nothing contradicts.

The keys at work and the contradiction guard. Their links are taken at once or teach the classifier what links look
like.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from tf_linkage.linkage.model.model import Matchkey, taken_first

_GUARDED = ("forename_first", "forename_second", "forename_canon", "surname", "dob", "gender", "nino")


def matchkey_links(left: pl.DataFrame, right: pl.DataFrame, keys: Sequence[Matchkey]) -> pl.DataFrame:
    """Links by matchkey between two standardised tables.

    A pair is kept if its key names one person on either side, if no field contradicts it, and if no stricter key
    gave either record to somebody else.

    Returns:
        `left_row`, `right_row`, `matchkey` (place of the key in the list), sorted by left row.
    """
    found = [
        _links_of(left, right, keys[place]).with_columns(
            pl.lit(place).alias("matchkey"), pl.lit(turn).alias("turn")
        )
        for turn, place in enumerate(taken_first(keys))
    ]
    if not found:
        return _none()
    every = pl.concat(found).sort("left_row", "turn", "right_row")
    first = every.unique(subset=["left_row"], keep="first", maintain_order=True)
    first = first.sort("entity", "turn", "left_row").unique(subset=["entity"], keep="first", maintain_order=True)
    # A record that two keys give to two people is nobody's for certain.
    kept = first.join(_torn(every, "left_row", "entity"), on="left_row", how="anti")
    kept = kept.join(_torn(every, "entity", "left_row"), on="entity", how="anti")
    return kept.select("left_row", "right_row", "matchkey").sort("left_row")


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


def _links_of(left: pl.DataFrame, right: pl.DataFrame, key: Matchkey) -> pl.DataFrame:
    on = list(key.columns)
    guarded = [column for column in _GUARDED if column in left.columns]
    ours = left.select(pl.col("row").alias("left_row"), *{*on, *guarded}).drop_nulls(on)
    theirs = right.select(
        pl.col("row").alias("right_row"),
        "entity",
        *on,
        *[pl.col(column).alias(f"{column}_right") for column in guarded],
    ).drop_nulls(on)
    pairs = ours.join(theirs, on=on, how="inner").filter(
        pl.col("entity").n_unique().over("left_row") == 1, pl.col("left_row").n_unique().over("entity") == 1
    )
    pairs = pairs.filter(~contradicts(guarded)).sort("left_row", "right_row")
    return pairs.select("left_row", "right_row", "entity").unique(
        subset=["left_row"], keep="first", maintain_order=True
    )


def _torn(links: pl.DataFrame, one: str, other: str) -> pl.DataFrame:
    return links.group_by(one).agg(pl.col(other).n_unique()).filter(pl.col(other) > 1).select(one)


def _none() -> pl.DataFrame:
    return pl.DataFrame(schema={"left_row": pl.UInt32, "right_row": pl.UInt32, "matchkey": pl.Int32})

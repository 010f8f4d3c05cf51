"""Who else is recorded at the addresses of a pair: what a clerk may see of its households.

Only where the model itself takes a home into account; otherwise a clerk sees the two records alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from tf_linkage.linkage.model.model import Model

MOST_SHOWN = 6
"""Others of a home that are shown: of an institution's hundreds, none tells a clerk more."""

HOME = ("address", "postcode")
NAMED = ("forename", "surname", "date_of_birth")
SHOWN = pl.Schema({"pair": pl.Int64, "side": pl.String, "person": pl.String})
_PERSON = "_person"


def others_at_home(pairs: pl.DataFrame, left: pl.LazyFrame, right: pl.LazyFrame, model: Model) -> pl.DataFrame:
    """Others at the address of each record of each pair, as recorded, without blanks and case.

    Args:
        pairs: `pair`, `left_id`, `right_id`.
        left: the table its left ids come from.
        right: the table its right ids come from.
        model: of the linkage.

    Returns:
        Columns of `SHOWN`: side is `left` or `right`, person a line with names and date of birth. At most
        `MOST_SHOWN` for each record, in order of the line; no row where the model compares no home.
    """
    if not model.family_evidence or not set(HOME) <= set(model.fields):
        return pl.DataFrame(schema=SHOWN)
    named = [name for name in NAMED if name in model.fields]
    sides = (("left", left, model.left_id), ("right", right, model.entity))
    found = [_of(pairs, side, table, column, named) for side, table, column in sides]
    return pl.concat(found).sort("pair", "side", "person")


def _of(pairs: pl.DataFrame, side: str, table: pl.LazyFrame, column: str, named: Sequence[str]) -> pl.DataFrame:
    folded = [pl.col(name).str.to_lowercase().str.replace_all(r"[\s,.]+", "").alias(f"_{name}") for name in HOME]
    homes = [f"_{name}" for name in HOME]
    line = pl.concat_str([pl.col(name).cast(pl.String) for name in named], separator=" ", ignore_nulls=True)
    people = table.select(pl.col(column).cast(pl.String).alias(f"{side}_id"), line.alias("person"), *folded)
    known = pl.all_horizontal(pl.col(name).is_not_null() & (pl.col(name) != "") for name in homes)
    theirs = people.filter(known).rename({f"{side}_id": _PERSON})
    own = people.filter(known).drop("person").unique([f"{side}_id", *homes])
    found = (
        pairs.lazy()
        .select("pair", f"{side}_id")
        .join(own, on=f"{side}_id")
        .join(theirs, on=homes)
        .filter(pl.col(_PERSON) != pl.col(f"{side}_id"), pl.col("person") != "")
        .select(pl.col("pair").cast(pl.Int64), pl.lit(side).alias("side"), "person", _PERSON)
        .unique(["pair", _PERSON])
        .sort("pair", "person", _PERSON)
        .with_columns(turn=pl.int_range(pl.len()).over("pair"))
        .filter(pl.col("turn") < MOST_SHOWN)
    )
    return found.select(list(SHOWN)).collect()

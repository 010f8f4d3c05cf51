"""One table resolved within itself: records of the same person, in one council or in two.

Belongs here: the keys and guards for people named twice. Twins, siblings, and father and son share most of what
identifies them, so a pair is accepted only on the keys below and when nothing contradicts it. Does not belong here:
linkage of two tables.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from tf_linkage.linkage.matchkeys import contradicts
from tf_linkage.linkage.standardise import STANDARD_FIELDS, standardise

_KEYS: tuple[tuple[str, ...], ...] = (
    ("nino", "dob"),
    ("forename_canon", "surname", "dob"),
    ("forename_canon", "dob", "postcode"),
    ("forename_canon", "dob", "address"),
    ("forename", "surname", "postcode", "dob_day_month"),
    ("forename", "surname", "postcode", "dob_year"),
    ("surname", "dob", "house", "postcode"),
    ("nino", "forename_canon"),
)
"""Each leaves another field free to be wrong. None rests on home and surname without a forename or a NINO, but the
one whose forenames must then be forms or beginnings of one another, which the guard sees to."""


def find_duplicates(cohort: pl.LazyFrame, ids: Sequence[str]) -> pl.DataFrame:
    """Pairs of records that are the same person.

    Args:
        cohort: one row per record, with identifiers under the contracts' names.
        ids: the columns that together name a record.

    Returns:
        One row per pair, each pair once: `left_<id>` and `right_<id>` for each id, sorted; the left record is the
        one whose ids come first.
    """
    fields = [name for name in STANDARD_FIELDS if name in cohort.collect_schema().names()]
    named = cohort.with_columns(pl.concat_str([pl.col(name) for name in ids], separator="\x1f").alias("_record"))
    records = standardise(named, "_record", fields)
    guarded = [column for column in records.columns if column not in ("row", "record_id")]
    theirs = records.select(pl.col("row").alias("row_right"), *[pl.col(c).alias(f"{c}_right") for c in guarded])
    found = []
    for key in _KEYS:
        if not set(key) <= set(guarded):
            continue
        ours = records.drop_nulls(list(key))
        pairs = ours.join(theirs, left_on=list(key), right_on=[f"{c}_right" for c in key], coalesce=False)
        pairs = pairs.filter(pl.col("row") < pl.col("row_right"), ~contradicts(guarded), ~_doubtful(guarded))
        found.append(pairs.select("row", "row_right"))
    columns = [f"{side}_{name}" for side in ("left", "right") for name in ids]
    if not found:
        return pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    pairs = pl.concat(found).unique(maintain_order=True)
    names = records.select("row", pl.col("record_id").str.split("\x1f").alias("names"))
    both = pairs.join(names, on="row").join(
        names.rename({"row": "row_right", "names": "names_right"}), on="row_right"
    )
    return both.select(
        *[pl.col("names").list.get(place).alias(f"left_{name}") for place, name in enumerate(ids)],
        *[pl.col("names_right").list.get(place).alias(f"right_{name}") for place, name in enumerate(ids)],
    ).sort(columns)


def _doubtful(columns: Sequence[str]) -> pl.Expr:
    """Years of birth more than one apart: a father and his namesake son at one address, not one person."""
    if "dob" not in columns:
        return pl.lit(False)
    years = [pl.col(name).str.slice(0, 4).cast(pl.Int32) for name in ("dob", "dob_right")]
    return ((years[0] - years[1]).abs() > 1).fill_null(False)

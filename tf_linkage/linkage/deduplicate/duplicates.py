"""One table resolved within itself: records of the same person, in one council or in two.

The keys and guards for people named twice. Twins, siblings, and father and son share most of what identifies them,
so a pair is accepted on the keys below when nothing contradicts it, and beyond the keys only when it is all but
certain by its likeness.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from tf_linkage.linkage.deduplicate.contradictions import contradicts
from tf_linkage.linkage.deduplicate.groups import grouped
from tf_linkage.linkage.deduplicate.match_probability import likely_duplicates
from tf_linkage.linkage.limits import Limits
from tf_linkage.linkage.model.settings import Settings
from tf_linkage.linkage.standardise.fields import STANDARD_FIELDS, standardise

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


def find_duplicates(
    cohort: pl.LazyFrame,
    ids: Sequence[str],
    bounds: Limits | None = None,
    *,
    settings: Settings | None = None,
) -> pl.DataFrame:
    """Pairs of records that are the same person.

    Whether two records are one person depends on the records that would become one with them, on nobody else's.

    Args:
        cohort: one row per record, with identifiers under the contracts' names.
        ids: the columns that together name a record.
        bounds: memory, threads and pairs that may be used; the usual ones unless given.
        settings: numbers of the linkage; the usual ones unless given.

    Returns:
        One row per pair, each pair once, and every pair within a group of records of one person: `left_<id>` and
        `right_<id>` for each id, sorted; the left record is the one whose ids come first.

    Raises:
        LinkageRefused: more than the bounds allow.
    """
    columns = [f"{side}_{name}" for side in ("left", "right") for name in ids]
    fields = [name for name in STANDARD_FIELDS if name in cohort.collect_schema().names()]
    named = cohort.with_columns(pl.concat_str([pl.col(name) for name in ids], separator="\x1f").alias("_record"))
    records = standardise(named, "_record", fields)
    if records.is_empty():
        return pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    guarded = [column for column in records.columns if column not in {"row", "record_id"}]
    theirs = records.select(pl.col("row").alias("row_right"), *[pl.col(c).alias(f"{c}_right") for c in guarded])
    two_people = contradicts(guarded) | _doubtful(guarded)
    found = [pl.DataFrame(schema={"row": pl.UInt32, "row_right": pl.UInt32})]
    for key in _KEYS:
        if not set(key) <= set(guarded):
            continue
        ours = records.drop_nulls(list(key))
        pairs = ours.join(theirs, left_on=list(key), right_on=[f"{c}_right" for c in key], coalesce=False)
        pairs = pairs.filter(pl.col("row") < pl.col("row_right"), ~two_people)
        found.append(pairs.select("row", "row_right").sort("row", "row_right"))
    likely = likely_duplicates(records, fields, bounds or Limits(), settings or Settings())
    found.append(likely.sort("probability", "row", "row_right", descending=[True, False, False])[:, :2])
    proposed = pl.concat(found).unique(keep="first", maintain_order=True)
    pairs = grouped(
        proposed,
        lambda asked: asked.join(records, on="row").join(theirs, on="row_right").filter(two_people),
    )
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

"""People whom a council's flag puts in a register, and the share of them whom links find.

A flag that is wrong looks like a missed link, so that the share runs low; the upper end of its interval allows for
`FLAG_ERROR` of them.
"""

from __future__ import annotations

import polars as pl

from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.intervals import design_effect, wilson
from tf_linkage.research.estimates.linkage_error.recall import FLAG_ERROR

SHARE = {
    "level": pl.String, "numerator": pl.Int64, "denominator": pl.Int64,
    "value": pl.Float64, "low": pl.Float64, "high": pl.Float64,
}  # fmt: skip
"""Columns of `share_found`."""


def known_people(attributes: pl.DataFrame, name: str) -> pl.DataFrame:
    """The people whom a flag puts in a department's register: person_id and family_id."""
    flagged = attributes.filter(DEPARTMENTS[name].flagged).sort("person_id", "la_code", "person_ref")
    return flagged.select("person_id", "family_id").unique("person_id", keep="first", maintain_order=True)


def share_found(known: pl.DataFrame, by: str | None = None) -> pl.DataFrame:
    """The share found of the people known to be present, for each level of one column.

    Args:
        known: people known to be present: person_id, family_id, links (how many), and the column `by`.
        by: column to break the figure down by; everybody together when None.

    Returns:
        The columns of `SHARE`. The interval is Wilson's with families as clusters; its upper end allows for wrong
        flags.
    """
    level = pl.lit("all") if by is None else pl.col(by).cast(pl.String)
    marked = known.select("family_id", level=level, found=pl.col("links") > 0).filter(pl.col("level").is_not_null())
    if marked.is_empty():
        return pl.DataFrame(schema=SHARE)
    effect = design_effect(marked["family_id"], marked["found"])
    n, k = pl.col("denominator"), pl.col("numerator")
    low, high = wilson(k / n, n / effect)
    return (
        marked.group_by("level")
        .agg(numerator=pl.col("found").sum().cast(pl.Int64), denominator=pl.len().cast(pl.Int64))
        .sort("level")
        .with_columns(value=k / n, low=low, high=(high / (1 - FLAG_ERROR)).clip(0, 1))
        .select(list(SHARE))
    )

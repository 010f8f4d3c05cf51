"""Recall without truth: of people whom a council's flag puts in a register, the share whom links find.

When it applies: councils flag problems that leave a trace in the register (`Department.known_by`).
How it fails: a wrong flag looks like a missed link, so that the figure runs low; the upper end of the interval
allows for `FLAG_ERROR` of them. People in recent contact are easier to find than all whom the register holds: it is
recall of people like those flagged. Links to somebody else count as found, as far as precision falls short of 1.
"""

from __future__ import annotations

import polars as pl

from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.intervals import wilson
from tf_linkage.quality.measures.clusters import design_effect
from tf_linkage.quality.measures.figures import FIGURES
from tf_linkage.research.estimates.linkage_error import FLAG_ERROR

MEASURE = "known_recall"


def known_people(attributes: pl.DataFrame, name: str) -> pl.DataFrame:
    """The people whom a flag puts in a department's register: person_id and family_id."""
    flagged = attributes.filter(DEPARTMENTS[name].flagged).sort("person_id", "la_code", "person_ref")
    return flagged.select("person_id", "family_id").unique("person_id", keep="first", maintain_order=True)


def known_figures(known: pl.DataFrame, by: str | None = None) -> pl.DataFrame:
    """Recall of the people known to be present, for each level of one column.

    Args:
        known: people known to be present: person_id, family_id, links (how many), and the column `by`.
        by: column to break the figure down by; everybody together when None.

    Returns:
        Columns level, measure, numerator, denominator, value, low, high. The interval is Wilson's with families as
        clusters; its upper end allows for wrong flags.
    """
    level = pl.lit("all") if by is None else pl.col(by).cast(pl.String)
    marked = known.select("family_id", level=level, found=pl.col("links") > 0).filter(pl.col("level").is_not_null())
    if marked.is_empty():
        return pl.DataFrame(schema=FIGURES)
    effect = design_effect(marked["family_id"], marked["found"])
    n, k = pl.col("denominator"), pl.col("numerator")
    low, high = wilson(k / n, n / effect)
    return (
        marked.group_by("level")
        .agg(numerator=pl.col("found").sum().cast(pl.Int64), denominator=pl.len().cast(pl.Int64))
        .sort("level")
        .select(
            "level",
            "numerator",
            "denominator",
            measure=pl.lit(MEASURE),
            value=k / n,
            low=low,
            high=(high / (1 - FLAG_ERROR)).clip(0, 1),
        )
        .select(list(FIGURES))
    )

"""How many families of the population share a make-up: the one aggregate that crosses to the study.

Family fingerprints and their counts, without ids.
"""

from __future__ import annotations

import polars as pl

from tf_linkage.contracts.columns import as_declared
from tf_linkage.contracts.handovers.population_counts import PopulationCounts
from tf_linkage.population.places.places import AUTHORITIES
from tf_linkage.population.settings import Settings, day


def population_counts(population: dict[str, pl.LazyFrame], settings: Settings) -> pl.LazyFrame:
    """Fingerprints of families with a child under 18 at the extract, and how many families share each.

    A fingerprint is the home authority, the number of adults, and the sorted genders and ages of the children: what
    a neighbour knows. Family members are those in the household on the day of the extract.
    """
    extract = day(settings.extract)
    codes = pl.Series([authority.code for authority in AUTHORITIES])
    age = ((extract - pl.col("birth")) / 365.25).floor().cast(pl.Int32)
    member = (
        (pl.col("birth") <= extract)
        & (pl.col("death") > extract)
        & (pl.col("arrived") <= extract)
        & (pl.col("emigrated") > extract)
        & (pl.col("joined") <= extract)
        & (pl.col("left") > extract)
    )
    child = pl.col("age") < 18
    letter = pl.when(pl.col("gender") == 1).then(pl.lit("f")).otherwise(pl.lit("m"))
    families = (
        population["people"]
        .filter(member)
        .select("family", "slot", age.alias("age"), letter.alias("letter"))
        .sort("family", "age", "letter")
        .group_by("family", maintain_order=True)
        .agg(
            pl.col("slot").first(),
            (~child).sum().cast(pl.Int32).alias("adults"),
            child.sum().cast(pl.Int32).alias("children"),
            (pl.col("letter") + pl.col("age").cast(pl.String)).filter(child).str.join(" ").alias("children_ages"),
        )
        .filter(pl.col("children") > 0)
    )
    counts = (
        families.with_columns(la_code=pl.lit(codes).gather(pl.col("slot")))
        .group_by("la_code", "adults", "children", "children_ages")
        .agg(pl.len().cast(pl.Int32).alias("families"))
        .sort("la_code", "adults", "children", "children_ages")
    )
    return as_declared(counts, PopulationCounts)

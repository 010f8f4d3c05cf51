"""people of research/tables: one row for each person, in broad bands."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from tf_linkage.contracts import bands
from tf_linkage.contracts.bodies.council import PROBLEMS
from tf_linkage.contracts.outputs import research
from tf_linkage.research.tables.coarsening import band, count_band, financial_year
from tf_linkage.research.tables.starts import family_starts, in_contract, with_region


def people(linked_people: pl.LazyFrame, attributes: pl.LazyFrame, regions: Mapping[str, str]) -> pl.LazyFrame:
    """Makes the table of people.

    A problem that any council found for a person is theirs; which sub-code it was is not told. Group, start and
    region are the family's.

    Args:
        linked_people: `ons.LinkedPeople`.
        attributes: `ons.Attributes`.
        regions: region by council.

    Returns:
        `contracts.outputs.research.People`, in the order of `person_study_ref`; as many rows as linked people.
    """
    found = attributes.group_by("person_id").agg(
        pl.col("gender").drop_nulls().first(),
        *(pl.col(problem).is_not_null().any() for problem in PROBLEMS),
    )
    number = pl.sum_horizontal(pl.col(list(PROBLEMS)).cast(pl.Int32))
    found = found.with_columns(problems=count_band(number, bands.PERSONS_PROBLEM_COUNTS))
    families = with_region(family_starts(attributes), regions)
    known = linked_people.join(found, on="person_id", how="left").join(families, on="family_id", how="left")
    return in_contract(
        known.join(ages_at_start(linked_people, attributes), on="person_id", how="left").with_columns(
            age_band=band(pl.col("age"), bands.AGE_BANDS),
            start_year=financial_year(pl.col("start")),
        ),
        research.People,
    )


def ages_at_start(linked_people: pl.LazyFrame, attributes: pl.LazyFrame) -> pl.LazyFrame:
    """Age of each person at their family's start, from the record nearest to it.

    Returns:
        `person_id`, `age` in whole years, -1 for the not yet born.
    """
    of_family = attributes.join(linked_people.select("person_id", "family_id"), on=["person_id", "family_id"])
    start = family_starts(attributes).select("family_id", "start")
    distance = (pl.col("identified_date") - pl.col("start")).abs()
    return (
        of_family.join(start, on="family_id")
        .sort("person_id", distance, "la_code", "person_ref")
        .group_by("person_id", maintain_order=True)
        .agg(pl.col("age").first())
    )

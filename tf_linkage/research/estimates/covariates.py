"""What was known of a family before its start: what the groups are made alike on.

The covariates.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from tf_linkage.contracts import bands
from tf_linkage.contracts.bodies.council import PROBLEMS
from tf_linkage.contracts.outputs.estimates import COUNCIL, FOUR_PROBLEMS, PROBLEM_NAMES, THREE_PROBLEMS
from tf_linkage.research.estimates.by_family import ADULT, families_of
from tf_linkage.research.tables.coarsening import band, financial_year
from tf_linkage.research.tables.half_years import Laid
from tf_linkage.research.tables.outcomes import EVENTS
from tf_linkage.research.tables.school_outcomes import ENOUGH
from tf_linkage.research.tables.starts import family_starts

BEFORE: Mapping[str, tuple[int, int]] = {"year before": (-2, -1), "second year before": (-4, -3)}
"""Windows of earlier outcomes, by their first and last half-year."""


def covariates(
    laid: Laid, attributes: pl.LazyFrame, before: Mapping[str, tuple[int, int]] = BEFORE
) -> pl.DataFrame:
    """One row for each family: its make-up, its problems, where and when, and its outcomes of earlier years.

    Args:
        laid: the cohort on half-years.
        attributes: `ons.Attributes`.
        before: windows of earlier outcomes, by their first and last half-year.

    Returns:
        family_id, study_group, and a Float64 column for each covariate, named in words; in the order of family_id.
    """
    table = families_of(laid).select("family_id", "study_group", "region", "start", "members")
    table = table.join(family_starts(attributes).select("family_id", "la_code"), on="family_id", how="left")
    for part in (_make_up(laid), _problems(attributes), _earlier(laid, before)):
        table = table.join(part, on="family_id", how="left")
    known = table.with_columns(_year=financial_year(pl.col("start"))).sort("family_id").collect()
    places = [_one_of(known, "region", "region"), _councils(known), _one_of(known, "_year", "start in")]
    plain = known.drop("family_id", "study_group", "region", "la_code", "start", "_year").fill_null(0)
    plain = plain.cast(pl.Float64)
    return pl.concat([known.select("family_id", "study_group"), plain, *places], how="horizontal")


def _make_up(laid: Laid) -> pl.LazyFrame:
    age = pl.col("age")
    child = age < ADULT
    youngest = band(age.filter(child).min(), {name: bands.AGE_BANDS[name] for name in bands.CHILD_BANDS})
    return (
        laid.members.lazy()
        .group_by("family_id")
        .agg(
            pl.when((age >= ADULT).sum() >= 2).then(1).otherwise(0).alias("two adults or more"),
            child.sum().clip(0, 6).alias("children"),
            *(
                (youngest == name).cast(pl.Int8).fill_null(0).alias(f"youngest child {name}")
                for name in bands.CHILD_BANDS[:-1]
            ),
        )
    )


def _problems(attributes: pl.LazyFrame) -> pl.LazyFrame:
    found = attributes.group_by("family_id").agg(
        *(
            pl.col(problem).is_not_null().any().cast(pl.Int8).alias(name)
            for problem, name in zip(PROBLEMS, PROBLEM_NAMES, strict=True)
        )
    )
    number = pl.sum_horizontal(PROBLEM_NAMES)
    return found.with_columns(
        (number == 3).cast(pl.Int8).alias(THREE_PROBLEMS),
        (number >= 4).cast(pl.Int8).alias(FOUR_PROBLEMS),
    )


def _earlier(laid: Laid, before: Mapping[str, tuple[int, int]]) -> pl.LazyFrame:
    """Whether anybody of the family had each outcome in each of these windows."""
    outcomes = [*EVENTS, "persistent_absence"]
    least = pl.col("outcome").replace_strict(ENOUGH, default=0.5, return_dtype=pl.Float64)
    told = laid.happened.lazy().join(laid.members.lazy().select("person_id", "family_id"), on="person_id")
    within = {window: pl.col("half_year").is_between(first, last) for window, (first, last) in before.items()}
    persons = told.group_by("family_id", "person_id", "outcome").agg(
        (
            (pl.col("got").filter(inside).sum() >= least.first() * pl.col("of").filter(inside).sum())
            & (pl.col("of").filter(inside).sum() > 0)
        ).alias(window)
        for window, inside in within.items()
    )
    return persons.group_by("family_id").agg(
        pl.col(window)
        .filter(pl.col("outcome") == outcome)
        .any()
        .cast(pl.Int8)
        .alias(f"{outcome.replace('_', ' ')}, {window}")
        for outcome in outcomes
        for window in before
    )


def _one_of(known: pl.DataFrame, column: str, words: str) -> pl.DataFrame:
    """A column for each value but the first, 1 where it holds."""
    values = sorted(known[column].unique().to_list())
    return known.select(
        (pl.col(column) == value).cast(pl.Float64).alias(f"{words} {value}") for value in values[1:]
    )


def _councils(known: pl.DataFrame) -> pl.DataFrame:
    """A column for each council but the first of its region, 1 where it found the family eligible.

    Councils differ in whom they serve and in how often things happen. They are numbered within their region: a
    column's name tells no more than the weights need. Where a council has too few families it counts as its region
    (`weighting` drops the column).
    """
    where = known.select("region", "la_code").unique().drop_nulls().sort("region", "la_code")
    numbered = where.with_columns(number=pl.col("la_code").rank("ordinal").over("region"))
    return known.select(
        (pl.col("la_code") == code).fill_null(value=False).cast(pl.Float64).alias(f"{COUNCIL} {number} of {region}")
        for region, code, number in numbered.iter_rows()
        if number > 1
    )

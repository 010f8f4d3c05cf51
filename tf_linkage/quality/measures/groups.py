"""Who belongs to which group, for figures by subgroup.

The groups of people in `contracts.outputs.quality.SUBGROUPS`, read from the truth where there is one and else from
what ONS holds.
"""

from __future__ import annotations

import polars as pl

from tf_linkage.contracts.outputs.quality import NO_CASE
from tf_linkage.contracts.truth import AGE_BANDS

TRUE_GROUPS = ("community", "gender", "age_band", "deprivation", "family_type")
"""Groups that the truth knows; council and study group are the study's own, with truth or without."""

BAND_STARTS = tuple(int(band.split("-")[0].rstrip("+")) for band in AGE_BANDS)


def groups_without_truth(attributes: pl.DataFrame) -> pl.DataFrame:
    """Groups of each study person as ONS can tell them: gender, age band, council, study group.

    Someone whom two councils named is counted under the earlier of the two; on the same day under the lower code.
    Age is that of the day the family was identified.
    """
    first = attributes.sort("person_id", "identified_date", "la_code", "person_ref").unique(
        "person_id", keep="first", maintain_order=True
    )
    return first.select(
        "person_id",
        gender=pl.col("gender").cast(pl.String),
        age_band=_band(pl.col("age")),
        council=pl.col("la_code"),
        study_group=pl.col("study_group").cast(pl.String),
    )


def groups_with_truth(attributes: pl.DataFrame, owned: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """Groups of each study person, truly: adds community, deprivation, family type and hard cases.

    Returns:
        One row for each person_id; `hard_case` is a list, since a person may be several; empty lists read `none`.
    """
    true = owned.join(
        people.select("true_person", *(pl.col(name).cast(pl.String) for name in TRUE_GROUPS), "hard_cases"),
        on="true_person",
        how="left",
    ).drop("true_person")
    named = groups_without_truth(attributes).select("person_id", "council", "study_group")
    return named.join(true, on="person_id", how="left").select(
        pl.exclude("hard_cases"), hard_case=pl.col("hard_cases").fill_null(NO_CASE).str.split(" | ")
    )


def people_with_errors(
    owned: pl.DataFrame, requested: pl.DataFrame, truth: dict[str, pl.DataFrame]
) -> pl.DataFrame:
    """For each person sent, the identifiers that the council or the department recorded wrongly.

    Args:
        owned: true_person of each person_id.
        requested: person_id of everybody sent.
        truth: `records` of the council and of one department alone, and `errors`.

    Returns:
        person_id and `error`, a list of identifiers; `none` where all are right on both sides.
    """
    errors = truth["errors"].select(pl.col("body").cast(pl.String), "record_key", "column")
    wrong = (
        truth["records"]
        .with_columns(pl.col("body").cast(pl.String))
        .join(errors, on=["body", "record_key"])
        .group_by("true_person")
        .agg(error=pl.col("column").unique().sort())
    )
    return (
        requested.select("person_id")
        .join(owned, on="person_id", how="left")
        .join(wrong, on="true_person", how="left")
        .select("person_id", pl.col("error").fill_null([NO_CASE]))
    )


def _band(age: pl.Expr) -> pl.Expr:
    band = pl.lit(AGE_BANDS[0])
    for start, name in zip(BAND_STARTS[1:], AGE_BANDS[1:], strict=True):
        band = pl.when(age >= start).then(pl.lit(name)).otherwise(band)
    return pl.when(age.is_not_null()).then(band)

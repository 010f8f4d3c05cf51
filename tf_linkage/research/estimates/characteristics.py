"""characteristics: how many families of each group have what, before the start.

Counting those covariates that a family has or has not.
"""

from __future__ import annotations

import polars as pl

from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.outputs.estimates import FOUR_PROBLEMS, PROBLEM_NAMES, THREE_PROBLEMS, Characteristics

KINDS = ("youngest child ", "start in ")
"""How the names of covariates begin of which a family has one at most."""

ALONE = ("two adults or more", *PROBLEM_NAMES)


def characteristics(covariates: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """How many families have each characteristic.

    Args:
        covariates: what `covariates.covariates` gives.
        members: family_id of each person, for counting people.

    Returns:
        `contracts.outputs.estimates.Characteristics`.
    """
    schema = pl.Schema(schema_of(Characteristics))
    kinds = {name: kind for name in covariates.columns if (kind := _kind(name)) is not None}
    people = members.group_by("family_id").agg(size=pl.len())
    has = pl.col("has") > 0
    return (
        covariates.select("family_id", "study_group", *kinds)
        .join(people, on="family_id", how="left")
        .unpivot(list(kinds), index=["study_group", "size"], variable_name="characteristic", value_name="has")
        .group_by("characteristic", "study_group")
        .agg(
            families=pl.len(), people=pl.col("size").sum(), families_with=has.sum(),
            people_with=pl.col("size").filter(has).sum(),
        )
        .with_columns(kind=pl.col("characteristic").replace_strict(kinds, default=None, return_dtype=pl.String))
        .select(schema.names())
        .cast(schema)
        .sort("characteristic", "study_group")
    )  # fmt: skip


def _kind(covariate: str) -> str | None:
    """Of what kind a covariate is; None for those that are counted elsewhere or are numbers."""
    if covariate in ALONE:
        return covariate
    if covariate in {THREE_PROBLEMS, FOUR_PROBLEMS}:
        return "problems"
    return next((kind.strip() for kind in KINDS if covariate.startswith(kind)), None)

"""benefit_paths and service_use: where adults and families stand, half-year by half-year.

States of adults, and how many services a family uses.
"""

from __future__ import annotations

import polars as pl

from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.outputs.estimates import BENEFIT_STATES, HALF_YEARS, BenefitPaths, ServiceUse
from tf_linkage.research.estimates.by_family import families_of
from tf_linkage.research.estimates.counts import with_interval
from tf_linkage.research.tables.half_years import MONTHS, Laid
from tf_linkage.research.tables.school_outcomes import ENOUGH

WORKING_AGE = (18, 62)
"""Ages at the start at which somebody stays of working age through the two years after (pension age 65)."""

BEFORE = -1
"""The half-year from which paths are told: the last before the start."""

SERVICE_OF = {
    "out_of_work_benefit": "out-of-work benefits",
    "child_in_need": "social care",
    "child_protection": "social care",
    "looked_after": "social care",
    "conviction": "courts",
    "exclusion": "schools",
    "persistent_absence": "schools",
}
"""Service by the outcome that shows it is used."""


def benefit_paths(laid: Laid) -> pl.DataFrame:
    """Where adults of working age stood in the half-year before the start, and where in each half-year after.

    Families count in a window if they were followed throughout it.

    Returns:
        `contracts.outputs.estimates.BenefitPaths`.
    """
    key = ["from_state", "to_state", "study_group", "window"]
    states = _states(laid)
    before = states.filter(pl.col("half_year") == BEFORE).select("person_id", from_state="state")
    went = _followed(laid, states.join(before, on="person_id").rename({"state": "to_state"}))
    from_there = went.group_by("family_id", "from_state", "study_group", "window").agg(n=pl.len())
    of_family = went.group_by("family_id", *key).agg(y=pl.len())
    to_states = pl.LazyFrame({"to_state": list(BENEFIT_STATES)})
    shares = with_interval(
        from_there.join(to_states, how="cross")
        .join(of_family, on=["family_id", *key], how="left")
        .with_columns(pl.col("y").fill_null(0))
        .collect(),
        key,
    )
    counts = of_family.group_by(key).agg(families=pl.len(), people=pl.col("y").sum()).collect()
    schema = pl.Schema(schema_of(BenefitPaths))
    told = counts.join(shares.select(*key, "share", "low", "high"), on=key)
    return told.cast(schema).select(schema.names()).sort(key)


def service_use(laid: Laid) -> pl.DataFrame:
    """How many of the four services families used within each half-year.

    Returns:
        `contracts.outputs.estimates.ServiceUse`.
    """
    least = pl.col("outcome").replace_strict(ENOUGH, default=0.5, return_dtype=pl.Float64)
    used = (
        laid.happened.lazy()
        .filter(pl.col("outcome").is_in(list(SERVICE_OF)) & (pl.col("got") >= least * pl.col("of")))
        .join(laid.members.lazy().select("person_id", "family_id"), on="person_id")
        .group_by("family_id", "half_year")
        .agg(services=pl.col("outcome").replace_strict(SERVICE_OF).n_unique())
    )
    half_years = _half_years().select("half_year")
    every = (
        families_of(laid)
        .join(half_years, how="cross")
        .join(used, on=["family_id", "half_year"], how="left")
        .with_columns(pl.col("services").fill_null(0))
    )
    told = _of_followed(every)
    numbers = pl.LazyFrame({"number": range(5)}, schema={"number": pl.UInt32})
    key = ["services", "study_group", "window"]
    each = (
        told.join(numbers, how="cross")
        .with_columns(y=(pl.col("services") == pl.col("number")).cast(pl.Int32), n=pl.lit(1))
        .select("family_id", "study_group", "window", "y", "n", "members", services="number")
        .collect()
    )
    shares = with_interval(each, key)
    counts = each.group_by(key).agg(families=pl.col("y").sum(), people=(pl.col("members") * pl.col("y")).sum())
    schema = pl.Schema(schema_of(ServiceUse))
    joined = counts.join(shares.select(*key, "share", "low", "high"), on=key)
    return joined.cast(schema).select(schema.names()).sort(key)


def _states(laid: Laid) -> pl.LazyFrame:
    """The state of each adult of working age in each half-year: person_id, family_id, half_year, state."""
    out_of_work, working_and_claiming, working, neither = BENEFIT_STATES
    flags = (
        laid.happened.lazy()
        .group_by("person_id", "half_year")
        .agg(
            claims=(pl.col("outcome") == "out_of_work_benefit").any(),
            works=(pl.col("outcome") == "employment").any(),
        )
    )
    claims, works = (pl.col(flag).fill_null(value=False) for flag in ("claims", "works"))
    return (
        laid.members.lazy()
        .filter(pl.col("age").is_between(*WORKING_AGE))
        .join(_half_years().select("half_year"), how="cross")
        .join(flags, on=["person_id", "half_year"], how="left")
        .with_columns(
            state=pl.when(claims & works).then(pl.lit(working_and_claiming))
            .when(claims).then(pl.lit(out_of_work))
            .when(works).then(pl.lit(working))
            .otherwise(pl.lit(neither))
        )
    )  # fmt: skip


def _followed(laid: Laid, rows: pl.LazyFrame) -> pl.LazyFrame:
    """Rows of half-years after the start throughout which the family was followed, with `window`."""
    return _of_followed(rows.filter(pl.col("half_year") >= 0))


def _of_followed(rows: pl.LazyFrame) -> pl.LazyFrame:
    half_year = pl.col("half_year")
    return rows.filter(
        half_year.is_between(pl.col("earliest"), pl.col("latest")) & (pl.col("joins") >= (half_year + 1) * MONTHS)
    ).join(_half_years(), on="half_year")


def _half_years() -> pl.LazyFrame:
    rows = [(first // MONTHS, name) for name, (first, _) in HALF_YEARS.items()]
    return pl.LazyFrame(rows, schema={"half_year": pl.Int32, "window": pl.String}, orient="row")

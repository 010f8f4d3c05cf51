"""benefits_and_work of research/tables: one row for each claim and each job."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from tf_linkage.contracts import bands
from tf_linkage.contracts.bodies.dwp import OUT_OF_WORK_BENEFITS
from tf_linkage.contracts.outputs import research
from tf_linkage.research.tables.coarsening import money_band, months_from, spells_told, whole_years_from
from tf_linkage.research.tables.starts import in_contract, on_the_clock


def benefits_and_work(
    linked_people: pl.LazyFrame, attributes: pl.LazyFrame, dwp_return: Mapping[str, pl.LazyFrame]
) -> pl.LazyFrame:
    """Makes the table of benefit claims and jobs.

    Args:
        linked_people: `ons.LinkedPeople`.
        attributes: `ons.Attributes`.
        dwp_return: what DWP gave back: `benefits` and `employment`, keyed by `request_ref`.

    Returns:
        `contracts.outputs.research.BenefitsAndWork`.
    """
    claims = on_the_clock(dwp_return["benefits"], "dwp", linked_people, attributes)
    jobs = on_the_clock(dwp_return["employment"], "dwp", linked_people, attributes)
    spells = pl.concat([_claims(claims), _jobs(jobs)], how="diagonal_relaxed")
    return in_contract(spells_told(spells), research.BenefitsAndWork)


def _claims(claims: pl.LazyFrame) -> pl.LazyFrame:
    start = pl.col("start")
    return claims.select(
        "person_study_ref",
        spell=pl.lit("benefit"),
        benefit_type=pl.col("benefit_type"),
        out_of_work=pl.col("benefit_type").cast(pl.String).is_in(OUT_OF_WORK_BENEFITS),
        starts=months_from(start, pl.col("start_date")),
        ends=months_from(start, pl.col("end_date")),
        dates_imputed=pl.lit(value=False),
        weekly_amount=money_band(pl.col("weekly_amount"), bands.WEEKLY_STEP, bands.WEEKLY_TOP, bands.WEEKLY_BANDS),
    )


def _jobs(jobs: pl.LazyFrame) -> pl.LazyFrame:
    return jobs.select(
        "person_study_ref",
        spell=pl.lit("employment"),
        starts=_unless_imputed("start_date", "uncertain_start_date"),
        ends=_unless_imputed("end_date", "uncertain_end_date"),
        dates_imputed=pl.col("uncertain_start_date") | pl.col("uncertain_end_date"),
        annual_pay=money_band(pl.col("annual_pay"), bands.YEARLY_STEP, bands.YEARLY_TOP, bands.YEARLY_BANDS),
    )


def _unless_imputed(day: str, imputed: str) -> pl.Expr:
    """Months from the start; whole years only where the day is the register's own 5 or 6 April.

    A known calendar day next to its distance from the start would give away the start's month, and with it who is
    of one family.
    """
    start = pl.col("start")
    return pl.when(imputed).then(whole_years_from(start, pl.col(day))).otherwise(months_from(start, pl.col(day)))

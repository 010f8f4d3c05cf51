"""What pupils missed and reached, month by month from the family's start.

When a term or an assessment lies, and what counts.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from tf_linkage.contracts.bodies.dfe import NO_ABSENCE_DATA
from tf_linkage.research.tables.coarsening import months_from
from tf_linkage.research.tables.outcomes import PERSISTENT, term_start

ENOUGH: Mapping[str, float] = {"persistent_absence": PERSISTENT, "attainment": 1.0}
"""Share that makes the outcome: a tenth of the sessions missed, all of the subjects reached."""

SCHOOLS = "dfe"
"""In whose register these are told."""

EXPECTED = ("EXS", "GDS", "L4", "L5", "YES")
"""Results at the expected standard or above at every key stage: codes since 2016, levels before, and the key
stage 4 threshold with English and mathematics."""

EXPECTED_AT_7 = ("L2", "L3")
"""Levels that were expected at key stage 1 alone."""

ASSESSED = 6
"""Month of tests and examinations, in the calendar year in which the academic year ends."""


def absences(absence: pl.LazyFrame) -> pl.LazyFrame:
    """Sessions missed of those possible, by the month in which the term begins.

    Args:
        absence: returned absence with `person_id` and `start`.

    Returns:
        person_id, outcome, month, got, of: one row for each term and school.
    """
    missed = pl.col("authorised_absence") + pl.col("unauthorised_absence")
    return absence.filter(
        ~pl.col("academic_year").is_in(NO_ABSENCE_DATA) & (pl.col("sessions_possible") > 0)
    ).select(
        "person_id",
        outcome=pl.lit("persistent_absence"),
        month=months_from(pl.col("start"), term_start()),
        got=missed.cast(pl.Float64),
        of=pl.col("sessions_possible").cast(pl.Float64),
    )


def results(key_stages: pl.LazyFrame) -> pl.LazyFrame:
    """Subjects in which the expected standard was reached, of those assessed.

    Args:
        key_stages: returned results with `person_id` and `start`.

    Returns:
        person_id, outcome, month, got, of: one row for each result.
    """
    result, stage = pl.col("result").cast(pl.String), pl.col("key_stage").cast(pl.String)
    reached = result.is_in(EXPECTED) | ((stage == "KS1") & result.is_in(EXPECTED_AT_7))
    return key_stages.select(
        "person_id",
        outcome=pl.lit("attainment"),
        month=months_from(pl.col("start"), pl.date(pl.col("academic_year") + 1, ASSESSED, 1)),
        got=reached.cast(pl.Float64),
        of=pl.lit(1.0),
    )

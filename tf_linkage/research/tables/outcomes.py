"""What happened in a family before and after its start, computed before release.

The family outcomes of `contracts.outputs.research.FAMILY_OUTCOMES`, from the returned histories and exact days, so
that neither days nor family references need reach a researcher.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from tf_linkage.contracts.bodies.dfe import NO_ABSENCE_DATA
from tf_linkage.contracts.bodies.dwp import OUT_OF_WORK_BENEFITS
from tf_linkage.contracts.outputs.research import FAMILY_OUTCOMES, WINDOWS
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.research.tables.offending import is_guilty
from tf_linkage.research.tables.starts import family_starts

JOB_SEEKING = ("JSA", "UAA")
"""Jobseeker's Allowance, and Universal Credit for those who must search for work."""

PERSISTENT = 0.10
"""Share of sessions that counts as persistent absence in both windows: DfE's rule since 2015/16."""

AGES: Mapping[str, tuple[int, int]] = {
    "out_of_work_benefit": (16, 200),
    "employment": (16, 200),
    "job_seeking": (16, 200),
    "conviction": (10, 200),
    "custody": (10, 200),
    "child_in_need": (0, 17),
    "child_protection": (0, 17),
    "looked_after": (0, 17),
    "exclusion": (4, 16),
    "persistent_absence": (4, 16),
    "attainment": (4, 16),
}
"""Ages at the start at which a person could meet with the outcome: claims from 16, the age of criminal
responsibility, childhood, and the school years around compulsory schooling (5 to 16)."""

TERM_STARTS: Mapping[str, tuple[int, int]] = {"Autumn": (0, 9), "Spring": (1, 1), "Summer": (1, 4)}
"""Term: years after the academic year begins, and the month in which the term is taken to begin."""


def family_outcomes(
    members: pl.LazyFrame, attributes: pl.LazyFrame, returns: Mapping[str, Mapping[str, pl.LazyFrame]]
) -> pl.LazyFrame:
    """What happened in each family in each window.

    A spell counts in a window it overlaps, an event in the window its day lies in. Somebody whom a register does
    not know counts as somebody to whom nothing happened. The same families are counted before and after: those
    with a member who, at the start, was of an age for it (unknown ages count as of any age). For persistent
    absence the family also needs a pupil with possible sessions in that window.

    Args:
        members: linked people with `age` at the start.
        attributes: `ons.Attributes`.
        returns: returned histories by department and table.

    Returns:
        One row for each family: `family_id`, and a nullable boolean for each outcome and window, named
        `<outcome>_<window>`.
    """
    starts = family_starts(attributes).select("family_id", "start")
    table = members.group_by("family_id").agg(
        _of_an_age(*ages).any().alias(f"possible_{outcome}") for outcome, ages in AGES.items()
    )
    happened = {outcome: _events(outcome, members, returns) for outcome in FAMILY_OUTCOMES if outcome in EVENTS}
    for window, (first, last) in WINDOWS.items():
        begin = pl.col("start").dt.offset_by(f"{first}mo")
        end = pl.col("start").dt.offset_by(f"{last}mo")
        for outcome, events in happened.items():
            column = f"{outcome}_{window}"
            within = (pl.col("from") < end) & (pl.col("to").is_null() | (pl.col("to") >= begin))
            hit = events.join(starts, on="family_id").filter(within).select("family_id").unique()
            table = table.join(hit.with_columns(pl.lit(value=True).alias(column)), on="family_id", how="left")
            table = table.with_columns(
                pl.when(f"possible_{outcome}").then(pl.col(column).fill_null(value=False)).alias(column)
            )
        absent = _persistently_absent(members, returns["dfe"]["absence"], starts, begin, end)
        column = f"persistent_absence_{window}"
        table = table.join(absent.rename({"persistent": column}), on="family_id", how="left").with_columns(
            pl.when("possible_persistent_absence").then(pl.col(column)).alias(column)
        )
    return table.select("family_id", *(f"{outcome}_{window}" for outcome in FAMILY_OUTCOMES for window in WINDOWS))


def could_be_in_register(department: str) -> pl.Expr:
    """Whether a member could be in a department's register at some time up to two years after the start.

    By `age` at the start; unknown ages count as possible.
    """
    register = DEPARTMENTS[department]
    return _of_an_age(register.youngest - 2, register.oldest)


def term_start() -> pl.Expr:
    """The day on which a term is taken to begin, from `academic_year` and `term`."""
    day = pl.lit(None, pl.Date)
    for term, (years, month) in TERM_STARTS.items():
        begins = pl.date(pl.col("academic_year") + years, month, 1)
        day = pl.when(pl.col("term").cast(pl.String) == term).then(begins).otherwise(day)
    return day


def _of_an_age(youngest: int, oldest: int) -> pl.Expr:
    return pl.col("age").is_null() | pl.col("age").is_between(youngest, oldest)


EVENTS: Mapping[str, tuple[str, str, str, str, pl.Expr]] = {
    "out_of_work_benefit": (
        "dwp", "benefits", "start_date", "end_date",
        pl.col("benefit_type").cast(pl.String).is_in(OUT_OF_WORK_BENEFITS),
    ),
    "job_seeking": (
        "dwp", "benefits", "start_date", "end_date", pl.col("benefit_type").cast(pl.String).is_in(JOB_SEEKING),
    ),
    "employment": ("dwp", "employment", "start_date", "end_date", pl.lit(value=True)),
    "conviction": ("moj", "offences", "disposal_date", "disposal_date", is_guilty()),
    "custody": (
        "moj", "offences", "disposal_date", "disposal_date",
        is_guilty() & (pl.col("disposal").cast(pl.String) == "CUSTODY"),
    ),
    "child_in_need": (
        "dfe", "social_care", "start_date", "end_date", pl.col("episode_type").cast(pl.String) == "CIN",
    ),
    "child_protection": (
        "dfe", "social_care", "start_date", "end_date", pl.col("episode_type").cast(pl.String) == "CPP",
    ),
    "looked_after": (
        "dfe", "social_care", "start_date", "end_date", pl.col("episode_type").cast(pl.String) == "CLA",
    ),
    "exclusion": ("dfe", "exclusions", "start_date", "start_date", pl.lit(value=True)),
}  # fmt: skip
"""Where each outcome is read: department, history, first and last day, and which rows count."""


def _events(outcome: str, members: pl.LazyFrame, returns: Mapping[str, Mapping[str, pl.LazyFrame]]) -> pl.LazyFrame:
    """The rows that count for an outcome, by family: `family_id`, `from`, `to` (null while it lasts)."""
    department, history, first, last, counts = EVENTS[outcome]
    rows = returns[department][history].filter(counts)
    return _by_family(rows, department, members).select(
        "family_id", pl.col(first).alias("from"), pl.col(last).alias("to")
    )


def _by_family(rows: pl.LazyFrame, department: str, members: pl.LazyFrame) -> pl.LazyFrame:
    refs = members.select("family_id", "person_id", pl.col(f"{department}_ref").alias("request_ref")).drop_nulls()
    return rows.join(refs, on="request_ref", how="inner")


def _persistently_absent(
    members: pl.LazyFrame, absence: pl.LazyFrame, starts: pl.LazyFrame, begin: pl.Expr, end: pl.Expr
) -> pl.LazyFrame:
    """Whether any pupil of the family missed a tenth of the sessions, in the terms that begin in the window."""
    rows = _by_family(absence.filter(~pl.col("academic_year").is_in(NO_ABSENCE_DATA)), "dfe", members)
    missed = pl.col("authorised_absence") + pl.col("unauthorised_absence")
    return (
        rows.with_columns(term_start=term_start())
        .join(starts, on="family_id")
        .filter((pl.col("term_start") >= begin) & (pl.col("term_start") < end))
        .group_by("family_id", "person_id")
        .agg(missed=missed.sum(), possible=pl.col("sessions_possible").sum())
        .filter(pl.col("possible") > 0)
        .group_by("family_id")
        .agg(persistent=(pl.col("missed") / pl.col("possible") >= PERSISTENT).any())
    )

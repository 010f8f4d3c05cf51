"""Histories laid on half-years from the month of each family's start, person by person.

Who is followed until when, and what overlaps or begins in which half-year. These tables hold a person and a family
together: they exist only while the estimates are computed, and are never stored.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from tf_linkage.research.tables.coarsening import months_from
from tf_linkage.research.tables.offending import UNKNOWN_YEAR
from tf_linkage.research.tables.outcomes import EVENTS
from tf_linkage.research.tables.people import ages_at_start
from tf_linkage.research.tables.school_outcomes import absences, results
from tf_linkage.research.tables.starts import family_starts, with_region

MONTHS = 6
FIRST, LAST = -6, 3
"""Half-years are numbered from the start: -6 is 31 to 36 months before, 0 the first six after, 3 the last."""

NEVER = 10_000
"""Months from the start that no study reaches."""

Returns = Mapping[str, Mapping[str, pl.LazyFrame]]


@dataclass(frozen=True)
class Laid:
    """A cohort and its histories on half-years.

    Attributes:
        members: one row for each person: person_id, family_id, age (at the start), study_group, region, start,
            joins (months from the start to the month in which a comparison family joins, NEVER if it does not),
            earliest and latest (the first and the last half-year that lie within the histories).
        happened: one row for each person, outcome and half-year: got and of. Where something happened or did
            not, 1 of 1; of absence, sessions missed of sessions possible; of attainment, subjects of subjects.
        begun: one row for each person, outcome and half-year in which something began: events, and how many of
            them before the family joined.
    """

    members: pl.DataFrame
    happened: pl.DataFrame
    begun: pl.DataFrame

    def refs(self, linked_people: pl.LazyFrame) -> pl.LazyFrame:
        """`ons.LinkedPeople` with each family's `start`."""
        return linked_people.join(self.members.lazy().select("person_id", "start"), on="person_id")


def lay(
    linked_people: pl.LazyFrame,
    attributes: pl.LazyFrame,
    returns: Returns,
    regions: Mapping[str, str],
    covered: tuple[dt.date, dt.date],
) -> Laid:
    """Lays the returned histories on half-years.

    Args:
        linked_people: `ons.LinkedPeople`.
        attributes: `ons.Attributes`.
        returns: returned histories by department and table.
        regions: region by council.
        covered: first and last day that the histories cover.
    """
    members = cohort(linked_people, attributes, regions, covered).collect()
    refs = linked_people.join(members.lazy().select("person_id", "start"), on="person_id")
    spells = pl.concat([spells_of(outcome, refs, returns) for outcome in EVENTS]).collect().lazy()
    school = [absences(on_members(returns["dfe"]["absence"], "dfe", refs)), results(
        on_members(returns["dfe"]["key_stages"], "dfe", refs))]  # fmt: skip
    counted = touching(spells).group_by("person_id", "outcome", "half_year").agg(got=pl.lit(1.0), of=pl.lit(1.0))
    on_half_years = [
        table.filter(pl.col("month").is_between(FIRST * MONTHS, (LAST + 1) * MONTHS, closed="left"))
        .group_by("person_id", "outcome", half_year=half_year_of(pl.col("month")))
        .agg(pl.col("got", "of").sum())
        for table in school
    ]
    happened, begun = pl.collect_all(
        [
            pl.concat([counted, *on_half_years]).sort("person_id", "outcome", "half_year"),
            beginning(spells, members.lazy()),
        ]
    )
    return Laid(members, happened, begun)


def cohort(
    linked_people: pl.LazyFrame,
    attributes: pl.LazyFrame,
    regions: Mapping[str, str],
    covered: tuple[dt.date, dt.date],
) -> pl.LazyFrame:
    """Everyone with age, group, region and start, and until when they are followed (`Laid.members`)."""
    waiting = pl.col("study_group").cast(pl.String) == "comparison"
    joined = attributes.filter(waiting).group_by("family_id").agg(joined=pl.col("service_start_date").min())
    start = pl.col("start")
    first, last = (months_from(start, pl.lit(day)) for day in covered)
    return (
        linked_people.select("person_id", "family_id")
        .join(ages_at_start(linked_people, attributes), on="person_id", how="left")
        .join(with_region(family_starts(attributes), regions), on="family_id", how="left")
        .join(joined, on="family_id", how="left")
        .select(
            "person_id",
            "family_id",
            "age",
            pl.col("study_group").cast(pl.String),
            "region",
            "start",
            joins=pl.when(waiting).then(months_from(start, pl.col("joined"))).fill_null(NEVER),
            earliest=(first / MONTHS).ceil().cast(pl.Int32).clip(FIRST, LAST + 1),
            latest=(((last + 1) / MONTHS).floor() - 1).cast(pl.Int32).clip(FIRST - 1, LAST),
        )
        .sort("person_id")
    )


def keeping_joiners(laid: Laid) -> Laid:
    """The same cohort with comparison families followed after they join the programme."""
    return Laid(
        laid.members.with_columns(joins=pl.lit(NEVER, pl.Int32)),
        laid.happened,
        laid.begun.with_columns(before_joining=pl.col("events")),
    )


def on_members(rows: pl.LazyFrame, department: str, refs: pl.LazyFrame) -> pl.LazyFrame:
    """A department's rows with `person_id` and `start` in place of `request_ref`."""
    asked = refs.select("person_id", "start", request_ref=pl.col(f"{department}_ref")).drop_nulls()
    return rows.join(asked, on="request_ref", how="inner").drop("request_ref")


def spells_of(outcome: str, refs: pl.LazyFrame, returns: Returns) -> pl.LazyFrame:
    """Every spell or event of an outcome, in months from the start.

    Spells of one person that overlap or follow on each other are one. The offences of one case are one event,
    which counts when it is sentenced but arises when it is committed: what was done before the start is no result
    of it. A spell whose first day is not known lies in no half-year.

    Returns:
        person_id, outcome, begins, ends (a spell that lasts ends far in the future), arises (null where the day
        is not known).
    """
    department, history, first, last, counts = EVENTS[outcome]
    placed = returns[department][history].filter(counts & pl.col(first).is_not_null())
    rows = on_members(placed, department, refs)
    start = pl.col("start")
    if department == "moj":
        known = pl.when(pl.col("offence_start_date").dt.year() > UNKNOWN_YEAR).then(pl.col("offence_start_date"))
        told = rows.group_by("person_id", "case_number").agg(
            begins=months_from(start, pl.col(first)).min(),
            ends=months_from(start, pl.col(last)).max(),
            arises=months_from(start, known).min(),
        )
    else:
        told = _joined_up(rows.select("person_id", "start", begins=first, ends=last)).select(
            "person_id",
            begins=months_from(start, pl.col("begins")),
            ends=months_from(start, pl.col("ends")),
            arises=months_from(start, pl.col("begins")),
        )
    return told.select("person_id", "begins", "ends", "arises", outcome=pl.lit(outcome))


def _joined_up(spells: pl.LazyFrame) -> pl.LazyFrame:
    """Spells of a person that overlap or follow on the next day, as one; a spell without an end ends in 9999."""
    lasting = pl.col("ends").fill_null(pl.date(9999, 12, 31))
    until = pl.col("ends").cum_max().shift(1).over("person_id")
    fresh = until.is_null() | (pl.col("begins") > until + pl.duration(days=1))
    return (
        spells.with_columns(ends=lasting)
        .sort("person_id", "begins", "ends")
        .with_columns(fresh=fresh)
        .with_columns(number=pl.col("fresh").cast(pl.Int32).cum_sum().over("person_id"))
        .group_by("person_id", "number")
        .agg(pl.col("start").first(), pl.col("begins").min(), pl.col("ends").max())
    )


def touching(spells: pl.LazyFrame) -> pl.LazyFrame:
    """One row for each half-year that a spell overlaps: the columns of the spell, and `half_year`."""
    first = half_year_of(pl.col("begins")).clip(FIRST, LAST)
    last = half_year_of(pl.col("ends")).clip(FIRST, LAST)
    return (
        spells.filter((pl.col("begins") < (LAST + 1) * MONTHS) & (pl.col("ends") >= FIRST * MONTHS))
        .with_columns(half_year=pl.int_ranges(first, last + 1, dtype=pl.Int32))
        .explode("half_year")
    )


def half_year_of(month: pl.Expr) -> pl.Expr:
    """The half-year in which a month from the start lies."""
    return (month / MONTHS).floor().cast(pl.Int32)


def beginning(spells: pl.LazyFrame, members: pl.LazyFrame) -> pl.LazyFrame:
    """How many events of each person arise in each half-year, and before the month in which the family joins."""
    return (
        spells.filter(pl.col("arises").is_between(FIRST * MONTHS, (LAST + 1) * MONTHS, closed="left"))
        .join(members.select("person_id", "joins"), on="person_id")
        .group_by("person_id", "outcome", half_year=half_year_of(pl.col("arises")))
        .agg(
            events=pl.len().cast(pl.Int32),
            before_joining=(pl.col("arises") < pl.col("joins")).sum().cast(pl.Int32),
        )
        .sort("person_id", "outcome", "half_year")
    )

"""Rows against births and against the years that a study asks about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import polars as pl

from tf_linkage.contracts.in_time import (
    ENOUGH_A_YEAR,
    STALE,
    Asked,
    BornFirst,
    EveryYear,
    IdentifiedThen,
    InTheYears,
    UpToDate,
)
from tf_linkage.contracts.registry import ACADEMIC_YEAR
from tf_linkage.intake.relations.given import FIRST_MONTH_OF_YEAR, Broken, Given, all_of


def born_first(relation: BornFirst, given: Given) -> Iterator[Broken]:
    """Rows that begin before their person was born, where these are more than may be."""
    people = given.others[relation.people].rows
    births = people.group_by(relation.key, maintain_order=True).agg(pl.col("date_of_birth").min().alias("_born"))
    rows = given.rows.select(relation.key, relation.began).join(
        births, on=relation.key, how="left", maintain_order="left"
    )
    early = all_of(rows, pl.col(relation.began) < pl.col("_born") - pl.duration(days=relation.ahead))
    count, height = int(early.sum()), given.rows.height
    if count > relation.most * height and count >= relation.least:
        allowed = f"; {relation.most:.1%} of the rows may" if relation.most else ""
        ahead = f"more than {relation.ahead} days " if relation.ahead else ""
        yield (
            early,
            relation.began,
            f"{ahead}before the person's birth in {given.others[relation.people].file}{allowed}",
        )


def identified_then(relation: IdentifiedThen, given: Given) -> Iterator[Broken]:
    """Days outside those on which a family could be identified, where these are more than may be."""
    if given.asked is None:
        return
    first, last = given.asked.identified
    outside = all_of(given.rows, ~pl.col(relation.column).is_between(first, last))
    if outside.sum() > relation.most * given.rows.height:
        allowed = f"; {relation.most:.0%} may be" if relation.most else ""
        yield outside, relation.column, f"outside the days that the study asks about ({first} to {last}){allowed}"


def in_the_years(relation: InTheYears, given: Given) -> Iterator[Broken]:
    """A history of which no row lies in the years asked about."""
    if given.asked is None or given.rows.is_empty():
        return
    first, began = given.asked.histories_from, _began(relation.began)
    if relation.ended:
        last_day = pl.col(relation.ended).fill_null(dt.date.max)
    elif relation.began == ACADEMIC_YEAR:
        last_day = pl.date(pl.col(ACADEMIC_YEAR) + 1, FIRST_MONTH_OF_YEAR - 1, 31)
    else:
        last_day = began
    within = all_of(given.rows, (began <= given.day) & (last_day >= first))
    if not within.any():
        yield (
            ~within,
            relation.began,
            f"no row lies in the years that the study asks about ({first} to {given.day})",
        )


def every_year(relation: EveryYear, given: Given) -> Iterator[Broken]:
    """Whole years without a row that begins in them, in a history that has enough of them."""
    years, begin = _years(relation.began, given)
    if not years or begin.len() < ENOUGH_A_YEAR * len(years):
        return
    empty = [year for year in years if not (begin == year).any()]
    if empty:
        what = "academic year" if relation.began == ACADEMIC_YEAR else "year"
        yield _nowhere(given), relation.began, f"no row begins in the {what}{_list(empty)}"


def up_to_date(relation: UpToDate, given: Given) -> Iterator[Broken]:
    """A history, large enough, in which nothing begins in the two years before the extract."""
    years, _ = _years(relation.began, given)
    if not years or given.rows.height < ENOUGH_A_YEAR * len(years):
        return
    newest = given.rows.select(_began(relation.began).max()).item()
    if newest is not None and newest < given.day - STALE:
        yield _nowhere(given), relation.began, f"no row begins in the two years before {given.day}"


def _years(column: str, given: Given) -> tuple[list[int], pl.Series]:
    """The whole years asked about, and the year of each row that begins in one of them."""
    asked: Asked | None = given.asked
    if asked is None:
        return [], pl.Series([], dtype=pl.Int32)
    month = FIRST_MONTH_OF_YEAR if column == ACADEMIC_YEAR else 1
    all_years = range(asked.histories_from.year, given.day.year + 1)
    years = [
        year
        for year in all_years
        if dt.date(year, month, 1) >= asked.histories_from
        and dt.date(year + 1, month, 1) - dt.timedelta(days=1) <= given.day
    ]
    begin = pl.col(column) if column == ACADEMIC_YEAR else pl.col(column).dt.year()
    of_rows = given.rows.select(begin.cast(pl.Int32).alias("year")).to_series()
    return years, of_rows.filter(of_rows.is_in(years))


def _began(column: str) -> pl.Expr:
    """The first day of a row; of an academic year, the first of September."""
    return pl.date(pl.col(column), FIRST_MONTH_OF_YEAR, 1) if column == ACADEMIC_YEAR else pl.col(column)


def _nowhere(given: Given) -> pl.Series:
    """No row in particular: what is missing stands nowhere."""
    return pl.repeat(False, given.rows.height, dtype=pl.Boolean, eager=True)


def _list(years: list[int]) -> str:
    return f"{'s' if len(years) > 1 else ''} {', '.join(map(str, years))}"

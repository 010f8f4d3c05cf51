"""Histories that cannot be those of the person sent: signs of false links that need no truth.

The scenarios, and how many linked people show them.

A true record may be implausible too, when a date of birth or a school year was entered wrongly; and most false
links are plausible. The figures are signs, not an estimate. "After death" is not among the scenarios: no table
of the study holds a death.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

import polars as pl

from tf_linkage.contracts.registry import DEPARTMENTS

UNKNOWN_YEAR = 1900
"""The placeholder of an unknown date."""

HALF_YEAR = 190
"""Half days in half a school year of 190 days: no term has as many."""

RECEPTION = 4
"""Age on 1 September of a child in reception, national curriculum year 0."""

YEARS_OUT = 2
"""Pupils are taught out of their year group by one year at times, hardly ever by more."""

Returns = Mapping[str, Mapping[str, pl.LazyFrame]]


def implausible_people(attributes: pl.DataFrame, asked: pl.DataFrame, returns: Returns) -> pl.DataFrame:
    """Linked people with a history that cannot be theirs.

    Age is taken from the council's (whole years on a day), so a person may be up to a year older than it says:
    only what is impossible at either end counts.

    Args:
        attributes: `ons.Attributes`.
        asked: department, person_id and request_ref.
        returns: returned histories by department and table, under request_ref.

    Returns:
        department, scenario and person_id, each once, sorted.
    """
    known = (
        attributes.filter(pl.col("age").is_not_null())
        .sort("person_id", "identified_date", "la_code", "person_ref")
        .unique("person_id", keep="first", maintain_order=True)
        .select("person_id", "age", "identified_date")
    )
    found = []
    for department, tables in returns.items():
        people = asked.filter(pl.col("department") == department).join(known, on="person_id", how="inner")
        for table, scenario, rows in _scenarios(department, tables):
            flagged = rows(tables[table].collect().join(people, on="request_ref", how="inner"))
            found.append(
                flagged.select(
                    department=pl.lit(department), scenario=pl.lit(scenario), person_id=pl.col("person_id")
                ).unique()
            )
    schema = {"department": pl.String, "scenario": pl.String, "person_id": pl.String}
    return pl.concat([pl.DataFrame(schema=schema), *found]).sort(list(schema))


def scenarios_of(department: str, returns: Returns) -> list[str]:
    """The implausible histories that a department's returns could show."""
    return [scenario for _, scenario, _ in _scenarios(department, returns.get(department, {}))]


def _scenarios(
    department: str, tables: Mapping[str, pl.LazyFrame]
) -> Iterator[tuple[str, str, Callable[[pl.DataFrame], pl.DataFrame]]]:
    """The histories of a department that can give a false link away: table, scenario, and which rows do.

    Events too early in life are those that the department declares. What schooling gives away follows from the
    columns of a history.
    """
    for sign in DEPARTMENTS[department].too_young if department in DEPARTMENTS else ():
        if sign.history in tables:
            yield sign.history, sign.scenario, partial(_too_young, day=sign.day, age=sign.age)
    for table, rows in tables.items():
        columns = set(rows.collect_schema())
        yield from ((table, scenario, shown) for scenario, (needs, shown) in _SCHOOL.items() if needs <= columns)


def _oldest_at(day: pl.Expr) -> pl.Expr:
    """The most years of age a person may have had on a day."""
    return pl.col("age") + 1 + (day - pl.col("identified_date")).dt.total_days() / 365.25


def _too_young(rows: pl.DataFrame, day: str, age: int) -> pl.DataFrame:
    """Rows of an event before an age; 1900 stands for an unknown year in some registers."""
    return rows.filter((pl.col(day).dt.year() > UNKNOWN_YEAR) & (_oldest_at(pl.col(day)) < age))


def _out_of_school_year(rows: pl.DataFrame) -> pl.DataFrame:
    oldest = _oldest_at(pl.date(pl.col("academic_year"), 9, 1))
    usual = pl.col("nc_year_actual") + RECEPTION
    return rows.filter((oldest < usual - YEARS_OUT) | (oldest - 1 > usual + 1 + YEARS_OUT))


def _two_schools(rows: pl.DataFrame) -> pl.DataFrame:
    terms = rows.group_by("person_id", "academic_year", "term").agg(
        schools=pl.col("school_id").n_unique(), sessions=pl.col("sessions_possible").sum()
    )
    return terms.filter((pl.col("schools") > 1) & (pl.col("sessions") > HALF_YEAR))


_SCHOOL: Mapping[str, tuple[set[str], Callable[[pl.DataFrame], pl.DataFrame]]] = {
    "school year out of step with age": ({"academic_year", "nc_year_actual"}, _out_of_school_year),
    "two schools in one term": ({"academic_year", "term", "school_id", "sessions_possible"}, _two_schools),
}
"""By scenario: the columns that a history must have to show it, and the rows that do."""

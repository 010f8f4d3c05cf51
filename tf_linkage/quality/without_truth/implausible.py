"""Histories that cannot be those of the person sent: signs of false links that need no truth.

The scenarios, and how many linked people show them.

A true record may be implausible too, when a date of birth or a school year was entered wrongly; and most false
links are plausible. The figures are signs, not an estimate. "After death" is not among the scenarios: no table
of the study holds a death.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

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
    for (department, table), (scenario, rows) in _SCENARIOS.items():
        history = returns.get(department, {}).get(table)
        if history is None:
            continue
        people = asked.filter(pl.col("department") == department).join(known, on="person_id", how="inner")
        flagged = rows(history.collect().join(people, on="request_ref", how="inner"))
        found.append(
            flagged.select(
                department=pl.lit(department), scenario=pl.lit(scenario), person_id=pl.col("person_id")
            ).unique()
        )
    schema = {"department": pl.String, "scenario": pl.String, "person_id": pl.String}
    return pl.concat([pl.DataFrame(schema=schema), *found]).sort(list(schema))


def scenarios_of(department: str, returns: Returns) -> list[str]:
    """The implausible histories that a department's returns could show."""
    tables = returns.get(department, {})
    return [name for (body, table), (name, _) in _SCENARIOS.items() if body == department and table in tables]


def _oldest_at(day: pl.Expr) -> pl.Expr:
    """The most years of age a person may have had on a day."""
    return pl.col("age") + 1 + (day - pl.col("identified_date")).dt.total_days() / 365.25


def _too_young_for_benefit(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(_oldest_at(pl.col("start_date")) < 16)


def _too_young_to_offend(rows: pl.DataFrame) -> pl.DataFrame:
    known = pl.col("offence_start_date").dt.year() > 1900
    return rows.filter(known & (_oldest_at(pl.col("offence_start_date")) < 10))


def _out_of_school_year(rows: pl.DataFrame) -> pl.DataFrame:
    oldest = _oldest_at(pl.date(pl.col("academic_year"), 9, 1))
    usual = pl.col("nc_year_actual") + RECEPTION
    return rows.filter((oldest < usual - YEARS_OUT) | (oldest - 1 > usual + 1 + YEARS_OUT))


def _two_schools(rows: pl.DataFrame) -> pl.DataFrame:
    terms = rows.group_by("person_id", "academic_year", "term").agg(
        schools=pl.col("school_id").n_unique(), sessions=pl.col("sessions_possible").sum()
    )
    return terms.filter((pl.col("schools") > 1) & (pl.col("sessions") > HALF_YEAR))


_SCENARIOS = {
    ("dwp", "benefits"): ("benefit before 16", _too_young_for_benefit),
    ("moj", "offences"): ("offence before 10", _too_young_to_offend),
    ("dfe", "enrolments"): ("school year out of step with age", _out_of_school_year),
    ("dfe", "absence"): ("two schools in one term", _two_schools),
}

"""panel of research/tables: one row for each person and half-year, from the other research tables and nothing else.

Laying released histories on half-years. As no day, no exact age and no family is read, the panel cannot say more
than the tables it is made from.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from tf_linkage.contracts import bands
from tf_linkage.contracts.outputs import research
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.research.tables.half_years import LAST, touching
from tf_linkage.research.tables.school_outcomes import EXPECTED, EXPECTED_AT_7
from tf_linkage.research.tables.starts import in_contract

FIRST = -4
"""The panel's first half-year, 19 to 24 months before the start. Years before those serve the estimates alone."""

ALWAYS = 10_000
"""Months from the start that no half-year reaches: the end of what still lasts."""

PERSISTENT_BANDS = ("10% to under 15%", "15% to under 20%", "20% and over")

HALF_YEARS_OF_SCHOOL_YEAR: Mapping[int, tuple[int, int]] = {-2: (-4, -3), -1: (-2, -1), 1: (0, 1), 2: (2, 3)}
"""Half-years, as `half_years` numbers them, in which a school year stands, by its distance from the start's."""

ADULTS_ONLY = ("out_of_work_benefit", "employment")
CHILDREN_ONLY = ("child_in_need", "child_protection", "looked_after")
ANYBODY = ("conviction", "custody")
_UNTOLD = "sentenced, to what is not told"


def panel(tables: Mapping[str, pl.LazyFrame]) -> pl.LazyFrame:
    """Makes the panel.

    Args:
        tables: the research tables people, benefits_and_work, offending, schooling and social_care, by name.

    Returns:
        `contracts.outputs.research.Panel`: eight rows for each person.
    """
    half_years = pl.LazyFrame({"half_year": range(FIRST, LAST + 1)}, schema={"half_year": pl.Int32})
    everyone = _everyone(tables["people"]).join(half_years, how="cross")
    key = ["person_study_ref", "half_year"]
    told = everyone.join(_happened(tables), on=key, how="left").join(
        _at_school(tables["schooling"]), on=key, how="left"
    )
    child = pl.col("child")
    half_year = pl.col("half_year")
    return in_contract(
        told.with_columns(
            *(pl.when(~child).then(pl.col(name).fill_null(value=False)).alias(name) for name in ADULTS_ONLY),
            *(pl.when(child).then(pl.col(name).fill_null(value=False)).alias(name) for name in CHILDREN_ONLY),
            *(pl.col(name).fill_null(value=False) for name in ANYBODY if name != "custody"),
            custody=pl.when(~pl.col(_UNTOLD).fill_null(value=False)).then(pl.col("custody").fill_null(value=False)),
            half_year=pl.when(half_year >= 0).then(half_year + 1).otherwise(half_year),
        ),
        research.Panel,
    )


def _everyone(people: pl.LazyFrame) -> pl.LazyFrame:
    age = pl.col("age_band").cast(pl.String).replace(bands.CHILD_OR_ADULT)
    return people.select(
        "person_study_ref",
        child=age == "child",
        **{f"found_by_{name}": pl.col(f"{name}_link").is_not_null() for name in DEPARTMENTS},
    )


def _happened(tables: Mapping[str, pl.LazyFrame]) -> pl.LazyFrame:
    """What happened in each half-year in which anything did: a boolean for each outcome that is no school's."""
    work, offences, care = tables["benefits_and_work"], tables["offending"], tables["social_care"]
    guilty = offences.filter("guilty")
    episode = pl.col("episode_type").cast(pl.String)
    spells = {
        "out_of_work_benefit": _spells(work.filter(pl.col("out_of_work"))),
        "employment": _spells(work.filter(pl.col("spell").cast(pl.String) == "employment")),
        "conviction": _events(guilty),
        "custody": _events(guilty.filter(pl.col("disposal").cast(pl.String) == "CUSTODY")),
        _UNTOLD: _events(guilty.filter(pl.col("disposal").is_null())),
        "child_in_need": _spells(care.filter(episode == "CIN")),
        "child_protection": _spells(care.filter(episode == "CPP")),
        "looked_after": _spells(care.filter(episode == "CLA")),
    }
    laid = touching(pl.concat([rows.with_columns(outcome=pl.lit(name)) for name, rows in spells.items()]))
    return laid.group_by("person_study_ref", "half_year").agg(
        (pl.col("outcome") == name).any().alias(name) for name in spells
    )


def _spells(rows: pl.LazyFrame) -> pl.LazyFrame:
    return rows.select("person_study_ref", begins="starts", ends=pl.col("ends").fill_null(ALWAYS))


def _events(rows: pl.LazyFrame) -> pl.LazyFrame:
    return rows.select("person_study_ref", begins="sentenced", ends="sentenced")


def _at_school(schooling: pl.LazyFrame) -> pl.LazyFrame:
    """Absence and attainment of each school year, in both of its half-years."""
    years = [(year, half_year) for year, pair in HALF_YEARS_OF_SCHOOL_YEAR.items() for half_year in pair]
    schema = {"years_from_start": pl.Int32, "half_year": pl.Int32}
    results = [pl.col(name).cast(pl.String) for name in ("reading", "writing", "maths", "level2_em")]
    at_seven = pl.col("key_stage").cast(pl.String) == "KS1"
    reached = [result.is_in(EXPECTED) | (at_seven & result.is_in(EXPECTED_AT_7)) for result in results]
    assessed = pl.any_horizontal(result.is_not_null() for result in results)
    return schooling.join(pl.LazyFrame(years, schema=schema, orient="row"), on="years_from_start").select(
        "person_study_ref",
        "half_year",
        persistent_absence=pl.col("absence").cast(pl.String).is_in(PERSISTENT_BANDS),
        attainment=pl.when(assessed).then(pl.all_horizontal(one.fill_null(value=True) for one in reached)),
    )

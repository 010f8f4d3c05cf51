"""Who looks like whom: counted here by hand and by SQL, and held against the rule."""

from __future__ import annotations

import random

import duckdb
import polars as pl
import pytest
from research_rows import nothing_shown, research_table

from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.handovers.population_counts import PopulationCounts
from tf_linkage.disclosure import RULE, Rule, population_classes, released_classes, risk_table
from tf_linkage.disclosure.microdata.risk import POPULATION, ROWS

REGIONS = {"E09000012": "London", "E06000010": "North", "E08000003": "North"}


def person(region: str = "London", age: str | None = "25-44", gender: str | None = "female") -> dict[str, object]:
    return {"region": region, "age_band": age, "gender": gender, "start_year": "2016-17"}


@pytest.fixture
def counts() -> pl.LazyFrame:
    return pl.LazyFrame(
        [
            ("E09000012", 1, 1, "m7", 30),
            ("E09000012", 4, 2, "f0 m7", 5),
            ("E06000010", 2, 1, "f12", 6),
            ("E08000003", 2, 1, "f13", 7),
        ],
        schema=schema_of(PopulationCounts),
        orient="row",
    )


def test_the_population_of_families_by_hand(counts: pl.LazyFrame) -> None:
    found = population_classes("families", counts, REGIONS)
    assert found.rows() == [
        ("London", "1", "1", "5-10", 30),
        ("London", "2+", "2", "0-4", 5),
        ("North", "2+", "1", "11-17", 13),
    ]


def test_the_population_of_children_by_hand(counts: pl.LazyFrame) -> None:
    found = population_classes("people", counts, REGIONS)
    assert sorted(found.rows()) == [
        ("London", "0-4", "female", 5),
        ("London", "5-10", "male", 35),
        ("North", "11-17", "female", 13),
    ]


def test_a_class_passes_by_ten_and_ten_or_by_twenty_where_nobody_counted() -> None:
    classes = pl.DataFrame(
        {ROWS: [10, 9, 10, 20, 19, 50], POPULATION: [10, 90, 9, None, None, 0]},
        schema={ROWS: pl.Int64, POPULATION: pl.Int64},
    )
    assert classes.select(RULE.kept()).to_series().to_list() == [True, False, False, True, False, False]


def test_people_whom_the_population_does_not_count_need_twenty(counts: pl.LazyFrame) -> None:
    """Boys of 5-10 in London are 35 in the population; adults, and those of unknown gender, nobody has counted."""
    rows = [person(age="5-10", gender="male")] * 10 + [person()] * 19 + [person(gender=None)] * 20
    found = released_classes(
        "people", research_table("people", rows), population_classes("people", counts, REGIONS)
    )
    by = {(row["age_band"], row["gender"]): row for row in found.iter_rows(named=True)}
    assert [by[key][POPULATION] for key in (("5-10", "male"), ("25-44", "female"), ("25-44", None))] == [
        35, None, None,
    ]  # fmt: skip
    assert risk_table(found)["rows in classes below the rule"] == 19


def test_a_family_is_told_by_its_empty_cells_too() -> None:
    """Twenty families alike in every column; in one of them nobody could be excluded from school."""
    family = {"region": "London", "start_year": "2016-17"}
    alike = [family] * 20
    made = research_table("family_outcomes", alike)
    assert risk_table(released_classes("family_outcomes", made, None))["classes"] == 1
    released = [*alike, family | {"exclusion_year_before": None, "exclusion_two_years_after": None}]
    found = risk_table(released_classes("family_outcomes", research_table("family_outcomes", released), None))
    assert (found["rows alone in their class"], found["rows in classes below the rule"]) == (1, 1)


def test_withheld_rows_are_a_class_of_their_own() -> None:
    rows = [person()] * 30 + [nothing_shown("people")] * 4
    found = released_classes("people", research_table("people", rows), None)
    assert found.filter("withheld")[ROWS].to_list() == [4]
    assert risk_table(found)["rows in classes below the rule"] == 4


@pytest.mark.parametrize("seed", range(5))
def test_smallest_class_as_sql_counts_it(seed: int) -> None:
    """The independent count: plain groups in DuckDB, which groups empty cells together."""
    rng = random.Random(seed)
    rows = [
        person(rng.choice(["London", "North"]), rng.choice(["0-4", "25-44", None]), rng.choice(["male", None]))
        for _ in range(200)
    ]
    people = research_table("people", rows)
    figures = risk_table(released_classes("people", people, None), Rule(known=10, alone=20))
    database = duckdb.connect()
    database.register("people", people.collect().to_arrow())
    groups = "SELECT count(*) AS n FROM people GROUP BY region, age_band, gender, start_year"
    smallest, classes, below = database.sql(
        f"SELECT min(n), count(*), coalesce(sum(n) FILTER (n < 20), 0) FROM ({groups})"
    ).fetchall()[0]
    assert figures["smallest class in the sample"] == smallest
    assert figures["classes"] == classes
    assert figures["rows in classes below the rule"] == below

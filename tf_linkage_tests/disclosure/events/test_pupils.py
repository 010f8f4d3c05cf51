"""What schooling adds to what is known of people: shown where twenty share it, and not where fewer do."""

from __future__ import annotations

import random

import duckdb
import polars as pl
import pytest
from rehearsing import Rehearsed
from research_rows import research_table

from tf_linkage import research
from tf_linkage.contracts.ladders import SHOWN_OR_NOT, STEPS
from tf_linkage.contracts.outputs.research import Schooling
from tf_linkage.disclosure import hide_pupils, pupil_risk

COLUMNS = SHOWN_OR_NOT["schooling"]
CHILD = {"region": "London", "age_band": "5-10", "gender": "female", "start_year": "2016-17"}


def tables(*pupils: tuple[str, str, int], region: str = "London") -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """Schooling and people, from ethnic group, language and academic year of the start, two years each."""
    people = research_table("people", [CHILD | {"region": region} for _ in pupils])
    years = [
        {"person_study_ref": f"R{at:05d}", "academic_year": begins + year, "years_from_start": year,
         "ethnic_group": ethnic, "language_group": language, "fixed_exclusions": "0"}
        for at, (ethnic, language, begins) in enumerate(pupils) for year in (0, 1)
    ]  # fmt: skip
    return research_table("schooling", years), people


def filled(table: pl.LazyFrame) -> dict[str, int]:
    """How many cells of each column are filled."""
    return table.select(pl.col(COLUMNS).count()).collect().row(0, named=True)


def test_everything_is_shown_where_twenty_are_alike() -> None:
    schooling, people = tables(*[("white", "English", 2016)] * 20, *[("black", "Other", 2015)] * 20)
    hidden = hide_pupils(schooling, people)
    assert (hidden.shown, hidden.pupils, hidden.withheld) == (COLUMNS, 40, 0)
    assert hidden.table.collect().equals(schooling.collect())
    assert pupil_risk(hidden.table, people)["smallest class"] == 20


def test_a_column_that_tells_a_pupil_apart_is_not_shown() -> None:
    """Nineteen of one ethnic group among sixty: a third is too many to withhold, so that nobody's is shown."""
    schooling, people = tables(*[("white", "English", 2016)] * 41, *[("black", "English", 2016)] * 19)
    assert pupil_risk(schooling, people)["pupils in classes below the rule"] == 19
    hidden = hide_pupils(schooling, people)
    assert hidden.shown == ("academic_year", "language_group")
    assert filled(hidden.table) == {"academic_year": 120, "ethnic_group": 0, "language_group": 120}
    assert pupil_risk(hidden.table, people)["pupils in classes below the rule"] == 0


def test_the_few_are_withheld_where_they_are_enough_to_stand_among() -> None:
    """Of 320, ten each of two groups: too few by themselves, and twenty of whom nothing is shown together."""
    of = [("white", "English", 2016)] * 300 + [("black", "English", 2016)] * 10 + [("asian", "Other", 2016)] * 10
    schooling, people = tables(*of)
    hidden = hide_pupils(schooling, people)
    assert (hidden.shown, hidden.withheld) == (COLUMNS, 20)
    assert filled(hidden.table) == dict.fromkeys(COLUMNS, 600)
    assert pupil_risk(hidden.table, people) == {
        "pupils": 320, "classes": 2, "pupils in classes below the rule": 0, "smallest class": 20,
        "pupils of whom nothing is shown": 20,
    }  # fmt: skip


def test_one_who_is_withheld_alone_would_stand_out_by_it() -> None:
    """One of 320 is rare. Were nothing shown of that one alone, everybody would know who."""
    schooling, people = tables(*[("white", "English", 2016)] * 319, ("black", "English", 2016))
    hidden = hide_pupils(schooling, people)
    assert hidden.shown == ("academic_year", "language_group")
    alone = pl.col("person_study_ref") == "R00319"
    emptied = schooling.with_columns(pl.when(~alone).then(pl.col(column)).alias(column) for column in COLUMNS)
    assert pupil_risk(emptied, people)["pupils in classes below the rule"] == 1


def test_academic_years_tell_when_the_family_started() -> None:
    """All started in 2016-17; four of them after the summer. The year less the years since the start says which."""
    schooling, people = tables(*[("white", "English", 2015)] * 40, *[("white", "English", 2016)] * 4)
    assert pupil_risk(schooling, people)["pupils in classes below the rule"] == 4
    assert "academic_year" not in hide_pupils(schooling, people).shown


def test_people_who_look_different_do_not_hide_each_other() -> None:
    schooling, people = tables(*[("white", "English", 2016)] * 20, *[("black", "English", 2016)] * 20)
    assert hide_pupils(schooling, people).shown == COLUMNS
    apart = people.with_row_index().with_columns(
        region=pl.when(pl.col("index") % 2 == 0).then(pl.lit("North")).otherwise("region")
    )
    assert pupil_risk(schooling, apart)["smallest class"] == 10
    assert hide_pupils(schooling, apart).shown == ("academic_year", "language_group")


@pytest.mark.parametrize("seed", range(4))
def test_whatever_the_pupils_nobody_stands_out_as_sql_counts_them(seed: int) -> None:
    """The independent count: every pupil is one of twenty in SQL's groups, or nothing is shown of any like them."""
    rng = random.Random(seed)
    pupils = [
        (rng.choices(["white", "black", "asian"], [20, 2, 1])[0], rng.choices(["English", "Other"], [9, 1])[0],
         rng.choice([2015, 2016]))
        for _ in range(400)
    ]  # fmt: skip
    schooling, people = tables(*pupils)
    hidden = hide_pupils(schooling, people).table
    Schooling.validate(hidden.collect())
    database = duckdb.connect()
    database.register("years", hidden.collect().to_arrow())
    least = database.sql(
        "SELECT min(n) FROM (SELECT count(DISTINCT person_study_ref) AS n FROM years GROUP BY ethnic_group, "
        "language_group, academic_year - years_from_start)"
    ).fetchall()[0][0]
    assert least >= 20


def test_in_the_rehearsal_the_gate_had_something_to_do(rehearsed: Rehearsed) -> None:
    """The control: as it was made, the table gives pupils away."""
    linked_set = rehearsed.store.read(["research", "linked_set"])
    people, released = (rehearsed.research(name) for name in ("people", "schooling"))
    assert isinstance(linked_set, dict)
    assert isinstance(people, pl.LazyFrame)
    assert isinstance(released, pl.LazyFrame)
    known = research.study_tables(linked_set)
    made = research.schooling(known.linked_people, known.attributes, known.returns["dfe"])
    assert pupil_risk(made, people)["smallest class"] == 1
    assert pupil_risk(released, people)["pupils in classes below the rule"] == 0
    assert made.drop(COLUMNS).collect().equals(released.drop(COLUMNS).collect()), "nothing else was touched"
    assert set(STEPS["people"]).isdisjoint(COLUMNS)

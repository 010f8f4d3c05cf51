"""The panel, from research tables written by hand."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from tf_linkage import research
from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.outputs.research import RESEARCH_TABLES, Panel


def table(name: str, *rows: dict[str, Any]) -> pl.LazyFrame:
    schema = schema_of(RESEARCH_TABLES[name])
    return pl.LazyFrame([{**dict.fromkeys(schema), **row} for row in rows], schema=schema)


@pytest.fixture
def tables() -> dict[str, pl.LazyFrame]:
    adult, child = {"person_study_ref": "A"}, {"person_study_ref": "C"}
    return {
        "people": table(
            "people",
            {**adult, "age_band": "25-44", "dwp_link": "high"},
            {**child, "age_band": "11-17", "dfe_link": "moderate"},
            {"person_study_ref": "U"},
        ),
        "benefits_and_work": table(
            "benefits_and_work",
            {**adult, "spell": "benefit", "out_of_work": True, "starts": -30, "ends": -19},
            {**adult, "spell": "benefit", "out_of_work": False, "starts": -6},
            {**adult, "spell": "employment", "starts": 5, "ends": 6},
        ),
        "offending": table(
            "offending",
            {**child, "guilty": True, "disposal": "CUSTODY", "sentenced": 23},
            {**child, "guilty": True, "disposal": "FINE", "sentenced": -1},
            {**adult, "guilty": False, "disposal": "CAUTION", "sentenced": 0},
            {**adult, "guilty": True, "disposal": "FINE", "sentenced": 24},
        ),
        "schooling": table(
            "schooling",
            {**child, "years_from_start": -1, "absence": "10% to under 15%"},
            {**child, "years_from_start": 0, "absence": "20% and over"},
            {**child, "years_from_start": 2, "absence": "under 5%", "key_stage": "KS1", "reading": "L2",
             "maths": "EXS"},
        ),
        "social_care": table(
            "social_care", {**child, "episode_type": "CLA", "starts": 11}, {**child, "episode_type": "CIN",
            "starts": -24, "ends": -24},
        ),
    }  # fmt: skip


def where(made: pl.DataFrame, person: str, outcome: str, value: object = True) -> list[int]:
    return made.filter((pl.col("person_study_ref") == person) & (pl.col(outcome) == value))["half_year"].to_list()


def test_each_half_year_has_what_happened_in_it(tables: dict[str, pl.LazyFrame]):
    made = research.panel(tables).collect()
    Panel.validate(made)
    assert made.filter(pl.col("person_study_ref") == "A")["half_year"].to_list() == [-4, -3, -2, -1, 1, 2, 3, 4]
    assert where(made, "A", "out_of_work_benefit") == [-4]
    assert where(made, "A", "employment") == [1, 2]
    assert where(made, "C", "custody") == [4]
    assert where(made, "C", "conviction") == [-1, 4]
    assert where(made, "A", "conviction") == [], "a caution is none, and month 24 lies beyond"
    assert where(made, "C", "looked_after") == [2, 3, 4]
    assert where(made, "C", "child_in_need") == [-4]


def test_a_school_year_stands_in_both_of_its_half_years_and_the_starts_own_in_none(tables: dict[str, pl.LazyFrame]):
    made = research.panel(tables).collect()
    assert where(made, "C", "persistent_absence") == [-2, -1]
    assert where(made, "C", "persistent_absence", value=False) == [3, 4]
    assert where(made, "C", "attainment") == [3, 4], "level 2 is what is expected at seven"
    assert made.filter(pl.col("person_study_ref") == "A")["persistent_absence"].null_count() == 8


def test_what_cannot_happen_is_empty_and_what_did_not_is_no(tables: dict[str, pl.LazyFrame]):
    made = research.panel(tables).collect()
    adult, child, unknown = (made.filter(pl.col("person_study_ref") == name) for name in "ACU")
    assert adult["looked_after"].null_count() == child["employment"].null_count() == 8
    assert unknown["looked_after"].null_count() == unknown["employment"].null_count() == 8
    assert not unknown["custody"].any()
    assert (adult["found_by_dwp"][0], adult["found_by_dfe"][0], child["found_by_dfe"][0]) == (True, False, True)


def test_where_the_disposal_is_not_told_custody_is_not_known(tables: dict[str, pl.LazyFrame]):
    """Not that there was none: of half-years with a conviction, and of no others."""
    untold = tables["offending"].with_columns(
        disposal=pl.lit(None, tables["offending"].collect_schema()["disposal"])
    )
    made = research.panel({**tables, "offending": untold}).collect()
    Panel.validate(made)
    assert where(made, "C", "conviction") == [-1, 4]
    assert where(made, "C", "custody") == []
    assert where(made, "C", "custody", value=False) == [-4, -3, -2, 1, 2, 3]
    assert where(made, "A", "custody", value=False) == [-4, -3, -2, -1, 1, 2, 3, 4], "a caution is no conviction"


def test_coarser_ages_leave_the_panel_as_it_is(tables: dict[str, pl.LazyFrame]):
    """When the gate brings ages down to child or adult, nothing changes."""
    coarse = tables["people"].with_columns(
        age_band=pl.col("age_band").cast(pl.String).replace({"25-44": "adult", "11-17": "child"})
    )
    assert research.panel({**tables, "people": coarse}).collect().equals(research.panel(tables).collect())

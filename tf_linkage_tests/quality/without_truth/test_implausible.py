"""Histories that cannot be the person's are found, and others are left alone."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from tf_linkage.quality import evaluate, figure, match_rates
from tf_linkage.quality.without_truth.implausible import implausible_people

DAY = dt.date(2016, 1, 1)


def flagged(ages: dict[str, int], table: str, rows: list[dict[str, Any]], department: str) -> list[str]:
    attributes = pl.DataFrame(
        [
            {"person_id": name, "age": age, "identified_date": DAY, "la_code": "x", "person_ref": name}
            for name, age in ages.items()
        ]
    )
    asked = pl.DataFrame({"person_id": list(ages), "request_ref": [f"r-{name}" for name in ages]})
    history = pl.DataFrame([{**row, "request_ref": f"r-{row['of']}"} for row in rows]).drop("of").lazy()
    asked = asked.with_columns(department=pl.lit(department))
    return implausible_people(attributes, asked, {department: {table: history}})["person_id"].to_list()


def test_benefit_before_sixteen() -> None:
    # both are 17 on 1 January 2016, so 18 at most; two and a half years earlier the one is 15.5 at the most
    rows = [
        {"of": "early", "start_date": dt.date(2013, 7, 1)},
        {"of": "late", "start_date": dt.date(2014, 2, 1)},
    ]
    assert flagged({"early": 17, "late": 17}, "benefits", rows, "dwp") == ["early"]


def test_offence_before_ten_but_not_at_an_unknown_day() -> None:
    rows = [
        {"of": "child", "offence_start_date": dt.date(2015, 1, 1)},
        {"of": "unknown", "offence_start_date": dt.date(1900, 1, 1)},
        {"of": "adult", "offence_start_date": dt.date(2015, 1, 1)},
    ]
    assert flagged({"child": 8, "unknown": 8, "adult": 30}, "offences", rows, "moj") == ["child"]


def test_school_year_out_of_step() -> None:
    # aged 9 on 1 January 2016: 8 or 9 on 1 September 2015, so in year 4 or 5
    rows = [{"of": name, "academic_year": 2015, "nc_year_actual": year} for name, year in
            (("usual", 4), ("back", 3), ("wrong", 9), ("young", 0))]  # fmt: skip
    found = flagged(dict.fromkeys(("usual", "back", "wrong", "young"), 9), "enrolments", rows, "dfe")
    assert found == ["wrong", "young"]


def test_two_schools_in_one_term_but_not_a_move() -> None:
    def term(of: str, school: str, sessions: int) -> dict[str, Any]:
        return {
            "of": of,
            "academic_year": 2015,
            "term": "Autumn",
            "school_id": school,
            "sessions_possible": sessions,
        }

    rows = [term("mover", "a", 60), term("mover", "b", 80), term("both", "a", 140), term("both", "b", 140)]
    assert flagged({"mover": 9, "both": 9}, "absence", rows, "dfe") == ["both"]


def test_scored_against_the_truth(world: Any) -> None:
    # the four falsely linked (p24, p25, p26, p30) and eight rightly linked claimed at 12
    early = ["p24", "p25", "p26", "p30", *(f"p{i:02}" for i in range(8))]
    benefits = pl.DataFrame(
        {"request_ref": [f"r-{name}" for name in early], "start_date": [dt.date(2008, 1, 1)] * 12}
    ).lazy()
    returns = {"dwp": {"benefits": benefits}}
    metrics = evaluate(world.attributes, world.requested, world.links, world.truth, returns=returns).collect()
    at = ("dwp", "scenario", "benefit before 16")
    assert figure(metrics, at[0], "implausible", *at[1:]) == pytest.approx(12 / 28)
    assert figure(metrics, at[0], "implausible_false", *at[1:]) == pytest.approx(4 / 12)
    real = match_rates(world.attributes, world.requested, world.links, returns=returns).collect()
    assert figure(real, at[0], "implausible", *at[1:]) == pytest.approx(12 / 28)
    assert "implausible_false" not in real["measure"].cast(pl.String).to_list()

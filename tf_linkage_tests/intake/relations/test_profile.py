"""A delivery unlike the one before shows; one like it does not."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import polars as pl
import pytest

from tf_linkage.intake.relations.profile import Profile, against_the_last, breaks, profile

TABLE = pl.LazyFrame(
    {"key": [str(at) for at in range(100)], "code": ["a"] * 60 + ["b"] * 40, "flag": [True] * 50 + [None] * 50},
    schema={"key": pl.String, "code": pl.Enum(["a", "b", "c"]), "flag": pl.Boolean},
)


def test_a_profile_by_hand() -> None:
    assert profile(TABLE.head(98)) == Profile(
        rows=100,
        missing={"key": 0.0, "code": 0.0, "flag": 0.49},
        codes={"code": {"a": 0.61, "b": 0.39}, "flag": {"true": 1.0}},
    )


def test_breaks_are_named() -> None:
    before = profile(TABLE)
    assert breaks(before, profile(TABLE.head(96))) == []
    found = breaks(before, profile(TABLE.head(60)))
    assert found == [
        "60 rows, and 100 before",
        "flag: 17% blank, and 50% before",
        "code: a 100% (before 60%), b 0% (before 40%)",
    ]
    assert breaks(before, profile(TABLE.with_columns(code=pl.lit("c").cast(pl.Enum(["a", "b", "c"])))))


def test_the_same_delivery_again_is_held_against_the_one_before_it(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    assert against_the_last(path, {"": profile(TABLE)}) is None
    assert against_the_last(path, {"": profile(TABLE)}) is None
    fewer = {"": profile(TABLE.head(50))}
    first = against_the_last(path, fewer)
    assert first
    assert against_the_last(path, fewer) == first
    assert against_the_last(path, {"": profile(TABLE.head(52))}) == []


def test_a_code_of_few_is_not_told() -> None:
    few = TABLE.with_columns(code=pl.Series(["a"] * 91 + ["b"] * 9, dtype=pl.Enum(["a", "b", "c"])))
    assert profile(few).codes["code"] == {"a": 0.91}


def dated(*years: int) -> pl.DataFrame:
    """Twenty rows of each year."""
    days = [dt.date(year, 5, 1) for year in years for _ in range(20)]
    return pl.DataFrame({"start_date": days, "academic_year": [day.year for day in days]})


@pytest.mark.parametrize(
    ("years", "found"),
    [
        ((2012, 2013, 2014, 2015), []),
        ((2012, 2013, 2014, 2015, 2016), []),  # a year more
        ((2012, 2013, 2014, 2015, 2015), []),  # the year that was not over filled up
        ((2011, 2012, 2013, 2014), ["start_date: ends with 2014, and with 2015 before"]),
        (
            (2012, 2012, 2014, 2015),
            ["start_date: 2012 67% (before 33%), 2013 0% (before 33%)"],
        ),
    ],
)
def test_years_are_held_against_those_before(years: tuple[int, ...], found: list[str]) -> None:
    before = profile(dated(2012, 2013, 2014, 2015).lazy())
    told = breaks(before, profile(dated(*years).lazy()))
    assert [one for one in told if one.startswith("start_date")] == found
    assert [one for one in told if one.startswith("academic_year")] == [
        one.replace("start_date", "academic_year") for one in found
    ]


def test_a_profile_kept_before_years_were_is_still_read(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    against_the_last(path, {"": profile(TABLE)})
    kept = json.loads(path.read_text(encoding="utf-8"))
    del kept[0][""]["years"]
    path.write_text(json.dumps(kept), encoding="utf-8")
    assert against_the_last(path, {"": profile(TABLE)}) == []
